import { booleanSetting, keywordSetting, name, rest, ScpiError, takes } from "../../scpi/index.js";
import { rangeFor, rangeNamed, topOf } from "../models.js";
import type { SourceFunction } from "../settings.js";
import type { Channel } from "./channel.js";
import { channelNumber, channelOf } from "./parameters.js";
import { kept, waitCommands } from "./source-commands.js";
import type { Unit } from "./unit.js";

const functions = [
  ["VOLT", "VOLTage[:DC]", "V"],
  ["CURR", "CURRent[:DC]", "A"],
] as const;
const MOST_APERTURE_S = 2;
const LEAST_APERTURE_S = 8e-6;

/** `"CURR"`, `"voltage:dc"`; a string that is empty names none. @throws ScpiError -224 */
function functionNamed(text: string): string | undefined {
  if (text === "") return undefined;
  const match = /^(VOLT|CURR|RES)(AGE|ENT|ISTANCE)?(:DC)?$/i.exec(text.trim());
  if (!match) throw new ScpiError(-224);
  return (match[1] as string).toUpperCase();
}

/** `:SENSe`: what is measured, on which range, for how long, and how far the other quantity may go. */
export function senseCommands(unit: Unit): void {
  const { scpi } = unit;
  const sense = `:SENSe<1-${unit.model.channels}>`;
  const settings = (channel: Channel) => channel.settings;
  const listed = (functionsOn: Iterable<string>) => [...functionsOn].map((each) => `"${each}"`).join(",");
  for (const [node, on] of [
    ["[:ON]", true],
    [":OFF", false],
  ] as const) {
    scpi.tree.command(
      `${sense}:FUNCtion${node}`,
      takes([name(), rest(name())], ([first, more], call) => {
        const { functions: active } = channelOf(unit, call).settings;
        for (const each of [first, ...more].map(functionNamed)) {
          if (each === undefined) continue;
          if (on) active.add(each);
          else active.delete(each);
        }
      }),
    );
    scpi.tree.query(
      `${sense}:FUNCtion${node}`,
      takes([], (_, call) => {
        const { functions: active } = channelOf(unit, call).settings;
        return listed(["VOLT", "CURR", "RES"].filter((each) => active.has(each) === on));
      }),
    );
    scpi.tree.command(
      `${sense}:FUNCtion${node === ":OFF" ? node : ":ON"}:ALL`,
      takes([], (_, call) => {
        const { functions: active } = channelOf(unit, call).settings;
        active.clear();
        if (on) for (const each of ["VOLT", "CURR", "RES"]) active.add(each);
      }),
    );
  }
  for (const [of, notation, suffix] of functions) {
    rangeCommands(unit, of, `${sense}:${notation}`, suffix);
    limitCommands(unit, of, `${sense}:${notation}:PROTection`, suffix);
    apertureCommands(unit, `${sense}:${notation}`);
  }
  apertureCommands(unit, `${sense}:RESistance`);
  booleanSetting(scpi, `${sense}:REMote`, {
    get: (call) => channelOf(unit, call).settings.fourWire,
    set: (on, call) => {
      const channel = channelOf(unit, call);
      channel.settings.fourWire = on;
      channel.apply();
    },
  });
  waitCommands(unit, `${sense}:WAIT`, (channel) => settings(channel).senseWait);
  scpi.tree.command(
    `${sense}:DATA:CLEar`,
    takes([], (_, call) => channelOf(unit, call).data.clear()),
  );
}

function rangeCommands(unit: Unit, of: SourceFunction, root: string, suffix: "V" | "A"): void {
  const bounds = (channel: Channel) => {
    const ranges = channel.ranges(of);
    const most = ranges.reduce((largest, range) => Math.max(largest, topOf(range)), 0);
    return { min: -most, max: most, default: ranges[0]?.full ?? 0 };
  };
  const inUse = (channel: Channel) => {
    const { range, limit } = channel.settings.sense[of];
    return range ?? rangeFor(channel.ranges(of), limit).full;
  };
  channelNumber(unit, `${root}:RANGe[:UPPer]`, suffix, bounds, {
    get: inUse,
    set: (channel, full) => {
      channel.settings.sense[of].range = rangeNamed(channel.ranges(of), full).full;
      channel.apply();
    },
  });
  booleanSetting(unit.scpi, `${root}:RANGe:AUTO`, {
    get: (call) => channelOf(unit, call).settings.sense[of].range === undefined,
    set: (auto, call) => {
      const channel = channelOf(unit, call);
      channel.settings.sense[of].range = auto ? undefined : inUse(channel);
      channel.apply();
    },
  });
  channelNumber(unit, `${root}:RANGe:AUTO:LLIMit`, suffix, bounds, {
    get: ({ settings }) => settings.sense[of].lowerRange,
    set: (channel, full) => void (channel.settings.sense[of].lowerRange = rangeNamed(channel.ranges(of), full).full),
  });
  const modes = ["NORMal", "RESolution", "SPEed"];
  keywordSetting(
    unit.scpi,
    `${root}:RANGe:AUTO:MODE`,
    modes,
    kept(unit, (c: Channel) => c.settings.sense[of], "rangeMode"),
  );
}

/** `PROT:POSitive`, `:NEGative` and `:BOTH` of later firmware are one limit here. */
function limitCommands(unit: Unit, of: SourceFunction, root: string, suffix: "V" | "A"): void {
  const bounds = (channel: Channel) => {
    const ranges = channel.ranges(of);
    // A hundredth of the smallest range: below that no compliance can be told from zero.
    return {
      min: (ranges[0]?.full ?? 0) / 100,
      max: ranges.reduce((most, range) => Math.max(most, topOf(range)), 0),
      default: of === "VOLT" ? 2 : 1e-4,
    };
  };
  channelNumber(unit, `${root}[:LEVel][:BOTH]`, suffix, bounds, {
    get: ({ settings }) => settings.sense[of].limit,
    set: (channel, limit) => {
      const before = channel.settings.sense[of].limit;
      channel.settings.sense[of].limit = limit;
      try {
        if (of === channel.limits) channel.checkPower();
      } catch (error) {
        channel.settings.sense[of].limit = before;
        throw error;
      }
      channel.apply();
    },
  });
  unit.scpi.tree.query(
    `${root}:TRIPped`,
    takes([], (_, call) => {
      const channel = channelOf(unit, call);
      return of === channel.limits && channel.limitTripped;
    }),
  );
}

/** One aperture for all that a channel measures, in seconds or in power line cycles. */
function apertureCommands(unit: Unit, root: string): void {
  const set = (channel: Channel, aperture_s: number) => {
    channel.settings.aperture_s = aperture_s;
    channel.settings.apertureAuto = false;
  };
  channelNumber(unit, `${root}:APERture`, "S", () => ({ min: LEAST_APERTURE_S, max: MOST_APERTURE_S, default: 2e-3 }), {
    get: ({ settings }) => settings.aperture_s,
    set,
  });
  const cycles = ({ line_Hz }: Channel) => ({
    min: LEAST_APERTURE_S * line_Hz,
    max: MOST_APERTURE_S * line_Hz,
    default: 0.1,
  });
  channelNumber(unit, `${root}:NPLCycles`, "", cycles, {
    get: ({ settings, line_Hz }) => settings.aperture_s * line_Hz,
    set: (channel, nplc) => set(channel, nplc / channel.line_Hz),
  });
  for (const node of ["APERture", "NPLCycles"]) {
    booleanSetting(
      unit.scpi,
      `${root}:${node}:AUTO`,
      kept(unit, (channel: Channel) => channel.settings, "apertureAuto"),
    );
  }
}
