import { loadBench } from "../bench/index.js";

export interface StoreOptions {
  readonly store?: string;
  readonly bench?: string;
}

/** The folder of the runs: --store, else the bench file's, else ./runs. */
export async function storeFolder(options: StoreOptions): Promise<string> {
  if (options.store !== undefined) return options.store;
  return options.bench === undefined ? "runs" : (await loadBench(options.bench, { secrets: "ignored" })).store;
}
