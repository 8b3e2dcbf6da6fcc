import { join } from "node:path";
import type { BenchConfig } from "../../bench/index.js";
import { MemrigError } from "../../errors.js";
import type { Metrics } from "../../store/shapes.js";
import { protocolNamed } from "../commands/protocols.js";
import { loadCampaign } from "../campaign/file.js";
import { campaignResults } from "../campaign/results.js";
import { runCampaign } from "../campaign/run.js";
import { measure } from "../measure.js";
import { ourPackage } from "../package-root.js";
import { planFrom } from "../settings.js";
import type { DemoBench, DemoStep } from "./steps.js";

/** What a step gave. */
export interface DemoRun {
  readonly step: DemoStep;
  readonly runs: readonly string[];
  readonly metrics: Metrics;
}

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
  steps: readonly DemoStep[],
  benches: Readonly<Record<DemoBench, BenchConfig>>,
  seed: number,
  signal: AbortSignal,
  listener: DemoListener,
): Promise<DemoRun[]> {
  const done: DemoRun[] = [];
  for (const step of steps) {
    listener.begins(step);
    const started = performance.now();
    const bench = benches[step.bench];
    const run = step.campaign
      ? await campaignStep(step, step.campaign, bench.store, signal, listener)
      : await runStep(step, bench, seed, signal, listener);
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
  const device = withParameters(bench, step.parameters ?? {});
  const devices = step.devices === undefined ? [nominal(device, seed)] : population(device, seed, step.devices);
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

/** A campaign of examples/: what its groups come to is a metric each, named with the group. */
async function campaignStep(
  step: DemoStep,
  file: string,
  store: string,
  signal: AbortSignal,
  listener: DemoListener,
): Promise<DemoRun> {
  const name = `${step.name}-${new Date().toISOString().replaceAll(/[-:]|\..*/g, "")}`;
  const loaded = await loadCampaign(join(ourPackage.root, "examples/campaigns", file), name);
  const campaign = { ...loaded, bench: { ...loaded.bench, store } };
  const end = await runCampaign({
    campaign,
    resume: false,
    signal,
    onProgress: ({ done, runs, left_s }) => listener.progress(done, runs, left_s),
  });
  if (end.status !== "done") {
    throw new MemrigError(end.status === "aborted" ? "aborted" : "no-answer", end.reason ?? `${name}: ${end.status}.`);
  }
  const { steps } = await campaignResults(store, name);
  const metrics = steps.flatMap(({ metric, groups }) =>
    groups.map(({ group, devices }) => [`${metric} of ${group}`, devices] as const),
  );
  return { step, runs: [name], metrics: Object.fromEntries(metrics) };
}

function withParameters(bench: BenchConfig, parameters: Readonly<Record<string, number>>): BenchConfig {
  return { ...bench, dut: { ...bench.dut, parameters: { ...bench.dut.parameters, ...parameters } } };
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
