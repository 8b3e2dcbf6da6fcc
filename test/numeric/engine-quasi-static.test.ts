import assert from "node:assert/strict";
import test from "node:test";
import type { Circuit, Element } from "../../src/simulator/netlist/types.js";
import type { QuasiStaticPoint } from "../../src/simulator/transient/api.js";
import { quasiStatic } from "../../src/simulator/transient/quasi-static.js";

function behindSource(
  device: Omit<Extract<Element, { kind: "device" }>, "kind" | "name" | "a" | "b">,
  series?: number,
): Circuit {
  const node = series === undefined ? "s" : "a";
  const elements: Element[] = [
    { kind: "V", name: "S", plus: "s", minus: "0", wave: { kind: "dc", value: 0 } },
    { kind: "device", name: "X1", a: node, b: "0", ...device },
  ];
  if (series !== undefined) elements.push({ kind: "R", name: "R1", a: "s", b: node, R_ohm: series });
  return { name: "curve", title: "", source: "test", elements, probes: [] };
}

const vo2 = (Re: number, Rshunt: number): Circuit => behindSource({ model: "vo2-mott", parameters: { Re, Rshunt } });

function highest(points: readonly QuasiStaticPoint[]): QuasiStaticPoint {
  return points.reduce((best, point) => (point.voltage_V > best.voltage_V ? point : best));
}

function near(got: number, wanted: number, share: number, what: string): void {
  assert.ok(Math.abs(got - wanted) <= share * wanted, `${what}: ${got}, not ${wanted}`);
}

// threshold and fold-back of the table in section 3 of the derivation: solved there from exp(2w) = a(2w - 1)
for (const [Re, Rshunt, vth_V, ith_A, back_V, back_A] of [
  [150, 15e3, 1.3097, 100.4e-6, 0.237, 478e-6],
  [200, 15e3, 1.3147, 100.4e-6, 0.259, 415e-6],
  [300, 13e3, 1.3287, 114e-6, 0.297, 342e-6],
  [370, 15e3, 1.3318, 100.4e-6, 0.319, 307e-6],
  [500, 15e3, 1.3448, 100.4e-6, 0.356, 265e-6],
] as const) {
  test(`driven by current, VO2 behind ${Re} ohm turns at ${vth_V} V and ${back_V} V`, () => {
    const up = quasiStatic(vo2(Re, Rshunt), { drive: "current", from: 0, to: 1e-3, points: 2001 });
    const threshold = highest(up.slice(0, 300));
    near(threshold.voltage_V, vth_V, 5e-4, "threshold");
    near(threshold.current_A, ith_A, 0.01, "current there");
    const after = up.slice(up.indexOf(threshold));
    const back = after.reduce((best, point) => (point.voltage_V < best.voltage_V ? point : best));
    near(back.voltage_V, back_V, 3e-3, "fold-back");
    near(back.current_A, back_A, 0.01, "current there");
  });
}

test("driven by voltage, VO2 stays off up to the threshold, on down to the fold-back, and jumps once each way", () => {
  const loop = quasiStatic(vo2(370, 15e3), { drive: "voltage", from: 0, to: 1.5, points: 1501, returns: true });
  const jumps = loop.filter(({ jumped }) => jumped);
  assert.deepEqual(
    jumps.map(({ drive }) => Number(drive.toFixed(4))),
    [1.332, 0.318],
  );
  const [up, down] = [loop[1000], loop[2000]];
  assert.equal(up?.drive, 1);
  assert.ok(Math.abs((down?.drive ?? NaN) - 1) < 1e-9);
  assert.ok(
    (down?.current_A ?? 0) > 20 * (up?.current_A ?? Infinity),
    `1 V: ${up?.current_A} A up, ${down?.current_A} A down`,
  );
});

test("the branch by current and the branches by voltage are the same where both are stable", () => {
  const byVoltage = quasiStatic(vo2(370, 15e3), { drive: "voltage", from: 0, to: 1.3, points: 14 });
  for (const { voltage_V, current_A } of byVoltage.slice(1)) {
    const [, again] = quasiStatic(vo2(370, 15e3), { drive: "current", from: 0, to: current_A, points: 2 });
    near(again?.voltage_V ?? NaN, voltage_V, 1e-9, `at ${current_A} A`);
  }
});

test("a filament device behind a resistor bridges once on the way up and breaks at its hold voltage on the way down", () => {
  const circuit = behindSource({ model: "zno-diffusive" }, 1e5);
  const loop = quasiStatic(circuit, { drive: "voltage", from: 0, to: 0.4, points: 81, returns: true });
  assert.equal(loop.filter(({ jumped }) => jumped).length, 2);
  const [bridged, broken] = loop.filter(({ jumped }) => jumped);
  assert.ok((bridged?.current_A ?? 0) > 100 * (broken?.current_A ?? Infinity));
  near(broken?.drive ?? NaN, 0.1, 0.051, "hold voltage");
});

test("a sweep without a source to sweep, or with one point, is refused", () => {
  const elements: Element[] = [{ kind: "R", name: "R1", a: "a", b: "0", R_ohm: 1 }];
  const bare: Circuit = { name: "bare", title: "", source: "test", elements, probes: [] };
  assert.throws(() => quasiStatic(bare, { drive: "voltage", from: 0, to: 1, points: 2 }), /its sources are: none/);
  assert.throws(
    () => quasiStatic(vo2(370, 15e3), { drive: "voltage", from: 0, to: 1, points: 1 }),
    /at least 2 points/,
  );
});
