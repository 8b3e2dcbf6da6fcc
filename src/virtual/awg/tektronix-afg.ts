import { takes } from "../scpi/index.js";
import type { InstrumentContext, VirtualInstrument } from "../virtual-instrument.js";
import { createAfg } from "./tektronix/afg.js";
import { burstCommands } from "./tektronix/burst-commands.js";
import { functionCommands } from "./tektronix/function-commands.js";
import { keptCommands } from "./tektronix/kept-commands.js";
import { levelCommands } from "./tektronix/level-commands.js";
import { memoryCommands } from "./tektronix/memory-commands.js";
import { modulationCommands } from "./tektronix/modulation-commands.js";
import { afgModel, defaultAfgModel } from "./tektronix/models.js";

/**
 * A simulated Tektronix AFG3000C or AFG31000 in basic mode: standard shapes, pulses, edit memories and bursts behind 50 ohm.
 * Modulation and sweeps are put out as far as `modulatedShape` says. Not simulated: files and the sequence mode of the AFG31000.
 *
 * @throws MemrigError `invalid-request`: a model that is not of the families
 * @see AFG3000 Series Programmer Manual, 071-1639
 */
export function createTektronixAfg({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const afg = createAfg(afgModel(plan.model ?? defaultAfgModel), lab, plan.label, seed);
  const preset = () => {
    afg.coupling.reset();
    for (const c of afg.channels) {
      c.reset();
      Object.assign(c.settings, { frequency_Hz: 1e6, amplitude_Vpp: 2, rampSymmetry: 0.5, unit: "VPP" });
      Object.assign(c.settings.pulse, { width_s: 500e-9, lead_s: afg.model.edgeMin_s, trail_s: afg.model.edgeMin_s });
      Object.assign(c.settings.trigger, { source: "TIM", timer_s: 1e-3 });
      c.settings.burst.cycles = 5;
    }
  };
  preset();
  levelCommands(afg);
  functionCommands(afg);
  memoryCommands(afg);
  burstCommands(afg);
  modulationCommands(afg);
  keptCommands(afg);
  afg.scpi.tree.command(
    ":SYSTem:BEEPer[:IMMediate]",
    takes([], () => undefined), // it is heard by nobody
  );
  afg.scpi.onReset(preset);
  return { device: afg.scpi, socketPort: 4000 };
}
