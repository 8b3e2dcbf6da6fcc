import { MemrigError } from "../../../errors.js";
import { createRandom } from "../../../simulator/random.js";
import { nr3, ScpiInstrument } from "../../scpi/index.js";
import type { InstrumentContext, VirtualInstrument } from "../../virtual-instrument.js";
import { dataCommands } from "./data-commands.js";
import { modelsB2900 } from "./models.js";
import { senseCommands } from "./sense-commands.js";
import { sourceCommands } from "./source-commands.js";
import { formatErrorB2900, systemCommands } from "./system-commands.js";
import { triggerCommands } from "./trigger-commands.js";
import { Unit, actions } from "./unit.js";

const QUEUE = 100;

/**
 * A virtual Keysight B2901A to B2912B, one or two channels.
 *
 * Departures from the real one: no limit tests, no math, no digital lines, no arbitrary waveforms, no pulses beyond the direct
 * current ranges, an interlock that is closed, autorange that takes no time, and an output that is off is disconnected
 * whatever its off mode.
 *
 * @see Agilent B2910-90030 (SCPI command reference); B2910-90010 (user's guide)
 */
export function createVirtualB2900({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const asked = plan.model ?? "B2902A";
  const model = modelsB2900.get(asked.toUpperCase());
  if (!model) {
    throw new MemrigError(
      "invalid-request",
      `${plan.label}: model "${asked}" was asked for; the virtual SMU can be ${[...modelsB2900.keys()].join(", ")}. ` +
        `Write one of these, or leave the model out for a B2902A.`,
      { model: asked, known: [...modelsB2900.keys()] },
    );
  }
  const serial = Math.floor(createRandom(seed, `serial:${plan.label}`).uniform() * 1e4);
  const isFirst = model.name.endsWith("A");
  const scpi = new ScpiInstrument({
    identity:
      `${isFirst ? "Agilent" : "Keysight"} Technologies,${model.name},` +
      `MY${isFirst ? "5114" : "6139"}${String(serial).padStart(4, "0")},${isFirst ? "3.4.2011.5100" : "5.0.2029.1911"}`,
    queueDepth: QUEUE,
    formatError: formatErrorB2900,
    formatNumber: (value) => nr3(value, 6, true),
  });
  const unit = new Unit(model, lab, scpi, plan.label, seed);
  scpi.onReset(() => unit.reset());
  scpi.onTrigger(() => unit.trigger(unit.numbers, actions));
  lab.onFault((message) => scpi.raise(-300, `the simulated device can not be solved: ${message.replaceAll('"', "'")}`));
  sourceCommands(unit);
  senseCommands(unit);
  triggerCommands(unit);
  dataCommands(unit);
  systemCommands(unit);
  return { device: scpi, socketPort: 5025 };
}
