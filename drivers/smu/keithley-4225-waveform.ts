import type { LoadedWaveform, PulseCycle, PulseSegment, WaveformPlan } from "../../src/capabilities/index.js";
import { checkWaveform, frequencyOf } from "../awg/waveform-check.js";
import { refusal } from "./checks.js";
import { pulseRanges4225, TICK_S } from "./keithley-4225-plan.js";

/**
 * What of a generator's waveforms is steps between levels, as a cycle: square waves, pulses with the fastest edges, samples. The card
 * rests at 0 V and plays a counted burst, so anything else is a refusal: curves, slow edges, noise, and what goes on for ever.
 *
 * @throws MemrigError `invalid-request`: another waveform, or one against its own limits
 */
export function cycleOf(
  label: string,
  plan: WaveformPlan,
): { readonly cycle: PulseCycle; readonly cycles: number; readonly loaded: LoadedWaveform } {
  checkWaveform(label, plan, pulseRanges4225);
  const { waveform, burst, limit, polarity = "normal" } = plan;
  if (burst?.trigger !== "bus") {
    const what = `a ${waveform.shape} ${burst ? "on an external trigger" : "without end"} was asked for`;
    throw refusal(label, what, "a counted burst that is triggered from here", { shape: waveform.shape });
  }
  const upright = levelsOf(label, plan);
  const middle_V = plan.high_V + plan.low_V;
  const segments =
    polarity === "normal" ? upright : upright.map((one) => ({ ...one, level_V: middle_V - one.level_V }));
  const frequency_Hz = frequencyOf(plan);
  return {
    cycle: { segments, limit },
    cycles: burst.cycles,
    loaded: { low_V: plan.low_V, high_V: plan.high_V, ...(frequency_Hz === undefined ? {} : { frequency_Hz }) },
  };
}

function levelsOf(label: string, { waveform, low_V, high_V }: WaveformPlan): PulseSegment[] {
  switch (waveform.shape) {
    case "square": {
      const period_s = 1 / waveform.frequency_Hz;
      return twoLevels(high_V, low_V, waveform.duty * period_s, period_s);
    }
    case "pulse": {
      if (waveform.rise_s <= 2 * TICK_S && waveform.fall_s <= 2 * TICK_S) {
        return twoLevels(high_V, low_V, waveform.width_s, waveform.period_s);
      }
      throw refusal(label, "a pulse with slow edges was asked for", "edges of 20 ns or less here", {});
    }
    case "samples": {
      const step_s = 1 / waveform.rate_Sa_per_s;
      const segments: PulseSegment[] = [];
      for (const level_V of waveform.volts) {
        const last = segments.at(-1);
        if (last?.level_V === level_V) segments.splice(-1, 1, { level_V, duration_s: last.duration_s + step_s });
        else segments.push({ level_V, duration_s: step_s });
      }
      return segments;
    }
    default:
      throw refusal(label, `a ${waveform.shape} was asked for`, "square waves, pulses and samples here", {});
  }
}

function twoLevels(high_V: number, low_V: number, high_s: number, period_s: number): PulseSegment[] {
  return [
    { level_V: high_V, duration_s: high_s },
    { level_V: low_V, duration_s: period_s - high_s },
  ];
}
