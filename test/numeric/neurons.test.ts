import assert from "node:assert/strict";
import test from "node:test";
import { complete } from "../../src/simulator/catalogue.js";
import { createDevice, createRandom } from "../../src/simulator/index.js";
import {
  hodgkinHuxley,
  izhikevich,
  izhikevichEuler,
  izhikevichPresets,
  lif,
  lifRate_Hz,
  neuronCatalogue,
  runNeuron,
  type IzhikevichParameters,
  type LifParameters,
} from "../../src/simulator/neurons/index.js";
import { currentSource, mean, sd } from "./bench.js";

/** Firing rate from the first spike after `from_s` to the last, Hz. */
function rate_Hz(spikes_s: readonly number[], from_s = 0): number {
  const late = spikes_s.filter((t) => t >= from_s);
  return (late.length - 1) / ((late.at(-1) ?? NaN) - (late[0] ?? NaN));
}

function intervals_s(spikes_s: readonly number[]): number[] {
  return spikes_s.slice(1).map((t, i) => t - (spikes_s[i] ?? NaN));
}

function preset(name: string): IzhikevichParameters {
  const found = izhikevichPresets.get(name);
  assert.ok(found, name);
  return found;
}

for (const [name, model] of neuronCatalogue) {
  test(`${name}: every derivative is that of its equations, at 200 random points`, () => {
    const random = createRandom(4, name);
    const neuron = model.create(complete(model, {}));
    const n = neuron.size;
    const [up, down] = [new Float64Array(n), new Float64Array(n)];
    const byState = new Float64Array(n * n);
    for (let point = 0; point < 200; point++) {
      const x = Float64Array.from(
        neuron.initial,
        (value, i) => value + 3 * random.uniform() * (neuron.scale[i] ?? NaN),
      );
      neuron.ratesByState(x, 0.1, byState);
      for (let j = 0; j < n; j++) {
        const h = 1e-6 * (neuron.scale[j] ?? NaN);
        const moved = (by: number) => x.map((value, i) => (i === j ? value + by : value));
        neuron.rates(moved(h), 0.1, up);
        neuron.rates(moved(-h), 0.1, down);
        for (let i = 0; i < n; i++) {
          const difference = ((up[i] ?? NaN) - (down[i] ?? NaN)) / (2 * h);
          const given = byState[i * n + j] ?? NaN;
          const rounding = (1e-8 * Math.abs(up[i] ?? NaN)) / (neuron.scale[j] ?? NaN);
          assert.ok(Math.abs(given - difference) <= 1e-6 * Math.abs(difference) + rounding, `${i} by ${j}: ${given}`);
        }
      }
    }
  });
}

test("LIF fires at 1/(t_ref + tau ln((RI + E_L - V_reset)/(RI + E_L - V_th))) to 1e-6, for any parameters", () => {
  const random = createRandom(6, "lif");
  for (let n = 0; n < 20; n++) {
    const given = {
      tau: 10 ** (-3 + 2 * random.uniform()),
      V_reset: -75e-3 + 10e-3 * random.uniform(),
      t_ref: n % 4 === 0 ? 0 : 5e-3 * random.uniform(),
    };
    const k = complete(lif, given) as LifParameters;
    const I_A = (15e-3 / k.R) * (1.02 + 4 * random.uniform());
    const expected_Hz = lifRate_Hz(I_A, k);
    const run = runNeuron(lif, given, { stop_s: 12 / expected_Hz, input: I_A });
    const measured_Hz = rate_Hz(run.spikes_s);
    assert.ok(Math.abs(measured_Hz / expected_Hz - 1) < 1e-6, `${measured_Hz} Hz for ${expected_Hz} Hz at ${I_A} A`);
  }
});

test("LIF under a current below V_th/R settles at E_L + R I and never fires", () => {
  const run = runNeuron(lif, {}, { stop_s: 1, input: 1.4999e-9 });
  assert.deepEqual(run.spikes_s, []);
  assert.equal(lifRate_Hz(1.4999e-9, complete(lif, {}) as LifParameters), 0);
  assert.ok(Math.abs((run.final[0] ?? NaN) - (-70e-3 + 14.999e-3)) < 1e-9, `${run.final[0]} V`);
});

test("LIF is held for t_ref although the input ends and begins again meanwhile", () => {
  const input = { times_s: [0, 0.1, 0.1, 0.1005, 0.1005], values: [2e-9, 2e-9, 0, 0, 2e-9] };
  const steady = runNeuron(lif, { t_ref: 0.02 }, { stop_s: 0.3, input: 2e-9 });
  const held = steady.spikes_s.some((t) => t < 0.1 && t + 0.02 > 0.1005);
  assert.ok(held, "the gap falls into the refractory time");
  const gapped = runNeuron(lif, { t_ref: 0.02 }, { stop_s: 0.3, input });
  gapped.spikes_s.forEach((t, i) => assert.ok(Math.abs(t - (steady.spikes_s[i] ?? NaN)) < 1e-9, `${t} s`));
  assert.equal(gapped.spikes_s.length, steady.spikes_s.length);
});

test("Hodgkin-Huxley rests at -65.0 mV", () => {
  const run = runNeuron(hodgkinHuxley, {}, { stop_s: 0.5, input: 0 });
  assert.deepEqual(run.spikes_s, []);
  assert.ok(Math.abs((run.final[0] ?? NaN) + 65e-3) < 0.2e-3, `${run.final[0]} V`);
});

test("Hodgkin-Huxley fires at 68 Hz under 10 uA/cm^2, with peaks of 40 mV", () => {
  const run = runNeuron(hodgkinHuxley, {}, { stop_s: 0.6, input: 0.1, sample_s: 2e-5 });
  const measured_Hz = rate_Hz(run.spikes_s, 0.1);
  const peak_V = Math.max(...(run.samples[0] ?? []));
  assert.ok(Math.abs(measured_Hz / 68 - 1) < 0.05, `${measured_Hz} Hz`);
  assert.ok(Math.abs(peak_V - 40e-3) < 5e-3, `${peak_V} V`);
});

test("Hodgkin-Huxley fires without end from a current between 6 and 7 uA/cm^2 on, and a few times below it", () => {
  const spikesLate = (uA_per_cm2: number) =>
    runNeuron(hodgkinHuxley, {}, { stop_s: 1, input: 0.01 * uA_per_cm2, tolerance: 1e-6 }).spikes_s.filter(
      (t) => t > 0.5,
    );
  assert.equal(spikesLate(6).length, 0);
  assert.ok(spikesLate(7).length > 25, `${spikesLate(7).length} spikes in the second half`);
});

test("Hodgkin-Huxley takes the limits at -40 and -55 mV, where the rates are 0/0, without a step", () => {
  const neuron = hodgkinHuxley.create(complete(hodgkinHuxley, {}));
  const rates = (V: number) => {
    const out = new Float64Array(4);
    neuron.rates(Float64Array.from([V, 0.1, 0.5, 0.4]), 0, out);
    return out;
  };
  for (const V of [-40e-3, -55e-3]) {
    const [below, at, above] = [rates(V - 1e-9), rates(V), rates(V + 1e-9)];
    at.forEach((value, i) => {
      const middle = ((below[i] ?? NaN) + (above[i] ?? NaN)) / 2;
      assert.ok(Math.abs(value - middle) <= 1e-7 * Math.abs(value), `rate ${i} at ${V} V: ${value}, beside ${middle}`);
    });
  }
});

test("spike times of Hodgkin-Huxley converge: at 1e-6 and 1e-8 they agree to 1e-5, at 1e-8 and 1e-10 to 1e-7", () => {
  const times = (tolerance: number) => runNeuron(hodgkinHuxley, {}, { stop_s: 0.2, input: 0.1, tolerance }).spikes_s;
  const [coarse, usual, fine] = [times(1e-6), times(1e-8), times(1e-10)];
  const worst = (one: readonly number[], other: readonly number[]) =>
    Math.max(...one.map((t, i) => Math.abs(t / (other[i] ?? NaN) - 1)));
  assert.equal(coarse.length, fine.length);
  assert.ok(worst(coarse, usual) < 1e-5, `${worst(coarse, usual)}`);
  assert.ok(worst(usual, fine) < 1e-7, `${worst(usual, fine)}`);
});

test("one millisecond of the published scheme for RS at I = 10 from -65: v -58.105, u -12.97242", () => {
  const { v_mV, u } = izhikevichEuler(preset("RS"), () => 10, 2);
  assert.ok(Math.abs((v_mV[1] ?? NaN) + 58.105) < 1e-12, `${v_mV[1]}`); // by hand: -65, -61.5, -58.105
  assert.ok(Math.abs((u[1] ?? NaN) + 12.97242) < 1e-12, `${u[1]}`);
});

for (const [scheme, spikes] of [
  ["the published scheme", (k: IzhikevichParameters) => izhikevichEuler(k, () => 10, 1000).spikes_s],
  ["the equations", (k: IzhikevichParameters) => runNeuron(izhikevich, { ...k }, { stop_s: 1, input: 10 }).spikes_s],
] as const) {
  test(`Izhikevich by ${scheme}: RS adapts, FS is the fastest, CH bursts again and again, IB once`, () => {
    const of = (name: string) => intervals_s(spikes(preset(name)));
    const [rs, fs, ch, ib] = [of("RS"), of("FS"), of("CH"), of("IB")];
    assert.ok((rs.at(-1) ?? NaN) > 1.5 * (rs[0] ?? NaN), `RS intervals ${rs.join(", ")}`);
    assert.ok(fs.length > 2.5 * rs.length, `${fs.length} FS, ${rs.length} RS`);
    const long = (list: readonly number[]) => list.filter((interval) => interval > 0.02).length;
    const short = (list: readonly number[]) => list.filter((interval) => interval < 0.01).length;
    assert.ok(long(ch) >= 5 && short(ch) >= long(ch), `CH intervals ${ch.join(", ")}`);
    assert.ok((ib[0] ?? NaN) < 0.01 && long(ib.slice(4)) === ib.length - 4, `IB intervals ${ib.join(", ")}`);
  });
}

test("the scheme belongs to the published patterns: for FS it gives fewer than half the spikes of the equations", () => {
  const scheme = izhikevichEuler(preset("FS"), () => 10, 1000).spikes_s.length;
  const equations = runNeuron(izhikevich, { ...preset("FS") }, { stop_s: 1, input: 10 }).spikes_s.length;
  assert.ok(scheme < equations / 2, `${scheme} and ${equations}`);
});

test("the membranes as devices fire at the rates of the neurons: LIF to 1e-4, Hodgkin-Huxley to 1e-3", () => {
  const rateOf = (model: string, I_A: number, level_V: number) => {
    const spikes: number[] = [];
    createDevice(model, {}).advance(0.5, currentSource(I_A), (t0, v0, _i0, t1, v1) => {
      if (v0 < level_V && v1 >= level_V) spikes.push(t0 + ((t1 - t0) * (level_V - v0)) / (v1 - v0));
    });
    return rate_Hz(spikes, 0.1);
  };
  const resets: number[] = [];
  let last_V = -70e-3;
  createDevice("lif-neuron", {}).advance(0.5, currentSource(2e-9), (t0, v0, _i0, _t1, v1) => {
    if (v0 < last_V - 14e-3) resets.push(t0);
    last_V = v1;
  });
  const lif_Hz = rate_Hz(resets, 0.1);
  assert.ok(Math.abs(lif_Hz / lifRate_Hz(2e-9, complete(lif, {})) - 1) < 1e-4, `${lif_Hz} Hz`);
  const hh_Hz = rateOf("hh-membrane", 10e-6, 0);
  const neuron_Hz = rate_Hz(runNeuron(hodgkinHuxley, {}, { stop_s: 0.5, input: 0.1 }).spikes_s, 0.1);
  assert.ok(Math.abs(hh_Hz / neuron_Hz - 1) < 1e-3, `${hh_Hz} Hz as a device, ${neuron_Hz} Hz as a neuron`);
});

test("a spread of 5 % in the threshold of a LIF membrane makes its intervals vary, the same ones for the same seed", () => {
  const spikes = (seed: number) => {
    const times: number[] = [];
    createDevice("lif-neuron", { sigma_cycle: 0.05 }, seed).advance(2, currentSource(2e-9), (t0, v0, _i0, _t1, v1) => {
      if (v0 < -60e-3 && v1 >= -60e-3) times.push(t0);
    });
    return times;
  };
  const intervals = intervals_s(spikes(1));
  // d ln(interval)/d ln V_th = tau V_th/((R I - V_th) interval) = 1.89
  assert.ok(Math.abs(sd(intervals) / mean(intervals) / (1.89 * 0.05) - 1) < 0.3, `${sd(intervals) / mean(intervals)}`);
  assert.deepEqual(spikes(1), spikes(1));
  assert.notDeepEqual(spikes(1), spikes(2));
});

test("parameters out of range are refused by name", () => {
  assert.throws(() => runNeuron(lif, { tau: -1 }, { stop_s: 1, input: 0 }), /tau of lif/);
  assert.throws(() => runNeuron(lif, { V_th: -0.08 }, { stop_s: 1, input: 0 }), /V_th of lif/);
});
