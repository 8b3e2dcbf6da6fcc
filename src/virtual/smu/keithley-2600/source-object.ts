import { TspError } from "../../tsp/errors.js";
import { choiceAttribute, numberAttribute, numberOf, numberWithin, TspObject } from "../../tsp/objects.js";
import type { Attribute } from "../../tsp/objects.js";
import { rangeNamed } from "../models.js";
import type { Channel2600 } from "./channel.js";
import { OVERRANGE_2600, steadyRange } from "./models.js";
import { VOLTS } from "./settings.js";

const ON_OFF = [0, 1];

/** Largest level and limit of a quantity. */
function most(channel: Channel2600, volts: boolean): number {
  return steadyRange(channel.ranges(volts)).full * OVERRANGE_2600;
}

/** @throws TspError 5007: the level and the limit together are beyond what the channel has */
function checkArea(channel: Channel2600, change: Partial<Channel2600["settings"]["source"]>): void {
  const { func, levelv, leveli, limitv, limiti } = { ...channel.settings.source, ...change };
  const [voltage_V, current_A] = func === VOLTS ? [levelv, limiti] : [limitv, leveli];
  const { corner_V, highVoltageCurrent_A } = channel.model;
  const beyond = Math.abs(voltage_V) > corner_V && Math.abs(current_A) > highVoltageCurrent_A * (1 + 1e-9);
  if (beyond) throw new TspError(5007);
}

/** `smua.source` @see 2600BS-901-01 Rev B, smuX.source attributes */
export function sourceObject(path: string, channel: Channel2600): TspObject {
  const apply = () => channel.apply();
  // Settings are put back by a reset as a whole, so that each attribute finds them anew.
  const setting = (make: (settings: Channel2600["settings"]["source"]) => Attribute): Attribute => ({
    read: () => make(channel.settings.source).read(),
    write: (value) => make(channel.settings.source).write?.(value),
  });
  return new TspObject(`${path}.source`, {
    func: setting((source) => ({
      read: () => source.func,
      write: (value) => {
        const func = numberOf(value);
        if (!ON_OFF.includes(func)) throw new TspError(func > 1 ? 1101 : 1102);
        source.func = func;
        channel.programmed();
      },
    })),
    levelv: level(channel, true),
    leveli: level(channel, false),
    limitv: limit(channel, true),
    limiti: limit(channel, false),
    limitp: setting((source) => numberAttribute(source, "limitp", { min: 0 }, apply)),
    rangev: range(channel, true),
    rangei: range(channel, false),
    autorangev: autorange(channel, true),
    autorangei: autorange(channel, false),
    lowrangev: setting((source) => numberAttribute(source, "lowrangev", { min: 0 }, apply)),
    lowrangei: setting((source) => numberAttribute(source, "lowrangei", { min: 0 }, apply)),
    delay: setting((source) => numberAttribute(source, "delay", { min: -1 })),
    settling: setting((source) => numberAttribute(source, "settling", { min: 0, max: 128 })),
    highc: setting((source) => choiceAttribute(source, "highc", ON_OFF)),
    sink: setting((source) => choiceAttribute(source, "sink", ON_OFF)),
    offmode: setting((source) => choiceAttribute(source, "offmode", [0, 1, 2])),
    offfunc: setting((source) => choiceAttribute(source, "offfunc", ON_OFF)),
    offlimiti: setting((source) => numberAttribute(source, "offlimiti", { min: 0, max: most(channel, false) })),
    offlimitv: setting((source) => numberAttribute(source, "offlimitv", { min: 0, max: most(channel, true) })),
    outputenableaction: setting((source) => choiceAttribute(source, "outputenableaction", ON_OFF)),
    output: {
      read: () => channel.outputState,
      write: (value) => {
        const state = typeof value === "boolean" ? Number(value) : numberOf(value);
        if (![0, 1, 2].includes(state)) throw new TspError(state > 2 ? 1101 : 1102);
        channel.switchOutput(state);
      },
    },
    compliance: { read: () => channel.compliance },
  });
}

/** Beyond a fixed range it is refused, and the old level stays. */
function level(channel: Channel2600, volts: boolean): Attribute {
  const key = volts ? "levelv" : "leveli";
  return {
    read: () => channel.settings.source[key],
    write: (value) => {
      const { source } = channel.settings;
      const reach = most(channel, volts);
      const asked = numberWithin(value, { min: -reach, max: reach });
      const fixed = volts ? source.autorangev === 0 : source.autorangei === 0;
      if (fixed && Math.abs(asked) > channel.sourceRange(volts).full * OVERRANGE_2600) throw new TspError(5005);
      const drives = volts === channel.sourcesVoltage;
      if (drives) checkArea(channel, { [key]: asked });
      if (drives && channel.outputState === 1) channel.checkInterlock(asked);
      source[key] = asked;
      if (drives) channel.programmed();
    },
  };
}

function limit(channel: Channel2600, volts: boolean): Attribute {
  const key = volts ? "limitv" : "limiti";
  const { leastLimit_V, leastLimit_A } = channel.model;
  return {
    read: () => channel.settings.source[key],
    write: (value) => {
      const asked = numberWithin(value, { min: volts ? leastLimit_V : leastLimit_A, max: most(channel, volts) });
      if (volts !== channel.sourcesVoltage) checkArea(channel, { [key]: asked });
      channel.settings.source[key] = asked;
      channel.apply();
    },
  };
}

/** Named by a magnitude; setting it fixes it. */
function range(channel: Channel2600, volts: boolean): Attribute {
  return {
    read: () => channel.sourceRange(volts).full,
    write: (value) => {
      const asked = Math.abs(numberOf(value));
      const widest = (channel.ranges(volts).at(-1)?.full ?? 0) * OVERRANGE_2600;
      if (asked > widest) throw new TspError(1101);
      const { source } = channel.settings;
      const { full } = rangeNamed(channel.ranges(volts), asked);
      const inUse = volts === channel.sourcesVoltage ? channel.level : volts ? source.levelv : source.leveli;
      if (Math.abs(inUse) > full * OVERRANGE_2600) throw new TspError(5005);
      if (volts) [source.rangev, source.autorangev] = [full, 0];
      else [source.rangei, source.autorangei] = [full, 0];
      channel.apply();
    },
  };
}

/** Turned off, the range stays where it is. */
function autorange(channel: Channel2600, volts: boolean): Attribute {
  const key = volts ? "autorangev" : "autorangei";
  return {
    read: () => channel.settings.source[key],
    write: (value) => {
      const { full } = channel.sourceRange(volts);
      choiceAttribute(channel.settings.source, key, ON_OFF).write?.(value);
      if (volts) channel.settings.source.rangev = full;
      else channel.settings.source.rangei = full;
      channel.apply();
    },
  };
}
