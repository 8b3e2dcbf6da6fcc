import type { SenseFunction } from "./reading-buffer.js";
import type { SmuModel } from "./models.js";

export type SourceFunction = "VOLT" | "CURR";

export interface SourceSettings {
  level: number;
  /** Nominal full scale that is fixed; undefined: follows the level. */
  range: number | undefined;
  delay_s: number;
  delayAuto: boolean;
  readBack: boolean;
  highCapacitance: boolean;
  /** Amperes for a voltage source, volts for a current source. */
  limit: number;
  offState: string;
  userDelays_s: number[];
}

export interface SenseSettings {
  /** Nominal full scale that is fixed; undefined: follows the reading. */
  range: number | undefined;
  /** Smallest range that autorange goes down to. */
  lowerRange: number;
  nplc: number;
  autozero: boolean;
  fourWire: boolean;
  averaging: boolean;
  averageCount: number;
  averageMode: string;
  unit: string;
  relative: { on: boolean; value: number };
  /** Offset compensation, of resistance. */
  offsetCompensation: boolean;
  userDelays_s: number[];
}

/** Of pulses: their level, and the limit of the other quantity. */
export interface PulseSettings {
  level: number;
  limit: number;
}

/** All that `*RST` puts back. */
export interface SmuSettings {
  sourceFunction: SourceFunction;
  readonly source: Record<SourceFunction, SourceSettings>;
  readonly pulse: Record<SourceFunction, PulseSettings>;
  senseFunction: SenseFunction;
  readonly sense: Record<SenseFunction, SenseSettings>;
  senseCount: number;
  terminals: string;
  /** Volts; Infinity: none. */
  protection_V: number;
  format: string;
  byteOrder: string;
  /** Significant digits of an ASCII reading; 0: as many as it has. */
  precision: number;
  continuous: string;
}

const userDelays = () => [0, 0, 0, 0, 0];

function source(limit: number): SourceSettings {
  return {
    level: 0,
    range: undefined,
    delay_s: 0,
    delayAuto: true,
    readBack: true,
    highCapacitance: false,
    limit,
    offState: "NORM",
    userDelays_s: userDelays(),
  };
}

function sense(unit: string, lowerRange: number): SenseSettings {
  return {
    range: undefined,
    lowerRange,
    nplc: 1,
    autozero: true,
    fourWire: false,
    averaging: false,
    averageCount: 10,
    averageMode: "REP",
    unit,
    relative: { on: false, value: 0 },
    offsetCompensation: false,
    userDelays_s: userDelays(),
  };
}

export function resetSettings(model: SmuModel): SmuSettings {
  return {
    sourceFunction: "VOLT",
    source: { VOLT: source(1.05e-4), CURR: source(21) },
    pulse: { VOLT: { level: 0, limit: 1.05e-4 }, CURR: { level: 0, limit: 7.35 } },
    senseFunction: "CURR",
    sense: {
      VOLT: sense("VOLT", model.voltage[0]?.full ?? 0),
      CURR: sense("AMP", model.current[0]?.full ?? 0),
      RES: sense("OHM", 20),
    },
    senseCount: 1,
    terminals: "FRON",
    protection_V: Infinity,
    format: "ASC",
    byteOrder: "SWAP",
    precision: 0,
    continuous: "AUTO",
  };
}
