import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { chirpBurst } from "../../protocols/frequency-response-chirp.js";
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
    tables,
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

test("a chirp about a bias sees the diode's slope there, N V_T over the current, of either sign of the bias, and the device is at 0 V before and behind", async (t) => {
  const station = await stationOn(t, "diode", { I_s: 4e-5 });
  const [N_V_T, I_s] = [1.752 * 0.025852, 4e-5];
  const settings = { method: "chirp", from: "1 kHz", to: "20 kHz", per_decade: 2, repeats: 2 };
  for (const [bias, amplitude] of [
    ["300 mV", "20 mV"],
    ["40 mV", "10 mV"],
    ["4 mV", "12 mV"],
    ["-40 mV", "10 mV"],
  ]) {
    const { rows, metrics, tables } = await responseOf(station, { ...settings, bias, amplitude });
    const [bias_V, bias_A] = [metrics["vBias_V"]?.mean ?? NaN, metrics["iBias_A"]?.mean ?? NaN];
    const expected_ohm = N_V_T / (I_s * Math.exp(bias_V / N_V_T));
    assert.ok(Math.abs(bias_A - I_s * Math.expm1(bias_V / N_V_T)) < 0.03 * Math.abs(bias_A) + 5e-8, `${bias_A} A`);
    for (const { frequency_Hz, magnitude_ohm, coherence } of rows.slice(0, -1)) {
      const said = `${magnitude_ohm} of ${expected_ohm} ohm at ${frequency_Hz} Hz about ${bias}`;
      assert.ok(Math.abs(magnitude_ohm / expected_ohm - 1) < 0.06, said); // curvature, and 8 bits: most where the chirp ends
      assert.ok(coherence > 0.9, `${coherence}, ${said}`);
    }
    const repeats = tables["waveforms"]?.columns["repeat"] as Int32Array;
    assert.deepEqual([repeats[0], repeats.at(-1)], [1, 2]);
  }
});

test("the bias counts with the amplitude: in what is told the limits, in every level, and a sine has none", () => {
  const plan = frequencyResponse.parameters.parse({ method: "chirp", bias: "-0.5 V", amplitude: "0.2 V" });
  assert.equal(frequencyResponse.extremes?.(plan).voltage_V, 0.7);
  for (const bias of [0, 0.01, -0.11, 0.5, -3]) {
    for (const share of [0.1, 0.5, 0.95]) {
      const { volts, trigger_V, slope, pretrigger_s, window_s, rest_s, rate_Sa_per_s } = chirpBurst(
        { ...plan, bias },
        share,
      );
      const sign = bias < 0 ? -1 : 1;
      assert.ok(volts.every((volt) => sign * volt <= Math.abs(bias) + 0.2 + 1e-12));
      assert.ok(bias === 0 || (volts[0] === 0 && volts.at(-1) === 0));
      assert.ok(volts.length < 16 * 100e3 * 10e-3 * 1.6);
      // Whatever share of the voltage is at the device: the record is still at rest where it is taken to be, and holds all of the chirp.
      for (const part of [share, 1]) {
        const at = volts.findIndex((volt) => part * sign * volt >= Math.abs(trigger_V));
        assert.equal(slope, sign > 0 ? "rising" : "falling");
        const begin = at - pretrigger_s * rate_Sa_per_s;
        const [from, to] = [begin + rest_s.from * rate_Sa_per_s, begin + rest_s.to * rate_Sa_per_s];
        for (let k = Math.ceil(from); k < to; k++)
          assert.ok(Math.abs((volts[k] ?? 0) - bias) < 1e-9, `sample ${k}, bias ${bias}, ${part} of ${share}`);
        assert.ok(begin + window_s * rate_Sa_per_s > (bias === 0 ? 1 : 1.27) * 16e3);
      }
    }
  }
  const { error } = frequencyResponse.parameters.safeParse({ bias: "0.1 V" });
  assert.deepEqual(
    error?.issues.map(({ path }) => path),
    [["bias"]],
  );
});

test("a chirp with more samples than a memory takes, and a range upside down, are refused", () => {
  const refused = (settings: object) =>
    frequencyResponse.parameters.safeParse(settings).error?.issues[0]?.message ?? "";
  assert.match(refused({ method: "chirp", from: "1 Hz", to: "1 MHz" }), /too many samples/);
  assert.match(refused({ from: "1 MHz", to: "1 kHz" }), /above the lowest/);
});
