import type { WaveformPlan } from "../../src/capabilities/index.js";
import { sci, si } from "../../src/units.js";
import { near } from "./arb-generator.js";
import type { Check } from "./arb-generator.js";
import { shapeCommands as commandsOf } from "./plain-shape.js";

/** Short form of the shape that a plan is played with. The square wave is 50 % here; any other duty is a pulse. */
export function shapeName({ waveform }: WaveformPlan): string {
  switch (waveform.shape) {
    case "square":
      return waveform.duty === 0.5 ? "SQU" : "PULS";
    default:
      return { sine: "SIN", ramp: "RAMP", pulse: "PULS", noise: "NOIS", dc: "DC", samples: "USER" }[waveform.shape];
  }
}

/** @param shape node that selects it: `:SOUR1:FUNC` or `:SOUR1:FUNC:SHAP` */
export function shapeCommands(source: string, shape: string, plan: WaveformPlan): string[] {
  return commandsOf(source, shape, shapeName(plan), plan.waveform, (s) => `${source}:FREQ ${sci(1 / s)}`);
}

/** Widths and edges give way to each other: they are read back. */
export function shapeChecks(source: string, { waveform }: WaveformPlan): Check[] {
  const time = (node: string, wanted_s: number, what: string) =>
    near(`${source}:PULS:${node}?`, wanted_s, 1e-2 * wanted_s, `${what} of ${si(wanted_s, "s")}`);
  if (waveform.shape === "pulse") {
    return [
      time("WIDT", waveform.width_s, "a width"),
      time("TRAN:LEAD", waveform.rise_s, "a leading edge"),
      time("TRAN:TRA", waveform.fall_s, "a trailing edge"),
    ];
  }
  if (waveform.shape === "square" && waveform.duty !== 0.5) {
    const percent = 100 * waveform.duty;
    return [near(`${source}:PULS:DCYC?`, percent, 0.1, `a duty of ${percent} %`)];
  }
  return [];
}

/**
 * Levels, through an offset of zero so that no pair of old and new ones is beyond the range.
 *
 * @param share of the open-circuit level that is shown for the load
 */
export function levelCommands(
  source: string,
  { low_V, high_V }: { readonly low_V: number; readonly high_V: number },
  share: number,
  constant = false,
): string[] {
  const shown = (open_V: number) => sci(open_V * share);
  const offset = `${source}:VOLT:OFFS ${shown((high_V + low_V) / 2)}`;
  if (constant) return [offset];
  return [`${source}:VOLT:UNIT VPP`, `${source}:VOLT:OFFS 0`, `${source}:VOLT ${shown(high_V - low_V)}`, offset];
}

/**
 * A burst that waits for `BURS:TRIG`. Parameters before the state: it must not play what is not ready.
 *
 * @param idle the family can be told where to wait: at the first point. The other rests there by itself
 */
export function burstCommands(source: string, cycles: number, idle: boolean): string[] {
  return [
    `${source}:BURS:TRIG:SOUR MAN`,
    `${source}:BURS:MODE TRIG`,
    `${source}:BURS:PHAS 0`,
    `${source}:BURS:TDEL 0`,
    `${source}:BURS:NCYC ${cycles}`,
    ...(idle ? [`${source}:BURS:IDLE FPT`] : []),
    `${source}:BURS ON`,
  ];
}

export function burstChecks(source: string, cycles: number, idle: boolean): Check[] {
  return [
    near(`${source}:BURS:NCYC?`, cycles, 0, `a burst of ${cycles} cycles`),
    word(`${source}:BURS:TRIG:SOUR?`, "MAN", "a trigger from here"),
    ...(idle ? [word(`${source}:BURS:IDLE?`, "FPT", "to wait at the first point")] : []),
    word(`${source}:BURS?`, "ON", "a burst"),
  ];
}

/** The reply begins with a word, quoted or not: some firmware answers the long form. */
export function word(question: string, wanted: string, asked: string): Check {
  const read = (reply: string) => reply.replaceAll('"', "").trim().toUpperCase();
  const least = wanted.slice(0, 3);
  return { question, asked, read, good: (value) => String(value).startsWith(least) };
}
