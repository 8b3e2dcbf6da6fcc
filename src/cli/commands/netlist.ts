import { Option, type Command } from "commander";
import { MemrigError } from "../../errors.js";
import { spiceNetlist } from "../../simulator/netlist/spice.js";
import type { Circuit } from "../../simulator/netlist/types.js";
import { compileCircuit } from "../../simulator/transient/compile.js";
import { restState } from "../../simulator/transient/rest.js";
import {
  addCircuitOptions,
  circuitList,
  circuitListData,
  circuitRequest,
  type CircuitTexts,
} from "../circuit-options.js";
import { outputOf } from "../output.js";
import { writeAsked } from "../write-file.js";

interface NetlistTexts extends CircuitTexts {
  readonly dialect: "ngspice" | "ltspice";
  readonly out?: string;
}

export function addNetlistCommand(program: Command): void {
  addCircuitOptions(program.command("netlist"))
    .description("a circuit as a netlist that ngspice or LTspice runs as it is, initial state included")
    .addOption(new Option("--dialect <name>", "whose").choices(["ngspice", "ltspice"]).default("ngspice"))
    .option("--tolerance <number>", "SPICE's reltol; 1e-5 when left out")
    .option("--out <file>", "write it here; stdout when left out")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig netlist vo2-tonic --out tonic.cir && ngspice -b tonic.cir\n" +
        "  memrig netlist zno-rc --drive voltage:dc:2 --dialect ltspice --out zno.cir",
    )
    .action(async (name: string | undefined, texts: NetlistTexts, command: Command) => {
      const output = outputOf(command);
      if (name === undefined) return output.result(circuitListData(), circuitList());
      const { named, circuit, stop_s, initial, tolerance } = circuitRequest(name, texts);
      const netlist = spiceNetlist(circuit, {
        dialect: texts.dialect,
        stop_s,
        maxStep_s: named.spiceStep_s,
        ...(tolerance === undefined ? {} : { reltol: tolerance }),
        ...(initial === "own" ? {} : { initial: startOf(circuit, initial) }),
      });
      const about = { circuit: named.name, dialect: texts.dialect, stop_s };
      if (texts.out === undefined) return output.result({ ...about, netlist }, netlist.trimEnd());
      await writeAsked(texts.out, netlist);
      output.result({ ...about, file: texts.out }, `${named.name} for ${texts.dialect}: ${texts.out}`);
    });
}

/** Start values by the names of the unknowns. */
function startOf(circuit: Circuit, initial: "rest" | Readonly<Record<string, number>>): Record<string, number> {
  if (initial === "rest") {
    const rest = restState(compileCircuit(circuit));
    if (rest.status === "found") return rest.values;
    throw new MemrigError("invalid-request", rest.message, { share: rest.share });
  }
  return Object.fromEntries(
    Object.entries(initial).map(([name, value]) => {
      const quantity = circuit.probes.find((probe) => probe.name === name)?.quantity;
      if (quantity?.kind === "voltage") return [`V(${quantity.node})`, value];
      if (quantity?.kind === "state") return [`${quantity.element}.${quantity.index}`, value];
      throw new RangeError(`no start value ${name}`);
    }),
  );
}
