import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeInstrument } from "./fake-instrument.js";
import { allOff, allOn, guarded } from "./guarded.js";

test("a program that hangs for ten seconds loses its outputs", async (t) => {
  const instrument = await fakeInstrument(t);
  const program = await guarded(t, "hang", [instrument]);
  await allOn([instrument]);
  const stopped_ms = performance.now();
  program.kill("SIGSTOP");
  await allOff([instrument], 14);
  const waited_s = (performance.now() - stopped_ms) / 1000;
  assert.ok(waited_s > 8, `put off after ${waited_s.toFixed(1)} s: a short pause must not end a run`);
});
