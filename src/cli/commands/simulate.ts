import type { Command } from "commander";
import { MemrigError } from "../../errors.js";
import type { NamedCircuit } from "../../simulator/circuits/index.js";
import { defaultTolerance, type TransientResult } from "../../simulator/transient/api.js";
import { compileCircuit } from "../../simulator/transient/compile.js";
import { transient } from "../../simulator/transient/transient.js";
import { si } from "../../units.js";
import {
  addCircuitOptions,
  circuitDescription,
  circuitList,
  circuitListData,
  circuitRequest,
  type CircuitRequest,
  type CircuitTexts,
} from "../circuit-options.js";
import { outputOf, textTable } from "../output.js";
import { circuitNamed } from "../../simulator/circuits/index.js";
import { writeAsked } from "../write-file.js";

interface SimulateTexts extends CircuitTexts {
  readonly csv?: string;
  readonly about?: boolean;
}

export function addSimulateCommand(program: Command): void {
  addCircuitOptions(program.command("simulate"))
    .description("a circuit through the transient engine")
    .option("--tolerance <number>", `relative error allowed in a step; ${defaultTolerance} when left out`)
    .option("--csv <file>", "waveforms, one row for each step; - for stdout")
    .option("--about", "the circuit's parameters, presets, events and columns; nothing is simulated")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig simulate vo2-tonic --about\n  memrig simulate vo2-phasic --preset rebound-spike --csv spike.csv\n" +
        "  memrig simulate vo2-tonic --set RL2=6k --drive current:pwl:0:0,10us:0,10.1us:60uA --stop 1ms --json\n" +
        "  memrig simulate zno-rc --set R=1M,C=47nF --drive voltage:dc:0.8 --stop 100ms",
    )
    .action(async (name: string | undefined, texts: SimulateTexts, command: Command) => {
      const output = outputOf(command);
      if (name === undefined) return output.result(circuitListData(), circuitList());
      if (texts.about) {
        const about = circuitListData().find(
          (circuit) => (circuit as { name: string }).name === circuitNamed(name).name,
        );
        return output.result(about, circuitDescription(circuitNamed(name)));
      }
      const request = circuitRequest(name, texts);
      const result = simulate(request, texts.csv !== undefined);
      if (texts.csv !== undefined) {
        const csv = csvOf(request.named, result);
        if (texts.csv === "-") process.stdout.write(csv);
        else await writeAsked(texts.csv, csv);
      }
      if (texts.csv !== "-") output.result(dataOf(request, result), textOf(request, result));
      if (result.failure) {
        throw new MemrigError("solve-failed", result.failure.message, { ...result.failure });
      }
    });
}

interface Simulated extends TransientResult {
  readonly cpu_s: number;
}

function simulate(request: CircuitRequest, record: boolean): Simulated {
  const { named, circuit, parameters, stop_s, tolerance, initial } = request;
  const system = compileCircuit(circuit);
  const started = process.cpuUsage();
  const result = transient(system, {
    stop_s,
    events: named.eventsWith(parameters),
    record,
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(initial === "own" ? {} : { initial }),
  });
  const { user, system: kernel } = process.cpuUsage(started);
  return { ...result, cpu_s: (user + kernel) / 1e6 };
}

function dataOf({ named, parameters, tolerance }: CircuitRequest, result: Simulated): object {
  return {
    circuit: named.name,
    parameters,
    tolerance: tolerance ?? defaultTolerance,
    events: result.events,
    steps: result.steps,
    rejected: result.rejected,
    cpu_s: result.cpu_s,
    ...(result.failure ? { failure: result.failure } : {}),
  };
}

/** Events shown to a person; --json gives them all. */
const shown = 60;

function textOf({ named, stop_s }: CircuitRequest, result: Simulated): string {
  const more = result.events.length - shown;
  return [
    `${named.name}: ${si(result.end_s, "s")} of ${si(stop_s, "s")} in ${result.steps} steps ` +
      `(${result.rejected} rejected), ${si(result.cpu_s, "s")} of CPU; ${result.events.length} events`,
    ...(result.events.length > 0
      ? [
          textTable(
            ["event", "t"],
            result.events.slice(0, shown).map(({ event, t_s }) => [event, fine(t_s)]),
            [1],
          ),
        ]
      : []),
    ...(more > 0 ? [`and ${more} more; --json gives all`] : []),
  ].join("\n");
}

/** A time with more digits than a quantity for a person usually has: events are compared. */
function fine(t_s: number): string {
  return `${Number((t_s * 1e6).toPrecision(9))} us`;
}

/** Columns named as in the reference files of the VO2 neurons. */
function csvOf(named: NamedCircuit, { waveforms }: TransientResult): string {
  const columns = named.columns.map(({ quantity, of }) => {
    const values = waveforms.atSteps(quantity);
    return of ? values.map(of) : values;
  });
  const rows = Array.from(waveforms.times_s, (t_s, i) => [t_s, ...columns.map((column) => column[i])].join(","));
  return [["t_s", ...named.columns.map(({ name }) => name)].join(","), ...rows, ""].join("\n");
}
