import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Circuit, Element } from "../../src/simulator/netlist/types.js";
import { modelCatalogue } from "../../src/simulator/catalogue.js";
import type { Case, Outcome, Solver } from "./solvers.js";

const libraries = ["sundials_cvode", "sundials_nvecserial", "sundials_sunmatrixdense", "sundials_sunlinsoldense", "m"];

/**
 * CVODE driven from C, compiled here. CPU is the program's own clock around the repetitions, so that its start-up is left
 * out to its advantage; each repetition starts cold.
 *
 * @returns a sentence with the line that installs what is missing, when it can not be built
 */
export function cvode(source: string, folder: string): Solver | string {
  const program = join(folder, "cvode");
  const built = spawnSync("cc", ["-O3", source, "-o", program, ...libraries.map((name) => `-l${name}`)], {
    encoding: "utf8",
  });
  if (built.status !== 0) {
    const why = built.error ? built.error.message : built.stderr.split("\n").slice(0, 3).join("; ");
    return `CVODE is left out: it could not be built (${why}). On Debian: apt-get install build-essential libsundials-dev`;
  }
  return {
    name: "CVODE",
    settings: ["1e-3", "3e-4", "1e-4", "1e-5", "1e-6", "1e-7", "1e-8", "1e-9", "1e-10"].map((label) => ({
      label,
      tolerance: Number(label),
    })),
    run(given, { tolerance }): Outcome {
      const words = { ...numbersOf(given), rtol: tolerance, repeat: 5 };
      const { status, stdout, stderr } = spawnSync(
        program,
        Object.entries(words).map(([key, value]) => `${key}=${value}`),
        { encoding: "utf8", maxBuffer: 1e8 },
      );
      if (status !== 0) return { cpu_s: Number.NaN, steps: 0, events: [], failure: stderr };
      return parse(stdout);
    },
  };
}

function parse(text: string): Outcome {
  const rows = text.split("\n").map((line) => line.split(" "));
  const cpu = rows.find(([kind]) => kind === "cpu");
  return {
    cpu_s: Number(cpu?.[1]),
    steps: Number(cpu?.[2]),
    events: rows.filter(([kind]) => kind === "event").map(([, event = "", t_s = ""]) => ({ event, t_s: Number(t_s) })),
  };
}

/** The keys of cvode.c for a deck. */
function numbersOf({ deck: { circuit, initial, stop_s } }: Case): Record<string, number> {
  const drive = source(circuit, "Iin") ?? source(circuit, "Vin");
  const ramp = drive?.kind === "pwl" ? drive : undefined;
  return {
    ...deviceNumbers(circuit),
    neuron: find(circuit, "X2") ? 1 : 0,
    C1: farads(circuit, "C1"),
    C2: farads(circuit, "C2"),
    Cin: farads(circuit, "Cin"),
    RL: ohms(circuit, "RL2") ?? ohms(circuit, "RL") ?? 0,
    V1: volts(circuit, "V1"),
    V2: volts(circuit, "V2"),
    Vdc: volts(circuit, "Vdc"),
    rise_s: ramp?.times_s[1] ?? 0,
    top_s: ramp?.times_s[2] ?? 0,
    top: ramp?.values[2] ?? 0,
    stop_s,
    ...Object.fromEntries(Object.values(initial).map((value, k) => [`start${k}`, value])),
  };
}

function deviceNumbers(circuit: Circuit): Record<string, number> {
  const device = find(circuit, "X1");
  const given = device?.kind === "device" ? (device.parameters ?? {}) : {};
  const nominal = new Map(modelCatalogue.get("vo2-mott")?.parameters.map((each) => [each.name, each.default]));
  const of = (name: string) => given[name] ?? nominal.get(name) ?? Number.NaN;
  const same = ["r", "L", "cp", "kappa", "rho_met", "rho_ins", "dT", "Re"].map((name) => [name, of(name)]);
  return { ...Object.fromEntries(same), dh: of("dh_tr"), Rsh: of("Rshunt") } as Record<string, number>;
}

function find(circuit: Circuit, name: string): Element | undefined {
  return circuit.elements.find((element) => element.name === name);
}

function source(circuit: Circuit, name: string) {
  const element = find(circuit, name);
  return element && "wave" in element ? element.wave : undefined;
}

function volts(circuit: Circuit, name: string): number {
  const wave = source(circuit, name);
  return wave?.kind === "dc" ? wave.value : 0;
}

function farads(circuit: Circuit, name: string): number {
  const element = find(circuit, name);
  return element?.kind === "C" ? element.C_F : 0;
}

function ohms(circuit: Circuit, name: string): number | undefined {
  const element = find(circuit, name);
  return element?.kind === "R" ? element.R_ohm : undefined;
}
