import assert from "node:assert/strict";
import test from "node:test";
import { MemrigError } from "../../../src/errors.js";
import { createDevice, modelCatalogue, type OnePort } from "../../../src/simulator/index.js";

function refusal(action: () => unknown): MemrigError {
  try {
    action();
  } catch (error) {
    if (error instanceof MemrigError) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: "it was not refused" });
}

test("an unknown model is refused with the list of those there are", () => {
  const error = refusal(() => createDevice("zno", {}));
  assert.equal(error.kind, "invalid-request");
  for (const name of ["zno-diffusive", "vo2-mott", "resistor", "capacitor", "diode"]) {
    assert.ok(error.message.includes(name), error.message);
  }
});

test("an unknown parameter is refused with the names of the model's parameters", () => {
  const error = refusal(() => createDevice("vo2-mott", { Rs: 100 }));
  assert.equal(error.kind, "invalid-request");
  assert.match(error.message, /"Rs".*vo2-mott.*Rshunt/);
});

test("a value out of range is refused with the range, and so is one that is no number", () => {
  assert.match(refusal(() => createDevice("resistor", { R: 0 })).message, /R of resistor.*at least 1 mΩ/);
  assert.match(refusal(() => createDevice("zno-diffusive", { sigma_cycle: -0.1 })).message, /at least 0/);
  assert.equal(refusal(() => createDevice("diode", { N: NaN })).kind, "invalid-request");
});

test("every model makes a device of its defaults, at rest, and of each parameter's bounds or names the one it contradicts", () => {
  for (const [name, model] of modelCatalogue) {
    const device = createDevice(name, {});
    assert.deepEqual([device.time_s, device.voltage_V, device.current_A], [0, 0, 0], name);
    for (const { name: parameter, default: nominal, min, max, description } of model.parameters) {
      assert.ok(description.length > 3 && nominal >= (min ?? -Infinity) && nominal <= (max ?? Infinity), parameter);
      for (const bound of [min, max]) if (bound !== undefined) makesOrExplains(name, parameter, bound);
    }
  }
});

/** A bound may contradict the default of another parameter: then the refusal names both. */
function makesOrExplains(model: string, parameter: string, bound: number): void {
  try {
    createDevice(model, { [parameter]: bound });
  } catch (error) {
    assert.ok(error instanceof MemrigError && error.kind === "invalid-request", String(error));
    const named = Object.keys(error.details).filter((name) => name !== "model");
    assert.ok(named.length === 2 && named.includes(parameter), `${error.message} (${parameter} = ${bound})`);
  }
}

function trace(device: OnePort): number[] {
  const currents: number[] = [];
  for (let n = 0; n < 3; n++) {
    for (const emf_V of [0.05, 0.12, 0.16, 0.17, 0.18, 0.2, 0.3, 0.12, 0.1, 0.09, 0.05, 0]) {
      const drive = { emf: { times_s: [0], values: [emf_V] }, series_ohm: 0.05, limit_A: 1e-5 };
      device.advance(device.time_s + 0.05, drive, (_t0, _v0, _i0, _t1, _v1, i1) => currents.push(i1));
    }
  }
  return currents;
}

test("the same seed gives the same trace to the last bit; another seed another device", () => {
  assert.deepEqual(trace(createDevice("zno-diffusive", {}, 7)), trace(createDevice("zno-diffusive", {}, 7)));
  assert.notDeepEqual(trace(createDevice("zno-diffusive", {}, 7)), trace(createDevice("zno-diffusive", {}, 8)));
});

test("without a seed the device is the nominal one: its cycles differ, always in the same sequence", () => {
  const once = trace(createDevice("zno-diffusive", {}));
  assert.deepEqual(once, trace(createDevice("zno-diffusive", {})));
  assert.notDeepEqual(once, trace(createDevice("zno-diffusive", { sigma_cycle: 0, sigma_hold: 0 })));
});

test("with its spreads set to 0 a seeded device is the nominal one", () => {
  const still = { sigma_cycle: 0, sigma_hold: 0, sigma_device: 0 };
  assert.deepEqual(trace(createDevice("zno-diffusive", still, 7)), trace(createDevice("zno-diffusive", still)));
});
