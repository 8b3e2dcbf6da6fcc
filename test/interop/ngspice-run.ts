import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import { scratchFolder } from "../support/cli.js";

/** What ngspice wrote. */
export interface Table {
  readonly times_s: readonly number[];
  column(name: string): readonly number[];
}

/** Runs a netlist in batch mode, as it is, and reads what it writes. @param name of the circuit */
export async function ngspice(t: TestContext, program: string, netlist: string, name: string): Promise<Table> {
  const folder = await scratchFolder(t);
  await writeFile(join(folder, "deck.cir"), netlist);
  await promisify(execFile)(program, ["-b", "deck.cir"], { cwd: folder, timeout: 60_000 });
  const [head = "", ...lines] = (await readFile(join(folder, `${name}.txt`), "utf8")).trim().split("\n");
  const names = head.trim().split(/\s+/);
  const rows = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const at = (i: number) => rows.map((row) => row[i] ?? NaN);
  return {
    times_s: at(0),
    column(wanted) {
      const i = names.indexOf(wanted);
      assert.ok(i > 0, `ngspice wrote ${wanted}; it wrote ${names.join(" ")}`);
      return at(i);
    },
  };
}
