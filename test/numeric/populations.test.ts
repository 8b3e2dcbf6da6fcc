import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { gridOf, linear, logarithmic, runMany, seeded, siblingModule } from "../../src/simulator/populations/index.js";
import type { Asked } from "./populations-task.js";

const module = siblingModule(import.meta.url, "populations-task");

test("24 seeded devices give the same rows, bit for bit, on 1, 2 and 3 threads", async () => {
  const items: Asked[] = seeded([{ model: "vo2-mott" }, { model: "vo2-mott", sigma_device: 0.2 }], 12, 100);
  const rows: string[] = [];
  for (const threads of [1, 2, 3]) {
    const { status, results, failures } = await runMany<Asked, Float64Array>({ module, items, threads });
    assert.equal(status, "done");
    assert.deepEqual(failures, []);
    rows.push(JSON.stringify(results.map((row) => Array.from(row ?? []))));
  }
  assert.equal(rows[1], rows[0]);
  assert.equal(rows[2], rows[0]);
  const thresholds = (JSON.parse(rows[0] ?? "[]") as number[][]).map(([switched_V]) => switched_V);
  assert.equal(new Set(thresholds).size, 24, "each device is one of its own");
  assert.ok(thresholds.every((value) => value !== null && value !== undefined && value > 0.8 && value < 2.3));
});

test("results are handed over in the order of the items, each once, and progress ends at all of them with no time left", async () => {
  const items: Asked[] = seeded([{ model: "vo2-mott" }], 40, 0);
  const order: number[] = [];
  const done: number[] = [];
  let left_s = NaN;
  const { results, progress } = await runMany<Asked, Float64Array>({
    module,
    items,
    threads: 2,
    onResult: (index) => void order.push(index),
    onProgress: (at) => {
      done.push(at.done);
      left_s = at.left_s;
    },
  });
  const all = Array.from({ length: 40 }, (_, k) => k);
  assert.deepEqual(order, all);
  assert.deepEqual(
    done,
    all.map((k) => k + 1),
  );
  assert.equal(left_s, 0);
  assert.equal(progress.total, 40);
  assert.ok(
    results.every((row) => row === undefined),
    "what was handed over is not kept as well",
  );
});

test("an item that fails is named with its message and the others are computed", async () => {
  const items: Asked[] = [
    { model: "vo2-mott", seed: 1 },
    { model: "vo3-mott", seed: 2 },
    { model: "vo2-mott", seed: 3, refuse: true },
  ];
  const { status, results, failures, progress } = await runMany<Asked, Float64Array>({ module, items, threads: 2 });
  assert.equal(status, "done");
  assert.deepEqual(
    failures.map(({ index }) => index),
    [1, 2],
  );
  assert.match(failures[0]?.message ?? "", /"vo3-mott" was given as device model/);
  assert.equal(failures[1]?.message, "item 2 was told to fail");
  assert.equal(results[0]?.length, 2);
  assert.equal(progress.failed, 2);
});

test("a stop ends it at once and keeps what was computed", async () => {
  const stop = new AbortController();
  const { status, results, progress } = await runMany<Asked, Float64Array>({
    module,
    items: seeded([{ model: "vo2-mott" }], 100_000, 0),
    threads: 2,
    signal: stop.signal,
    onProgress: ({ done }) => done === 7 && stop.abort(),
  });
  assert.equal(status, "stopped");
  assert.ok(progress.done >= 7 && progress.done < 100, `${progress.done}`);
  assert.equal(results.length, 100_000);
  assert.equal(results.filter((row) => row !== undefined).length, progress.done);
});

test("stopped before it began, or with nothing to do, it starts no thread", async () => {
  const stop = AbortSignal.abort();
  const nowhere = "file:///nowhere/task.js";
  assert.equal((await runMany({ module: nowhere, items: [1], signal: stop })).status, "stopped");
  assert.equal((await runMany({ module: nowhere, items: [] })).status, "done");
});

test("a module that is not there, a thread that ends itself, an observer that throws, half a thread: each is an error", async () => {
  const item: Asked = { model: "vo2-mott", seed: 1 };
  await assert.rejects(runMany({ module: siblingModule(import.meta.url, "not-here"), items: [1] }), /not-here/);
  await assert.rejects(runMany({ module, items: [{ ...item, leave: true }] }), /ended by itself with code 3/);
  const unwell = () => {
    throw new Error("the observer is unwell");
  };
  await assert.rejects(runMany({ module, items: [item], onProgress: unwell }), /unwell/);
  await assert.rejects(runMany({ module, items: [item], onResult: unwell }), /unwell/);
  await assert.rejects(runMany({ module, items: [item], threads: 0.5 }), /whole number from 1/);
});

test("a grid has every combination once, the last axis changing fastest", () => {
  assert.deepEqual(gridOf({ R: [1, 2], C: [3, 4] }), [
    { R: 1, C: 3 },
    { R: 1, C: 4 },
    { R: 2, C: 3 },
    { R: 2, C: 4 },
  ]);
  assert.deepEqual(gridOf({}), [{}]);
  const axis = fc.uniqueArray(fc.integer(), { maxLength: 6 });
  fc.assert(
    fc.property(axis, axis, axis, (a, b, c) => {
      const points = gridOf({ a, b, c });
      assert.equal(points.length, a.length * b.length * c.length);
      assert.equal(new Set(points.map((point) => JSON.stringify(point))).size, points.length);
    }),
  );
});

test("steps from one end to the other hit both ends and rise, straight or in the logarithm", () => {
  const end = fc.double({ min: 1e-12, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(end, end, fc.integer({ min: 2, max: 50 }), (a, b, count) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      for (const values of [linear(from, to, count), logarithmic(from, to, count)]) {
        assert.equal(values[0], from);
        assert.equal(values.at(-1), to);
        assert.equal(values.length, count);
        const slack = 1e-12 * to; // rounding, where the ends nearly meet
        assert.ok(values.every((value, k) => k === 0 || value >= (values[k - 1] ?? 0) - slack));
      }
    }),
  );
  assert.deepEqual(linear(3, 9, 1), [3]);
});
