import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import fc from "fast-check";
import { endurance } from "../../../protocols/endurance.js";
import { metricOf } from "../../../src/analysis/index.js";
import { resultsOf } from "../../../src/engine/index.js";
import { createRandom } from "../../../src/simulator/random.js";
import { createRun, openRunFolder, runFiles } from "../../../src/store/index.js";
import type { Columns } from "../../../src/store/shapes.js";
import { startOf, storeFor } from "../store/support.js";

const plan = endurance.parameters.parse({});
const [table] = endurance.tables;
if (table === undefined) throw new Error("endurance has no table");

/** Rows of a device that wears: its off state comes down, its on state spreads, some cycles fail. */
function rowsOf(from: number, count: number): Columns {
  const random = createRandom(from, "wear");
  const f64 = (value: (cycle: number) => number) => Float64Array.from({ length: count }, (_, k) => value(from + k));
  const rOn_ohm = f64((cycle) => 6e3 * Math.exp((0.08 + cycle * 1e-6) * random.normal()));
  const rOff_ohm = f64((cycle) =>
    cycle % 97 === 0 ? NaN : (2e9 / (1 + cycle * 1e-5)) * Math.exp(0.3 * random.normal()),
  );
  return {
    length: count,
    columns: {
      cycle: Int32Array.from({ length: count }, (_, k) => from + k),
      time_s: f64((cycle) => 35e-6 * cycle),
      rOn_ohm,
      rOff_ohm,
      iOn_A: rOn_ohm.map((ohm) => 1 / ohm),
      iOff_A: rOff_ohm.map((ohm) => 1 / ohm),
      off_at_floor: Uint8Array.from({ length: count }, (_, k) => ((from + k) % 5 === 0 ? 1 : 0)),
      switched: Uint8Array.from(rOff_ohm, (ohm) => (ohm > 0 ? 1 : 0)),
    },
  };
}

function slice({ columns }: Columns, from: number, to: number): Columns {
  const parts = Object.entries(columns).map(([name, cells]) => [name, cells.slice(from, to)] as const);
  return { length: to - from, columns: Object.fromEntries(parts) };
}

test("folded in blocks of any size, rows give the metrics and figures that they give at once", () => {
  const all = rowsOf(1, 45_000); // past where values are kept one by one, and past where the figure has every cycle
  const [metrics, figures] = [endurance.analyse({ cycles: all }, plan), endurance.figures({ cycles: all }, plan)];
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 44_999 }), { maxLength: 12 }), (cuts) => {
      const folding = endurance.fold?.(plan);
      const ends = [...new Set(cuts), all.length].sort((a, b) => a - b);
      ends.forEach((end, k) => folding?.take("cycles", slice(all, ends[k - 1] ?? 0, end)));
      assert.deepEqual(folding?.metrics(), metrics);
      assert.deepEqual(folding?.figures(), figures);
    }),
    { numRuns: 5 },
  );
});

test("means, spreads and shares are those of all rows; a cycle without a resistance is left out", () => {
  const all = rowsOf(1, 25_000);
  const metrics = endurance.analyse({ cycles: all }, plan);
  const [on, off] = [all.columns["rOn_ohm"] as Float64Array, all.columns["rOff_ohm"] as Float64Array];
  assert.deepEqual(metrics["rOn_ohm"], metricOf(on));
  assert.deepEqual(metrics["ratio"], metricOf(off.map((ohm, k) => ohm / (on[k] ?? NaN))));
  assert.equal(metrics["rOff_ohm"]?.n, 25_000 - Math.floor(25_000 / 97));
  assert.ok(Math.abs((metrics["offAtFloor"]?.mean ?? 0) - 0.2) < 1e-12);
});

test("the figures have at most 20 000 single cycles, and the stretches of the degradation lie between least and most", () => {
  const figures = new Map(
    endurance.figures({ cycles: rowsOf(1, 45_000) }, plan).map((figure) => [figure.name, figure]),
  );
  assert.deepEqual([...figures.keys()], ["endurance", "ratio", "degradation", "weibull", "probability"]);
  const single = figures.get("endurance")?.series[0]?.x ?? [];
  assert.ok(single.length > 10_000 && single.length <= 20_000, `${single.length} cycles`);
  const [mean, least, most] = figures.get("degradation")?.series.map(({ y }) => Array.from(y)) ?? [];
  assert.ok(mean && least && most && mean.length > 60);
  mean.forEach((ohm, k) => assert.ok((least[k] ?? 0) <= ohm && ohm <= (most[k] ?? 0)));
  assert.ok((mean.at(-1) ?? 0) < 0.8 * (mean[40] ?? 0), "the off state came down");
  const bars = Array.from(figures.get("ratio")?.series[0]?.y ?? []).reduce((sum, bar) => sum + bar, 0);
  assert.equal(bars, 45_000 - Math.floor(45_000 / 97));
});

test("a run is folded from its folder, and never analysed at once; of a damaged one the sound rows are, and it is said", async (t) => {
  const writer = await createRun(await storeFor(t), startOf([table], { protocol: "endurance" }));
  for (let from = 1; from <= 3001; from += 1000) {
    writer.append({ table: table.name, columns: rowsOf(from, 1000) });
    await writer.flush();
  }
  await writer.finish("done");
  const atOnce = (): never => {
    throw new Error("all rows were asked for at once");
  };
  const protocol = { ...endurance, analyse: atOnce, figures: atOnce };
  const whole = await resultsOf(protocol, plan, await openRunFolder(writer.folder));
  const tables = { cycles: await (await openRunFolder(writer.folder)).table("cycles") };
  assert.deepEqual(whole.metrics(), endurance.analyse(tables, plan));
  assert.deepEqual([whole.rows, whole.damage], [{ cycles: 4000 }, []]);

  const file = await open(join(writer.folder, runFiles.table("cycles")), "r+");
  const { size } = await file.stat();
  await file.write(Uint8Array.of(0x5a), 0, 1, Math.floor(0.4 * size)); // in the second batch
  await file.close();
  const damaged = await openRunFolder(writer.folder);
  await assert.rejects(resultsOf(protocol, plan, damaged), /damaged/);
  const rest = await resultsOf(protocol, plan, damaged, "leave out");
  assert.deepEqual([rest.rows, rest.damage.length], [{ cycles: 3000 }, 1]);
  const sound = { cycles: await damaged.table("cycles", { leaveOutDamaged: true }) };
  assert.deepEqual(rest.metrics(), endurance.analyse(sound, plan));
});
