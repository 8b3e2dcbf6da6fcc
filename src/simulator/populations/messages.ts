/** What the computing threads are handed at their start. */
export interface WorkerStart {
  /** File URL of the task's module. */
  readonly module: string;
}

/** To a thread: compute this item. */
export interface Order {
  readonly index: number;
  readonly item: unknown;
}

/** From a thread: what came of it. */
export type Answer =
  { readonly index: number; readonly result: unknown } | { readonly index: number; readonly failure: string };
