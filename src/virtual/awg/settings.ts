import { builtIn } from "./arb-memory.js";

export const functionNames = ["SIN", "SQU", "TRI", "RAMP", "PULS", "PRBS", "NOIS", "ARB", "DC"] as const;
export type FunctionName = (typeof functionNames)[number];
export type AmplitudeUnit = "VPP" | "VRMS" | "DBM";

/**
 * Everything one channel is set to. Voltages are those at the open output: twice what the front panel shows for a 50 ohm
 * load. So a change of the load setting changes what is shown, and not what comes out, as on the real one.
 */
export interface ChannelSettings {
  fn: FunctionName;
  frequency_Hz: number;
  frequencyMode: string;
  amplitude_Vpp: number;
  offset_V: number;
  unit: AmplitudeUnit;
  autoRange: boolean;
  limit: { on: boolean; low_V: number; high_V: number };
  /** What the user says is connected; Infinity for an open output. */
  load_ohm: number;
  output: boolean;
  polarity: "NORM" | "INV";
  outputMode: "NORM" | "GAT";
  /** Fractions, not percent. */
  squareDuty: number;
  rampSymmetry: number;
  /** Edges are 10 % to 90 % times. */
  pulse: { width_s: number; lead_s: number; trail_s: number; hold: "WIDT" | "DCYC" };
  noiseBand_Hz: number;
  prbs: { rate_bit_per_s: number; length: number; edge_s: number };
  arb: { name: string; rate_Sa_per_s: number; filter: "NORM" | "STEP" | "OFF"; advance: "SRAT" | "TRIG" };
  phase_deg: number;
  /** Where the sync output would fall: it leads nowhere. */
  marker: { cycle: number; point: number };
  burst: {
    on: boolean;
    mode: "TRIG" | "GAT";
    /** Infinity: until stopped. */
    cycles: number;
    period_s: number;
    phase_deg: number;
    gatePolarity: "NORM" | "INV";
  };
  trigger: {
    source: "IMM" | "EXT" | "TIM" | "BUS";
    slope: "POS" | "NEG";
    delay_s: number;
    timer_s: number;
    count: number;
    level_V: number;
  };
}

/** The channel after `*RST`: 1 kHz sine of 100 mVpp into 50 ohm, output off. */
export function resetSettings(): ChannelSettings {
  return {
    fn: "SIN",
    frequency_Hz: 1e3,
    frequencyMode: "CW",
    amplitude_Vpp: 0.2,
    offset_V: 0,
    unit: "VPP",
    autoRange: true,
    limit: { on: false, low_V: -10, high_V: 10 },
    load_ohm: 50,
    output: false,
    polarity: "NORM",
    outputMode: "NORM",
    squareDuty: 0.5,
    rampSymmetry: 1,
    pulse: { width_s: 1e-4, lead_s: 10e-9, trail_s: 10e-9, hold: "WIDT" },
    noiseBand_Hz: 100e3,
    prbs: { rate_bit_per_s: 1e3, length: 7, edge_s: 8.4e-9 },
    arb: { name: builtIn, rate_Sa_per_s: 40e3, filter: "STEP", advance: "SRAT" },
    phase_deg: 0,
    marker: { cycle: 2, point: 10 },
    burst: { on: false, mode: "TRIG", cycles: 1, period_s: 10e-3, phase_deg: 0, gatePolarity: "NORM" },
    trigger: { source: "IMM", slope: "POS", delay_s: 0, timer_s: 1, count: 1, level_V: 1 },
  };
}

/** Volts at the open output for one volt shown: 2 for the 50 ohm setting, 1 for INF. */
export function openPerShown(load_ohm: number): number {
  return load_ohm === Infinity ? 1 : (50 + load_ohm) / load_ohm;
}

/** Ratio of peak-to-peak to rms of a function; for shapes without a fixed one, that of a square wave. */
export function peakToPeakPerRms(fn: FunctionName): number {
  if (fn === "SIN") return 2 * Math.SQRT2;
  if (fn === "RAMP" || fn === "TRI") return 2 * Math.sqrt(3);
  return fn === "NOIS" ? 7 : 2;
}
