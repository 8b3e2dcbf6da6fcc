import { rename, writeFile } from "node:fs/promises";
import { type Output, textTable } from "./output.js";

/** An instrument that listens. */
export interface Served {
  readonly name: string;
  readonly driver: string;
  readonly idn: string;
  readonly resources: readonly string[];
}

/** Prints what is served, and writes the ready file where one is wanted. */
export async function tellServed(served: readonly Served[], ready: string | undefined, output: Output): Promise<void> {
  if (ready !== undefined) {
    // By rename: whoever waits for the file never reads half of it.
    await writeFile(`${ready}.tmp`, `${JSON.stringify(served, undefined, 2)}\n`);
    await rename(`${ready}.tmp`, ready);
  }
  output.result(
    served,
    textTable(
      ["instrument", "resource", "identity"],
      served.map((instrument) => [instrument.name, instrument.resources.join(" "), instrument.idn]),
    ),
  );
}
