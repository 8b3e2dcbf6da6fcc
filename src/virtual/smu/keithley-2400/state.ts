import type { SenseFunction } from "../reading-buffer.js";
import type { SourceFunction } from "../settings.js";

export type SourceMode = "FIX" | "SWE" | "LIST";

/** Start and stop of a staircase, and the values of a list. */
export interface SweepValues {
  mode: SourceMode;
  start: number;
  stop: number;
  step: number;
  list: number[];
  /** Place in the list from which it is run, from 1. */
  listStart: number;
}

/** What `*RST` puts back beside the settings of the analog side. */
export interface State2400 {
  concurrent: boolean;
  readonly functions: Set<SenseFunction>;
  readonly source: Record<SourceFunction, SweepValues>;
  points: number;
  spacing: string;
  direction: string;
  ranging: string;
  abortOnCompliance: string;
  /** The output goes off by itself when the trigger model is done. */
  autoOff: boolean;
  armCount: number;
  armSource: string;
  armTimer_s: number;
  triggerCount: number;
  triggerSource: string;
  triggerDelay_s: number;
  elements: readonly string[];
  format: string;
  byteOrder: string;
  ohmsMode: string;
  offState: string;
}

export const elementNames = ["VOLT", "CURR", "RES", "TIME", "STAT"] as const;
export const MOST_READINGS = 2500;

function sweep(): SweepValues {
  return { mode: "FIX", start: 0, stop: 0, step: 0, list: [], listStart: 1 };
}

export function resetState(): State2400 {
  return {
    concurrent: true,
    functions: new Set(["VOLT", "CURR"]),
    source: { VOLT: sweep(), CURR: sweep() },
    points: MOST_READINGS,
    spacing: "LIN",
    direction: "UP",
    ranging: "BEST",
    abortOnCompliance: "NEV",
    autoOff: false,
    armCount: 1,
    armSource: "IMM",
    armTimer_s: 0.1,
    triggerCount: 1,
    triggerSource: "IMM",
    triggerDelay_s: 0,
    elements: elementNames,
    format: "ASC",
    byteOrder: "NORM",
    ohmsMode: "AUTO",
    offState: "NORM",
  };
}
