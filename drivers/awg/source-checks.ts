import type { LoadedWaveform, WaveformPlan } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import { parseNumber } from "../../src/scpi/index.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { si } from "../../src/units.js";
import type { SafeState } from "../entry.js";
import type { Check } from "./arb-generator.js";
import { shownShare } from "./waveform-check.js";

/** A load of `INF` reads back as 9.9E+37, or as the word INFINITY (Rigol). */
const HIGH_IMPEDANCE = 9.9e37;

/** @param output node without its channel: `OUTP` */
export function outputsOf(channels: number, output = "OUTP"): SafeState {
  const all = Array.from({ length: channels }, (_, i) => `${output}${i + 1}`);
  return { halt: [], ramps: [], off: all.map((one) => `${one} OFF`), isOn: all.map((one) => `${one}?`) };
}

/** The load that levels are scaled for. Set in whole ohms. @param load_ohm undefined: high impedance */
export function loadCheck(question: string, load_ohm: number | undefined): Check {
  return {
    question,
    asked: load_ohm === undefined ? "a high-impedance load" : `a load of ${si(load_ohm, "ohm")}`,
    read: (reply) => (/^\s*INF/i.test(reply) ? HIGH_IMPEDANCE : parseNumber(reply)),
    good: (value) =>
      load_ohm === undefined ? Number(value) >= HIGH_IMPEDANCE : Math.abs(Number(value) - load_ohm) <= 1e-3 * load_ohm,
  };
}

/**
 * Levels at the open output and frequency as they read back below `source`.
 *
 * @param frequency_Hz asks for it, where the waveform has one
 */
export async function readLevels(
  scpi: ScpiClient,
  source: string,
  { waveform: { shape }, load_ohm }: WaveformPlan,
  sourceResistance_ohm: number,
  frequency_Hz: () => Promise<number>,
): Promise<LoadedWaveform> {
  const share = shownShare(load_ohm, sourceResistance_ohm);
  const open_V = async (end: "HIGH" | "LOW" | "OFFS") => (await scpi.queryNumber(`${source}:VOLT:${end}?`)) / share;
  const high_V = await open_V(shape === "dc" ? "OFFS" : "HIGH");
  const low_V = await open_V(shape === "dc" ? "OFFS" : "LOW");
  if (shape === "dc" || shape === "noise") return { low_V, high_V };
  return { low_V, high_V, frequency_Hz: await frequency_Hz() };
}

/** @throws MemrigError `invalid-request`: noise of a bandwidth, of a family whose noise has one of its own */
export function refuseBandwidth(label: string, { waveform }: WaveformPlan): void {
  if (waveform.shape !== "noise" || waveform.frequency_Hz === undefined) return;
  throw new MemrigError(
    "invalid-request",
    `${label}: noise of a bandwidth was asked for; this family's is as wide as it is. Nothing was sent. Leave it out.`,
    { shape: waveform.shape },
  );
}
