import assert from "node:assert/strict";
import test from "node:test";
import type { Circuit, Element } from "../../../src/simulator/netlist/types.js";
import { compileCircuit } from "../../../src/simulator/transient/compile.js";
import { jacobianPattern } from "../../../src/simulator/transient/program.js";

/** Every kind of element, sources in series and in the middle of the circuit, and time in every one of them. */
const elements: Element[] = [
  {
    kind: "V",
    name: "V1",
    plus: "s",
    minus: "0",
    wave: { kind: "sine", amplitude: 1, frequency_Hz: 2e3, offset: 0.4 },
  },
  { kind: "V", name: "V2", plus: "a", minus: "b", wave: { kind: "pwl", times_s: [0, 1e-3], values: [0.1, 0.7] } },
  { kind: "R", name: "R1", a: "s", b: "a", R_ohm: 2e3 },
  { kind: "R", name: "R2", a: "b", b: "c", R_ohm: 3e3 },
  { kind: "C", name: "C1", a: "s", b: "b", C_F: 2e-9 },
  { kind: "C", name: "C2", a: "a", b: "c", C_F: 1e-9 },
  { kind: "device", name: "X1", a: "c", b: "s", model: "vo2-mott", parameters: { C: 1e-12 } },
  { kind: "device", name: "X2", a: "a", b: "0", model: "zno-diffusive" },
  { kind: "device", name: "D1", a: "d", b: "0", model: "diode" },
  { kind: "nmos", name: "M1", drain: "d", gate: "a", source: "0", k_A_per_V2: 1e-3, vth_V: 0.3, lambda_per_V: 0.05 },
  { kind: "R", name: "R3", a: "s", b: "d", R_ohm: 1e3 },
  {
    kind: "I",
    name: "I1",
    from: "0",
    to: "c",
    wave: { kind: "chirp", amplitude: 1e-4, start_Hz: 1e3, stop_Hz: 3e3, duration_s: 1e-3 },
  },
  {
    kind: "limited",
    name: "S1",
    plus: "e",
    minus: "0",
    wave: { kind: "sine", amplitude: 1, frequency_Hz: 1e3 },
    series_ohm: 50,
    limit_A: 1e-3,
    response_s: 1e-6,
    cable_F: 1e-10,
  },
  {
    kind: "limited",
    name: "S2",
    plus: "c",
    minus: "e",
    wave: { kind: "pwl", times_s: [0, 1e-3], values: [0, 1] },
    series_ohm: 100,
    limit_A: 1e-3,
  },
];
const circuit: Circuit = { name: "everything", title: "", source: "test", elements, probes: [] };
const start = [0.18, 0.3, 0.02, 0.01, 0.4, -0.2, 0.25, 0.6, 0.1];

for (const [what, vd, modes] of [
  ["conducting forwards, limiters free", 0.6, [0, 0]],
  ["conducting backwards, limiters acting", -0.4, [1, -1]],
] as const) {
  test(`the Jacobian and df/dt are those of the right-hand side: ${what}`, () => {
    const system = compileCircuit(circuit);
    system.restart();
    const { X, F, FT, J, L } = system.memory;
    const { names } = system.layout;
    names.forEach((name, i) => (X[i] = name === "V(d)" ? vd : (start[i] ?? 0.1)));
    L.set(modes);
    const t_s = 1.3e-4;
    system.begin(0);
    system.prepare(t_s);
    const pattern = jacobianPattern(system.parts.equations);
    const analytic = new Map(pattern.map((entry, i) => [entry, J[i] ?? NaN]));
    const byTime = FT.slice();

    const difference = (move: (by: number) => void, step: number): number[] => {
      move(step);
      system.prepare(t_s);
      const after = F.slice();
      move(-2 * step);
      system.prepare(t_s);
      const before = F.slice();
      move(step);
      return Array.from(after, (value, row) => (value - (before[row] ?? NaN)) / (2 * step));
    };
    names.forEach((column, j) => {
      const step = 1e-6 * Math.max(0.1, Math.abs(X[j] ?? 0));
      const numeric = difference((by) => (X[j] = (X[j] ?? 0) + by), step);
      numeric.forEach((value, row) => {
        const got = analytic.get(`${row},${j}`) ?? 0;
        const size = Math.max(Math.abs(value), Math.abs(got), 1e-9 * Math.abs(F[row] ?? 0), 1e-12);
        assert.ok(
          Math.abs(value - got) <= 2e-5 * size,
          `d f(${names[row]}) / d ${column}: ${got}, by differences ${value}`,
        );
      });
    });

    const at = (time_s: number): Float64Array => {
      system.prepare(time_s);
      return F.slice();
    };
    const [after, before] = [at(t_s + 1e-9), at(t_s - 1e-9)];
    byTime.forEach((got, row) => {
      const value = ((after[row] ?? NaN) - (before[row] ?? NaN)) / 2e-9;
      const size = Math.max(Math.abs(value), Math.abs(got), 1e-6 * Math.abs(F[row] ?? 0) * 1e3, 1e-9);
      assert.ok(Math.abs(value - got) <= 1e-4 * size, `d f(${names[row]}) / dt: ${got}, by differences ${value}`);
    });
  });
}

test("a device that answers in one call and one that answers question by question give the same equations", () => {
  const vo2 = compileCircuit({
    ...circuit,
    elements: [
      { kind: "I", name: "I1", from: "0", to: "a", wave: { kind: "dc", value: 1e-4 } },
      { kind: "device", name: "X1", a: "a", b: "0", model: "vo2-mott", parameters: { C: 1e-9, T: 310 } },
    ],
  });
  vo2.restart();
  const [device] = vo2.parts.devices;
  assert.ok(device && "flow" in device && "linearise" in device);
  const out = new Float64Array(1);
  for (const y of [-1e-3, 0, 5e-4, 0.02, 0.15, 0.4, 1, 5, 30]) {
    for (const v of [-1.2, 0, 0.3, 1.5]) {
      const io = new Float64Array(8);
      io.set([v, y]);
      device.linearise?.(io);
      const x = Float64Array.of(y);
      const answer = (ask: () => void): number => {
        ask();
        return out[0] ?? NaN;
      };
      const wanted = [
        device.current_A(v, x),
        answer(() => device.rates(v, x, out)),
        device.conductance_S(v, x),
        answer(() => device.currentByState(v, x, out)),
        answer(() => device.ratesByVoltage(v, x, out)),
        answer(() => device.ratesByState(v, x, out)),
      ];
      wanted.forEach((value, i) => {
        const got = io[2 + i] ?? NaN;
        assert.ok(
          Math.abs(got - value) <= 1e-9 * Math.abs(value) + 1e-30,
          `answer ${i} at y = ${y}, v = ${v}: ${got}, ${value}`,
        );
      });
    }
  }
});
