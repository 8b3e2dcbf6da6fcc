import { MemrigError } from "../../errors.js";
import { runMany, siblingModule, type Progress } from "../populations/index.js";
import { SimulationError } from "../one-port.js";
import type { CycleBatch, CycleJob } from "./cycle-plan.js";
import { CycledDevice } from "./cycled-device.js";
import type { BlockAnswer, BlockOrder } from "./cycle-task.js";

export interface CycleWatch {
  /** Takes the batches in order; they are not kept. Waited for. */
  readonly onBatch: (batch: CycleBatch) => void | Promise<void>;
  readonly onProgress?: (progress: Progress) => void;
  /** Stops after the batch in hand. */
  readonly signal?: AbortSignal;
}

/** Cycles in a batch: some seconds of computing, 2.4 MB. */
const defaultBatch = 100_000;

/**
 * Takes one device through all cycles of a job, one after the other, in this thread. Any device; what a cycle leaves behind acts on the
 * next one. The same job gives the same cycles.
 *
 * @param batch cycles handed over at a time
 * @returns how many cycles were run
 * @throws MemrigError `invalid-request`: the job can not be; nothing was run
 * @throws SimulationError the solve failed; the batches before were handed over
 */
export async function runCycles(job: CycleJob, watch: CycleWatch, batch = defaultBatch): Promise<number> {
  const device = new CycledDevice(job);
  const started = performance.now();
  let done = 0;
  while (done < job.cycles && !watch.signal?.aborted) {
    const next = device.run(Math.min(batch, job.cycles - done));
    done += next.rOn_ohm.length;
    await watch.onBatch(next);
    const elapsed_s = (performance.now() - started) / 1000;
    const left_s = (elapsed_s / done) * (job.cycles - done);
    watch.onProgress?.({ done, failed: 0, total: job.cycles, elapsed_s, left_s });
    await new Promise((resolve) => setImmediate(resolve)); // lets a stop through
  }
  return done;
}

/**
 * As `runCycles`, on several threads, for a device that is back at rest when a cycle ends. The cycles are cut into blocks; each
 * starts at rest and has its own sequence of draws, so the same job and block give the same cycles, whatever the number of threads.
 *
 * @param options `threads`: left out, as many as the machine computes at once; `block`: cycles in a block, and in a batch
 * @throws MemrigError `invalid-request`: the job can not be, or the device is not back at rest when a cycle ends: blocks would leave out
 *   what the cycles before have done to it, run it with `runCycles`
 * @throws SimulationError the solve of a block failed; the blocks before it were handed over
 */
export async function runCycleBlocks(
  job: CycleJob,
  watch: CycleWatch,
  options: { readonly threads?: number; readonly block?: number } = {},
): Promise<number> {
  new CycledDevice(job); // refuses what can not be, before a thread is started
  const block = options.block ?? defaultBatch;
  const items: BlockOrder[] = Array.from({ length: Math.ceil(job.cycles / block) }, (_, k) => ({
    job,
    block: k,
    size: block,
  }));
  let done = 0;
  await runMany<BlockOrder, BlockAnswer>({
    module: siblingModule(import.meta.url, "cycle-task"),
    items,
    ...(options.threads !== undefined && { threads: options.threads }),
    ...(watch.signal && { signal: watch.signal }),
    onResult: async (index, answer) => {
      if ("failure" in answer) throw new SimulationError(answer.failure, { model: job.model, block: index });
      if (!answer.atRest) throw remembers(job);
      done += answer.batch.rOn_ohm.length;
      await watch.onBatch(answer.batch);
    },
    onProgress: ({ done: blocks, failed, total, elapsed_s, left_s }) =>
      watch.onProgress?.({
        done: Math.min(blocks * block, job.cycles),
        failed,
        total: Math.min(total * block, job.cycles),
        elapsed_s,
        left_s,
      }),
  });
  return done;
}

function remembers({ model, plan }: CycleJob): MemrigError {
  return new MemrigError(
    "invalid-request",
    `${model} is not back at rest when a cycle ends: cut into blocks, its cycles would leave out what those before ` +
      `have done to it. Run them one after the other (runCycles), or make the gap longer.`,
    { model, gap_s: plan.gap_s },
  );
}
