/** Task of `runMany`: one block of cycles. */
import { messageOf } from "../../errors.js";
import type { CycleBatch, CycleJob } from "./cycle-plan.js";
import { CycledDevice } from "./cycled-device.js";

export interface BlockOrder {
  readonly job: CycleJob;
  /** Number of the block, from 0, and cycles in all but the last. */
  readonly block: number;
  readonly size: number;
}

/** The cycles, and whether the device was back at rest after the last; or why they could not be solved. */
export type BlockAnswer = { readonly batch: CycleBatch; readonly atRest: boolean } | { readonly failure: string };

export function run({ job, block, size }: BlockOrder): BlockAnswer {
  const first = block * size;
  const device = new CycledDevice(job, block);
  try {
    const batch = device.run(Math.min(size, job.cycles - first));
    return { batch: { ...batch, first }, atRest: device.atRest() };
  } catch (error) {
    return { failure: messageOf(error) };
  }
}
