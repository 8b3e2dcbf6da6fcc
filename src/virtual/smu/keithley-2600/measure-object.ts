import { TspError } from "../../tsp/errors.js";
import { choiceAttribute, numberAttribute, numberOf, TspObject } from "../../tsp/objects.js";
import type { Attribute, Members } from "../../tsp/objects.js";
import type { TspInstrument } from "../../tsp/instrument.js";
import { TspReadingBuffer } from "../../tsp/reading-buffer.js";
import { Wait } from "../../tsp/values.js";
import type { LuaFunction, LuaValue } from "../../tsp/values.js";
import { rangeNamed } from "../models.js";
import type { Channel2600, ChannelReading } from "./channel.js";
import { OVERRANGE_2600 } from "./models.js";
import { quantities, store } from "./trigger-model.js";
import type { Storing, TriggerModel2600 } from "./trigger-model.js";

/** What can be measured, by the end of its command: `smua.measure.iv()` gives current, then voltage. */
const measured: Readonly<Record<string, Storing["of"]>> = { i: ["i"], v: ["v"], r: ["r"], p: ["p"], iv: ["i", "v"] };

/** Buffers of a measuring command, in the order of what it measures. */
export function storingOf(of: Storing["of"], given: readonly LuaValue[]): Storing {
  const buffers = given.map((buffer) => {
    if (buffer instanceof TspReadingBuffer) return buffer;
    throw new TspError(-104);
  });
  if (new Set(buffers).size < buffers.length) throw new TspError(5040);
  return { of, buffers };
}

/** Takes `measure.count` readings, `measure.interval` apart. @returns gives them up */
function series(channel: Channel2600, storing: Storing, done: (last: ChannelReading) => void): () => void {
  const { count, interval } = channel.settings.measure;
  let waiting: (() => void) | undefined;
  for (const buffer of storing.buffers) buffer.begin();
  const take = (number: number) => {
    const begin_s = channel.lab.now_s;
    channel.measure((reading) => {
      store(reading, storing);
      if (number === count) done(reading);
      else waiting = channel.lab.schedule(begin_s + interval, () => take(number + 1));
    });
  };
  take(1);
  return () => {
    waiting?.();
    channel.abandon();
  };
}

/** `smua.measure` @see 2600BS-901-01 Rev B, smuX.measure.Y() and smuX.measure attributes */
export function measureObject(
  path: string,
  channel: Channel2600,
  model: TriggerModel2600,
  tsp: TspInstrument,
  busy: { cancel: (() => void) | undefined },
): TspObject {
  const idle = () => {
    if (model.running || busy.cancel) throw new TspError(5042);
  };
  const members: Record<string, LuaFunction> = {};
  for (const [name, of] of Object.entries(measured)) {
    members[name] = (...buffers) => {
      idle();
      const storing = storingOf(of, buffers);
      return new Wait((resume) =>
        series(channel, storing, (last) => resume(of.map((letter) => quantities[letter](last)))),
      );
    };
    members[`overlapped${name}`] = (...buffers) => {
      idle();
      const storing = storingOf(of, buffers);
      const ended = tsp.operations.begin();
      const end = () => {
        busy.cancel = undefined;
        ended();
      };
      const giveUp = series(channel, storing, end);
      busy.cancel = () => {
        giveUp();
        end();
      };
    };
  }
  return new TspObject(`${path}.measure`, { ...members, ...settingMembers(path, channel) });
}

function settingMembers(path: string, channel: Channel2600): Members {
  const setting = (make: (settings: Channel2600["settings"]["measure"]) => Attribute): Attribute => ({
    read: () => make(channel.settings.measure).read(),
    write: (value) => make(channel.settings.measure).write?.(value),
  });
  const filter = (make: (settings: Channel2600["settings"]["filter"]) => Attribute): Attribute => ({
    read: () => make(channel.settings.filter).read(),
    write: (value) => make(channel.settings.filter).write?.(value),
  });
  const rel: Record<string, Attribute> = {};
  for (const letter of ["v", "i", "r", "p"] as const) {
    rel[`enable${letter}`] = {
      read: () => channel.settings.rel[`enable${letter}`],
      write: (value) => choiceAttribute(channel.settings.rel, `enable${letter}`, [0, 1]).write?.(value),
    };
    rel[`level${letter}`] = {
      read: () => channel.settings.rel[`level${letter}`],
      write: (value) => numberAttribute(channel.settings.rel, `level${letter}`).write?.(value),
    };
  }
  return {
    nplc: setting((measure) => numberAttribute(measure, "nplc", { min: 0.001, max: 25 })),
    count: setting((measure) => numberAttribute(measure, "count", { min: 1, max: 1e6 })),
    interval: setting((measure) => numberAttribute(measure, "interval", { min: 0 })),
    delay: setting((measure) => numberAttribute(measure, "delay", { min: -1 })),
    delayfactor: setting((measure) => numberAttribute(measure, "delayfactor", { min: 0 })),
    autozero: setting((measure) => choiceAttribute(measure, "autozero", [0, 1, 2])),
    analogfilter: setting((measure) => choiceAttribute(measure, "analogfilter", [0, 1])),
    lowrangev: setting((measure) => numberAttribute(measure, "lowrangev", { min: 0 })),
    lowrangei: setting((measure) => numberAttribute(measure, "lowrangei", { min: 0 })),
    autorangev: autorange(channel, true),
    autorangei: autorange(channel, false),
    rangev: range(channel, true),
    rangei: range(channel, false),
    filter: new TspObject(`${path}.measure.filter`, {
      enable: filter((settings) => choiceAttribute(settings, "enable", [0, 1])),
      type: filter((settings) => choiceAttribute(settings, "type", [0, 1, 2])),
      count: filter((settings) => numberAttribute(settings, "count", { min: 1, max: 100 })),
    }),
    rel: new TspObject(`${path}.measure.rel`, rel),
  };
}

/** The range of what is forced is the source's. */
function range(channel: Channel2600, volts: boolean): Attribute {
  const ranges = channel.ranges(volts);
  return {
    read: () => {
      const fixed = volts ? channel.settings.measure.rangev : channel.settings.measure.rangei;
      return volts === channel.sourcesVoltage ? channel.sourceRange(volts).full : rangeNamed(ranges, fixed).full;
    },
    write: (value) => {
      const asked = Math.abs(numberOf(value));
      if (asked > (ranges.at(-1)?.full ?? 0) * OVERRANGE_2600) throw new TspError(1101);
      const { measure } = channel.settings;
      const { full } = rangeNamed(ranges, asked);
      if (volts) [measure.rangev, measure.autorangev] = [full, 0];
      else [measure.rangei, measure.autorangei] = [full, 0];
    },
  };
}

/** 2: follows the limit. */
function autorange(channel: Channel2600, volts: boolean): Attribute {
  const key = volts ? "autorangev" : "autorangei";
  return {
    read: () => channel.settings.measure[key],
    write: (value) => choiceAttribute(channel.settings.measure, key, [0, 1, 2]).write?.(value),
  };
}
