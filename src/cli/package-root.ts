import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

interface PackageFile {
  readonly name?: string;
  readonly version?: string;
}

/** Folder and version of the program, whether it runs built or from source. */
export const ourPackage = findPackage(dirname(fileURLToPath(import.meta.url)));

function findPackage(folder: string): { root: string; name: string; version: string } {
  const file = join(folder, "package.json");
  // dist/ has a package file too, without a name.
  const { name, version } = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as PackageFile) : {};
  if (name === "memrig") return { root: folder, name, version: version ?? "0.0.0" };
  const parent = dirname(folder);
  if (parent === folder) throw new Error("memrig's package.json was not found above the program's files.");
  return findPackage(parent);
}
