import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import type { TestContext } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { until } from "../support/until.js";

/** Something that is given anything, and has to live with it. */
export interface Target<Input> {
  /** For titles: "RPC calls, as a server takes them". */
  readonly name: string;
  readonly input: fc.Arbitrary<Input>;
  /** Fails when the input was not taken well. Ends by itself, whatever the input. */
  run(input: Input): void | Promise<void>;
}

/** An input that has not ended by then never will. */
const HANG_S = 30;
/** What may be held at the end and was not after the first tenth: caches of the engine, not of ours. */
const GROWTH_BYTES = 4 * 1024 * 1024;
const BATCHES = 10;

/**
 * Runs a target on `runs` inputs; it may not fail, hang, or hold memory, timers or descriptors afterwards. The seed is in
 * the diagnostics: `FUZZ_SEED=… npx tsx --test FILE` repeats a run, with `FUZZ_AT=n` besides it prints the n-th input.
 */
export async function fuzz<Input>(t: TestContext, target: Target<Input>, runs: number): Promise<void> {
  const seed = Number(process.env["FUZZ_SEED"] ?? Math.floor(Math.random() * 0x7fffffff));
  const told = Number(process.env["FUZZ_AT"] ?? NaN);
  t.diagnostic(`${target.name}: FUZZ_SEED=${seed}`);
  const dog = new Watchdog(`${target.name}: FUZZ_SEED=${seed}`);
  let before: Held | undefined;
  try {
    const property = fc.asyncProperty(target.input, async (input) => {
      if (dog.next() === told) process.stderr.write(`${target.name}, input ${told}: ${fc.stringify(input)}\n`);
      await target.run(input);
    });
    for (let batch = 0; batch < BATCHES; batch++) {
      await fc.assert(property, { numRuns: Math.ceil(runs / BATCHES), seed: seed + batch });
      before ??= await held();
    }
  } finally {
    await dog.stop();
  }
  await assertNotMore(target.name, before, runs);
}

async function assertNotMore(name: string, before: Held | undefined, runs: number): Promise<void> {
  assert.ok(before);
  const now = await until(`${name}: no timer and no descriptor more than at the beginning`, async () => {
    const after = await held();
    return after.timers <= before.timers && after.descriptors <= before.descriptors ? after : undefined;
  });
  const grown = now.bytes - before.bytes;
  assert.ok(grown < GROWTH_BYTES, `${name}: ${grown} bytes more are held after ${runs} inputs than after a tenth`);
}

interface Held {
  readonly bytes: number;
  readonly timers: number;
  readonly descriptors: number;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

async function held(): Promise<Held> {
  for (let k = 0; k < 3; k++) {
    await turn();
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return {
    bytes: heapUsed + external,
    timers: process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length,
    descriptors: readdirSync("/proc/self/fd").length,
  };
}

/** Ends the program, with words, when an input hangs: nothing in its own thread could. */
class Watchdog {
  private readonly count = new Int32Array(new SharedArrayBuffer(8));
  private readonly worker: Worker;

  constructor(what: string) {
    this.worker = new Worker(watching, { eval: true, workerData: { count: this.count, what, hang_s: HANG_S } });
  }

  /** The number of the input that begins now, from 1. */
  next(): number {
    return Atomics.add(this.count, 0, 1) + 1;
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}

const watching = `
const { workerData: { count, what, hang_s } } = require("node:worker_threads");
let seen = -1;
setInterval(() => {
  const now = Atomics.load(count, 0);
  if (now === seen) {
    require("node:fs").writeSync(2, what + " FUZZ_AT=" + now + ": this input has not ended within " + hang_s + " s\\n");
    process.kill(process.pid, "SIGKILL");
  }
  seen = now;
}, hang_s * 1000);
`;
