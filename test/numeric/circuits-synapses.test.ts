/** Pseudo-memcapacitor, TaOx synapse and the reference neurons as circuits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pulses } from "../../src/simulator/circuits/named.js";
import { lifRate_Hz, type LifParameters } from "../../src/simulator/neurons/index.js";
import { current, dc, near, runCircuit, voltage } from "./circuit-runs.js";

test("DPM before switching: the gate sees Cp/(Cp + Cgs) = 0.10 of the input within 2 %", () => {
  const run = runCircuit("dpm", { drive: voltage(pulses(10e-9, [10e-6, 20e-6, 0.3])), stop_s: 20e-6 });
  near(run.column("V_gate", [10.02e-6])[0], 0.03, 0.02, "gate");
});

test("DPM after switching: the gate leaps to more than half of the input within 1 us and to 10 % of it within 20 us", () => {
  const run = runCircuit("dpm", {
    drive: voltage({ kind: "pulse", low: 0, high: 1.8, delay_s: 10e-6, rise_s: 10e-9, fall_s: 10e-9, width_s: 40e-6 }),
    stop_s: 60e-6,
  });
  const [atOnce = 0, later = 0] = run.column("V_gate", [11e-6, 30e-6]);
  assert.ok(atOnce > 0.9, `${atOnce} V`);
  near(later, 1.8, 0.1, "gate");
  assert.equal(run.at("X1_on").length, 1);
});

test("DPM with the port of the 2023 circuit: the faster the pulses the fewer to fire, and none at a period of 40 us or more", () => {
  const first = (period_s: number) => {
    const drive = {
      kind: "pulse",
      low: 0,
      high: 1.8,
      delay_s: 10e-6,
      rise_s: 10e-9,
      fall_s: 10e-9,
      width_s: 10e-6,
    } as const;
    const run = runCircuit("dpm", {
      set: { toGate: 0 },
      drive: voltage({ ...drive, period_s }),
      stop_s: 30 * period_s,
    });
    const at_s = run.at("X1_on")[0];
    return at_s === undefined ? Infinity : 1 + Math.floor((at_s - 10e-6) / period_s);
  };
  const pulsesToFire = [15e-6, 30e-6, 40e-6, 100e-6, 200e-6].map(first);
  assert.ok((pulsesToFire[0] ?? Infinity) < (pulsesToFire[1] ?? 0), pulsesToFire.join());
  assert.ok(Number.isFinite(pulsesToFire[1]));
  assert.deepEqual(pulsesToFire.slice(2), [Infinity, Infinity, Infinity]);
});

/** State of the synapse after each spike of the neuron. */
function synapse(polarity: number, x0: number): number[] {
  const run = runCircuit("taox-synapse", { set: { polarity, x0 }, stop_s: 1e-3 });
  const rested = run
    .at("VK_up")
    .map((t_s) => t_s + 20e-6)
    .filter((t_s) => t_s < 1e-3);
  return [x0, ...run.column("x", rested)];
}

test("spikes of the VO2 neuron potentiate the TaOx synapse, each later one less", () => {
  const states = synapse(1, 0.05);
  const steps = states.slice(1).map((x, i) => x - (states[i] ?? NaN));
  assert.ok(steps.length >= 18);
  assert.ok(steps.every((step) => step > 0));
  assert.ok((steps.at(-1) ?? 1) < 0.02 * Math.max(...steps), `from ${Math.max(...steps)} to ${steps.at(-1)}`);
});

test("turned round, the same spikes depress it, each later one less", () => {
  const states = synapse(-1, 0.2);
  const steps = states.slice(1).map((x, i) => x - (states[i] ?? NaN));
  assert.ok(steps.every((step) => step < 0));
  assert.ok(Math.abs(steps.at(-1) ?? 1) < 0.1 * Math.abs(Math.min(...steps)));
});

test("without spikes the synapse keeps its state, and the neuron does not feel it", () => {
  const quiet = runCircuit("taox-synapse", { drive: current(dc(0)), stop_s: 1e-3 });
  const [before = 0, after = 0] = quiet.column("x", [0, 1e-3]);
  assert.ok(Math.abs(after - before) < 1e-9);
  const [alone, loaded] = [runCircuit("vo2-tonic"), runCircuit("taox-synapse")];
  near(loaded.at("VK_up").at(-1), alone.at("VK_up").at(-1) ?? NaN, 1e-5, "last spike");
});

test("LIF fires at 1/(t_ref + tau ln((R I + E_L - V_reset)/(R I + E_L - V_th))) to 1e-6", () => {
  const k: LifParameters = { tau: 10e-3, R: 10e6, E_L: -70e-3, V_th: -55e-3, V_reset: -75e-3, t_ref: 3e-3 };
  for (const I_A of [1.6e-9, 2e-9, 5e-9]) {
    const run = runCircuit("lif", { set: { ...k }, drive: current(dc(I_A)), stop_s: 0.3 });
    near(1 / (run.intervals("spike").at(-1) ?? NaN), lifRate_Hz(I_A, k), 1e-6, `${I_A} A`);
  }
  assert.equal(runCircuit("lif", { drive: current(dc(1.4e-9)) }).at("spike").length, 0);
});

test("Hodgkin-Huxley: rest -65.0 mV, peak +40 mV, 68 Hz at 10 uA/cm2, lasting spikes from 6 to 7 uA/cm2", () => {
  const run = (amperes: number) => runCircuit("hodgkin-huxley", { drive: current(dc(amperes)), stop_s: 0.3 });
  const rest = run(0).column("V", [0.29])[0] ?? NaN;
  assert.ok(Math.abs(rest + 65e-3) < 0.2e-3, `rest ${rest} V`);
  const driven = run(10e-6);
  const peak = Math.max(...driven.atSteps("V").values);
  assert.ok(Math.abs(peak - 40e-3) < 5e-3, `peak ${peak} V`);
  near(1 / (driven.intervals("spike").at(-1) ?? NaN), 68, 0.05, "rate");
  assert.ok(run(6e-6).at("spike").length < 8);
  assert.ok(run(7e-6).at("spike").length > 12);
});
