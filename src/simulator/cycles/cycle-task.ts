/** Task of `runMany`: one block of cycles. */
import { MemrigError } from "../../errors.js";
import type { CycleBatch, CycleJob } from "./cycle-plan.js";
import { CycledDevice } from "./cycled-device.js";

export interface BlockOrder {
  readonly job: CycleJob;
  /** Number of the block, from 0, and cycles in all but the last. */
  readonly block: number;
  readonly size: number;
}

export function run({ job, block, size }: BlockOrder): CycleBatch {
  const device = new CycledDevice(job, block);
  const first = block * size;
  const batch = device.run(Math.min(size, job.cycles - first));
  if (device.atRest()) return { ...batch, first };
  throw new MemrigError(
    "invalid-request",
    `${job.model} is not back at rest when a cycle ends: cut into blocks, its cycles would leave out what those before ` +
      `have done to it. Run them one after the other (runCycles), or make the gap longer.`,
    { model: job.model, gap_s: job.plan.gap_s },
  );
}
