import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Curve, thin } from "../../../dashboard/server/live/curve.js";

const points = fc.array(
  fc.tuple(fc.double({ noNaN: true, min: -1, max: 1 }), fc.double({ noNaN: true, min: -1, max: 1 })),
  { maxLength: 400 },
);

function curveOf(given: readonly (readonly [number, number])[], buckets: number): Curve {
  const curve = new Curve(buckets);
  for (const [x, y] of given) curve.push(x, y);
  return curve;
}

test("a curve of up to four points a bucket is kept point by point", () => {
  fc.assert(
    fc.property(points, (given) => {
      const buckets = 2 * Math.ceil((given.length + 1) / 8);
      const kept = curveOf(given, buckets).points();
      assert.deepEqual(
        kept.x,
        given.map(([x]) => x),
      );
      assert.deepEqual(
        kept.y,
        given.map(([, y]) => y),
      );
    }),
  );
});

test("a long curve keeps its first, last, lowest and highest point, in order, within four points a bucket", () => {
  fc.assert(
    fc.property(points, fc.constantFrom(2, 4, 6, 16), (given, buckets) => {
      const kept = curveOf(given, buckets).points();
      const pairs = kept.x.map((x, i) => [x, kept.y[i]] as const);
      assert.ok(pairs.length <= 4 * buckets, `${pairs.length} points in ${buckets} buckets`);
      if (given.length === 0) return;
      const y = given.map(([, value]) => value);
      assert.deepEqual(pairs[0], given[0]);
      assert.deepEqual(pairs.at(-1), given.at(-1));
      assert.equal(Math.min(...kept.y), Math.min(...y));
      assert.equal(Math.max(...kept.y), Math.max(...y));
      let from = 0;
      for (const pair of pairs) {
        const at = given.findIndex((candidate, i) => i >= from && candidate[0] === pair[0] && candidate[1] === pair[1]);
        assert.ok(at >= from, "every point kept was given, and none changed places");
        from = at + 1;
      }
    }),
  );
});

test("one spike among a million points is on the screen", () => {
  const curve = new Curve(256);
  for (let i = 0; i < 1_000_000; i++) curve.push(i, i === 654_321 ? 1 : 0);

  const { x, y } = curve.points();

  assert.equal(curve.length, 1_000_000);
  assert.ok(x.length <= 1024);
  assert.equal(x[y.indexOf(1)], 654_321);
});

test("readings that are no numbers are left out of a live curve", () => {
  assert.deepEqual(
    curveOf(
      [
        [0, 1],
        [1, NaN],
        [Infinity, 2],
        [2, 3],
      ],
      4,
    ).points(),
    { x: [0, 2], y: [1, 3] },
  );
});

test("thinning leaves the gap between two sweeps a gap", () => {
  const gap = [NaN];
  const sweep = Array.from({ length: 5000 }, (_, i) => i);

  const long = thin([...sweep, ...gap, ...sweep], [...sweep, ...gap, ...sweep], 100);
  const short = thin([1, 2, NaN, 3], [1, 2, NaN, 3], 100);

  assert.equal(long.x.filter((value) => value === null).length, 1);
  assert.ok(long.x.length < 500, `${long.x.length} points of 10001`);
  assert.deepEqual(short, { x: [1, 2, null, 3], y: [1, 2, null, 3] });
});
