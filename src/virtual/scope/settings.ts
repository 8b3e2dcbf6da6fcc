import { plainInput } from "./input.js";
import type { InputSettings } from "./input.js";

export interface ChannelSettings extends InputSettings {
  unit: "VOLT" | "AMP";
  label: string;
  skew_s: number;
}

export interface ScopeSettings {
  readonly channels: ChannelSettings[];
  timebase: { mode: string; range_s: number; position_s: number; reference: "LEFT" | "CENT" | "RIGH" };
  trigger: {
    sweep: "AUTO" | "NORM";
    /** `CHAN1`, …, `EXT`, `LINE`, `WGEN`. */
    source: string;
    slope: "POS" | "NEG" | "EITH" | "ALT";
    /** By channel, at the probe's tip. */
    levels_V: number[];
    coupling: string;
    holdoff_s: number;
    noiseReject: boolean;
    highReject: boolean;
  };
  acquire: {
    type: "NORM" | "AVER" | "HRES" | "PEAK";
    count: number;
    mode: "RTIM" | "SEGM";
    segments: number;
    /** Of the segment that is read, from 1. */
    index: number;
  };
  waveform: {
    /** From 1. */
    channel: number;
    format: "BYTE" | "WORD" | "ASC";
    order: "MSBF" | "LSBF";
    unsigned: boolean;
    mode: "NORM" | "MAX" | "RAW";
    points: number;
    allSegments: boolean;
  };
}

/** The factory setting: channel 1 on, 100 µs a division, AUTO sweep. */
export function resetSettings(channels: number): ScopeSettings {
  return {
    channels: Array.from({ length: channels }, (_, index) => ({
      ...plainInput(index + 1, 40),
      unit: "VOLT",
      label: String(index + 1),
      skew_s: 0,
    })),
    timebase: { mode: "MAIN", range_s: 1e-3, position_s: 0, reference: "CENT" },
    trigger: {
      sweep: "AUTO",
      source: "CHAN1",
      slope: "POS",
      levels_V: Array.from({ length: channels }, () => 0),
      coupling: "DC",
      holdoff_s: 40e-9,
      noiseReject: false,
      highReject: false,
    },
    acquire: { type: "NORM", count: 8, mode: "RTIM", segments: 10, index: 1 },
    waveform: {
      channel: 1,
      format: "BYTE",
      order: "MSBF",
      unsigned: true,
      mode: "NORM",
      points: 1000,
      allSegments: false,
    },
  };
}

/** Where the record begins, relative to the trigger. */
export function windowStart_s({ range_s, position_s, reference }: ScopeSettings["timebase"]): number {
  const share = { LEFT: 0.1, CENT: 0.5, RIGH: 0.9 }[reference];
  return position_s - share * range_s;
}
