import assert from "node:assert/strict";
import { test } from "node:test";
import { circuitRequest, type CircuitTexts } from "../../src/cli/circuit-options.js";
import { MemrigError } from "../../src/errors.js";
import { checkCircuit } from "../../src/simulator/netlist/check.js";

function refused(circuit: string, texts: CircuitTexts, says: RegExp): void {
  assert.throws(
    () => checkCircuit(circuitRequest(circuit, texts).circuit),
    (error) => {
      assert.ok(error instanceof MemrigError, String(error));
      assert.equal(error.kind, "invalid-request");
      assert.match(error.message, says);
      return true;
    },
  );
}

test("what can not be is refused, naming what is allowed", () => {
  refused("vo2-toni", {}, /no circuit "vo2-toni".*vo2-tonic/s);
  refused("vo2-tonic", { set: ["RL3=5k"] }, /RL3.*RL1, RL2/s);
  refused("vo2-tonic", { set: ["C1=-2nF"] }, /C1.*at least 0 F/s);
  refused("vo2-tonic", { set: ["RL2=5V"] }, /RL2.*"V" is not a unit/s);
  refused("vo2-tonic", { set: ["C1=0,Cstray=0"] }, /C1.*above 0/s);
  refused("vo2-tonic", { set: ["V1=1.5"] }, /V1.*at most 0 V/s);
  refused("vo2-tonic", { drive: ["current:dc:5V"] }, /5V.*A/s);
  refused("vo2-tonic", { drive: ["tension:dc:5V"] }, /voltage: or current:/);
  refused("vo2-tonic", { drive: ["current:square:1"] }, /square.*pulse/s);
  refused("vo2-tonic", { drive: ["current:pulse:0,1mA"] }, /"delay" is missing/);
  refused("vo2-tonic", { drive: ["current:pwl:1us:0,0:1uA"] }, /rising order/);
  refused("vo2-tonic", { drive: ["current:dc:1uA", "voltage:dc:1"] }, /one input/);
  refused("vo2-tonic", { drive: ["voltage:@/nowhere.csv"] }, /nowhere/);
  refused("dpm", { drive: ["current:dc:1uA"] }, /takes voltage/);
  refused("vo2-tonic", { preset: "rebound-spike" }, /vo2-phasic has.*tonic-spike/s);
  refused("zno-rc", { preset: "any" }, /none/);
  refused("vo2-tonic", { initial: ["V=0"] }, /V_Na, V_K/);
  refused("vo2-tonic", { stop: "-1ms" }, /above 0/);
});

test("parts of a drive may be given in order or by name, and carry units", () => {
  const wave = (drive: string) => circuitRequest("zno-rc", { drive: [drive] }).circuit.elements[0];
  const byOrder = wave("voltage:pulse:0,2V,1ms,1us,1us,200us,400us");
  assert.deepEqual(byOrder, wave("voltage:pulse:low=0,high=2,delay=1ms,rise=1us,fall=1us,width=200us,period=0.4ms"));
  assert.deepEqual(byOrder?.kind === "V" ? byOrder.wave : undefined, {
    kind: "pulse",
    low: 0,
    high: 2,
    delay_s: 1e-3,
    rise_s: 1e-6,
    fall_s: 1e-6,
    width_s: 2e-4,
    period_s: 4e-4,
  });
});

test("lengths, which no bench quantity is, may be written with their prefix and unit", () => {
  const { parameters } = circuitRequest("vo2-tonic", { set: ["r1=58.4nm", "L1=107.7 n", "r2=5e-8"] });
  assert.deepEqual([parameters["r1"], parameters["L1"], parameters["r2"]], [58.4e-9, 107.7e-9, 5e-8]);
});

test("spreads are 0 without a seed unless they are asked for", () => {
  assert.equal(circuitRequest("zno-rc", {}).parameters["sigma_cycle"], 0);
  assert.equal(circuitRequest("zno-rc", { set: ["sigma_cycle=0.1"] }).parameters["sigma_cycle"], 0.1);
  assert.ok((circuitRequest("zno-rc", { seed: "3" }).parameters["sigma_cycle"] ?? 0) > 0);
});
