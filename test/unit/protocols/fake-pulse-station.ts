import type {
  Capture,
  CapturePlan,
  CaptureScope,
  LoadedCycle,
  PulseCycle,
  PulseSegment,
  PulseSource,
  PulseStation,
} from "../../../src/capabilities/index.js";

/** Resistance of the device at a time into a segment, told the level and what came before. */
export type FakeCell = (level_V: number, since_s: number) => number;

export interface FakeBench {
  readonly cell: FakeCell;
  readonly shunt_ohm: number;
  /** Added to every scope sample before it is converted. */
  readonly noise: () => number;
  /** Error of the scope's zero, V. */
  readonly offset_V?: number;
  readonly maxSegments?: number;
  readonly maxPoints?: number;
  readonly fine?: boolean;
}

const source_ohm = 50;
const edge_s = 8e-9;
const identity = { maker: "none", model: "fake", serial: "0", firmware: "0" };

/** Generator, device, shunt and an 8-bit scope with segmented memory, computed. `log` has what was asked, in order. */
export function fakePulseStation(
  bench: FakeBench,
): PulseStation & { readonly log: string[]; readonly plans: CapturePlan[] } {
  const log: string[] = [];
  const plans: CapturePlan[] = [];
  let played: { cycle: PulseCycle; cycles: number } | undefined;
  const source: PulseSource = {
    label: "awg",
    identity,
    channels: 2,
    ranges: { maxLevel_V: 10, minSegment_s: 1e-8, maxSamples: 1e6, maxCycles: 1e6, sourceResistance_ohm: source_ohm },
    async load(_channel, cycle, cycles): Promise<LoadedCycle> {
      log.push(`load ${cycles}`);
      played = { cycle, cycles };
      return { segments: cycle.segments, samples: 1000, rate_Sa_per_s: 1e8 };
    },
    async setWaveform(_channel, plan) {
      log.push(`waveform ${plan.waveform.shape}`);
      return { low_V: plan.low_V, high_V: plan.high_V };
    },
    async outputOn() {
      log.push("on");
    },
    async outputOff() {
      log.push("off");
    },
    async trigger() {
      log.push("trigger");
    },
    async makeSafe() {
      log.push("source safe");
    },
    async outputIsOn() {
      return false;
    },
    async close() {},
  };
  const scope: CaptureScope = {
    label: "scope",
    identity,
    ranges: {
      channels: 4,
      maxSegments: bench.maxSegments ?? 1000,
      maxPoints: bench.maxPoints ?? 4e6,
      minStep_s: 2e-10,
      maxAverage: 1,
      external: true,
    },
    async arm(plan) {
      log.push(`arm ${plan.segments}`);
      plans.push(plan);
    },
    async *captures(_timeout_s, signal) {
      const plan = plans.at(-1);
      if (plan === undefined || played === undefined) throw new Error("not armed or nothing loaded");
      for (let segment = 0; segment < plan.segments; segment++) {
        signal.throwIfAborted();
        yield captureOf(bench, plan, played.cycle.segments, segment);
      }
    },
    async makeSafe() {
      log.push("scope safe");
    },
    async outputIsOn() {
      return false;
    },
    async close() {},
  };
  const probe = (channel: number) => ({ channel, resistance_ohm: bench.shunt_ohm, impedance: "1M" as const });
  const current = bench.fine === false ? [probe(2)] : [probe(2), probe(3)];
  return { source, sourceChannel: 1, scope, top: { channel: 1 }, current, log, plans };
}

function captureOf(bench: FakeBench, plan: CapturePlan, segments: readonly PulseSegment[], segment: number): Capture {
  const step_s = plan.window_s / plan.points;
  const volts = new Map(plan.channels.map(({ channel }) => [channel, new Float64Array(plan.points)]));
  for (let k = 0; k < plan.points; k++) {
    const { level_V, since_s } = levelAt(segments, k * step_s - plan.pretrigger_s);
    const cell_ohm = bench.cell(level_V, since_s);
    const current_A = level_V / (source_ohm + cell_ohm + bench.shunt_ohm);
    for (const { channel, range_V, offset_V } of plan.channels) {
      const true_V = channel === 1 ? level_V - current_A * source_ohm : current_A * bench.shunt_ohm;
      const step_V = range_V / 256;
      const code = Math.round((true_V + bench.noise() + (bench.offset_V ?? 0) - offset_V) / step_V);
      const samples = volts.get(channel);
      if (samples) samples[k] = offset_V + Math.max(-128, Math.min(127, code)) * step_V;
    }
  }
  const period_s = segments.reduce((sum, one) => sum + one.duration_s, 0);
  return { segment, trigger_s: segment * period_s, start_s: -plan.pretrigger_s, step_s, volts };
}

/** Level at a time, with linear edges of 8 ns about it. */
function levelAt(segments: readonly PulseSegment[], time_s: number): { level_V: number; since_s: number } {
  let [before_V, from_s] = [0, 0];
  for (const { level_V, duration_s } of segments) {
    const since_s = time_s - from_s;
    if (since_s < edge_s / 2 && since_s >= -edge_s / 2) {
      return { level_V: before_V + (level_V - before_V) * (since_s / edge_s + 0.5), since_s };
    }
    if (since_s < duration_s - edge_s / 2) return { level_V: since_s < 0 ? 0 : level_V, since_s };
    [before_V, from_s] = [level_V, from_s + duration_s];
  }
  return { level_V: 0, since_s: 0 };
}

/** Off until `delay_s` after a level of `vth_V` or more began; off again below `vhold_V`. */
export function volatileCell(
  vth_V: number,
  vhold_V: number,
  delay_s: number,
  on_ohm: number,
  off_ohm: number,
): FakeCell {
  let on = false;
  return (level_V, since_s) => {
    if (Math.abs(level_V) >= vth_V && since_s >= delay_s) on = true;
    if (Math.abs(level_V) < vhold_V) on = false;
    return on ? on_ohm : off_ohm;
  };
}

/** Stays as the last level beyond `set_V` (on) or below `reset_V` (off) left it. */
export function memoryCell(set_V: number, reset_V: number, on_ohm: number, off_ohm: number): FakeCell {
  let on = false;
  return (level_V) => {
    if (level_V >= set_V) on = true;
    if (level_V <= reset_V) on = false;
    return on ? on_ohm : off_ohm;
  };
}
