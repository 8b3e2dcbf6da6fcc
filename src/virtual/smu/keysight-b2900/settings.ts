import type { SourceFunction } from "../settings.js";

/** Most values of a list, and most steps of a staircase. */
export const MOST_STEPS = 2500;
/** Readings of a channel's data and trace buffers; largest trigger and arm count. */
export const MOST_READINGS = 100_000;

export interface Level {
  level: number;
  /** Level of a trigger in the mode FIX; undefined: as the immediate one. */
  triggered: number | undefined;
  /** Nominal full scale that is fixed; undefined: follows the level. */
  range: number | undefined;
  lowerRange: number;
  mode: string;
  start: number;
  stop: number;
  list: number[];
}

export interface Sense {
  /** Nominal full scale that is fixed; undefined: follows the reading. */
  range: number | undefined;
  lowerRange: number;
  rangeMode: string;
  /** Compliance in this quantity, while the other one is forced. */
  limit: number;
}

export interface Wait {
  on: boolean;
  auto: boolean;
  gain: number;
  offset_s: number;
}

/** One of the two layers of one of the two actions. */
export interface Layer {
  source: string;
  count: number;
  delay_s: number;
  timer_s: number;
}

export interface Action {
  arm: Layer;
  trigger: Layer;
}

/** All that `*RST` puts back in one channel. */
export interface ChannelSettings {
  sourceFunction: SourceFunction;
  shape: string;
  continuous: boolean;
  pulse: { width_s: number; delay_s: number };
  source: Record<SourceFunction, Level>;
  sourceWait: Wait;
  points: number;
  spacing: string;
  direction: string;
  stair: string;
  ranging: string;
  functions: Set<string>;
  sense: Record<SourceFunction, Sense>;
  senseWait: Wait;
  aperture_s: number;
  apertureAuto: boolean;
  fourWire: boolean;
  output: {
    offMode: string;
    low: string;
    shutOff: boolean;
    onAuto: boolean;
    offAuto: boolean;
    highCapacitance: boolean;
    filter: boolean;
    filterAuto: boolean;
    filter_Hz: number;
  };
  transition: Action;
  acquire: Action;
  trace: { points: number; feed: string; control: string; stamp: string; statistic: string };
}

const wait = (): Wait => ({ on: true, auto: true, gain: 1, offset_s: 0 });
const layer = (): Layer => ({ source: "AINT", count: 1, delay_s: 0, timer_s: 1e-5 });
const action = (): Action => ({ arm: layer(), trigger: layer() });
const level = (lowerRange: number): Level => ({
  level: 0,
  triggered: undefined,
  range: undefined,
  lowerRange,
  mode: "FIX",
  start: 0,
  stop: 0,
  list: [],
});

/** @param line_Hz of the mains: the aperture begins at a tenth of a cycle */
export function resetSettings(line_Hz: number): ChannelSettings {
  return {
    sourceFunction: "VOLT",
    shape: "DC",
    continuous: false,
    pulse: { width_s: 50e-6, delay_s: 0 },
    source: { VOLT: level(0.2), CURR: level(1e-6) },
    sourceWait: wait(),
    points: 1,
    spacing: "LIN",
    direction: "UP",
    stair: "SING",
    ranging: "BEST",
    functions: new Set(["VOLT", "CURR"]),
    sense: {
      VOLT: { range: undefined, lowerRange: 0.2, rangeMode: "NORM", limit: 2 },
      CURR: { range: undefined, lowerRange: 1e-6, rangeMode: "NORM", limit: 1e-4 },
    },
    senseWait: wait(),
    aperture_s: 0.1 / line_Hz,
    apertureAuto: false,
    fourWire: false,
    output: {
      offMode: "NORM",
      low: "GRO",
      shutOff: false,
      onAuto: true,
      offAuto: false,
      highCapacitance: false,
      filter: true,
      filterAuto: true,
      filter_Hz: 31_830,
    },
    transition: action(),
    acquire: action(),
    trace: { points: MOST_READINGS, feed: "SENS", control: "NEV", stamp: "ABS", statistic: "MEAN" },
  };
}
