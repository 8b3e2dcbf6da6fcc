import path from "node:path";
import { stringify } from "yaml";
import { MemrigError } from "../errors.js";
import type { RunInfo } from "../store/shapes.js";
import { loadUserAliases } from "./aliases.js";
import { parseBench } from "./config.js";
import type { BenchConfig } from "./config.js";

/**
 * The bench of a run as it was, from the copy of the bench file that the run keeps, with the run's device and store.
 *
 * @param store folder that the run is in
 * @throws MemrigError `invalid-request`: the run keeps none, or one that this version does not read
 */
export async function benchOfRun(info: RunInfo, store: string): Promise<BenchConfig> {
  const kept = typeof info.bench === "object" && info.bench !== null && "instruments" in info.bench;
  if (!kept) {
    throw new MemrigError(
      "invalid-request",
      `${info.run} keeps no bench file${info.imported ? ": it was measured elsewhere" : ""}. Give one with --bench FILE. Nothing was opened.`,
      { run: info.run },
    );
  }
  const config = parseBench(stringify(info.bench), `bench of ${info.run}`, { aliases: await loadUserAliases() });
  return { ...config, dut: { ...config.dut, id: info.dut }, store: path.resolve(store) };
}
