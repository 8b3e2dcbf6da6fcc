/**
 * Circuits whose devices wait on a branch that has lost its stability: an error made there has grown by a factor of 1e4 to
 * 1e7 when it is seen. `benchmarks/sensitivity.ts` looks at every preset; these are the hardest that a tolerance settles.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { largestError } from "../../benchmarks/transient/events.js";
import { circuitNamed } from "../../src/simulator/circuits/index.js";
import type { LocatedEvent } from "../../src/simulator/transient/api.js";
import { compileCircuit } from "../../src/simulator/transient/compile.js";
import { transient } from "../../src/simulator/transient/transient.js";

function eventsOf(circuit: string, name: string, stop_s: number, tolerance?: number): readonly LocatedEvent[] {
  const named = circuitNamed(circuit);
  const preset = named.presets.get(name);
  assert.ok(preset, `${circuit} has a preset ${name}`);
  const { status, events } = transient(compileCircuit(named.build(preset.parameters, preset.drive)), {
    stop_s,
    initial: "rest",
    events: named.eventsWith(preset.parameters),
    record: false,
    ...(tolerance !== undefined && { tolerance }),
  });
  assert.equal(status, "done");
  return events;
}

for (const [circuit, preset, stop_s, count] of [
  ["vo2-tonic", "refractory-unequal", 300e-6, 16],
  ["vo2-tonic", "bistability", 300e-6, 30],
  ["vo2-tonic", "class-2", 300e-6, 50],
  ["vo2-phasic", "resonator", 0.8e-3, 15],
  ["vo2-phasic", "threshold-variability-unequal", 100e-6, 8],
] as const) {
  test(`${preset}: at the default tolerance every event is within 1e-5 of where a hundred times tighter one has it`, () => {
    const tight = eventsOf(circuit, preset, stop_s, 1e-10);
    const error = largestError(eventsOf(circuit, preset, stop_s), tight);

    assert.ok(tight.length >= count, `${tight.length} events`);
    assert.ok(error <= 1e-5, `largest relative error ${error}`);
  });
}
