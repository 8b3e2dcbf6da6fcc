import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the C and Python programs of this folder are: what is compiled runs from dist. */
export const sources = join(rootOf(dirname(fileURLToPath(import.meta.url))), "benchmarks/links");

/** The folder that holds package-lock.json. */
function rootOf(start: string): string {
  let root = start;
  while (!existsSync(join(root, "package-lock.json"))) root = dirname(root);
  return root;
}

/** @returns the program, in `folder` @throws Error with what the compiler said */
export function build(name: string, folder: string, libraries: readonly string[] = []): string {
  const program = join(folder, name);
  const options = ["-O3", "-march=native", join(sources, `${name}.c`), "-o", program, ...libraries];
  const { status, error, stderr } = spawnSync("cc", options, { encoding: "utf8" });
  if (status === 0) return program;
  throw new Error(
    `${name}.c could not be built: ${error?.message ?? stderr}. On Debian: apt-get install build-essential`,
  );
}
