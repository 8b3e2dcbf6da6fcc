import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { geometricLadder, linearLadder } from "../../../protocols/ladder.js";
import { quantitiesOr } from "../../../protocols/lists.js";

const start = fc.double({ min: 1e-9, max: 10, noNaN: true });
const times = fc.double({ min: 1, max: 50, noNaN: true });

test("a ladder rises at every step, begins at its start, and its last step is its end exactly: nothing lies beyond", () => {
  fc.assert(
    fc.property(start, times, fc.double({ min: 0.01, max: 3, noNaN: true }), (from, factor, share) => {
      const stop = from * factor;
      for (const ladder of [linearLadder(from, stop, share * from), geometricLadder(from, stop, 1 + share)]) {
        assert.equal(ladder[0], from === stop ? stop : ladder.length === 1 ? stop : from);
        assert.equal(ladder.at(-1), stop);
        for (let k = 1; k < ladder.length; k++)
          assert.ok((ladder[k] as number) > (ladder[k - 1] as number), ladder.join());
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

test("a list is read with spaces in and between its quantities, with semicolons, as an array, and refused with what was wrong", () => {
  const list = quantitiesOr([1], "ohm", "targets", { above: 0 });
  for (const given of ["1 kohm; 2 kohm;5kohm", "1k 2k 5k", "1000/2k/5e3", [1000, "2 kohm", "5k"]]) {
    assert.deepEqual(list.parse(given), [1000, 2000, 5000], String(given));
  }
  assert.deepEqual(list.parse(undefined), [1]);
  assert.deepEqual(quantitiesOr([1], "s", "").parse("-5us -1 us 10us"), [-5e-6, -1e-6, 1e-5]);
  for (const given of ["1 V", "", "5 kohm; -1", "abc", "5k; 0", "12 $%"])
    assert.equal(list.safeParse(given).success, false, given);
});
