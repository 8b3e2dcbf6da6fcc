import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crossings, level_VK, on_y, type TimedEvent } from "./events.js";
import type { Case, Outcome, Setting, Solver } from "./solvers.js";

interface NgspiceSetting extends Setting {
  readonly method: "trap" | "gear";
}

/**
 * ngspice on the netlists of data/, with its own tolerance and method put in. CPU is user and system time of the
 * process, less that of a run on a circuit of one resistor.
 *
 * @returns a sentence with the line that installs what is missing
 */
export function ngspice(folder: string): Solver | string {
  const startUp = timed(folder, "* nothing\nR1 a 0 1\nV1 a 0 1\n.control\nop\nquit\n.endc\n.end\n");
  if (typeof startUp === "string") {
    return `ngspice is left out: ${startUp}. On Debian: apt-get install ngspice`;
  }
  const settings: NgspiceSetting[] = (["trap", "gear"] as const).flatMap((method) =>
    ["1e-3", "1e-4", "1e-5", "1e-6"].map((label) => ({
      label: `${label} ${method}`,
      tolerance: Number(label),
      method,
    })),
  );
  return {
    name: "ngspice",
    settings,
    run(given, setting): Outcome {
      const { method, tolerance } = setting as NgspiceSetting;
      const deck = given.deck.text
        .replace(/reltol=\S+/, `reltol=${tolerance}`)
        .replace(/method=\S+/, `method=${method}`)
        .replace(/wrdata \S+/, "wrdata out.txt");
      const spent_s = timed(folder, deck);
      if (typeof spent_s === "string") return { cpu_s: Number.NaN, steps: 0, events: [], failure: spent_s };
      return { cpu_s: spent_s - startUp, ...read(join(folder, "out.txt"), given) };
    },
  };
}

/** CPU seconds of ngspice on a netlist; why not, when it ended badly. */
function timed(folder: string, deck: string): number | string {
  writeFileSync(join(folder, "deck.cir"), deck);
  writeFileSync(join(folder, "out.txt"), "");
  const { status, stdout, stderr, error } = spawnSync(
    "bash",
    ["-c", "TIMEFORMAT='cpu %U %S'; time ngspice -b deck.cir"],
    { cwd: folder, encoding: "utf8", maxBuffer: 1e8 },
  );
  const cpu = /cpu ([\d.]+) ([\d.]+)/.exec(stderr);
  if (status === 0 && cpu) return Number(cpu[1]) + Number(cpu[2]);
  if (error) return error.message;
  const said = `${stdout}\n${stderr}`.split("\n").find((line) => /error|abort|too small|not found/i.test(line));
  return said ?? `it ended with status ${status}`;
}

/** Events in what `wrdata` wrote: a heading, then rows of time and the saved voltages. */
function read(path: string, { deck }: Case): Omit<Outcome, "cpu_s"> {
  const rows = readFileSync(path, "utf8")
    .split("\n")
    .slice(1)
    .filter((line) => line.trim() !== "")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const t_s = rows.map(([t = Number.NaN]) => t);
  const end_s = t_s.at(-1) ?? 0;
  if (end_s < 0.999 * deck.stop_s) return { steps: rows.length, events: [], failure: `it stopped at ${end_s} s` };
  const column = (index: number) => rows.map((row) => row[index] ?? Number.NaN);
  const named = (values: number[], level: number, up: string, down: string): TimedEvent[] =>
    crossings(t_s, values, level).map((each) => ({ event: each.up ? up : down, t_s: each.t_s }));
  const devices = Object.keys(deck.initial).length / 2;
  const states = Array.from({ length: devices }, (_, k) =>
    named(column(1 + devices + k), on_y, `X${k + 1}_on`, `X${k + 1}_off`),
  );
  const node = devices === 2 ? named(column(2), level_VK, "VK_up", "VK_dn") : [];
  return { steps: rows.length, events: [...states.flat(), ...node].sort((a, b) => a.t_s - b.t_s) };
}
