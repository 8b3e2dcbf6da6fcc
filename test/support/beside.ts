import { fileURLToPath } from "node:url";
import { siblingModule } from "../../src/protocol-files/sibling.js";

export { siblingModule };

/** What Node is told to run a program of the tests: as it was compiled with them, or from its source. */
export function programOf(module: string): string[] {
  const file = fileURLToPath(module);
  return file.endsWith(".ts") ? ["--import", "tsx", file] : [file];
}
