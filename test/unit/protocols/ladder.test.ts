import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { geometricLadder, linearLadder } from "../../../protocols/ladder.js";

const start = fc.double({ min: 1e-9, max: 10, noNaN: true });
const times = fc.double({ min: 1, max: 50, noNaN: true });

test("a ladder rises at every step, begins at its start, and its last step is its end exactly: nothing lies beyond", () => {
  fc.assert(
    fc.property(start, times, fc.double({ min: 0.01, max: 3, noNaN: true }), (from, factor, share) => {
      const stop = from * factor;
      for (const ladder of [linearLadder(from, stop, share * from), geometricLadder(from, stop, 1 + share)]) {
        assert.equal(ladder[0], from === stop ? stop : ladder.length === 1 ? stop : from);
        assert.equal(ladder.at(-1), stop);
        const falls = ladder.findIndex((step, k) => k > 0 && !(step > (ladder[k - 1] as number)));
        assert.equal(falls, -1, `step ${falls} of ${ladder.length} from ${from} to ${stop}`);
      }
    }),
  );
  assert.deepEqual(
    linearLadder(0.5, 1, 0.1).map((one) => Number(one.toFixed(12))),
    [0.5, 0.6, 0.7, 0.8, 0.9, 1],
  );
  assert.deepEqual(geometricLadder(1, 10, 2), [1, 2, 4, 8, 10]);
  assert.deepEqual(linearLadder(2, 2, 0.1), [2]);
});
