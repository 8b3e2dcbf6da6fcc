import type { AwgChannel } from "../channel.js";
import { ends, half_V, place } from "../plain-levels.js";
import { fitPulse } from "../plain-pulse.js";
import { frequencyMax_Hz } from "../rules.js";
import { leaveImpossible, plainAllows } from "../modulation/state.js";
import { type FunctionName, openPerShown, peakToPeakPerRms } from "../settings.js";
import { NOISE_CREST, amountOf, shownNumber } from "./sdg.js";
import type { Sdg } from "./sdg.js";

const shapes: ReadonlyMap<string, FunctionName> = new Map([
  ["SINE", "SIN"],
  ["SQUARE", "SQU"],
  ["RAMP", "RAMP"],
  ["PULSE", "PULS"],
  ["NOISE", "NOIS"],
  ["DC", "DC"],
  ["ARB", "ARB"],
]);
/** Smallest amplitude at the open output. */
const LEAST_VPP = 2e-3;
const LEAST_HZ = 1e-6;

/** Sets one key of `BSWV`. What is not understood or not possible is left, and nobody is told. */
export function setWave(sdg: Sdg, c: AwgChannel, key: string, written: string): void {
  if (key === "WVTP") {
    select(sdg, c, shapes.get(written.toUpperCase()));
    return;
  }
  if (key === "BANDSTATE") {
    setBand(sdg, c, written);
    return;
  }
  const value = amountOf(written);
  if (value === undefined) return;
  const k = c.settings;
  const open_V = value * openPerShown(k.load_ohm);
  const setFrequency = (value_Hz: number) => {
    if (!(value_Hz >= LEAST_HZ && value_Hz <= most_Hz(sdg, k.fn) * (1 + 1e-9))) return;
    if (k.pulse.hold === "DCYC") k.pulse.width_s *= k.frequency_Hz / value_Hz;
    k.frequency_Hz = value_Hz;
  };
  const share = (set: (part: number) => void) => {
    if (value >= 0 && value <= 100) set(value / 100);
  };
  const setters: Readonly<Record<string, () => void>> = {
    FRQ: () => setFrequency(value),
    PERI: () => setFrequency(1 / value),
    AMP: () => setAmplitude(c, open_V),
    OFST: () => place(c, open_V - half_V(c), open_V + half_V(c), LEAST_VPP),
    HLEV: () => open_V - ends(c).low_V <= most_Vpp(c) && place(c, ends(c).low_V, open_V, LEAST_VPP),
    LLEV: () => ends(c).high_V - open_V <= most_Vpp(c) && place(c, open_V, ends(c).high_V, LEAST_VPP),
    PHSE: () => (k.phase_deg = value),
    DUTY: () => share((part) => (k.fn === "PULS" ? (k.pulse.width_s = part / k.frequency_Hz) : (k.squareDuty = part))),
    SYM: () => share((part) => (k.rampSymmetry = part)),
    WIDTH: () => (k.pulse.width_s = value),
    DLY: () => value >= 0 && value <= 1 / k.frequency_Hz && c.kept.set("pulseDelay_s", value),
    AMPVRMS: () => setRms(c, open_V),
    AMPDBM: () =>
      k.load_ohm !== Infinity &&
      setRms(c, openPerShown(k.load_ohm) * Math.sqrt(1e-3 * 10 ** (value / 10) * k.load_ohm)),
    MAX_OUTPUT_AMP: () => setMost(sdg, c, open_V),
    BANDWIDTH: () => {
      if (k.fn !== "NOIS" || !c.kept.on("band") || !(value >= 20e6 && value <= sdg.model.sineMax_Hz)) return;
      k.noiseBand_Hz = value;
    },
    RISE: () => (k.pulse.lead_s = Math.max(value, sdg.model.edgeMin_s)),
    FALL: () => (k.pulse.trail_s = Math.max(value, sdg.model.edgeMin_s)),
    STDEV: () => setNoise(sdg, c, open_V, k.offset_V),
    MEAN: () => setNoise(sdg, c, sdg.stateOf(c).noise_V, open_V),
  };
  setters[key]?.();
  fitPulse(sdg.model, c);
  play(sdg, c);
}

/** Largest amplitude that is let out, at the open output: MAX_OUTPUT_AMP. */
const most_Vpp = (c: AwgChannel): number => (c.kept.number("most_Vpp") ?? 20) + 1e-9;

function setAmplitude(c: AwgChannel, open_Vpp: number): void {
  if (open_Vpp > most_Vpp(c)) return;
  place(c, c.settings.offset_V - open_Vpp / 2, c.settings.offset_V + open_Vpp / 2, LEAST_VPP);
}

/** Of shapes with a fixed ratio only. */
function setRms(c: AwgChannel, open_Vrms: number): void {
  if (hasRms(c)) setAmplitude(c, open_Vrms * peakToPeakPerRms(c.settings.fn));
}

const hasRms = (c: AwgChannel): boolean => /^(SIN|SQU|RAMP)$/.test(c.settings.fn);

/** The SDG2000X has it. It is not set below what is put out. */
function setMost(sdg: Sdg, c: AwgChannel, open_Vpp: number): void {
  if (sdg.model.family !== "SDG2000X" || !(open_Vpp >= c.settings.amplitude_Vpp && open_Vpp <= 20)) return;
  c.kept.set("most_Vpp", open_Vpp);
}

/** A limit to the noise, which the SDG2000X has. Without it the virtual noise ends at 100 kHz. */
function setBand(sdg: Sdg, c: AwgChannel, written: string): void {
  if (sdg.model.family !== "SDG2000X" || c.settings.fn !== "NOIS" || !/^(ON|OFF)$/i.test(written)) return;
  const on = /^ON$/i.test(written);
  c.kept.set("band", on);
  c.settings.noiseBand_Hz = on ? 20e6 : 100e3;
  play(sdg, c);
}

export function declareWave(sdg: Sdg): void {
  for (const c of sdg.channels) {
    c.kept.declare("most_Vpp", 20);
    c.kept.declare("band", false);
    c.kept.declare("pulseDelay_s", 0);
  }
}

const most_Hz = (sdg: Sdg, fn: FunctionName) => (fn === "ARB" ? sdg.model.arbMax_Hz : frequencyMax_Hz(sdg.model, fn));

function select(sdg: Sdg, c: AwgChannel, fn: FunctionName | undefined): void {
  if (fn === undefined) return;
  c.settings.fn = fn;
  if (fn !== "SIN") c.kept.set("harmonic", false);
  leaveImpossible(c, (one, mode) =>
    mode === "SWEEP" ? one !== "DC" && one !== "NOIS" && one !== "PULS" : plainAllows(one, mode),
  );
  c.settings.frequency_Hz = Math.min(c.settings.frequency_Hz, most_Hz(sdg, fn));
  if (fn === "DC" || fn === "NOIS") c.settings.burst.on = false;
  if (fn === "NOIS") setNoise(sdg, c, sdg.stateOf(c).noise_V, c.settings.offset_V);
  fitPulse(sdg.model, c);
  play(sdg, c);
}

function setNoise(sdg: Sdg, c: AwgChannel, deviation_V: number, mean_V: number): void {
  const half = NOISE_CREST * deviation_V;
  place(c, mean_V - half, mean_V + half, LEAST_VPP);
  sdg.stateOf(c).noise_V = deviation_V;
}

/** Puts the settings into effect, with the clock that samples go by. */
export function play(sdg: Sdg, c: AwgChannel): void {
  const { clock, rate_Sa_per_s } = sdg.stateOf(c);
  const samples = c.memory.get(c.settings.arb.name)?.samples ?? 2;
  c.settings.arb.rate_Sa_per_s = clock === "TARB" ? rate_Sa_per_s : c.settings.frequency_Hz * samples;
  c.refresh();
}

/** `CARR` and pairs: the carrier of a modulation, sweep or burst is the basic wave. */
export function setCarrier(sdg: Sdg, c: AwgChannel, words: readonly string[]): void {
  for (let i = 0; i + 1 < words.length; i += 2) setWave(sdg, c, (words[i] ?? "").toUpperCase(), words[i + 1] ?? "");
}

/** The basic wave as replies about a modulation, sweep or burst end with it. */
export const carrierText = (sdg: Sdg, c: AwgChannel): string =>
  waveText(sdg, c).replace(/,(PERI|HLEV|LLEV|MAX_OUTPUT_AMP),[^,]*/g, "");

/** What `BSWV?` tells: the keys of the shape that is selected. */
export function waveText(sdg: Sdg, c: AwgChannel): string {
  const k = c.settings;
  const volts = (open_V: number) => `${shownNumber(open_V / openPerShown(k.load_ohm))}V`;
  const name = [...shapes].find(([, fn]) => fn === k.fn)?.[0] ?? "SINE";
  if (k.fn === "DC") return `WVTP,DC,OFST,${volts(k.offset_V)}`;
  if (k.fn === "NOIS") {
    const band = c.kept.on("band") ? `ON,BANDWIDTH,${shownNumber(k.noiseBand_Hz)}HZ` : "OFF";
    const limit = sdg.model.family === "SDG2000X" ? `,BANDSTATE,${band}` : "";
    return `WVTP,NOISE,STDEV,${volts(sdg.stateOf(c).noise_V)},MEAN,${volts(k.offset_V)}${limit}`;
  }
  const samples = c.memory.get(k.arb.name)?.samples ?? 2;
  const frequency_Hz = k.fn === "ARB" ? k.arb.rate_Sa_per_s / samples : k.frequency_Hz;
  const { high_V, low_V } = ends(c);
  const time = (value_s: number) => `${shownNumber(value_s)}S`;
  const rms_V = k.amplitude_Vpp / openPerShown(k.load_ohm) / peakToPeakPerRms(k.fn);
  const rms = hasRms(c) ? `AMPVRMS,${String(Number(rms_V.toPrecision(4)))}Vrms,` : "";
  const most = sdg.model.family === "SDG2000X" ? `MAX_OUTPUT_AMP,${volts(c.kept.number("most_Vpp") ?? 20)},` : "";
  const common =
    `WVTP,${name},FRQ,${shownNumber(frequency_Hz)}HZ,PERI,${time(1 / frequency_Hz)},AMP,${volts(k.amplitude_Vpp)},` +
    `${rms}${most}OFST,${volts(k.offset_V)},HLEV,${volts(high_V)},LLEV,${volts(low_V)}`;
  if (k.fn === "PULS") {
    const { width_s, lead_s, trail_s } = k.pulse;
    const duty = shownNumber(100 * width_s * k.frequency_Hz);
    return `${common},DUTY,${duty},WIDTH,${time(width_s)},RISE,${time(lead_s)},FALL,${time(trail_s)},DLY,${time(c.kept.number("pulseDelay_s") ?? 0)}`;
  }
  const phased = `${common},PHSE,${shownNumber(k.phase_deg)}`;
  if (k.fn === "SQU") return `${phased},DUTY,${shownNumber(100 * k.squareDuty)}`;
  return k.fn === "RAMP" ? `${phased},SYM,${shownNumber(100 * k.rampSymmetry)}` : phased;
}
