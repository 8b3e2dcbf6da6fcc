import type { PulseCycle } from "../capabilities/index.js";
import { si } from "../units.js";
import type { Limits } from "./bounds.js";
import type { SourcePath } from "./paths.js";
import { above0, finite, hold, invalid, whole } from "./refusals.js";
import { fastestEdge_s, largestStep } from "./sweep-limits.js";

/** The most a level of a generator can bring to the device, whatever the device's state. */
export interface WorstCase {
  readonly current_A: number;
  readonly power_W: number;
}

/** How a generator's channel reaches the device, and what holds there. */
export interface Reach {
  readonly limits: Limits;
  /** The generator's own resistance. */
  readonly source_ohm: number;
  /** Undefined: nowhere known. */
  readonly path: SourcePath | undefined;
}

/**
 * A generator has no compliance: the current is limited by resistors only, and is largest where the device conducts
 * fully; the power is largest where it matches them. Behind a converter the current follows from the level, and the
 * power from the voltage the device may have.
 */
export function worstCase(level_V: number, { limits, source_ohm, path }: Reach): WorstCase {
  const size_V = Math.abs(level_V);
  if (path?.isolator_A_per_V !== undefined) {
    const current_A = size_V * path.isolator_A_per_V;
    return { current_A, power_W: current_A === 0 ? 0 : current_A * (limits.voltage?.max ?? Infinity) };
  }
  const resistance_ohm = source_ohm + (path?.outside_ohm ?? 0);
  return { current_A: size_V / resistance_ohm, power_W: size_V ** 2 / (4 * resistance_ohm) };
}

/** @throws MemrigError `limit-refused`: voltage, current or power that the level may come to */
export function checkLevel(who: string, level_V: number, reach: Reach): void {
  const { limits } = reach;
  const worst = worstCase(level_V, reach);
  hold(limits.voltage, Math.abs(level_V), "V", who, "a level of");
  const at = `at ${si(level_V, "V")} into a device that conducts fully`;
  const advice = " A resistor in the line (through: { series: … }) lowers it.";
  hold(limits.current, worst.current_A, "A", who, `${at} a current of`, advice);
  hold(limits.power, worst.power_W, "W", who, `at ${si(level_V, "V")} into a matching device a power of`, advice);
}

/**
 * Refuses a cycle of levels that could bring more to the device than the bench allows, segment by segment.
 *
 * @throws MemrigError `limit-refused`, or `invalid-request` where a number is none; nothing was sent
 */
export function checkCycle(who: string, cycle: PulseCycle, cycles: number, reach: Reach): void {
  const { segments, limit } = cycle;
  if (segments.length === 0) throw invalid(who, "a cycle without segments");
  whole(who, "a number of cycles", cycles);
  checkBounds(who, limit, reach);
  for (const { level_V, duration_s } of segments) {
    finite(who, "a level", level_V);
    above0(who, "a duration", duration_s);
    checkLevel(who, level_V, reach);
  }
  const energy_J = mostEnergy(
    segments.map(({ level_V, duration_s }) => worstCase(level_V, reach).power_W * duration_s),
    cycles,
  );
  hold(reach.limits.energyPerPulse, energy_J, "J", who, "a pulse of up to");
  hold(reach.limits.slew, slewOfCycle(cycle), "V/s", who, "an edge of up to");
}

export function slewOfCycle({ segments }: PulseCycle): number {
  return largestStep(segments.map(({ level_V }) => level_V)) / fastestEdge_s;
}

/** The bounds that a generator is told to keep must be within the bench's. */
export function checkBounds(who: string, limit: PulseCycle["limit"], { limits }: Reach): void {
  for (const bound_V of [limit.low_V, limit.high_V]) {
    finite(who, "a level limit", bound_V);
    hold(limits.voltage, Math.abs(bound_V), "V", who, "a level limit of");
  }
}

/**
 * The largest energy of a stretch without a rest at 0 V, also across the seam between two cycles.
 *
 * @param energies of the pieces of one cycle, joules; 0: a rest
 * @param cycles Infinity: played on and on
 */
export function mostEnergy(energies: ArrayLike<number>, cycles: number): number {
  let sum = 0;
  let rests = false;
  let most = 0;
  let stretch = 0;
  for (let round = 0; round < (cycles > 1 ? 2 : 1); round += 1) {
    for (let k = 0; k < energies.length; k += 1) {
      const energy = energies[k] ?? 0;
      if (round === 0) sum += energy;
      if (energy > 0) stretch += energy;
      else {
        stretch = 0;
        rests = true;
      }
      most = Math.max(most, stretch);
    }
  }
  return rests || sum === 0 ? most : cycles * sum;
}
