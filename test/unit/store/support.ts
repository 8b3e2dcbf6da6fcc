import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import type { RunStart } from "../../../src/store/index.js";
import type { Row, TableSpec } from "../../../src/store/shapes.js";

/** A folder of its own for one test, removed afterwards. */
export async function storeFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "memrig-store-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** One column of every type. */
export const points: TableSpec = {
  name: "points",
  columns: [
    { name: "time_s", type: "f64", unit: "s", description: "since the start of the run" },
    { name: "cycle", type: "i32", unit: "", description: "sweep number" },
    { name: "current_A", type: "f64", unit: "A", description: "through the device" },
    { name: "inCompliance", type: "bool", unit: "", description: "the current was limited" },
    { name: "note", type: "utf8", unit: "", description: "what the instrument said" },
  ],
};

export function pointsRow(index: number): Row {
  return {
    time_s: index * 1e-3,
    cycle: Math.floor(index / 10),
    current_A: 1e-6 * Math.sin(index),
    inCompliance: index % 3 === 0,
    note: index % 100 === 0 ? `cycle "${index}", π` : "",
  };
}

export function pointsRows(from: number, to: number): Row[] {
  return Array.from({ length: to - from }, (_, i) => pointsRow(from + i));
}

export function startOf(tables: readonly TableSpec[] = [points], changes: Partial<RunStart> = {}): RunStart {
  return {
    protocol: "iv-sweep",
    dut: "W3-D17",
    parameters: { stop_V: 0.3 },
    bench: { name: "test bench" },
    instruments: [],
    tables,
    mainTable: tables[0]?.name ?? "points",
    software: { name: "memrig", version: "0.0.0", commit: "none" },
    operator: "lab",
    tags: {},
    expectedRows: 0,
    ...changes,
  };
}
