import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { MemrigError } from "../../errors.js";
import type { Answer, WorkerStart } from "./messages.js";
import { progressOf, type Progress } from "./progress.js";

/**
 * What a task's module exports as `run`: no memory from item to item, so that any thread may take any of them. Typed arrays in the
 * result are given away.
 */
export type Task<Item, Result> = (item: Item, index: number) => Result | Promise<Result>;

export interface Many<Item, Result> {
  /** File URL of a module that exports `run`, a `Task<Item, Result>`; `siblingModule` gives it. */
  readonly module: string;
  /** Plain data, each with all that makes its result: parameters and a seed of its own. */
  readonly items: readonly Item[];
  /** Left out: as many as the machine computes at once. Says nothing about the results. */
  readonly threads?: number;
  /** Takes the results in the order of the items, and they are not kept: memory stays flat. Waited for. */
  readonly onResult?: (index: number, result: Result) => void | Promise<void>;
  /** After every item, in no order. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops at once; what was computed so far is kept. */
  readonly signal?: AbortSignal;
}

export interface ManyOutcome<Result> {
  readonly status: "done" | "stopped";
  /** By item; undefined where it failed, was not reached, or went to `onResult`. */
  readonly results: readonly (Result | undefined)[];
  /** Items whose task threw, with its message, in the order of the items. */
  readonly failures: readonly { readonly index: number; readonly message: string }[];
  readonly progress: Progress;
}

/** Items sent to a thread before it has answered the first: the next one is there when it is done. */
const ahead = 2;
/** Items by which the threads together may run ahead of one slow item, for each thread. */
const windowPerThread = 16;

/**
 * Computes one task for many items on several threads. The same items give the same results, whatever the number of threads.
 *
 * @throws MemrigError `invalid-request`: threads is no whole number of at least 1; nothing was computed
 * @throws what a thread died of (its memory, its module), or what `onResult` threw; all threads are ended
 */
export async function runMany<Item, Result>(many: Many<Item, Result>): Promise<ManyOutcome<Result>> {
  const wanted = many.threads ?? availableParallelism();
  if (!(Number.isInteger(wanted) && wanted >= 1)) {
    throw new MemrigError("invalid-request", `${wanted} threads were asked for; it takes a whole number from 1.`, {
      threads: wanted,
    });
  }
  return new Crew(many, Math.min(wanted, many.items.length)).run();
}

/** A module beside the one that asks: `.ts` where the source runs as it is, `.js` in a build. */
export function siblingModule(asking: string, name: string): string {
  return new URL(`./${name}${extname(new URL(asking).pathname)}`, asking).href;
}

function startThread(workerData: WorkerStart): Worker {
  const program = siblingModule(import.meta.url, "worker");
  if (!program.endsWith(".ts")) return new Worker(new URL(program), { workerData });
  // A thread does not inherit what lets its process read TypeScript (tsx 4, Node 20): it is told to load that itself.
  const loader = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const start = `import(${loader}).then((tsx) => { tsx.register(); return import(${JSON.stringify(program)}); })`;
  return new Worker(start, { eval: true, workerData });
}

/** The threads of one `runMany`, and what is on its way between them and the one who asked. */
class Crew<Item, Result> {
  private readonly started = performance.now();
  private readonly results: (Result | undefined)[] = [];
  private readonly failures: { index: number; message: string }[] = [];
  private readonly early = new Map<number, Answer>();
  private readonly workers: Worker[] = [];
  private readonly idle: Worker[] = [];
  private sent = 0;
  private done = 0;
  private delivered = 0;
  private delivering = false;
  private settle: (stopped: boolean) => void = () => {};
  private fail: (error: unknown) => void = () => {};

  constructor(
    private readonly many: Many<Item, Result>,
    private readonly threads: number,
  ) {}

  async run(): Promise<ManyOutcome<Result>> {
    const { signal, items } = this.many;
    const stop = () => this.settle(true);
    const stopped = new Promise<boolean>((resolve, reject) => {
      this.settle = resolve;
      this.fail = reject;
    });
    try {
      signal?.addEventListener("abort", stop);
      if (signal?.aborted) stop();
      else if (items.length === 0) this.settle(false);
      else for (let k = 0; k < this.threads; k++) this.hire();
      return this.outcome(await stopped);
    } finally {
      signal?.removeEventListener("abort", stop);
      await Promise.all(this.workers.map((worker) => worker.terminate()));
    }
  }

  private hire(): void {
    const worker = startThread({ module: this.many.module });
    worker.on("message", (answer: Answer) => {
      try {
        this.take(worker, answer);
      } catch (error) {
        this.fail(error); // thrown by `onProgress`
      }
    });
    worker.on("error", (error) => this.fail(error));
    // Means nothing once the outcome is known: then it was ended from here.
    worker.on("exit", (code) => this.fail(new Error(`A computing thread ended by itself with code ${code}.`)));
    this.workers.push(worker);
    for (let k = 0; k < ahead; k++) this.order(worker);
  }

  private order(worker: Worker): void {
    const index = this.sent;
    if (index >= this.many.items.length) return;
    if (index >= this.delivered + windowPerThread * this.threads) {
      this.idle.push(worker);
      return;
    }
    this.sent++;
    worker.postMessage({ index, item: this.many.items[index] });
  }

  private take(worker: Worker, answer: Answer): void {
    this.done++;
    if ("failure" in answer) this.failures.push({ index: answer.index, message: answer.failure });
    this.early.set(answer.index, answer);
    this.many.onProgress?.(this.progress());
    this.order(worker);
    if (!this.delivering) this.deliver().catch((error: unknown) => this.fail(error));
  }

  /** Hands over what is complete from the front, one by one. */
  private async deliver(): Promise<void> {
    this.delivering = true;
    for (let answer = this.early.get(this.delivered); answer; answer = this.early.get(this.delivered)) {
      this.early.delete(this.delivered);
      if ("result" in answer) {
        if (this.many.onResult) await this.many.onResult(answer.index, answer.result as Result);
        else this.results[answer.index] = answer.result as Result;
      }
      this.delivered++;
      for (const worker of this.idle.splice(0)) this.order(worker);
    }
    this.delivering = false;
    if (this.delivered === this.many.items.length) this.settle(false);
  }

  private outcome(stopped: boolean): ManyOutcome<Result> {
    for (const [index, answer] of this.early) {
      if ("result" in answer && !this.many.onResult) this.results[index] = answer.result as Result;
    }
    this.results.length = this.many.items.length;
    return {
      status: stopped ? "stopped" : "done",
      results: Array.from(this.results),
      failures: this.failures.sort((a, b) => a.index - b.index),
      progress: this.progress(),
    };
  }

  private progress(): Progress {
    const elapsed_s = (performance.now() - this.started) / 1000;
    return progressOf(this.done, this.failures.length, this.many.items.length, elapsed_s);
  }
}
