/** What holds for each of the general models alike: bounds, seeds, passive conduction. Their physics is in a file for each. */
import assert from "node:assert/strict";
import test from "node:test";
import { complete, createDevice, deviceModel } from "../../src/simulator/catalogue.js";
import type { Device } from "../../src/simulator/models/device.js";
import type { Circuit } from "../../src/simulator/netlist/types.js";
import { createRandom, type Random } from "../../src/simulator/random.js";
import { DevicePort } from "../../src/simulator/transient/device-port.js";
import { compileCircuit } from "../../src/simulator/transient/compile.js";
import { transient } from "../../src/simulator/transient/transient.js";
import { constant } from "./bench.js";

/** Names and where to look: voltages up to `peak_V`, states within `bounds` (`slack` is rounding and solver error). */
const models = [
  { name: "vteam", peak_V: 1.5, shortest_s: 1e-9, longest_s: 1e-3, bounds: [[0, 1]], slack: 0 },
  { name: "yakopcic", peak_V: 2, shortest_s: 1e-7, longest_s: 1e-2, bounds: [[1e-6, 1]], slack: 0 },
  { name: "stanford-rram", peak_V: 2.2, shortest_s: 1e-9, longest_s: 1e-4, bounds: [[0.2, 1.7]], slack: 1e-3 },
  { name: "ots", peak_V: 2.5, shortest_s: 1e-10, longest_s: 1e-6, bounds: [[0, 1]], slack: 0 },
  {
    name: "jart-vcm",
    peak_V: 1.8,
    shortest_s: 1e-9,
    longest_s: 1e-3,
    bounds: [
      [-1.8, 1.8],
      [Math.log(0.008), Math.log(20)],
    ],
    slack: 1e-3,
  },
] as const;

function make(name: string, given: Readonly<Record<string, number>>, seed = 5): Device {
  const model = deviceModel(name);
  const stream = (what: string): Random => createRandom(seed, what);
  return model.create(complete(model, given), { device: stream("device"), cycle: stream("cycles") });
}

/** A drive of random voltages, widths and series resistances; tells every state that was reached. */
function randomDrive(
  port: DevicePort,
  random: Random,
  { peak_V, shortest_s, longest_s }: (typeof models)[number],
  told: (state: Float64Array) => void,
): void {
  for (let pulse = 0; pulse < 200; pulse++) {
    const emf_V = peak_V * (2 * random.uniform() - 1);
    const series_ohm = 10 ** (1 + 3 * random.uniform());
    const width_s = shortest_s * (longest_s / shortest_s) ** random.uniform();
    port.advance(port.time_s + width_s, constant(emf_V, series_ohm), () => told(port.state));
  }
}

for (const plan of models) {
  const { name, peak_V, bounds, slack } = plan;
  test(`${name}: no current at 0 V, and more current for more voltage in any state`, () => {
    const random = createRandom(12, name);
    const device = make(name, {});
    for (let n = 0; n < 200; n++) {
      const x = Float64Array.from(bounds, ([low, high], i) =>
        name === "jart-vcm" && i === 0 ? 0 : low + (high - low) * random.uniform(),
      );
      assert.equal(device.current_A(0, x), 0);
      const [a, b] = [peak_V * (2 * random.uniform() - 1), peak_V * (2 * random.uniform() - 1)];
      const rise = (device.current_A(a, x) - device.current_A(b, x)) * (a - b);
      assert.ok(rise >= 0, `between ${a} V and ${b} V in state ${x.join(", ")}`);
    }
  });

  for (const sigma_cycle of [0, 0.1]) {
    test(`${name}: 200 random pulses leave every state within its bounds, cycle spread ${sigma_cycle}`, () => {
      const port = new DevicePort(make(name, { sigma_cycle }));
      randomDrive(port, createRandom(13, name), plan, (state) => {
        bounds.forEach(([low, high], i) => {
          const wide = sigma_cycle > 0 && name !== "vteam" ? 0.6 * Math.abs(high) : 0; // the bound itself is drawn
          const x = state[i] ?? NaN;
          assert.ok(x >= low - slack - wide && x <= high + slack + wide, `state ${i} is ${x} at ${port.time_s} s`);
        });
      });
    });
  }

  test(`${name}: the same seed gives the same current, another seed another, a spread of 0 the nominal one`, () => {
    const after = (sigma: number, seed: number) => {
      const port = new DevicePort(make(name, { sigma_device: sigma, sigma_cycle: sigma }, seed));
      randomDrive(port, createRandom(14, "drive"), plan, () => undefined);
      return [...port.state, port.current_A].join(" ");
    };
    assert.equal(after(0.1, 1), after(0.1, 1));
    assert.notEqual(after(0.1, 1), after(0.1, 2));
    assert.equal(after(0, 1), after(0, 2));
  });
}

for (const [model, first_V, then_V, width_s, R_ohm] of [
  ["vteam", -1, 1, 1e-8, 100],
  ["yakopcic", 0.6, -0.6, 5e-3, 100],
  ["stanford-rram", 2, -2, 1e-7, 1e3],
  ["ots", 2, -2, 1e-7, 1e4],
  ["jart-vcm", -1.2, 1.6, 1e-5, 100],
] as const) {
  test(`${model}: switched on and off in a circuit it carries what it carries behind a one-port, to 5e-5`, () => {
    const times_s = [0, 0.01, 1, 1.02, 2].map((share) => share * width_s);
    const values = [0, first_V, first_V, then_V, then_V];
    const at_s = [0.5, 1, 1.5, 2].map((share) => share * width_s);
    const circuit: Circuit = {
      name: "test",
      title: "device behind a resistor",
      source: "test",
      elements: [
        { kind: "V", name: "V1", plus: "in", minus: "0", wave: { kind: "pwl", times_s, values } },
        { kind: "R", name: "R1", a: "in", b: "top", R_ohm },
        { kind: "device", name: "X1", a: "top", b: "0", model },
      ],
      probes: [{ name: "i", unit: "A", quantity: { kind: "current", element: "X1" } }],
    };
    const run = transient(compileCircuit(circuit), { stop_s: 2 * width_s });
    assert.equal(run.status, "done", run.failure?.message);
    const currents = run.waveforms.sample({ kind: "current", element: "X1" }, at_s);
    const device = createDevice(model, {});
    at_s.forEach((t_s, n) => {
      device.advance(t_s, { emf: { times_s, values }, series_ohm: R_ohm, limit_A: Infinity });
      const ratio = (currents[n] ?? NaN) / device.current_A;
      assert.ok(Math.abs(ratio - 1) < 5e-5, `at ${t_s} s: ${currents[n]} A in the circuit, ${device.current_A} A`);
    });
  });
}
