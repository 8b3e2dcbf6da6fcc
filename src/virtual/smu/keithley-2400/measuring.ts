import { INFINITY, NOT_A_NUMBER, nr3 } from "../../scpi/index.js";
import { OVERRANGE } from "../models.js";
import type { Reading } from "../reading-buffer.js";
import type { Smu } from "../smu.js";
import { elementNames } from "./state.js";
import type { State2400 } from "./state.js";

/** One reading as it is kept: what is not measured is 9.91E37. */
export interface Sample {
  readonly voltage_V: number;
  readonly current_A: number;
  readonly resistance_ohm: number;
  /** Lab time. */
  readonly at_s: number;
  readonly status: number;
}

/** Bits of the status word (2400S-900-01, :FORMat:ELEMents). */
const Bit = {
  overflow: 1 << 0,
  filter: 1 << 1,
  front: 1 << 2,
  compliance: 1 << 3,
  protection: 1 << 4,
  voltage: 1 << 11,
  current: 1 << 12,
  ohms: 1 << 13,
  sourcesVoltage: 1 << 14,
  sourcesCurrent: 1 << 15,
  rangeCompliance: 1 << 16,
  offsetCompensation: 1 << 17,
  remoteSense: 1 << 22,
} as const;

/** The analog side reads the source first and then the other quantity, as far as the functions need them. */
export function chooseMeasured(smu: Smu, { functions }: State2400): void {
  const { settings } = smu;
  const forced = settings.sourceFunction;
  const other = forced === "VOLT" ? "CURR" : "VOLT";
  const both = functions.has("RES") || functions.has(forced);
  settings.senseFunction = functions.has("RES") || functions.has(other) ? other : forced;
  settings.source[forced].readBack = both;
}

/** A reading of the analog side as this series gives it: a voltage that is not measured is the one that is sourced. */
export function sampleOf(smu: Smu, { functions }: State2400, reading: Reading): Sample {
  const { settings } = smu;
  const forced = settings.sourceFunction;
  const measuresForcedOnly = settings.senseFunction === forced;
  const source = measuresForcedOnly ? reading.value : reading.source;
  const other = measuresForcedOnly ? NOT_A_NUMBER : reading.value;
  const [voltage_V, current_A] = forced === "VOLT" ? [source, other] : [other, source];
  const ohms = functions.has("RES");
  const beyond = [voltage_V, current_A].some((value) => Math.abs(value) === INFINITY);
  const known = Math.max(Math.abs(voltage_V), Math.abs(current_A)) < INFINITY && current_A !== 0;
  return {
    voltage_V,
    current_A,
    resistance_ohm: !ohms ? NOT_A_NUMBER : known ? voltage_V / current_A : INFINITY,
    at_s: reading.at_s,
    status: statusOf(smu, functions, reading) | (beyond ? Bit.overflow : 0),
  };
}

function statusOf(smu: Smu, functions: ReadonlySet<string>, reading: Reading): number {
  const { settings } = smu;
  const forced = settings.sourceFunction;
  const limited = (reading.sourceStatus & 0x20) !== 0;
  const bits: readonly (readonly [number, boolean])[] = [
    [Bit.filter, settings.sense.VOLT.averaging],
    [Bit.front, settings.terminals === "FRON"],
    [Bit.compliance, limited && !rangeLimits(smu)],
    [Bit.rangeCompliance, limited && rangeLimits(smu)],
    [Bit.protection, smu.overvoltageTripped],
    [Bit.voltage, functions.has("VOLT")],
    [Bit.current, functions.has("CURR")],
    [Bit.ohms, functions.has("RES")],
    [Bit.sourcesVoltage, forced === "VOLT"],
    [Bit.sourcesCurrent, forced === "CURR"],
    [Bit.offsetCompensation, settings.sense.RES.offsetCompensation],
    [Bit.remoteSense, settings.sense.VOLT.fourWire],
  ];
  return bits.reduce((word, [bit, set]) => (set ? word | bit : word), 0);
}

/** A fixed measuring range ends below the compliance that is set: it is the range that limits. */
function rangeLimits({ settings }: Smu): boolean {
  const forced = settings.sourceFunction;
  const range = settings.sense[forced === "VOLT" ? "CURR" : "VOLT"].range;
  return range !== undefined && range * OVERRANGE < settings.source[forced].limit;
}

export function isLimited({ status }: Sample): boolean {
  return (status & (Bit.compliance | Bit.rangeCompliance)) !== 0;
}

/** The elements that are asked for, always in the instrument's order. */
function valuesOf(sample: Sample, elements: readonly string[], zero_s: number): number[] {
  const all: Readonly<Record<string, number>> = {
    VOLT: sample.voltage_V,
    CURR: sample.current_A,
    RES: sample.resistance_ohm,
    TIME: Math.round((sample.at_s - zero_s) * 1e3) / 1e3,
    STAT: sample.status,
  };
  return elementNames.filter((name) => elements.includes(name)).map((name) => all[name] ?? NOT_A_NUMBER);
}

/** Readings as `:FETCh?`, `:READ?` and `:TRACe:DATA?` give them: text, or a `#0` block of floats. */
export function formatSamples(samples: readonly Sample[], state: State2400, zero_s: number): string | Uint8Array {
  const values = samples.flatMap((sample) => valuesOf(sample, state.elements, zero_s));
  if (state.format === "ASC") return values.map((value) => nr3(value, 6, true)).join(",");
  const bytes = new Uint8Array(2 + 4 * values.length);
  bytes.set([35, 48]);
  const view = new DataView(bytes.buffer, 2);
  for (const [k, value] of values.entries()) view.setFloat32(4 * k, value, state.byteOrder === "SWAP");
  return bytes;
}
