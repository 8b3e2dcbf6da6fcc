import { nr3 } from "../../scpi/index.js";
import { oneReading } from "../one-reading.js";
import type { SourceFunction } from "../settings.js";
import { KxciFault, numberAt, wholeAt, withinAt } from "./arguments.js";
import type { KxciDevice } from "./device.js";
import { currentRanges, MOST_A, MOST_V, needsPreampA, needsPreampV, voltageRanges } from "./models.js";
import type { Channel } from "./models.js";

/** Readings in user mode have five digits. */
const DECIMALS = 4;
const LIMITED = 0x20;

/** User mode: one level at a time, one reading at a time. */
export function userCommands(device: KxciDevice): void {
  const forced = (of: SourceFunction) => (given: readonly string[]) => {
    const channel = device.channel(given, 0);
    if (given.length === 1) {
      channel.smu.outputOff();
      return;
    }
    force(channel, of, given);
  };
  device.on("DV", ["US"], forced("VOLT"));
  device.on("DI", ["US"], forced("CURR"));
  device.on("TV", ["US"], (given, signal) => read(device.channel(given, 0), "VOLT", signal));
  device.on("TI", ["US"], (given, signal) => read(device.channel(given, 0), "CURR", signal));
}

/** The output goes on with the level: there is no other command for it. */
function force({ smu, preamp }: Channel, of: SourceFunction, given: readonly string[]): void {
  const [ranges, preampOnly] = of === "VOLT" ? [voltageRanges, needsPreampV] : [currentRanges, needsPreampA];
  const [most, mostLimit] = of === "VOLT" ? [MOST_V, MOST_A] : [MOST_A, MOST_V];
  const code = wholeAt(given, 1, 0, ranges.length - 1);
  const range = ranges[code];
  if (preampOnly.has(code) && !preamp) throw new KxciFault(`Range ${code} needs a preamplifier`);
  if ((range ?? 0) > most * 1.001) throw new KxciFault(`Range ${code} is not there`);
  const level = withinAt(given, 2, -most, most);
  if (range !== undefined && Math.abs(level) > range * 1.05) throw new KxciFault(`${level} is beyond range ${code}`);
  const limit = Math.abs(numberAt(given, 3));
  if (!(limit > 0 && limit <= mostLimit)) throw new KxciFault(`A compliance of ${limit} is not there`);
  const { settings } = smu;
  settings.sourceFunction = of;
  settings.source[of].range = range;
  // A smaller one is made larger, and nobody is told.
  settings.source[of].limit = of === "VOLT" ? Math.max(limit, smu.model.leastLimit_A) : limit;
  settings.source[of].delayAuto = false;
  settings.source[of].readBack = false;
  smu.setLevel(of, level);
  if (!smu.outputIsOn) smu.outputOn();
}

async function read({ smu, letter }: Channel, of: SourceFunction, signal: AbortSignal): Promise<string> {
  smu.settings.senseFunction = of;
  smu.settings.sense[of].autozero = false;
  const { value, sourceStatus } = await oneReading(smu, signal);
  const status = (sourceStatus & LIMITED) !== 0 ? "C" : Math.abs(value) > 1e37 ? "V" : "N";
  return `${status}${letter}${of === "VOLT" ? "V" : "I"}${nr3(value, DECIMALS, true)}`;
}
