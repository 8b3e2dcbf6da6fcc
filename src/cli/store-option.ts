export interface StoreOptions {
  readonly store?: string;
  readonly bench?: string;
}

/** The folder of the runs: --store, else the bench file's, else ./runs. */
export async function storeFolder(options: StoreOptions): Promise<string> {
  if (options.store !== undefined) return options.store;
  if (options.bench === undefined) return "runs";
  const { loadBench } = await import("../bench/index.js"); // brings every driver with it
  return (await loadBench(options.bench, { secrets: "ignored" })).store;
}
