import { keyword, takes } from "../scpi/index.js";
import type { InstrumentContext, VirtualInstrument } from "../virtual-instrument.js";
import { generatorOutputs } from "./inner-generator.js";
import { flatCommands } from "./siglent/flat-commands.js";
import { defaultSdsModel, sdsModel } from "./siglent/models.js";
import { Sds } from "./siglent/sds.js";
import { treeCommands } from "./siglent/tree-commands.js";

/**
 * A simulated Siglent SDS1000X-E, SDS800X HD, SDS1000X HD, SDS2000X HD or SDS2000X Plus: inputs, edge and pulse trigger,
 * averages, sequence, memory read in pieces, measurements. Not simulated: math, history, decoding, digital channels, the
 * generator (of the SDS2000X Plus and HD) but for its output going on and off, and that commands which come too soon after
 * each other are lost. Triggers of other kinds are set, asked back, and never come.
 *
 * @throws MemrigError `invalid-request`: a model that is of none of the families
 * @see SDS programming guide EN11F; SDS1000X-E programming guide
 */
export function createSiglentSds({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const sds = new Sds(sdsModel(plan.model ?? defaultSdsModel), lab, plan.label, seed);
  commonCommands(sds);
  if (sds.model.tree) treeCommands(sds);
  else flatCommands(sds);
  if (sds.model.options?.includes("FG") === true) {
    generatorOutputs(sds.scpi, ["C1:OUTP"], (on) => `C1:OUTP ${on ? "ON" : "OFF"},LOAD,HZ,PLRT,NOR`);
  }
  sds.scpi.onReset(() => sds.reset());
  sds.reset();
  return { device: sds.scpi, socketPort: 5025 };
}

/** What both languages have: the trigger mode in its old form, and the header of replies. */
function commonCommands(sds: Sds): void {
  const prefix = (name: string) => (sds.model.tree || sds.header === "OFF" ? "" : `${name} `);
  for (const pattern of ["TRMD", "TRIG_MODE"]) {
    sds.scpi.tree.command(
      pattern,
      takes([keyword("AUTO", "NORM", "SINGLE", "STOP")], ([word]) => sds.setMode(word as Sds["mode"])),
    );
    sds.commands.answer(pattern, () => `${prefix("TRMD")}${sds.mode}`);
  }
  for (const pattern of ["CHDR", "COMM_HEADER"]) {
    sds.scpi.tree.command(
      pattern,
      takes([keyword("OFF", "SHORT", "LONG")], ([word]) => void (sds.header = word as Sds["header"])),
    );
    sds.commands.answer(pattern, () => `${prefix("CHDR")}${sds.header}`);
  }
}
