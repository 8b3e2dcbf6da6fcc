import { appendFile, stat } from "node:fs/promises";
import path from "node:path";
import { codeOf, readIfThere } from "./files.js";

/** In the store: the runs that were gone on with after they had ended, a name a line, so that who keeps a list looks at them again. */
const file = ".reopened";

export async function noteReopened(folder: string): Promise<void> {
  await appendFile(path.join(path.dirname(folder), file), `${path.basename(folder)}\n`);
}

/**
 * Runs that were gone on with since the last look.
 *
 * @param from_B where the last look ended; 0 for the first
 * @returns their names, and where this look ended
 */
export async function reopenedIn(storeDir: string, from_B: number): Promise<{ names: string[]; to_B: number }> {
  const at = path.join(storeDir, file);
  const size = await stat(at).then(
    (found) => found.size,
    (error: unknown) => {
      if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return 0;
      throw error;
    },
  );
  if (size === from_B) return { names: [], to_B: size };
  const text = Buffer.from((await readIfThere(at)) ?? "");
  const names = text
    .subarray(size < from_B ? 0 : from_B)
    .toString()
    .split("\n")
    .filter((name) => name !== "");
  return { names, to_B: text.length };
}
