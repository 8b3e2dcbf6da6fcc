import type { BenchConfig } from "../../bench/index.js";
import type { Metrics } from "../../store/shapes.js";
import { protocolNamed } from "../commands/protocols.js";
import { measure } from "../measure.js";
import { planFrom } from "../settings.js";

export interface DemoStep {
  readonly name: string;
  readonly title: string;
  readonly bench: "zno" | "vo2";
  readonly protocol: string;
  readonly settings: Readonly<Record<string, string | number>>;
  /** How many devices of the population; left out: the nominal device. */
  readonly devices?: number;
}

/** What a step gave. */
export interface DemoRun {
  readonly step: DemoStep;
  readonly runs: readonly string[];
  readonly metrics: Metrics;
}

/** The sweep of the ZnO paper, Fig. 2; it gives no sweep rate, 0.1 V/s is a choice. */
const znoSweep = { start: "0 V", stop: "0.3 V", step: "5 mV", shape: "double", dwell: "50 ms" };

/** The characterisation that the papers print figures of. */
export const demoSteps: readonly DemoStep[] = [
  {
    name: "zno-sweeps",
    title: "ZnO: 1024 double sweeps to 0.3 V at 10 µA",
    bench: "zno",
    protocol: "iv-sweep",
    settings: {
      ...znoSweep,
      compliance: "10 uA",
      cycles: 1024,
      read: "0.14 V",
    },
  },
  {
    name: "zno-100nA",
    title: "ZnO: 10 double sweeps at 100 nA",
    bench: "zno",
    protocol: "iv-sweep",
    settings: {
      ...znoSweep,
      compliance: "100 nA",
      cycles: 10,
    },
  },
  {
    name: "zno-pulses",
    title: "ZnO: 20 pulses of 1.5 V, 2 µs",
    bench: "zno",
    protocol: "pulse-train",
    settings: {
      amplitude: "1.5 V",
      width: "2 us",
      period: "200 us",
      count: 20,
      read_amplitude: "0.1 V",
      read_width: "10 us",
    },
  },
  {
    name: "zno-endurance",
    title: "ZnO: 1000 cycles of 1.2 V/5 µs and 0.1 V/10 µs",
    bench: "zno",
    protocol: "endurance",
    settings: {
      set_amplitude: "1.2 V",
      set_width: "5 us",
      read_amplitude: "0.1 V",
      read_width: "10 us",
      gap: "10 us",
      cycles: 1000,
    },
  },
  {
    name: "vo2-sweeps",
    title: "VO2: 10 double sweeps to 1.6 V at 1 mA",
    bench: "vo2",
    protocol: "iv-sweep",
    settings: {
      start: "0 V",
      stop: "1.6 V",
      step: "5 mV",
      shape: "double",
      compliance: "1 mA",
      dwell: "50 ms",
      cycles: 10,
    },
  },
  {
    name: "vo2-pulses",
    title: "VO2: 20 pulses of 1.7 V, 2 µs",
    bench: "vo2",
    protocol: "pulse-train",
    settings: {
      amplitude: "1.7 V",
      width: "2 us",
      period: "50 us",
      count: 20,
      read_amplitude: "0.2 V",
      read_width: "10 us",
    },
  },
  {
    name: "vo2-endurance",
    title: "VO2: 1000 cycles of 1.7 V/5 µs and 0.2 V/10 µs",
    bench: "vo2",
    protocol: "endurance",
    settings: {
      set_amplitude: "1.7 V",
      set_width: "5 us",
      read_amplitude: "0.2 V",
      read_width: "10 us",
      gap: "10 us",
      cycles: 1000,
    },
  },
  {
    name: "zno-devices",
    title: "ZnO: 30 devices × 10 double sweeps at 10 µA",
    bench: "zno",
    protocol: "iv-sweep",
    settings: {
      ...znoSweep,
      compliance: "10 uA",
      cycles: 10,
    },
    devices: 30,
  },
];

export interface DemoListener {
  begins(step: DemoStep): void;
  progress(done: number, expected: number, left_s?: number): void;
  ended(step: DemoStep, outcome: string, seconds: number): void;
}

/**
 * Runs every step on its bench. The nominal device is drawn without device-to-device spread.
 *
 * @throws MemrigError the first run that did not end `done`, after its outputs are off
 */
export async function characterise(
  benches: Readonly<Record<"zno" | "vo2", BenchConfig>>,
  seed: number,
  signal: AbortSignal,
  listener: DemoListener,
): Promise<DemoRun[]> {
  const done: DemoRun[] = [];
  for (const step of demoSteps) {
    listener.begins(step);
    const started = performance.now();
    const run = await runStep(step, benches[step.bench], seed, signal, listener);
    listener.ended(
      step,
      `${run.runs.length === 1 ? run.runs[0] : `${run.runs.length} runs`}`,
      (performance.now() - started) / 1000,
    );
    done.push(run);
  }
  return done;
}

/** Each device is a virtual bench of its own; starting one is mostly waiting. */
const devicesAtOnce = 3;

/** Does `work` on every item, at most `lanes` at a time; results in the items' order. The first error ends it. */
async function inLanes<T, R>(items: readonly T[], lanes: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const k = next++;
      try {
        results[k] = await work(items[k] as T);
      } catch (error) {
        next = items.length; // begin nothing more; what runs in the other lanes ends by itself
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return results;
}

async function runStep(
  step: DemoStep,
  bench: BenchConfig,
  seed: number,
  signal: AbortSignal,
  listener: DemoListener,
): Promise<DemoRun> {
  const protocol = protocolNamed(step.protocol);
  const plan = planFrom(protocol, step.settings);
  const devices = step.devices === undefined ? [nominal(bench, seed)] : population(bench, seed, step.devices);
  let done = 0;
  const outcomes = await inLanes(devices, devicesAtOnce, async (config) => {
    const outcome = await measure({
      config,
      protocol,
      plan,
      tags: { demo: step.name },
      signal,
      onProgress: ({ rows, expectedRows, left_s }) => {
        if (devices.length === 1) listener.progress(rows, expectedRows, left_s);
      },
    });
    if (outcome.status !== "done") throw outcome.error;
    done += 1;
    if (devices.length > 1) listener.progress(done * outcome.rows, devices.length * outcome.rows);
    return outcome;
  });
  const runs = outcomes.map(({ run }) => run);
  const metrics = outcomes.map((outcome) => outcome.metrics);
  return { step, runs, metrics: metrics.length === 1 ? (metrics[0] as Metrics) : overDevices(metrics) };
}

function nominal(bench: BenchConfig, seed: number): BenchConfig {
  return { ...bench, dut: { ...bench.dut, cycleSeed: seed } };
}

function population(bench: BenchConfig, seed: number, count: number): BenchConfig[] {
  return Array.from({ length: count }, (_, k) => ({
    ...bench,
    dut: { ...bench.dut, id: `${bench.dut.id}-${k + 1}`, seed: seed + 1 + k },
  }));
}

/** Metrics over all sweeps of all devices, as the paper pools them. */
function overDevices(all: readonly Metrics[]): Metrics {
  const names = Object.keys(all[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, pooled(all.flatMap((metrics) => metrics[name] ?? []))]));
}

function pooled(metrics: readonly Metrics[string][]): Metrics[string] {
  const used = metrics.filter(({ n }) => n > 0);
  const n = used.reduce((sum, metric) => sum + metric.n, 0);
  const mean = used.reduce((sum, metric) => sum + metric.mean * metric.n, 0) / n;
  const squares = used.reduce((sum, m) => sum + (m.n - 1) * m.sd ** 2 + m.n * (m.mean - mean) ** 2, 0);
  const sd = n > 1 ? Math.sqrt(squares / (n - 1)) : 0;
  return { mean, sd, cv: sd / Math.abs(mean), n };
}
