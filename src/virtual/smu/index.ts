import { MemrigError } from "../../errors.js";
import { createRandom } from "../../simulator/random.js";
import { nr3, ScpiInstrument } from "../scpi/index.js";
import type { InstrumentContext, VirtualInstrument } from "../virtual-instrument.js";
import { Buffers } from "./buffers.js";
import { smuModels } from "./models.js";
import { readingCommands } from "./reading-commands.js";
import { pulseCommands } from "./pulse-commands.js";
import { senseCommands } from "./sense-commands.js";
import { Smu } from "./smu.js";
import { sourceCommands } from "./source-commands.js";
import { formatLogged, systemCommands } from "./system-commands.js";
import { triggerCommands } from "./trigger-commands.js";
import { TriggerModel } from "./trigger-model.js";

const FIRMWARE = "1.7.12b";
const EVENT_LOG = 1000;

/**
 * A virtual Keithley 2450, 2460, 2461 or 2470 in SCPI mode.
 *
 * Departures from the real one: any number of raw sessions at a time (a bench has a front panel to look at), no interlock
 * to close, digital lines that lead nowhere, no digitiser in a 2461 (-113): its pulses are measured as levels are. A pulse sweep
 * by a configuration list that a user named is not there (-108); what does not go together in pulses is a -221.
 *
 * @see 2450-901-01 Rev B; 2461-901-01 A; 2470-901-01 A
 */
export function createVirtual2450({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const asked = plan.model ?? "2450";
  const model = smuModels.get(asked.replace(/^MODEL\s*/i, ""));
  if (!model) {
    throw new MemrigError(
      "invalid-request",
      `${plan.label}: model "${asked}" was asked for; the virtual SMU can be ${[...smuModels.keys()].join(", ")}. ` +
        `Write one of these, or leave the model out for a 2450.`,
      { model: asked, known: [...smuModels.keys()] },
    );
  }
  const serial = `04${Math.floor(createRandom(seed, `serial:${plan.label}`).uniform() * 1e6)
    .toString()
    .padStart(6, "0")}`;
  const scpi = new ScpiInstrument({
    identity: `KEITHLEY INSTRUMENTS,MODEL ${model.name},${serial},${FIRMWARE}`,
    queueDepth: EVENT_LOG,
    formatError: formatLogged,
    formatNumber: (value) => nr3(value, 6),
    errorTexts: new Map([[-222, "Parameter data out of range"]]),
  });
  const epoch_ms = Date.now();
  scpi.clock = () => new Date(epoch_ms + lab.now_s * 1000);
  const smu = new Smu(model, lab, plan.label, seed);
  const buffers = new Buffers();
  const trigger = new TriggerModel(smu, buffers, scpi);
  scpi.onReset(() => {
    trigger.reset();
    smu.reset();
    buffers.reset();
  });
  scpi.onTrigger(() => trigger.trigger());
  lab.onFault((message) => scpi.raise(-300, `the simulated device can not be solved: ${message.replaceAll('"', "'")}`));
  sourceCommands(scpi, smu, trigger);
  if (model.pulseOver_A !== undefined) pulseCommands(scpi, smu, trigger);
  senseCommands(scpi, smu);
  readingCommands(scpi, smu, trigger, buffers, epoch_ms);
  triggerCommands(scpi, smu, trigger);
  systemCommands(scpi, smu);
  return { device: scpi, socketPort: 5025, deadSocketPort: 5030 };
}
