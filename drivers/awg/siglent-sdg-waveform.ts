import type { Waveform, WaveformPlan } from "../../src/capabilities/index.js";
import { sci, si } from "../../src/units.js";
import type { Check } from "./arb-generator.js";
import { RATE_TOLERANCE } from "./arb-generator.js";
import { nearField, wordField } from "./siglent-sdg-text.js";

/** Peak of the noise as a multiple of its standard deviation: more than the generator makes. */
const NOISE_CREST = 4.5;

const names: Readonly<Record<Waveform["shape"], string>> = {
  sine: "SINE",
  square: "SQUARE",
  ramp: "RAMP",
  pulse: "PULSE",
  noise: "NOISE",
  dc: "DC",
  samples: "ARB",
};

export const shapeName = (waveform: Waveform): string => names[waveform.shape];

/** Shape, then its times: each message one thing, because a pair that is not taken is not told of. */
export function shapeCommands(channel: number, waveform: Waveform): string[] {
  const set = (pairs: string) => `C${channel}:BSWV ${pairs}`;
  const select = set(`WVTP,${shapeName(waveform)}`);
  // Slow first: a frequency that the next shape does not have would keep it from being selected, or be changed.
  const slowly = [set("WVTP,SINE"), set("FRQ,1E+3")];
  switch (waveform.shape) {
    case "dc":
    case "noise":
    case "samples":
      return [...slowly, select];
    case "sine":
      return [select, set(`FRQ,${sci(waveform.frequency_Hz ?? NaN)}`), set("PHSE,0")];
    case "square":
      return [
        ...slowly,
        select,
        set(`FRQ,${sci(waveform.frequency_Hz)}`),
        set(`DUTY,${sci(100 * waveform.duty)}`),
        set("PHSE,0"),
      ];
    case "ramp":
      return [
        ...slowly,
        select,
        set(`FRQ,${sci(waveform.frequency_Hz)}`),
        set(`SYM,${sci(100 * waveform.symmetry)}`),
        set("PHSE,0"),
      ];
    case "pulse":
      return [
        ...slowly,
        select,
        set("DUTY,50"),
        // Edges that every model has, so that old ones do not stand in the way of the width.
        set("RISE,2E-8"),
        set("FALL,2E-8"),
        set(`PERI,${sci(waveform.period_s)}`),
        set(`WIDTH,${sci(waveform.width_s)}`),
        set(`RISE,${sci(waveform.rise_s)}`),
        set(`FALL,${sci(waveform.fall_s)}`),
        set("DLY,0"),
      ];
  }
}

export function shapeChecks(channel: number, waveform: Waveform): Check[] {
  const question = `C${channel}:BSWV?`;
  const time = (key: string, wanted_s: number) =>
    nearField(question, key, wanted_s, 1e-2 * wanted_s, `${key} of ${si(wanted_s, "s")}`);
  const percent = (key: string, share: number) =>
    nearField(question, key, 100 * share, 0.1, `${key} of ${100 * share} %`);
  const checks = [wordField(question, "WVTP", shapeName(waveform), `the shape ${shapeName(waveform)}`)];
  if (waveform.shape === "pulse") {
    checks.push(time("WIDTH", waveform.width_s), time("RISE", waveform.rise_s), time("FALL", waveform.fall_s));
  } else if (waveform.shape === "square") checks.push(percent("DUTY", waveform.duty));
  else if (waveform.shape === "ramp") checks.push(percent("SYM", waveform.symmetry));
  return checks;
}

/** @param share of the open-circuit level that is shown for the load */
export function levelCommands(
  channel: number,
  { low_V, high_V }: { readonly low_V: number; readonly high_V: number },
  share: number,
  shape: Waveform["shape"],
): string[] {
  const set = (key: string, open_V: number) => `C${channel}:BSWV ${key},${sci(open_V * share)}`;
  const middle_V = (high_V + low_V) / 2;
  if (shape === "dc") return [set("OFST", middle_V)];
  // Through zero, so that no pair of old and new settings is ever beyond the range.
  if (shape === "noise") {
    return [set("MEAN", 0), set("STDEV", (high_V - low_V) / (2 * NOISE_CREST)), set("MEAN", middle_V)];
  }
  return [set("OFST", 0), set("AMP", high_V - low_V), set("OFST", middle_V)];
}

/** Levels at the open output that a reply to `BSWV?` tells. */
export function levelKeys(shape: Waveform["shape"]): (read: (key: string) => number) => { low: number; high: number } {
  if (shape === "dc") return (read) => ({ low: read("OFST"), high: read("OFST") });
  if (shape === "noise") {
    return (read) => {
      const peak = NOISE_CREST * read("STDEV");
      return { low: read("MEAN") - peak, high: read("MEAN") + peak };
    };
  }
  return (read) => ({ low: read("LLEV"), high: read("HLEV") });
}

/** A burst that waits for `MTRIG`. What else is told is ignored while the state is off. */
export function burstCommands(channel: number, cycles: number): string[] {
  return [
    `C${channel}:BTWV STATE,ON`,
    `C${channel}:BTWV GATE_NCYC,NCYC`,
    `C${channel}:BTWV TRSR,MAN`,
    `C${channel}:BTWV TIME,${cycles}`,
    `C${channel}:BTWV STPS,0`,
    `C${channel}:BTWV DLAY,0`,
  ];
}

export function burstChecks(channel: number, burst: WaveformPlan["burst"]): Check[] {
  const question = `C${channel}:BTWV?`;
  if (!burst) return [wordField(question, "STATE", "OFF", "no burst")];
  return [
    wordField(question, "STATE", "ON", "a burst"),
    wordField(question, "GATE_NCYC", "NCYC", "a burst of counted cycles"),
    wordField(question, "TRSR", "MAN", "a trigger from here"),
    nearField(question, "TIME", burst.cycles, 0, `a burst of ${burst.cycles} cycles`),
    nearField(question, "STPS", 0, 0, "a burst that begins at the first point"),
  ];
}

export function frequencyCheck(channel: number, frequency_Hz: number): Check {
  const asked = `a frequency of ${si(frequency_Hz, "Hz")}`;
  return nearField(`C${channel}:BSWV?`, "FRQ", frequency_Hz, RATE_TOLERANCE * frequency_Hz, asked);
}
