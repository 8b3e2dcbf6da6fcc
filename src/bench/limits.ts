import type { CapturePlan, PulseCycle, PulseSegment, SweepPlan } from "../capabilities/index.js";
import type { AnyProtocol } from "../engine/protocol.js";
import { MemrigError } from "../errors.js";
import { si } from "../units.js";
import type { Bound, Limits } from "./bounds.js";
import type { BenchConfig } from "./config.js";
import { pulseWiring, sourcePath, sweepWiring } from "./paths.js";
import type { SourcePath } from "./paths.js";

/** Output resistance of the generators this bench has drivers for. */
const generator_ohm = 50;

/** The fastest edge of any generator this bench has a driver for (33600A: 2.9 ns). Slower ones stay within it. */
const fastestEdge_s = 2.9e-9;

/** What rounding in `start + k·step` may add; no instrument resolves it. */
const rounding = 1e-9;

/**
 * Refuses a plan that would pass a limit of the bench, before anything is opened.
 *
 * @throws MemrigError `limit-refused`: what it would reach, what is allowed, and the line that says so
 * @throws MemrigError `invalid-request`: the bench lacks what the protocol needs
 */
export function checkLimits(config: BenchConfig, protocol: AnyProtocol, plan: object): void {
  const { voltage_V, current_A } = protocol.extremes(plan);
  if (protocol.needs === "pulse-station") {
    const { source, sourceChannel } = pulseWiring(config);
    const path = sourcePath(config, source, sourceChannel);
    checkLevel(
      config.limits,
      protocol.name,
      voltage_V ?? 0,
      worstCase(voltage_V ?? 0, generator_ohm, path, config.limits),
    );
    return;
  }
  sweepWiring(config);
  checkExtremes(config.limits, protocol.name, voltage_V, current_A);
}

function checkExtremes(limits: Limits, who: string, voltage_V?: number, current_A?: number): void {
  hold(limits.voltage, voltage_V, "V", who, "a voltage of");
  hold(limits.current, current_A, "A", who, "a current of");
  if (voltage_V !== undefined && current_A !== undefined) {
    hold(
      limits.power,
      voltage_V * current_A,
      "W",
      who,
      `with ${si(voltage_V, "V")} at ${si(current_A, "A")} a power of`,
    );
  }
}

/**
 * Refuses a sweep that could bring more to the device than the bench allows. A source-measure unit holds its
 * compliance, so the worst case is the highest level at full compliance. Slew is the steepest step over the dwell.
 * The energy of a pulse is not looked at: a sweep has levels, not pulses.
 *
 * @throws MemrigError `limit-refused`, or `invalid-request` where a number is none; nothing was sent
 */
export function checkSweep(limits: Limits, who: string, plan: SweepPlan): void {
  const { drive, levels, cycles, compliance, dwell_s, nplc } = plan;
  if (levels.length === 0) throw invalid(who, "a sweep without levels");
  for (const level of levels) finite(who, "a level", level);
  above0(who, "a compliance", compliance);
  above0(who, "a dwell", dwell_s);
  if (nplc !== undefined) above0(who, "an integration time", nplc);
  whole(who, "a number of cycles", cycles);
  if (drive !== "voltage" && drive !== "current") throw invalid(who, `a drive of "${String(drive)}"`);
  const highest = levels.reduce((most, level) => Math.max(most, Math.abs(level)), 0);
  const [voltage_V, current_A] = drive === "voltage" ? [highest, compliance] : [compliance, highest];
  checkExtremes(limits, who, voltage_V, current_A);
  const step_V = drive === "voltage" ? largestStep(levels) : 2 * compliance;
  hold(limits.slew, step_V / dwell_s, "V/s", who, "a slew of");
}

/** From zero through the levels, round again, and back to zero. */
function largestStep(levels: readonly number[]): number {
  let most = 0;
  let before = 0;
  for (const level of [...levels, levels[0] ?? 0, 0]) {
    most = Math.max(most, Math.abs(level - before));
    before = level;
  }
  return Math.max(most, Math.abs(levels.at(-1) ?? 0));
}

/** The most a level of a generator can bring to the device, whatever the device's state. */
export interface WorstCase {
  readonly current_A: number;
  readonly power_W: number;
}

/**
 * A generator has no compliance: the current is limited by resistors only, and is largest where the device conducts
 * fully; the power is largest where it matches them. Behind a converter the current follows from the level, and the
 * power from the voltage the device may have.
 */
export function worstCase(
  level_V: number,
  source_ohm: number,
  path: SourcePath | undefined,
  limits: Limits,
): WorstCase {
  const size_V = Math.abs(level_V);
  if (path?.isolator_A_per_V !== undefined) {
    const current_A = size_V * path.isolator_A_per_V;
    return { current_A, power_W: current_A === 0 ? 0 : current_A * (limits.voltage?.max ?? Infinity) };
  }
  const resistance_ohm = source_ohm + (path?.outside_ohm ?? 0);
  return { current_A: size_V / resistance_ohm, power_W: size_V ** 2 / (4 * resistance_ohm) };
}

function checkLevel(limits: Limits, who: string, level_V: number, worst: WorstCase): void {
  hold(limits.voltage, Math.abs(level_V), "V", who, "a level of");
  const at = `at ${si(level_V, "V")} into a device that conducts fully`;
  const advice = " A resistor in the line (through: { series: … }) lowers it.";
  hold(limits.current, worst.current_A, "A", who, `${at} a current of`, advice);
  hold(limits.power, worst.power_W, "W", who, `at ${si(level_V, "V")} into a matching device a power of`, advice);
}

/**
 * Refuses a cycle of levels that could bring more to the device than the bench allows, segment by segment.
 *
 * @param source_ohm the generator's own resistance
 * @param path how its channel reaches the device; undefined: nowhere known
 * @throws MemrigError `limit-refused`, or `invalid-request` where a number is none; nothing was sent
 */
export function checkCycle(
  limits: Limits,
  who: string,
  cycle: PulseCycle,
  cycles: number,
  source_ohm: number,
  path: SourcePath | undefined,
): void {
  const { segments, limit } = cycle;
  if (segments.length === 0) throw invalid(who, "a cycle without segments");
  whole(who, "a number of cycles", cycles);
  for (const bound_V of [limit.low_V, limit.high_V]) {
    finite(who, "a level limit", bound_V);
    hold(limits.voltage, Math.abs(bound_V), "V", who, "a level limit of");
  }
  for (const { level_V, duration_s } of segments) {
    finite(who, "a level", level_V);
    above0(who, "a duration", duration_s);
    checkLevel(limits, who, level_V, worstCase(level_V, source_ohm, path, limits));
  }
  const power_W = (level_V: number): number => worstCase(level_V, source_ohm, path, limits).power_W;
  hold(limits.energyPerPulse, mostEnergy(segments, cycles, power_W), "J", who, "a pulse of up to");
  const step_V = largestStep(segments.map(({ level_V }) => level_V));
  hold(limits.slew, step_V / fastestEdge_s, "V/s", who, "an edge of up to");
}

/** The largest energy of a stretch without a rest at 0 V, also across the seam between two cycles. */
function mostEnergy(segments: readonly PulseSegment[], cycles: number, power_W: (level_V: number) => number): number {
  const energies = segments.map(({ level_V, duration_s }) => power_W(level_V) * duration_s);
  if (energies.every((energy) => energy > 0)) return cycles * energies.reduce((sum, energy) => sum + energy, 0);
  let most = 0;
  let stretch = 0;
  for (const energy of cycles > 1 ? [...energies, ...energies] : energies) {
    stretch = energy > 0 ? stretch + energy : 0;
    most = Math.max(most, stretch);
  }
  return most;
}

/**
 * Refuses a scope input that is not as the wiring says: at the bottom of the device it is part of what limits the
 * current.
 *
 * @param wired impedance by channel; channels that are not in it may be anything
 * @throws MemrigError `limit-refused`; nothing was sent
 */
export function checkInputs(who: string, plan: CapturePlan, wired: ReadonlyMap<number, "1M" | "50">): void {
  for (const { channel, impedance = "1M" } of plan.channels) {
    const expected = wired.get(channel);
    if (expected === undefined || expected === impedance) continue;
    const name = (kind: "1M" | "50"): string => (kind === "50" ? "50 Ω" : "1 MΩ");
    throw new MemrigError(
      "limit-refused",
      `${who}: ${name(impedance)} was asked for at channel ${channel}, which the wiring takes as ${name(expected)}; the currents were worked out with that. Nothing was sent.`,
      { channel, asked: impedance, wired: expected },
    );
  }
}

function hold(
  bound: Bound | undefined,
  asked: number | undefined,
  unit: string,
  who: string,
  what: string,
  advice = "",
): void {
  if (bound === undefined || asked === undefined) return;
  if (asked <= bound.max * (1 + rounding)) return; // false for NaN too
  throw new MemrigError(
    "limit-refused",
    `${who}: ${what} ${si(asked, unit)} was asked for; the bench allows ${si(bound.max, unit)} (${bound.where}). ` +
      `Nothing was sent. Ask for less, or change that line if the device can take it.${advice}`,
    { asked, allowed: bound.max, unit, where: bound.where },
  );
}

function invalid(who: string, what: string): MemrigError {
  return new MemrigError(
    "invalid-request",
    `${who}: ${what} was asked for, which is not possible. Nothing was sent.`,
    {},
  );
}

function finite(who: string, what: string, value: number): void {
  if (!Number.isFinite(value)) throw invalid(who, `${what} of ${value}`);
}

function above0(who: string, what: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) throw invalid(who, `${what} of ${value}`);
}

function whole(who: string, what: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value >= 1)) throw invalid(who, `${what} of ${value}`);
}
