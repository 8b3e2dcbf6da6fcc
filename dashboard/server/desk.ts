import type { QueueEntry } from "../../src/engine/queue/queue.js";
import type { DryRunReply, Order, RunForm } from "./desk-wire.js";

/** Where runs are ordered: what the dashboard asks of the program that holds a bench file. Nothing here drives an instrument. */
export interface Desk {
  /** What can be run on the bench, read from its file anew. */
  form(): Promise<RunForm>;
  /**
   * Works out what a run would do. Opens nothing and sends nothing.
   *
   * @throws MemrigError `invalid-request`: it can not be run; every field that is wrong is in `details.faults`
   */
  dryRun(order: Order): Promise<DryRunReply>;
  /**
   * Puts a run at the end of the queue, once it is held to the limits.
   *
   * @throws MemrigError `invalid-request`, `limit-refused`: with `details.faults`; the queue is as it was
   */
  add(order: Order): Promise<QueueEntry>;
  /** Time on the instruments of one that waits; undefined: not known. */
  duration_s(entry: QueueEntry): Promise<number | undefined>;
  /**
   * Starts the program that does what waits, and that goes on without the dashboard.
   *
   * @param first the one it begins with; the others follow unless the queue is held
   */
  startRunner(first: string): RunnerProcess;
}

export interface RunnerProcess {
  /** What it said when it could not do its work; empty: nothing. */
  trouble(): string;
}
