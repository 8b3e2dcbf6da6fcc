import { arbWave } from "../arb-memory.js";
import type { ArbWave } from "../arb-memory.js";

const SAMPLES = 1000;

/** From −0.5 to 0.5 of the period. */
const wave = (level: (t: number) => number): ArbWave =>
  arbWave(Float64Array.from({ length: SAMPLES }, (_, k) => level(k / SAMPLES - 0.5)));
/** From 0 to 1 of the period. */
const decay = (t: number) => Math.exp(-5 * (t + 0.5));

/**
 * Built-in shapes that are played like a memory, by the short form of their name. They stand on the offset and reach half
 * the amplitude above it: their peak-to-peak value counts twice from zero to the peak. How wide they are within the period
 * is drawn after the pictures of the manual, not measured.
 *
 * @see AFG3000 Series Programmer Manual, 071-1639, SOURce:FUNCtion:SHAPe
 */
export const builtInShapes: ReadonlyMap<string, ArbWave> = new Map([
  ["SINC", wave((t) => (t === 0 ? 1 : Math.sin(16 * Math.PI * t) / (16 * Math.PI * t)))],
  ["GAUS", wave((t) => Math.exp(-((10 * t) ** 2) / 2))],
  ["LOR", wave((t) => 1 / (1 + (40 * t) ** 2))],
  ["ERIS", wave((t) => 1 - decay(t))],
  ["EDEC", wave(decay)],
  ["HAV", wave((t) => (1 + Math.cos(2 * Math.PI * t)) / 2)],
]);
