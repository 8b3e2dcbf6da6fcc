import assert from "node:assert/strict";
import test from "node:test";
import type { Element } from "../../src/simulator/netlist/types.js";
import { compileCircuit } from "../../src/simulator/transient/compile.js";
import type { Method } from "../../src/simulator/transient/method.js";
import { rodas3 } from "../../src/simulator/transient/rodas3.js";
import { rodas5p } from "../../src/simulator/transient/rodas5p.js";
import type { System } from "../../src/simulator/transient/system.js";

/** Smooth, nonlinear, driven in time, with a node that has no capacitance: a rectifier behind two resistors. */
const elements: Element[] = [
  {
    kind: "V",
    name: "V1",
    plus: "s",
    minus: "0",
    wave: { kind: "sine", amplitude: 0.6, frequency_Hz: 1e3, offset: 0.3 },
  },
  { kind: "R", name: "R1", a: "s", b: "m", R_ohm: 1e3 },
  { kind: "device", name: "D1", a: "m", b: "a", model: "diode", parameters: { N: 4 } },
  { kind: "C", name: "C1", a: "a", b: "0", C_F: 100e-9 },
  { kind: "R", name: "R2", a: "a", b: "0", R_ohm: 2e3 },
];
const stop_s = 1e-3;

function start(method: Method): System {
  const system = compileCircuit({ name: "rectifier", title: "", source: "test", elements, probes: [] });
  system.restart(method);
  // consistent at 0: 0.3 V across R1 and the diode
  for (let i = 0; i < 60; i++) {
    system.prepare(0);
    system.memory.X1.fill(0);
    system.newton(1e-15);
  }
  return system;
}

/** Fixed steps to the end. */
function endAfter(steps: number, method: Method = rodas5p): number[] {
  const system = start(method);
  const { X, X1 } = system.memory;
  const h = stop_s / steps;
  for (let i = 0; i < steps; i++) {
    system.prepare(i * h);
    system.memory.R[3] = h;
    assert.ok(system.step());
    X.set(X1);
  }
  return Array.from(X);
}

function orders(errors: readonly number[]): number[] {
  return errors.slice(1).map((error, i) => Math.log2((errors[i] ?? NaN) / error));
}

const exact = endAfter(5120);

for (const [name, method, least, most, steps] of [
  ["Rodas5P has order 5", rodas5p, 4.6, Infinity, [20, 40, 80, 160]],
  ["RODAS3, for loose tolerances, has order 3", rodas3, 2.8, 3.5, [80, 160, 320, 640]],
] as const) {
  test(`${name}: measured by halving the step, on the node with and the one without capacitance`, () => {
    for (const [i, node] of ["V(m)", "V(a)"].entries()) {
      const errors = steps.map((count) => Math.abs((endAfter(count, method)[i] ?? NaN) - (exact[i] ?? NaN)));
      const measured = orders(errors);
      const last = measured.at(-1) ?? NaN;
      assert.ok(
        last > least && last < most,
        `${node}: least ${least}, orders ${measured.map((one) => one.toFixed(2)).join(", ")}`,
      );
    }
  });
}

for (const [claim, method, least] of [
  ["Rodas5P's continuous output has order 4: halving the step divides its error inside a step by 32", rodas5p, 4.3],
  ["RODAS3's continuous output has order 2: halving the step divides its error inside a step by 8", rodas3, 2.8],
] as const) {
  test(claim, () => {
    const at = (h: number): number => {
      const system = start(method);
      const a = system.layout.names.indexOf("V(a)");
      system.prepare(0);
      system.memory.R[3] = h;
      assert.ok(system.step());
      const inside = system.inside(a, 0.5);
      const fine = start(rodas5p);
      for (let i = 0; i < 50; i++) {
        fine.prepare((i * h) / 100);
        fine.memory.R[3] = h / 100;
        fine.step();
        fine.memory.X.set(fine.memory.X1);
      }
      return Math.abs(inside - (fine.memory.X[a] ?? NaN));
    };
    const measured = orders([8e-5, 4e-5, 2e-5].map(at));
    assert.ok(Math.min(...measured) > least, `orders ${measured.map((order) => order.toFixed(2)).join(", ")}`);
  });
}
