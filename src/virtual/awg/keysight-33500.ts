import type { InstrumentContext, VirtualInstrument } from "../virtual-instrument.js";
import { applyCommands } from "./apply-commands.js";
import { arbCommands } from "./arb-commands.js";
import { burstCommands } from "./burst-commands.js";
import { functionCommands } from "./function-commands.js";
import { createGenerator } from "./generator.js";
import { keptCommands } from "./kept-commands.js";
import { levelCommands } from "./level-commands.js";
import { awgModel, defaultAwgModel } from "./models.js";
import { modulationCommands } from "./modulation-commands.js";

/**
 * A simulated Keysight 33500/33600 Trueform generator: standard functions, pulses, arbitrary waveforms and bursts behind
 * 50 ohm, with modulation and sweeps as far as `modulatedShape` says. Not simulated, and answered as unknown commands: lists,
 * sequences and files. Filters of arbitrary waveforms do not ring.
 *
 * @throws MemrigError `invalid-request`: a model that is not of the family
 * @see Agilent 33500 Series Operating and Service Guide
 */
export function createKeysight33500({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const generator = createGenerator(awgModel(plan.model ?? defaultAwgModel), lab, plan.label, seed);
  levelCommands(generator);
  functionCommands(generator);
  applyCommands(generator);
  arbCommands(generator);
  burstCommands(generator);
  modulationCommands(generator);
  keptCommands(generator);
  generator.scpi.onReset(() => {
    generator.coupling.reset();
    for (const channel of generator.channels) channel.reset();
    generator.angle = "DEG";
    generator.byteOrder = "NORM";
  });
  return { device: generator.scpi, socketPort: 5025 };
}
