import assert from "node:assert/strict";
import { test } from "node:test";
import type { Waveform, WaveformPlan } from "../../../src/capabilities/index.js";
import type { Limits } from "../../../src/bench/index.js";
import { limitedSource } from "../../../src/bench/limited-source.js";
import { fakeSource } from "./fakes.js";
import type { SourceCall } from "./fakes.js";

const one = (limit: Partial<Record<keyof Limits, number>>): Limits =>
  Object.fromEntries(Object.entries(limit).map(([key, max], k) => [key, { max, where: `bench.yaml:${k + 9}` }]));

/** The refusal of a waveform behind 1 kΩ; undefined where it reached the generator. */
async function refusal(plan: unknown, limits: Limits): Promise<string | undefined> {
  const reached: SourceCall[] = [];
  const source = limitedSource(
    fakeSource(reached),
    () => limits,
    () => ({ outside_ohm: 950 }),
    () => () => undefined,
  );
  try {
    await source.setWaveform(1, plan as WaveformPlan);
  } catch (error) {
    assert.deepEqual(reached, [], "something was sent all the same");
    return String(error);
  }
  assert.equal(reached.length, 1);
  return undefined;
}

const between = (
  low_V: number,
  high_V: number,
  waveform: Waveform,
  more: Partial<WaveformPlan> = {},
): WaveformPlan => ({
  waveform,
  low_V,
  high_V,
  limit: { low_V: Math.min(low_V, high_V), high_V: Math.max(low_V, high_V) },
  ...more,
});
const sine: Waveform = { shape: "sine", frequency_Hz: 1e3 };
const samples = (volts: number[], rate_Sa_per_s = 1e3): Waveform => ({
  shape: "samples",
  volts: Float64Array.from(volts),
  rate_Sa_per_s,
});
const burst = { cycles: 1, trigger: "bus" } as const;

test("every shape is held to the voltage limit by its levels, and samples one by one", async () => {
  const limits = one({ voltage: 2 });
  const shapes: Waveform[] = [
    sine,
    { shape: "noise" },
    { shape: "dc" },
    { shape: "square", frequency_Hz: 1, duty: 0.5 },
    { shape: "ramp", frequency_Hz: 1, symmetry: 0.5 },
    { shape: "pulse", period_s: 1, width_s: 0.1, rise_s: 1e-8, fall_s: 1e-8 },
  ];
  for (const waveform of shapes) {
    assert.equal(await refusal(between(-2, 2, waveform), limits), undefined, waveform.shape);
    assert.match((await refusal(between(-2.01, 2, waveform), limits)) ?? "", /2\.01 V .*2 V \(bench\.yaml:9\)/);
    assert.match((await refusal(between(0, 2.01, waveform), limits)) ?? "", /2\.01 V/);
  }
  assert.equal(await refusal(between(-2, 2, samples([0, 2, -2])), limits), undefined);
  assert.match((await refusal(between(-2, 2, samples([0, 0, 2.5])), limits)) ?? "", /a level of 2\.5 V/);
});

test("a load setting does not make a waveform smaller: 3 V open circuit is 3 V, whatever the display would show", async () => {
  const limits = one({ voltage: 2 });
  assert.match((await refusal(between(0, 3, sine, { load_ohm: 50 }), limits)) ?? "", /3 V/);
  assert.match(
    (await refusal(between(0, 2, sine, { limit: { low_V: 0, high_V: 5 } }), limits)) ?? "",
    /level limit of 5 V/,
  );
});

test("samples outside their own levels are refused: upside down they would be somewhere else", async () => {
  const plan = between(2, 2, samples([-2, 2]), { polarity: "inverted" }); // 2 + 2 − (−2) = 6 V
  assert.match((await refusal(plan, one({ voltage: 2 }))) ?? "", /outside its levels/);
});

test("current and power of a waveform are those of its larger level into the worst device", async () => {
  assert.match((await refusal(between(-1, 0.5, sine), one({ current: 0.9e-3 }))) ?? "", /a current of 1 mA/);
  assert.match((await refusal(between(-1, 0.5, sine), one({ power: 2e-4 }))) ?? "", /a power of 250 µW/);
});

test("the energy of a pulse is its high level for its width and both edges; a low level that is not zero never rests", async () => {
  const pulse: Waveform = { shape: "pulse", period_s: 1, width_s: 1e-3, rise_s: 1e-4, fall_s: 1e-4 };
  // 1 V behind 1 kΩ brings at most 250 µW into a device: 300 nJ in 1.2 ms
  assert.equal(await refusal(between(0, 1, pulse), one({ energyPerPulse: 3.01e-7 })), undefined);
  assert.match(
    (await refusal(between(0, 1, pulse), one({ energyPerPulse: 2.99e-7 }))) ?? "",
    /a pulse of up to 300 nJ/,
  );
  assert.match((await refusal(between(0.1, 1, pulse), one({ energyPerPulse: 1 }))) ?? "", /no end/);
  assert.match(
    (await refusal(between(0, 1, pulse, { polarity: "inverted" }), one({ energyPerPulse: 1 }))) ?? "",
    /no end/,
  );
});

test("what plays on and on without a rest has no end of energy, and a burst of it has", async () => {
  const limits = one({ energyPerPulse: 1e-6 });
  for (const waveform of [sine, { shape: "dc" }, { shape: "noise" }] as Waveform[]) {
    assert.match((await refusal(between(-1, 1, waveform), limits)) ?? "", /no end/);
  }
  assert.equal(await refusal(between(-1, 1, sine, { burst }), limits), undefined);
  assert.match((await refusal(between(-1, 1, sine, { burst: { ...burst, cycles: 10 } }), limits)) ?? "", /2\.5 µJ/);
  const square = (duty: number): Waveform => ({ shape: "square", frequency_Hz: 1e3, duty });
  assert.equal(await refusal(between(0, 1, square(0.5)), limits), undefined);
  assert.match((await refusal(between(0, 1, square(1)), limits)) ?? "", /no end/);
});

test("the energy of samples is summed from rest to rest, over the seam of two periods too", async () => {
  const seam = samples([1, 0, 1, 1]); // 3 ms at 250 µW over the seam: 750 nJ
  assert.equal(await refusal(between(0, 1, seam), one({ energyPerPulse: 7.6e-7 })), undefined);
  assert.match((await refusal(between(0, 1, seam), one({ energyPerPulse: 7.4e-7 }))) ?? "", /750 nJ/);
});

test("slew: a sine's steepest part, a pulse's stated edges, a ramp's shorter side, a square's edge", async () => {
  const at = async (waveform: Waveform, slew: number) =>
    (await refusal(between(-1, 1, waveform, { burst }), one({ slew })))?.replace(/.*(a slew|a jump)/, "$1") ?? "";
  assert.equal(await at(sine, 6300), "");
  assert.match(await at(sine, 6200), /^a slew of up to 6\.283 kV\/s/);
  const pulse: Waveform = { shape: "pulse", period_s: 1, width_s: 0.1, rise_s: 1e-3, fall_s: 1e-4 };
  const unipolar = (slew: number) => refusal(between(0, 1, pulse, { burst }), one({ slew }));
  assert.equal(await unipolar(10_400), undefined);
  assert.match((await unipolar(10_200)) ?? "", /a slew of up to 10\.3 kV\/s/);
  assert.match(await at({ shape: "square", frequency_Hz: 1, duty: 0.5 }, 1e6), /MV\/s|kV\/s|e\+?\d+ /);
  assert.match(await at({ shape: "ramp", frequency_Hz: 1, symmetry: 1 }, 1e6), /was asked for/);
});

test("slew: an output that goes on away from 0 V jumps, and what plays on and on may be anywhere then", async () => {
  const limits = one({ slew: 1e4 });
  assert.equal(await refusal(between(-1, 1, sine, { burst }), limits), undefined);
  assert.match((await refusal(between(-1, 1, sine), limits)) ?? "", /when its output goes on a jump/);
  assert.match((await refusal(between(0, 1, sine, { burst }), limits)) ?? "", /when its output goes on a jump/);
  assert.match((await refusal(between(1, 1, { shape: "dc" }), limits)) ?? "", /when its output goes on a jump/);
});

test("slew: many small samples are a slope, and a large step between two is an edge however slow the rate", async () => {
  const triangle = Array.from({ length: 101 }, (_, k) => 1 - Math.abs(k - 50) / 50); // 20 mV a step
  assert.equal(await refusal(between(0, 1, samples(triangle, 1e3), { burst }), one({ slew: 20.1 })), undefined);
  assert.match((await refusal(between(0, 1, samples(triangle, 1e3), { burst }), one({ slew: 19.9 }))) ?? "", /20 V\/s/);
  assert.match(
    (await refusal(between(0, 1, samples([0, 1, 0], 1), { burst }), one({ slew: 1e6 }))) ?? "",
    /a slew of up to/,
  );
});

test("what is no number, no shape and no waveform is refused without limits too, and nothing is sent", async () => {
  const wrong: unknown[] = [
    between(NaN, 1, sine),
    between(0, Infinity, sine),
    between(1, 0, sine),
    { ...between(0, 1, sine), low_V: "0" },
    { ...between(0, 1, sine), load_ohm: "50" },
    { ...between(0, 1, sine), load_ohm: -50 },
    { ...between(0, 1, sine), polarity: "sideways" },
    { ...between(0, 1, sine), burst: { cycles: 0, trigger: "bus" } },
    { ...between(0, 1, sine), burst: { cycles: 1, trigger: "now" } },
    { ...between(0, 1, sine), limit: { low_V: 0, high_V: NaN } },
    between(0, 1, { shape: "sine" }),
    between(0, 1, { shape: "triangle" } as unknown as Waveform),
    between(0, 1, { shape: "square", frequency_Hz: 1, duty: 2 }),
    between(0, 1, { shape: "pulse", period_s: 1, width_s: -1, rise_s: 1, fall_s: 1 }),
    between(0, 1, samples([0, NaN])),
    between(0, 1, samples([])),
    { ...between(0, 1, sine), waveform: { shape: "samples", volts: ["1", "2"], rate_Sa_per_s: 1 } },
    JSON.parse(JSON.stringify(between(0, 1, samples([0, 1])))),
  ];
  for (const plan of wrong) {
    assert.match((await refusal(plan, {})) ?? "taken", /not possible/, JSON.stringify(plan));
  }
});

test("samples changed after the check do not reach the generator", async () => {
  const reached: SourceCall[] = [];
  const volts = Float64Array.of(0, 1);
  const source = limitedSource(
    fakeSource(reached),
    () => one({ voltage: 2 }),
    () => undefined,
    () => {
      volts[1] = 9;
      return () => undefined;
    },
  );
  await source.setWaveform(1, between(0, 1, { shape: "samples", volts, rate_Sa_per_s: 1 }));
  const [call] = reached;
  assert.ok(call?.call === "setWaveform" && call.plan.waveform.shape === "samples");
  assert.deepEqual([...call.plan.waveform.volts], [0, 1]);
});

test("a level that reads differently the second time is read once", async () => {
  const reached: SourceCall[] = [];
  const source = limitedSource(
    fakeSource(reached),
    () => one({ voltage: 2 }),
    () => undefined,
    () => () => undefined,
  );
  let reads = 0;
  const plan = {
    ...between(0, 1, sine),
    get high_V() {
      reads += 1;
      return reads === 1 ? 1 : 9;
    },
  };
  await source.setWaveform(1, plan);
  const [call] = reached;
  assert.equal(call?.call === "setWaveform" && call.plan.high_V, 1);
});
