import type { Kept } from "./kept.js";

/** What modulates: from −1 to 1, over the time since the modulation began. */
export interface Modulator {
  readonly rate_Hz: number;
  value(time_s: number): number;
  /** ∫ value dt from 0. */
  integral_s(time_s: number): number;
  /** Where within its period, as a fraction, it jumps. */
  readonly jumps: readonly number[];
}

interface Form {
  value(x: number): number;
  /** Over a part of the period; over the whole it is 0. */
  integral(x: number): number;
  readonly jumps: readonly number[];
}

const turn = 2 * Math.PI;
const ramp: Form = {
  value: (x) => 2 * x - 1,
  integral: (x) => x * x - x,
  jumps: [0],
};

/** By the word that is kept: short forms of SCPI, and Siglent's words. */
const forms: Readonly<Record<string, Form>> = {
  SIN: { value: (x) => Math.sin(turn * x), integral: (x) => (1 - Math.cos(turn * x)) / turn, jumps: [] },
  SQU: { value: (x) => (x < 0.5 ? 1 : -1), integral: (x) => (x < 0.5 ? x : 1 - x), jumps: [0, 0.5] },
  TRI: {
    value: (x) => (x < 0.25 ? 4 * x : x < 0.75 ? 2 - 4 * x : 4 * x - 4),
    integral: (x) => (x < 0.25 ? 2 * x * x : x < 0.75 ? 2 * x - 2 * x * x - 0.25 : 2 * x * x - 4 * x + 2),
    jumps: [],
  },
  RAMP: ramp,
  NRAM: { value: (x) => -ramp.value(x), integral: (x) => -ramp.integral(x), jumps: [0] },
};
const words: Readonly<Record<string, string>> = {
  SINE: "SIN",
  SQUARE: "SQU",
  TRIANGLE: "TRI",
  UPRAMP: "RAMP",
  DNRAMP: "NRAM",
};

/** The inner source of a modulation as it is set. @returns a sentence part: what of it is not simulated */
export function modulatorOf(kept: Kept, kind: string): Modulator | string {
  const source = kept.word(`${kind}.source`);
  if (source !== "INT") return `${kind} from ${source === "EXT" ? "the external input" : source}`;
  const word = kept.word(`${kind}.shape`);
  const form = forms[words[word] ?? word];
  if (!form) return `${kind} by ${word}`;
  return periodic(form, kept.number(`${kind}.rate_Hz`) ?? 0);
}

/** A key that is up for the first half of its period, then down: for shift keying. */
export function keyOf(kept: Kept, kind: string): Modulator | string {
  const source = kept.word(`${kind}.source`);
  if (source !== "INT") return `${kind} from ${source === "EXT" ? "the external input" : source}`;
  const turned = kept.word(`${kind}.polarity`) === "NEG";
  const square = forms["SQU"];
  if (!square) return kind;
  const sign = turned ? -1 : 1;
  const form = {
    value: (x: number) => sign * square.value(x),
    integral: (x: number) => sign * square.integral(x),
    jumps: square.jumps,
  };
  return periodic(form, kept.number(`${kind}.rate_Hz`) ?? 0);
}

function periodic(form: Form, rate_Hz: number): Modulator {
  const part = (time_s: number) => time_s * rate_Hz - Math.floor(time_s * rate_Hz);
  return {
    rate_Hz,
    jumps: form.jumps,
    value: (time_s) => form.value(part(time_s)),
    integral_s: (time_s) => form.integral(part(time_s)) / rate_Hz,
  };
}
