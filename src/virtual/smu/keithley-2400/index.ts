import { MemrigError } from "../../../errors.js";
import { createRandom } from "../../../simulator/random.js";
import { nr3, ScpiInstrument } from "../../scpi/index.js";
import type { InstrumentContext, VirtualInstrument } from "../../virtual-instrument.js";
import { Smu } from "../smu.js";
import { texts2400 } from "./errors.js";
import { models2400 } from "./models.js";
import { senseCommands } from "./sense-commands.js";
import { Sequencer } from "./sequencer.js";
import { sourceCommands } from "./source-commands.js";
import { resetState } from "./state.js";
import { formatError2400, systemCommands } from "./system-commands.js";
import { triggerCommands } from "./trigger-commands.js";

const QUEUE = 10;
/** The longest line that it takes, by its input buffer; longer ones are -363. */
const INPUT_BYTES = 64 * 1024;

/** What is executed from INIT until the trigger model is idle again; all else waits (2400S-900-01, 11-11). */
const executedWhileRunning = /^(\*RST|\*RCL|\*TRG|:?ABOR(T)?|:?SYST(EM)?:PRES(ET)?)$/i;

/**
 * A virtual Keithley 2400, 2401, 2410, 2420, 2425, 2430 or 2440.
 *
 * Departures from the real one: it has a raw socket beside serial line and GPIB, no source memory, no CALC1 and CALC2, no
 * digital and trigger lines, the 2430 no pulses, automatic ohms leave the source as it is, and a channel that is off is
 * disconnected whatever its off state.
 *
 * @see 2400S-900-01
 */
export function createVirtual2400({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const asked = plan.model ?? "2400";
  const model = models2400.get(asked.replace(/^MODEL\s*/i, ""));
  if (!model) {
    throw new MemrigError(
      "invalid-request",
      `${plan.label}: model "${asked}" was asked for; the virtual SMU can be ${[...models2400.keys()].join(", ")}. ` +
        `Write one of these, or leave the model out for a 2400.`,
      { model: asked, known: [...models2400.keys()] },
    );
  }
  const serial = Math.floor(1e6 + createRandom(seed, `serial:${plan.label}`).uniform() * 8e6);
  const scpi = new ScpiInstrument({
    identity: `KEITHLEY INSTRUMENTS INC.,MODEL ${model.name},${serial},C34   Sep 21 2016 15:30:00/A02  /K/M`,
    queueDepth: QUEUE,
    formatError: formatError2400,
    formatNumber: (value) => nr3(value, 6),
    errorTexts: texts2400,
    inputLimit_bytes: INPUT_BYTES,
  });
  const smu = new Smu(model, lab, plan.label, seed);
  const state = resetState();
  const sequencer = new Sequencer(smu, state, scpi);
  scpi.waits = (header) => !executedWhileRunning.test(header);
  scpi.onReset(() => {
    sequencer.reset();
    smu.reset();
    sequencer.programmed = undefined;
    state.functions.clear();
    const { functions, ...rest } = resetState();
    Object.assign(state, rest);
    for (const of of functions) state.functions.add(of);
  });
  scpi.onTrigger(() => sequencer.trigger());
  lab.onFault((message) => scpi.raise(900, `the simulated device can not be solved: ${message.replaceAll('"', "'")}`));
  sourceCommands(scpi, smu, sequencer);
  senseCommands(scpi, smu, sequencer);
  triggerCommands(scpi, smu, sequencer);
  systemCommands(scpi, sequencer);
  return { device: scpi, socketPort: 5025 };
}
