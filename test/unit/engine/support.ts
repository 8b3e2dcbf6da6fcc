import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { z } from "zod";
import type { SweepSmu } from "../../../src/capabilities/index.js";
import type { AnyProtocol, Protocol, RunContext } from "../../../src/engine/index.js";
import { createRun } from "../../../src/store/index.js";
import type { RunWriter } from "../../../src/store/index.js";
import type { Metrics, RowBatch } from "../../../src/store/shapes.js";

export type Story = (context: RunContext) => AsyncGenerator<RowBatch, void, undefined>;

const tables = [
  {
    name: "points",
    columns: [
      { name: "index", type: "i32", unit: "", description: "running number" },
      { name: "voltage_V", type: "f64", unit: "V", description: "measured" },
    ],
  },
] as const;

/** A protocol that does what a test tells it; its metric is the mean voltage. */
export function protocolOf(story: Story, analyse: () => Metrics = () => ({})): AnyProtocol {
  const protocol: Protocol<object, "sweep-smu"> = {
    name: "story",
    title: "A story for a test",
    description: "",
    source: "test",
    parameters: z.object({}),
    needs: "sweep-smu",
    tables,
    mainTable: "points",
    cost: () => ({ rows: 10, duration_s: 1 }),
    extremes: () => ({}),
    run: (_station, _plan, context) => story(context),
    analyse,
    figures: () => [],
  };
  return protocol;
}

export function row(index: number): RowBatch {
  return { table: "points", rows: [{ index, voltage_V: index / 10 }] };
}

/** A run folder in a place of its own. */
export async function newRun(t: TestContext, protocol: AnyProtocol): Promise<RunWriter> {
  const store = await mkdtemp(path.join(tmpdir(), "memrig-engine-"));
  t.after(() => rm(store, { recursive: true, force: true }));
  return createRun(store, {
    protocol: protocol.name,
    dut: "D1",
    parameters: {},
    bench: {},
    instruments: [],
    tables: protocol.tables,
    mainTable: protocol.mainTable,
    software: { name: "memrig", version: "0", commit: "test" },
    operator: "test",
    tags: {},
    expectedRows: 10,
  });
}

/** No protocol of these tests touches it. */
export const noStation = {} as SweepSmu;
