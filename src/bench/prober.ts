import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { MemrigError, messageOf } from "../errors.js";
import { readJsonIfThere, replaceFile } from "../store/files.js";
import type { ProberConfig } from "./sites.js";
import type { VirtualHost } from "./virtual-host.js";

/** One device among many: where it is, and what it is called. */
export interface Site {
  /** In tags, in the device's id and in the bench file's `sites`. */
  readonly name: string;
  /** Which die of the wafer (or reticle) it is on. */
  readonly die?: { readonly name: string; readonly column: number; readonly row: number };
  /** Which device of the die it is. */
  readonly device?: string;
}

export interface ProberOptions {
  readonly signal?: AbortSignal;
  /** Says to a person what is to be done, and waits until they say that it is; left out: nobody is there. */
  readonly ask?: (question: string, signal: AbortSignal) => Promise<void>;
}

/**
 * Moves the wafer until the needles stand on a site. The outputs must be off: the caller sees to that.
 *
 * @param position what the virtual prober goes to: the site, or the die where a switch picks the device
 * @throws MemrigError `no-answer`: not there within the deadline, or it failed; where the needles are is not known
 * @throws MemrigError `aborted`
 */
export async function moveProber(
  prober: ProberConfig,
  site: Site,
  position: string,
  host: VirtualHost | undefined,
  { signal, ask }: ProberOptions,
): Promise<void> {
  const deadline = AbortSignal.timeout(prober.deadline_s * 1000);
  const until = signal ? AbortSignal.any([signal, deadline]) : deadline;
  try {
    switch (prober.kind) {
      case "virtual":
        if (!host) throw new Error("the virtual bench is not there");
        return await host.moveProber(position);
      case "command":
        return await runCommand(
          prober.argv.map((word) => filled(word, site)),
          environmentOf(site),
          until,
        );
      case "file":
        return await throughFile(prober.file, site, until);
      case "hand": {
        if (!ask)
          throw new Error(
            "nobody can be asked here; run memrig in a terminal or from the dashboard, or give the prober a command or a file",
          );
        return await ask(`Set the needles down on ${described(site)}`, until);
      }
    }
  } catch (error) {
    if (signal?.aborted)
      throw new MemrigError("aborted", `Aborted while the prober went to ${site.name}. The outputs are off.`);
    const why = deadline.aborted ? `it was not there within ${prober.deadline_s} s` : messageOf(error);
    throw new MemrigError(
      "no-answer",
      `The prober was asked to go to ${described(site)}, and ${why}. Where the needles are is not known; the outputs are off. ` +
        `Look at the wafer, then go on.`,
      { site: site.name, deadline_s: prober.deadline_s },
      error,
    );
  }
}

/** "R48C50-D1 (die R48C50, device D1)". */
function described({ name, die, device }: Site): string {
  const parts = [die ? `die ${die.name}` : "", device === undefined ? "" : `device ${device}`].filter((p) => p !== "");
  return parts.length === 0 ? name : `${name} (${parts.join(", ")})`;
}

/** `{site}`, `{die}`, `{column}`, `{row}` and `{device}` in a word of the command. */
function filled(word: string, site: Site): string {
  const values = placeOf(site);
  return word.replace(/\{(site|die|column|row|device)\}/g, (_, key: keyof typeof values) => values[key]);
}

function placeOf({ name, die, device }: Site) {
  return {
    site: name,
    die: die?.name ?? "",
    column: die === undefined ? "" : String(die.column),
    row: die === undefined ? "" : String(die.row),
    device: device ?? "",
  };
}

function environmentOf(site: Site): Record<string, string> {
  return Object.fromEntries(
    Object.entries(placeOf(site)).map(([key, value]) => [`MEMRIG_${key.toUpperCase()}`, value]),
  );
}

/** Longest part of what a command wrote that is repeated to the person. */
const quoted = 400;

/**
 * Runs a program to its end.
 *
 * @param until ends it, with everything it started
 * @throws Error it could not be started, was ended, or its exit code is not 0; what it wrote on stderr is quoted
 */
export async function runCommand(
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
  until: AbortSignal,
): Promise<void> {
  const [program = "", ...args] = argv;
  const child = spawn(program, args, {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
    detached: process.platform !== "win32", // a group of its own: Ctrl-C is for memrig, and all of it can be ended
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said = `${said}${text}`.slice(-quoted)));
  const end = (): void => {
    if (child.pid === undefined) return;
    try {
      if (process.platform === "win32") child.kill("SIGKILL");
      else process.kill(-child.pid, "SIGKILL");
    } catch {
      child.kill("SIGKILL"); // its group is gone already
    }
  };
  if (until.aborted) end();
  until.addEventListener("abort", end, { once: true });
  try {
    const code = await new Promise<number | string>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (status, killed) => resolve(status ?? killed ?? "unknown"));
    });
    if (code === 0) return;
    const heard = said.trim() === "" ? "" : `: ${said.trim()}`;
    throw new Error(`"${argv.join(" ")}" ended with ${typeof code === "number" ? `exit code ${code}` : code}${heard}`);
  } finally {
    until.removeEventListener("abort", end);
  }
}

const look_ms = 50;

/** Another program moves: it finds the wish in the file, and writes `state: there` (or `failed`) with the same id. */
async function throughFile(file: string, site: Site, until: AbortSignal): Promise<void> {
  const id = randomUUID();
  await replaceFile(file, `${JSON.stringify({ id, ...placeOf(site), state: "move" })}\n`);
  for (;;) {
    await pause(look_ms, undefined, { signal: until });
    const answer = (await readJsonIfThere(file)) as { id?: unknown; state?: unknown; message?: unknown } | undefined;
    if (answer?.id !== id) continue;
    if (answer.state === "there") return;
    if (answer.state === "failed")
      throw new Error(`it failed: ${typeof answer.message === "string" ? answer.message : "no reason given"}`);
  }
}
