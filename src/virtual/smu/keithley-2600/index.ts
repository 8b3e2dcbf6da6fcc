import { MemrigError } from "../../../errors.js";
import { createRandom } from "../../../simulator/random.js";
import { choiceAttribute, TspObject } from "../../tsp/objects.js";
import { TspInstrument } from "../../tsp/instrument.js";
import type { InstrumentContext, VirtualInstrument } from "../../virtual-instrument.js";
import { Channel2600, LINE_HZ } from "./channel.js";
import { factoryScripts } from "./factory-scripts.js";
import { smu2600Models } from "./models.js";
import { smuObject } from "./smu-object.js";
import { statusObject } from "./status-objects.js";
import { triggerGlobals } from "./trigger-globals.js";

const FIRMWARE = "3.3.5";

/**
 * A virtual Keithley 2601B, 2602B, 2604B, 2611B, 2612B, 2614B, 2634B, 2635B or 2636B.
 *
 * Departures from the real one: any number of raw sessions at a time, an interlock that is open, no TSP-Link (there is node
 * 1 only), no calibration, no digital lines, nothing on the display.
 *
 * @see 2600BS-901-01 Rev B
 */
export function createVirtual2600({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const asked = plan.model ?? "2602B";
  const model = smu2600Models.get(asked.replace(/^MODEL\s*/i, ""));
  if (!model) {
    throw new MemrigError(
      "invalid-request",
      `${plan.label}: model "${asked}" was asked for; the virtual SMU can be ${[...smu2600Models.keys()].join(", ")}. ` +
        `Write one of these, or leave the model out for a 2602B.`,
      { model: asked, known: [...smu2600Models.keys()] },
    );
  }
  const serial = String(4_000_000 + Math.floor(createRandom(seed, `serial:${plan.label}`).uniform() * 5e5));
  const tsp = new TspInstrument(`Keithley Instruments Inc., Model ${model.name}, ${serial}, ${FIRMWARE}`, lab);
  lab.onFault((message) => tsp.queue(-300, `the simulated device can not be solved: ${message}`));
  const epoch_s = Date.now() / 1000;
  const terminals = ["high", "2.high"].slice(0, model.channels);
  const smus = terminals.map((terminal, index) =>
    smuObject(
      index === 0 ? "smua" : "smub",
      new Channel2600(model, lab, `${plan.label}.${terminal}`, seed),
      tsp,
      epoch_s,
    ),
  );
  tsp.onReset = () => {
    for (const smu of smus) smu.reset();
  };
  const node = new TspObject("localnode", {
    model: model.name,
    serialno: serial,
    revision: FIRMWARE,
    description: `Keithley Instruments SMU ${model.name} - ${serial}`,
    linefreq: LINE_HZ,
    autolinefreq: { read: () => true, write: () => undefined },
    prompts: choiceAttribute(tsp.chat, "prompts", [0, 1]),
    showerrors: choiceAttribute(tsp.chat, "showerrors", [0, 1]),
    reset: () => tsp.reset(),
    ...Object.fromEntries(smus.map(({ object }) => [object.path, object])),
  });
  for (const { object } of smus) tsp.lua.setGlobal(object.path, object);
  tsp.lua.setGlobal("localnode", node);
  tsp.lua.setGlobal("node", [node]);
  tsp.lua.setGlobal("trigger", triggerGlobals(tsp));
  tsp.lua.setGlobal(
    "status",
    statusObject(tsp, smus, () => undefined),
  );
  tsp.lua.prepare(factoryScripts);
  return { device: tsp, socketPort: 5025, deadSocketPort: 5030 };
}
