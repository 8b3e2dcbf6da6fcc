import assert from "node:assert/strict";
import test from "node:test";
import { compileCircuit } from "../../src/simulator/transient/compile.js";
import { restState } from "../../src/simulator/transient/rest.js";
import { tightestTolerance, transient } from "../../src/simulator/transient/transient.js";
import { caseNames, referenceCase, type ReferenceCase } from "./engine-cases.js";

/** Largest relative error of an event time; the events must be the same ones in the same order. */
function worstError(
  given: ReferenceCase,
  initial: "rest" | Readonly<Record<string, number>>,
  tolerance?: number,
): number {
  const result = transient(compileCircuit(given.circuit), {
    stop_s: given.stop_s,
    initial,
    events: given.specs,
    record: false,
    ...(tolerance !== undefined && { tolerance }),
  });
  assert.equal(result.status, "done");
  assert.deepEqual(
    result.events.map(({ event }) => event),
    given.events.map(({ event }) => event),
  );
  return Math.max(...given.events.map(({ t_s }, i) => Math.abs((result.events[i]?.t_s ?? NaN) / t_s - 1)));
}

for (const name of caseNames) {
  const given = referenceCase(name);

  test(`${name}: every event of the reference is there, within 1e-5 of its time at the default tolerance`, () => {
    const worst = worstError(given, given.initial);
    assert.ok(worst <= 1e-5, `worst relative error ${worst}`);
  });

  test(`${name}: within 1e-8 at the tightest tolerance`, () => {
    const worst = worstError(given, given.initial, tightestTolerance);
    assert.ok(worst <= 1e-8, `worst relative error ${worst}`);
  });

  if (name !== "pearson_anson") {
    test(`${name}: the solved rest state is that of the reference to 1e-9, and starts the same events`, () => {
      const rest = restState(compileCircuit(given.circuit));
      assert.equal(rest.status, "found", rest.message);
      const solved = [rest.values["V(na)"], rest.values["V(k)"], rest.values["X1.0"], rest.values["X2.0"]];
      Object.values(given.initial).forEach((value, i) => {
        assert.ok(
          Math.abs((solved[i] ?? NaN) - value) <= 1e-9,
          `${Object.keys(given.initial)[i]}: ${solved[i]}, ${value}`,
        );
      });
      assert.ok(worstError(given, "rest") <= 1e-5);
    });
  }
}

test("the oscillator has no rest state with its device off, and the search says which device and how far it came", () => {
  const rest = restState(compileCircuit(referenceCase("pearson_anson").circuit));

  assert.equal(rest.status, "none");
  // 1.33 V and 100 uA at the threshold behind 10 kohm: 2.33 V of 3 V
  assert.ok(rest.share > 0.76 && rest.share < 0.79, `share ${rest.share}`);
  assert.match(rest.message, /X1|node na/);
});
