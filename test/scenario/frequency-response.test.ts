import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { frequencyResponse } from "../../protocols/frequency-response.js";
import { chirpOf, impedanceAt } from "../../src/analysis/index.js";
import type { PulseStation } from "../../src/capabilities/index.js";
import { virtualBench } from "../support/virtual-bench.js";
import { noiseOf, runHere } from "../unit/protocols/bench.js";

/** Generator, device and a shunt under it, all virtual, with the real drivers. */
async function stationOn(
  t: TestContext,
  model: string,
  parameters: Readonly<Record<string, number>>,
): Promise<PulseStation> {
  const shunt_ohm = 1000;
  const bench = await virtualBench(
    [
      { label: "awg", driver: "keysight-33500", model: "33522B" },
      { label: "scope", driver: "keysight-infiniivision" },
    ],
    [
      { instrument: "awg", terminal: "1", node: "dut.top" },
      { instrument: "scope", terminal: "1", node: "dut.top" },
      { instrument: "scope", terminal: "2", node: "dut.bottom", through: { shunt_ohm } },
    ],
    { id: "dut", model, parameters },
  );
  t.after(() => bench.close());
  return {
    source: await bench.open("awg", "awg"),
    sourceChannel: 1,
    scope: await bench.open("scope", "scope"),
    top: { channel: 1 },
    current: [{ channel: 2, resistance_ohm: shunt_ohm, impedance: "1M" }],
  };
}

async function responseOf(station: PulseStation, settings: object) {
  const { tables } = await runHere(frequencyResponse, station, { ...settings });
  const column = (name: string) => Array.from(tables["response"]?.columns[name] as Float64Array);
  const metrics = frequencyResponse.analyse(tables, frequencyResponse.parameters.parse(settings));
  assert.equal(await station.source.outputIsOn(), false);
  return {
    metrics,
    rows: column("frequency_Hz").map((frequency_Hz, k) => ({
      frequency_Hz,
      magnitude_ohm: column("magnitude_ohm")[k] ?? NaN,
      phase_deg: column("phase_deg")[k] ?? NaN,
      coherence: column("coherence")[k] ?? NaN,
    })),
    figures: frequencyResponse.figures(tables, frequencyResponse.parameters.parse(settings)),
  };
}

/** Conductance and capacitance side by side. */
function parallel(G_S: number, C_F: number, frequency_Hz: number) {
  const B_S = 2 * Math.PI * frequency_Hz * C_F;
  return { magnitude_ohm: 1 / Math.hypot(G_S, B_S), phase_deg: (-Math.atan2(B_S, G_S) * 180) / Math.PI };
}

for (const method of ["steps", "chirp"]) {
  test(`by ${method} a 10 kΩ resistor has 10 kΩ and no phase from 1 kHz to 100 kHz`, async (t) => {
    const { rows } = await responseOf(await stationOn(t, "resistor", { R: 10e3 }), { method, per_decade: 3 });
    assert.equal(rows.length, 7);
    for (const { frequency_Hz, magnitude_ohm, phase_deg, coherence } of rows) {
      assert.ok(Math.abs(magnitude_ohm / 10e3 - 1) < 0.02, `${magnitude_ohm} Ω at ${frequency_Hz} Hz`);
      assert.ok(Math.abs(phase_deg) < 2, `${phase_deg}° at ${frequency_Hz} Hz`);
      assert.ok(coherence > 0.99, `${coherence} at ${frequency_Hz} Hz`);
    }
  });

  test(`by ${method} a VOx film with 1 nF beside it is that conductance and that capacitance, through its corner at 55 kHz`, async (t) => {
    const [G_S, C_F] = [3.4555e-4, 1e-9]; // the film's own conductance at 300 K, no bias
    const station = await stationOn(t, "vox-ndr", { C: C_F, G0: G_S });
    const { rows, metrics, figures } = await responseOf(station, {
      method,
      from: "2 kHz",
      to: "200 kHz",
      per_decade: 3,
    });
    for (const { frequency_Hz, magnitude_ohm, phase_deg } of rows) {
      const expected = parallel(G_S, C_F, frequency_Hz);
      assert.ok(
        Math.abs(magnitude_ohm / expected.magnitude_ohm - 1) < 0.02,
        `${magnitude_ohm} Ω at ${frequency_Hz} Hz`,
      );
      assert.ok(Math.abs(phase_deg - expected.phase_deg) < 2, `${phase_deg}° at ${frequency_Hz} Hz`);
    }
    assert.ok(Math.abs((metrics["capacitance_F"]?.mean ?? 0) / C_F - 1) < 0.03, `${metrics["capacitance_F"]?.mean} F`);
    assert.deepEqual(
      figures.map(({ name }) => name),
      ["magnitude", "phase", "coherence"],
    );
  });
}

/** Records of a chirp on G and C side by side, worked out by hand: i = G v + C dv/dt. */
function drawn(G_S: number, C_F: number, noise_A: number) {
  const [rate, tail] = [2e6, new Float64Array(20_000)];
  const voltage_V = Float64Array.from([0, ...chirpOf(1e3, 50e3, 10e-3, rate), ...tail]);
  const next = noiseOf(9, noise_A);
  const current_A = voltage_V.map((v, k) => {
    const slope = (((voltage_V[k + 1] ?? 0) - (voltage_V[k - 1] ?? 0)) * rate) / 2;
    return G_S * v + C_F * slope + next();
  });
  return { step_s: 1 / rate, voltage_V, current_A };
}

test("a drawn chirp gives back the conductance and the capacitance it was drawn with, noise averaged out", () => {
  const records = Array.from({ length: 4 }, () => drawn(1e-4, 2e-9, 2e-5));
  for (const frequency_Hz of [2e3, 10e3, 40e3]) {
    const { conductance_S, susceptance_S, coherence } = impedanceAt(records, frequency_Hz, "transient");
    assert.ok(Math.abs(conductance_S / 1e-4 - 1) < 0.05, `${conductance_S} S`);
    assert.ok(Math.abs(susceptance_S / (2 * Math.PI * frequency_Hz * 2e-9) - 1) < 0.05, `${susceptance_S} S`);
    assert.ok(coherence > 0.9);
  }
});

test("coherence is low where the current does not follow the voltage", () => {
  const records = Array.from({ length: 20 }, (_, k) => {
    const { step_s, voltage_V } = drawn(0, 0, 0);
    const next = noiseOf(100 + k, 1e-4);
    return { step_s, voltage_V, current_A: voltage_V.map(() => next()) };
  });
  assert.ok(impedanceAt(records, 10e3, "transient").coherence < 0.3);
});

test("a chirp with more samples than a memory takes, and a range upside down, are refused", () => {
  const refused = (settings: object) =>
    frequencyResponse.parameters.safeParse(settings).error?.issues[0]?.message ?? "";
  assert.match(refused({ method: "chirp", from: "1 Hz", to: "1 MHz" }), /too many samples/);
  assert.match(refused({ from: "1 MHz", to: "1 kHz" }), /above the lowest/);
});
