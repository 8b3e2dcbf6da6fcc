import { booleanSetting, keyword, keywordSetting, numeric, rest, ScpiError, takes } from "../../scpi/index.js";
import type { Call } from "../../scpi/index.js";
import { rangeNamed, topOf } from "../models.js";
import type { SourceFunction } from "../settings.js";
import type { Channel } from "./channel.js";
import { channelNumber, channelOf } from "./parameters.js";
import { MOST_STEPS } from "./settings.js";
import type { Unit } from "./unit.js";

const functions = [
  ["VOLT", "VOLTage", "V"],
  ["CURR", "CURRent", "A"],
] as const;

/** Access to a property of what a channel has. */
export function kept<O, K extends keyof O>(unit: Unit, of: (channel: Channel) => O, key: K) {
  return {
    get: (call: Call) => of(channelOf(unit, call))[key],
    set: (value: O[K], call: Call) => void (of(channelOf(unit, call))[key] = value),
  };
}

/** `[:SOURce]` and `:OUTPut`: what is forced, its staircases, lists and pulses. */
export function sourceCommands(unit: Unit): void {
  const { scpi } = unit;
  const last = unit.model.channels;
  const source = `[:SOURce<1-${last}>]`;
  scpi.tree.command(
    `${source}:FUNCtion:MODE`,
    takes([keyword("VOLTage", "CURRent")], ([of], call) => {
      const channel = channelOf(unit, call);
      if (channel.settings.sourceFunction === of) return;
      channel.outputOff(); // the output goes off while the source changes over
      channel.settings.sourceFunction = of as SourceFunction;
    }),
  );
  scpi.tree.query(
    `${source}:FUNCtion:MODE`,
    takes([], (_, call) => channelOf(unit, call).settings.sourceFunction),
  );
  const settings = (channel: Channel) => channel.settings;
  keywordSetting(scpi, `${source}:FUNCtion[:SHAPe]`, ["DC", "PULSe"], kept(unit, settings, "shape"));
  booleanSetting(scpi, `${source}:FUNCtion:TRIGgered:CONTinuous`, kept(unit, settings, "continuous"));
  for (const [of, notation, suffix] of functions) {
    levelCommands(unit, of, `${source}:${notation}`, suffix);
    listCommands(unit, of, `${source}:LIST:${notation}`, suffix);
  }
  sweepCommands(unit, source);
  channelNumber(unit, `${source}:PULSe:WIDTh`, "S", () => ({ min: 50e-6, max: 1e5, default: 50e-6 }), {
    get: ({ settings: { pulse } }) => pulse.width_s,
    set: ({ settings: { pulse } }, width_s) => void (pulse.width_s = Math.round(width_s * 1e6) / 1e6),
  });
  channelNumber(unit, `${source}:PULSe:DELay`, "S", () => ({ min: 0, max: 99999.9, default: 0 }), {
    get: ({ settings: { pulse } }) => pulse.delay_s,
    set: ({ settings: { pulse } }, delay_s) => void (pulse.delay_s = delay_s),
  });
  waitCommands(unit, `${source}:WAIT`, (channel) => channel.settings.sourceWait);
  outputCommands(unit, `:OUTPut<1-${last}>`);
}

function levelCommands(unit: Unit, of: SourceFunction, root: string, suffix: "V" | "A"): void {
  const most = (channel: Channel) => channel.ranges(of).reduce((largest, range) => Math.max(largest, topOf(range)), 0);
  const within = (channel: Channel) => ({ min: -most(channel), max: most(channel), default: 0 });
  const range = (channel: Channel) => ({
    min: -most(channel),
    max: most(channel),
    default: channel.ranges(of)[0]?.full ?? 0,
  });
  channelNumber(unit, `${root}[:LEVel][:IMMediate][:AMPLitude]`, suffix, within, {
    get: ({ settings }) => settings.source[of].level,
    set: (channel, level) => channel.setImmediate(of, level),
  });
  channelNumber(unit, `${root}[:LEVel]:TRIGgered[:AMPLitude]`, suffix, within, {
    get: ({ settings }) => settings.source[of].triggered ?? settings.source[of].level,
    set: ({ settings }, level) => void (settings.source[of].triggered = level),
  });
  channelNumber(unit, `${root}:RANGe[:UPPer]`, suffix, range, {
    get: (channel) => channel.sourceRange(of).full,
    set: (channel, full) => {
      channel.settings.source[of].range = rangeNamed(channel.ranges(of), full).full;
      if (of === channel.settings.sourceFunction) channel.apply();
    },
  });
  booleanSetting(unit.scpi, `${root}:RANGe:AUTO`, {
    get: (call) => channelOf(unit, call).settings.source[of].range === undefined,
    set: (auto, call) => {
      const channel = channelOf(unit, call);
      channel.settings.source[of].range = auto ? undefined : channel.sourceRange(of).full;
      if (of === channel.settings.sourceFunction) channel.apply();
    },
  });
  channelNumber(unit, `${root}:RANGe:AUTO:LLIMit`, suffix, range, {
    get: ({ settings }) => settings.source[of].lowerRange,
    set: (channel, full) => void (channel.settings.source[of].lowerRange = rangeNamed(channel.ranges(of), full).full),
  });
  keywordSetting(
    unit.scpi,
    `${root}:MODE`,
    ["FIXed", "SWEep", "LIST"],
    kept(unit, (c: Channel) => c.settings.source[of], "mode"),
  );
  for (const [node, key] of [
    ["STARt", "start"],
    ["STOP", "stop"],
  ] as const) {
    channelNumber(unit, `${root}:${node}`, suffix, within, {
      get: ({ settings }) => settings.source[of][key],
      set: ({ settings }, level) => void (settings.source[of][key] = level),
    });
  }
  pointsCommand(unit, `${root}:POINts`);
  channelNumber(unit, `${root}:STEP`, suffix, within, {
    get: ({ settings }) => stepOf(settings, of),
    set: (channel, step) => {
      const { settings } = channel;
      const span = settings.source[of].stop - settings.source[of].start;
      if (span * step < 0) throw new ScpiError(-221, channel.told("polarity of step and span"));
      const points = step === 0 ? 1 : Math.floor(span / step + 1e-6) + 1;
      if (points > MOST_STEPS) throw new ScpiError(-222, channel.told("sweep points"));
      settings.points = points;
      // The last step may fall short of the stop value: the staircase ends there.
      if (points > 1) settings.source[of].stop = settings.source[of].start + step * (points - 1);
    },
  });
}

function stepOf({ points, source }: Channel["settings"], of: SourceFunction): number {
  return points === 1 ? 0 : (source[of].stop - source[of].start) / (points - 1);
}

function pointsCommand(unit: Unit, pattern: string): void {
  const points = () => ({ min: 1, max: MOST_STEPS, default: 1 });
  const access = {
    get: ({ settings }: Channel) => settings.points,
    set: ({ settings }: Channel, value: number) => void (settings.points = value),
  };
  channelNumber(unit, pattern, "", points, access, true);
}

function sweepCommands(unit: Unit, source: string): void {
  const settings = (channel: Channel) => channel.settings;
  pointsCommand(unit, `${source}:SWEep:POINts`);
  for (const [node, words, key] of [
    ["SPACing", ["LINear", "LOGarithmic"], "spacing"],
    ["DIRection", ["UP", "DOWN"], "direction"],
    ["STAir", ["SINGle", "DOUBle"], "stair"],
    ["RANGing", ["BEST", "FIXed", "AUTO"], "ranging"],
  ] as const) {
    keywordSetting(unit.scpi, `${source}:SWEep:${node}`, words, kept(unit, settings, key));
  }
}

function listCommands(unit: Unit, of: SourceFunction, root: string, suffix: "V" | "A"): void {
  const take = (channel: Channel, values: readonly number[]) => {
    const most = channel.ranges(of).reduce((largest, range) => Math.max(largest, topOf(range)), 0);
    if (values.length > MOST_STEPS) throw new ScpiError(-223);
    if (values.some((value) => Math.abs(value) > most)) throw new ScpiError(-222, channel.told("list"));
    channel.settings.source[of].list = [...values];
  };
  unit.scpi.tree.command(
    root,
    takes([numeric(suffix), rest(numeric(suffix))], ([first, more], call) =>
      take(channelOf(unit, call), [first, ...more]),
    ),
  );
  unit.scpi.tree.query(
    root,
    takes([], (_, call) => {
      const { list, level } = channelOf(unit, call).settings.source[of];
      return (list.length === 0 ? [level] : list).map((value) => unit.scpi.dialect.formatNumber(value)).join(",");
    }),
  );
  unit.scpi.tree.command(
    `${root}:APPend`,
    takes([numeric(suffix), rest(numeric(suffix))], ([first, more], call) => {
      const channel = channelOf(unit, call);
      take(channel, [...channel.settings.source[of].list, first, ...more]);
    }),
  );
  unit.scpi.tree.query(
    `${root}:POINts`,
    takes([], (_, call) => String(Math.max(1, channelOf(unit, call).settings.source[of].list.length))),
  );
}

/** Wait times of source and measurement: gain times what is built in, and an offset. */
export function waitCommands(
  unit: Unit,
  root: string,
  of: (channel: Channel) => Channel["settings"]["sourceWait"],
): void {
  booleanSetting(unit.scpi, `${root}[:STATe]`, kept(unit, of, "on"));
  booleanSetting(unit.scpi, `${root}:AUTO`, kept(unit, of, "auto"));
  channelNumber(unit, `${root}:GAIN`, "", () => ({ min: 0, max: 100, default: 1 }), {
    get: (channel) => of(channel).gain,
    set: (channel, gain) => void (of(channel).gain = gain),
  });
  channelNumber(unit, `${root}:OFFSet`, "S", () => ({ min: 0, max: 1, default: 0 }), {
    get: (channel) => of(channel).offset_s,
    set: (channel, offset_s) => void (of(channel).offset_s = offset_s),
  });
}

function outputCommands(unit: Unit, root: string): void {
  const { scpi } = unit;
  const output = (channel: Channel) => channel.settings.output;
  booleanSetting(scpi, `${root}[:STATe]`, {
    get: (call) => channelOf(unit, call).outputIsOn,
    set: (on, call) => (on ? channelOf(unit, call).outputOn() : channelOf(unit, call).outputOff()),
  });
  keywordSetting(scpi, `${root}:OFF:MODE`, ["ZERO", "HIZ", "NORMal"], kept(unit, output, "offMode"));
  keywordSetting(scpi, `${root}:LOW`, ["FLOat", "GROund"], {
    get: (call) => channelOf(unit, call).settings.output.low,
    set: (low, call) => {
      const channel = channelOf(unit, call);
      if (channel.outputIsOn) throw new ScpiError(-221, channel.told("output is on"));
      channel.settings.output.low = low;
    },
  });
  booleanSetting(scpi, `${root}:PROTection[:STATe]`, kept(unit, output, "shutOff"));
  booleanSetting(scpi, `${root}:ON:AUTO`, kept(unit, output, "onAuto"));
  booleanSetting(scpi, `${root}:OFF:AUTO`, kept(unit, output, "offAuto"));
  booleanSetting(scpi, `${root}:HCAPacitance[:STATe]`, kept(unit, output, "highCapacitance"));
  booleanSetting(scpi, `${root}:FILTer[:LPASs][:STATe]`, kept(unit, output, "filter"));
  booleanSetting(scpi, `${root}:FILTer[:LPASs]:AUTO`, kept(unit, output, "filterAuto"));
  channelNumber(unit, `${root}:FILTer[:LPASs]:FREQuency`, "HZ", () => ({ min: 31.83, max: 31_831, default: 31_830 }), {
    get: (channel) => output(channel).filter_Hz,
    set: (channel, frequency_Hz) => void (output(channel).filter_Hz = frequency_Hz),
  });
}
