import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { MemrigError, messageOf } from "../errors.js";
import { ourPackage } from "./package-root.js";

const example = "examples/protocols/hold-and-read.ts";

/**
 * Writes a protocol to change, named after its file, and beside it what an editor needs to complete it (tsconfig.json).
 *
 * @returns the files that were written
 * @throws MemrigError `invalid-request`: there is such a file already, or it can not be written; nothing was changed
 */
export async function beginProtocol(file: string): Promise<string[]> {
  const name = path
    .basename(file, path.extname(file))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  if (path.extname(file) !== ".ts" || !/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new MemrigError(
      "invalid-request",
      `--new ${file}: the file's name names the protocol and ends in .ts, as my-sweep.ts. Nothing was written.`,
      { file },
    );
  }
  const text = await readFile(path.join(ourPackage.root, example), "utf8");
  try {
    await writeFile(file, text.replace('name: "hold-and-read"', `name: "${name}"`), { flag: "wx" });
  } catch (error) {
    throw new MemrigError(
      "invalid-request",
      `--new ${file}: ${messageOf(error)}. Nothing was written.`,
      { file },
      error,
    );
  }
  const project = path.join(path.dirname(file), "tsconfig.json");
  const paths = { memrig: [path.join(ourPackage.root, "src/protocol-files/memrig.ts")] };
  const strict = { strict: true, exactOptionalPropertyTypes: true }; // as memrig's own sources, which the editor reads too
  const settings = { target: "ES2023", module: "NodeNext", ...strict, noEmit: true, skipLibCheck: true, paths };
  try {
    await writeFile(project, `${JSON.stringify({ compilerOptions: settings }, undefined, 2)}\n`, { flag: "wx" });
    return [file, project];
  } catch {
    return [file]; // one that is there is somebody's own
  }
}

/** As it has to be written for `memrig run`: a bare name is one of memrig's. */
export function shellPath(file: string): string {
  return path.isAbsolute(file) || file.startsWith(".") ? file : `./${file}`;
}
