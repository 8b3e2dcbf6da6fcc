import assert from "node:assert/strict";
import { test } from "node:test";
import type { LivePanel } from "../../../dashboard/server/live/live-panel.js";
import { panelsFor } from "../../../dashboard/server/live/panels.js";
import { Progress } from "../../../dashboard/server/live/progress.js";
import type { SweepsPanel } from "../../../dashboard/server/wire.js";
import type { Columns, Row, TableSpec } from "../../../src/store/shapes.js";
import { cycleTable, enduranceRows, sweepRows, sweepTable } from "../../support/runs.js";

function columnsOf(spec: TableSpec, rows: readonly Row[]): Columns {
  const columns: Record<string, Float64Array> = {};
  for (const { name } of spec.columns) columns[name] = Float64Array.from(rows, (row) => Number(row[name]));
  return { length: rows.length, columns };
}

function panelOf(tables: readonly TableSpec[], parameters: Readonly<Record<string, unknown>>): LivePanel {
  const [panel, ...others] = panelsFor({ tables, parameters });
  assert.ok(panel && others.length === 0);
  return panel;
}

function shown(panel: LivePanel, since: number): SweepsPanel {
  const data = panel.show(since);
  assert.ok(data.kind === "sweeps");
  return data;
}

test("a page is sent each finished sweep once, and the present one whole every time", () => {
  const panel = panelOf([sweepTable], { drive: "voltage" });
  panel.take(columnsOf(sweepTable, [...sweepRows(1), ...sweepRows(2), ...sweepRows(3).slice(0, 50)]));
  const first = shown(panel, 0);
  panel.take(columnsOf(sweepTable, [...sweepRows(3).slice(50), ...sweepRows(4).slice(0, 7)]));
  const second = shown(panel, 2);

  assert.deepEqual(
    first.finished.map(({ cycle }) => cycle),
    [1, 2],
  );
  assert.equal(first.current?.x.length, 50);
  assert.deepEqual(
    second.finished.map(({ cycle }) => cycle),
    [3],
  );
  assert.equal(second.finished[0]?.x.length, 121);
  assert.equal(second.current?.cycle, 4);
});

test("under a forced voltage current is shown against the voltage asked for, else against the measured one", () => {
  assert.equal(shown(panelOf([sweepTable], { drive: "voltage" }), 0).x.label, "Programmed voltage");
  assert.equal(shown(panelOf([sweepTable], { drive: "current" }), 0).x.label, "Voltage");
});

test("a page that comes late gets no more finished sweeps than it keeps", () => {
  const panel = panelOf([sweepTable], {});
  for (let cycle = 1; cycle <= 200; cycle++) panel.take(columnsOf(sweepTable, sweepRows(cycle)));
  const data = shown(panel, 0);
  assert.equal(data.finished.length, data.keep);
  assert.equal(data.finished.at(-1)?.cycle, 199);
});

test("a frame of a million rows is as small as one of ten thousand", () => {
  const panel = panelOf([cycleTable], {});
  const some = enduranceRows(1, 10_000);
  const batch = columnsOf(cycleTable, some);
  const bytes: number[] = [];
  for (let part = 0; part < 100; part++) {
    panel.take(batch);
    if (part === 0 || part === 99) bytes.push(JSON.stringify(panel.show(0)).length);
  }
  const [early = 0, late = 0] = bytes;
  assert.ok(late < 2 * early && late < 150_000, `${early} bytes, then ${late}`);
});

test("the pulses of a train lie over each other, each from its own beginning", () => {
  const column = (name: string, type: "i32" | "f64", unit: string) => ({ name, type, unit, description: "" });
  const spec: TableSpec = {
    name: "waveforms",
    columns: [column("pulse", "i32", ""), column("time_s", "f64", "s"), column("current_A", "f64", "A")],
  };
  const panel = panelOf([spec], {});
  const rows = Array.from({ length: 20 }, (_, i) => ({ pulse: Math.floor(i / 10), time_s: 1 + i * 0.5, current_A: i }));
  panel.take(columnsOf(spec, rows));
  const { finished, current } = shown(panel, 0);
  assert.equal(finished[0]?.x[0], 0);
  assert.equal(current?.x[0], 0);
  assert.equal(current?.x.at(-1), 4.5);
});

test("a table without cycles has no live panel", () => {
  assert.deepEqual(panelsFor({ tables: [{ name: "notes", columns: [] }], parameters: {} }), []);
});

test("the time left follows the rate of the last ten seconds, and what was there before counts as no speed", () => {
  const progress = new Progress();
  progress.note(0, 1_000_000);
  assert.equal(progress.left_s(2_000_000), null);
  for (let at_s = 0.1; at_s < 30; at_s += 0.1)
    progress.note(at_s, 1_000_000 + (at_s < 15 ? 100 * at_s : 1500 + 1000 * (at_s - 15)));
  assert.ok(Math.abs(progress.rate_per_s - 1000) < 20, `${progress.rate_per_s} rows/s`);
  assert.ok(Math.abs((progress.left_s(1_026_400) ?? 0) - 10) < 0.5, `${progress.left_s(1_026_400)} s`);
});
