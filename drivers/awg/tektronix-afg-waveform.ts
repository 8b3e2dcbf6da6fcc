import type { WaveformPlan } from "../../src/capabilities/index.js";
import { sci } from "../../src/units.js";
import { shapeCommands as commandsOf } from "./plain-shape.js";

interface Levels {
  readonly low_V: number;
  readonly high_V: number;
}

/** Short form of the shape that a plan is played with. The square wave is 50 % here; any other duty is a pulse. */
export function shapeName({ waveform }: WaveformPlan, memory: string): string {
  switch (waveform.shape) {
    case "square":
      return waveform.duty === 0.5 ? "SQU" : "PULS";
    case "samples":
      return memory;
    default:
      return { sine: "SIN", ramp: "RAMP", pulse: "PULS", noise: "PRN", dc: "DC" }[waveform.shape];
  }
}

export function shapeCommands(source: string, plan: WaveformPlan, memory: string): string[] {
  const { waveform } = plan;
  const name = shapeName(plan, memory);
  const commands = commandsOf(source, `${source}:FUNC:SHAP`, name, waveform, (s) => `${source}:PULS:PER ${sci(s)}`);
  if (waveform.shape !== "samples") return commands;
  return [...commands, `${source}:FREQ ${sci(waveform.rate_Sa_per_s / waveform.volts.length)}`];
}

/**
 * Levels under open limits, then the limits closed round them.
 *
 * @param share of the open-circuit level that is shown for the load
 */
export function levelCommands(
  source: string,
  { low_V, high_V }: Levels,
  limit: Levels,
  maxLevel_V: number,
  share: number,
  constant = false,
): string[] {
  const shown = (open_V: number) => sci(open_V * share);
  const levels = [
    ...(constant
      ? []
      : [`${source}:VOLT:UNIT VPP`, `${source}:VOLT:OFFS 0`, `${source}:VOLT ${shown(high_V - low_V)}`]),
    `${source}:VOLT:OFFS ${shown((high_V + low_V) / 2)}`,
  ];
  return [
    `${source}:VOLT:LIM:HIGH ${shown(maxLevel_V)}`,
    `${source}:VOLT:LIM:LOW ${shown(-maxLevel_V)}`,
    ...levels,
    `${source}:VOLT:LIM:HIGH ${shown(Math.min(limit.high_V, maxLevel_V))}`,
    `${source}:VOLT:LIM:LOW ${shown(Math.max(limit.low_V, -maxLevel_V))}`,
  ];
}

/** A burst that waits. Parameters before the state: it must not play what is not ready. */
export function burstCommands(source: string, cycles: number): string[] {
  return [
    "TRIG:SOUR EXT",
    `${source}:BURS:MODE TRIG`,
    `${source}:BURS:TDEL 0`,
    `${source}:BURS:NCYC ${cycles}`,
    `${source}:BURS:STAT ON`,
  ];
}
