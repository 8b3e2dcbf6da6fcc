import type { Nudger } from "./nudger.js";
import type { Reading, Stress } from "./shots.js";

/** One pulse of a ladder. */
export interface Rung {
  /** Magnitude. */
  readonly level_V: number;
  readonly width_s: number;
}

/** Where to, and by which pulses. */
export interface Goal {
  readonly target_ohm: number;
  /** Share of the target within which it counts as reached. */
  readonly tolerance: number;
  /** Sign of a pulse that lowers the resistance; a wrong one costs a turn. */
  readonly setSign: 1 | -1;
  /** Climbed in both polarities, from its foot after each turn. */
  readonly ladder: readonly Rung[];
  readonly mostTurns: number;
}

/** One pulse on the way, and what came of it. */
export interface Step extends Stress, Reading {
  /** From 1; 0: the read before the first. */
  readonly pulse: number;
  readonly turn: number;
  readonly amplitude_V: number;
  readonly width_s: number;
}

/** How it ended. Not reaching a target is a result. */
export interface Converged {
  readonly status: "reached" | "end of the ladder" | "too many turns";
  readonly r_ohm: number;
  readonly pulses: number;
  readonly turns: number;
  readonly energy_J: number;
}

/**
 * Pulses towards a target resistance, a read after each. The polarity is that which should bring the state nearer; it turns, and
 * the ladder begins again at its foot, when the state has gone past the target or is further from it than where this climb began.
 * Ends at the target, at the end of the ladder, or when it would turn once more than allowed: a cell that is driven to and fro for ever wears out.
 *
 * @returns gives every step with its reading; the generator's own result is how it ended
 */
export async function* converge(nudger: Nudger, goal: Goal): AsyncGenerator<Step, Converged, undefined> {
  const { target_ohm, tolerance, ladder } = goal;
  const away = (ohm: number) => Math.log(ohm / target_ohm);
  // A bound of a current too small to read is near nothing.
  const isNear = (seen: Reading) => !seen.read_at_floor && Math.abs(seen.rRead_ohm / target_ohm - 1) <= tolerance;
  const first = await nudger.read();
  yield { pulse: 0, turn: 0, amplitude_V: 0, width_s: 0, peak_A: 0, charge_C: 0, energy_J: 0, ...first };
  let [ohm, near, turn, pulse, energy_J] = [first.rRead_ohm, isNear(first), 0, 0, 0];
  let sign = ohm > target_ohm ? goal.setSign : -goal.setSign;
  const ended = (status: Converged["status"]): Converged => ({
    status,
    r_ohm: ohm,
    pulses: pulse,
    turns: turn,
    energy_J,
  });
  for (let rung = 0, began = away(ohm); !near;) {
    const step = ladder[rung++];
    if (step === undefined) return ended("end of the ladder");
    const amplitude_V = sign * step.level_V;
    const seen = await nudger.pulseAndRead(amplitude_V, step.width_s);
    pulse++;
    energy_J += seen.energy_J;
    [ohm, near] = [seen.rRead_ohm, isNear(seen)];
    yield { pulse, turn, amplitude_V, width_s: step.width_s, ...seen };
    const past = away(ohm) * began < 0;
    const further = Math.abs(away(ohm)) > Math.abs(began) + Math.log1p(tolerance);
    if (near || !(past || further)) continue;
    if (turn === goal.mostTurns) return ended("too many turns");
    turn++;
    [sign, rung, began] = [-sign, 0, away(ohm)];
  }
  return ended("reached");
}
