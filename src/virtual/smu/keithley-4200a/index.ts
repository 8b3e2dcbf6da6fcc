import { MemrigError } from "../../../errors.js";
import { createRandom } from "../../../simulator/random.js";
import type { InstrumentContext, VirtualInstrument } from "../../virtual-instrument.js";
import { Smu } from "../smu.js";
import { KxciDevice } from "./device.js";
import { smuCard } from "./models.js";
import { PulseCard, PulseChannel } from "./pmu/card.js";
import { pulseCommands } from "./pmu/commands.js";
import type { Channel } from "./models.js";
import { systemCommands } from "./system-mode.js";
import { TestRun } from "./test-run.js";
import { userCommands } from "./user-mode.js";

const CHANNELS = [1, 2, 3, 4];
const PULSE_CHANNELS = [1, 2];
/** SMUs with a preamplifier. */
const PREAMPS: ReadonlySet<number> = new Set([1, 2]);

/**
 * A virtual Keithley 4200A-SCS with KXCI open: four medium-power SMUs, two of them with preamplifiers, in user mode and in
 * system mode, and a pulse card with two channels, each behind an RPM.
 *
 * Departures from the real one: of the pulse card no averages over loops of Segment Arb and nothing of what its relays
 * do, its small current ranges as fast as the large ones, load-line compensation that needs no pulses; no CVU, voltmeters or user
 * libraries, no time-domain sampling (`WT`, `IN`, `NR`), one VAR2; sense is not wired, so that readings include the leads; errors of
 * commands are all -992, with a text of its own. A test of which each output goes off at its end is the picture the examples give; it has not been seen on iron.
 *
 * @see 4200A-901-01 Rev C, section 9
 */
export function createVirtual4200a({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const asked = plan.model ?? "4200A-SCS";
  if (!/^(KI)?4200A(-SCS)?$/i.test(asked)) {
    throw new MemrigError(
      "invalid-request",
      `${plan.label}: model "${asked}" was asked for; the virtual parameter analyzer is a 4200A-SCS. Leave the model out.`,
      { model: asked, known: ["4200A-SCS"] },
    );
  }
  const serial = Math.floor(1e6 + createRandom(seed, `serial:${plan.label}`).uniform() * 8e6);
  const channels = new Map<number, Channel>(
    CHANNELS.map((number) => {
      const preamp = PREAMPS.has(number);
      const label = number === 1 ? plan.label : `${plan.label}.${number}`;
      const smu = new Smu(smuCard(preamp), lab, label, seed);
      return [number, { number, smu, preamp, letter: "ABCD"[number - 1] ?? "" }];
    }),
  );
  const options = CHANNELS.map((number) => `SMU${PREAMPS.has(number) ? "PA" : ""}${number}`);
  const pulses = PULSE_CHANNELS.map((number) => new PulseChannel(number, lab, plan.label, seed));
  const card = new PulseCard(new Map(pulses.map((channel) => [channel.number, channel])), lab);
  options.push("PMU1", ...PULSE_CHANNELS.map((number) => `PMU1RPM1-${number}`));
  const device = new KxciDevice(`KEITHLEY INSTRUMENTS,KI4200A,${serial},V1.14`, options.join(","), channels);
  const test = new TestRun(lab, channels, device.setup, () => device.testEnded());
  lab.onFault((message) => device.fail(new Error(`the simulated device can not be solved: ${message}`)));
  device.commonCommands(test);
  userCommands(device);
  systemCommands(device);
  pulseCommands(device, card);
  return { device, socketPort: 1225 };
}
