import path from "node:path";
import { readJsonIfThere, runFiles } from "./files.js";
import { runNames } from "./run-info.js";
import type { RunInfo } from "./shapes.js";

/** Files read together; more would only queue. */
const atOnce = 32;

/** The runs of a store that were made of the file with this checksum, oldest first. Damaged runs are passed over. */
export async function runsOfSource(storeDir: string, sha256: string): Promise<string[]> {
  const names = (await runNames(storeDir)).sort();
  const found: string[] = [];
  for (let from = 0; from < names.length; from += atOnce) {
    const some = names.slice(from, from + atOnce);
    const infos = await Promise.allSettled(
      some.map(
        (name) => readJsonIfThere(path.join(storeDir, name, runFiles.info)) as Promise<Partial<RunInfo> | undefined>,
      ),
    );
    for (const [k, info] of infos.entries()) {
      if (info.status === "fulfilled" && info.value?.imported?.sha256 === sha256) found.push(some[k] ?? "");
    }
  }
  return found;
}
