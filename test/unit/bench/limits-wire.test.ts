import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import fc from "fast-check";
import type {
  Bias,
  PulseCycle,
  PulseSource,
  SourceMeasureUnit,
  SweepPlan,
  WaveformPlan,
} from "../../../src/capabilities/index.js";
import { drivers } from "../../../drivers/index.js";
import type { Limits } from "../../../src/bench/index.js";
import { limitedSmu } from "../../../src/bench/limited-smu.js";
import { limitedSource } from "../../../src/bench/limited-source.js";
import { MemrigError } from "../../../src/errors.js";
import { openSession } from "../../../src/visa/index.js";
import { virtualBench } from "../../support/virtual-bench.js";

// The oracle knows nothing of how limits are checked: it looks at the text that arrives at the instrument, and at what
// the device in the lab really sees.

const most = { V: 2, A: 1e-3 } as const;
const limits: Limits = {
  voltage: { max: most.V, where: "bench.yaml:9" },
  current: { max: most.A, where: "bench.yaml:10" },
};
/** Of levels that the instruments make: their accuracy. */
const accuracy = 1.01;
const device_ohm = 1500;
const series_ohm = 4000;

interface Oracle {
  sent: string[];
  /** Since it was last looked at. */
  most_V: number;
  most_A: number;
  /** Since the beginning. */
  highest_V: number;
}

async function benchWith(t: TestContext, smuDriver = "keithley-2450", awgDriver = "keysight-33500", model?: string) {
  const bench = await virtualBench(
    [
      { label: "smu", driver: smuDriver, ...(model === undefined ? {} : { model }) },
      { label: "awg", driver: awgDriver },
    ],
    [
      { instrument: "smu", terminal: "high", node: "dut.top" },
      { instrument: "smu", terminal: "low", node: "dut.bottom" },
      { instrument: "awg", terminal: "1", node: "dut.top", through: { series_ohm } },
    ],
    { id: "R", model: "resistor", parameters: { R: device_ohm } },
  );
  t.after(() => bench.close());
  const seen: Oracle = { sent: [], most_V: 0, most_A: 0, highest_V: 0 };
  bench.lab.watch(({ top0_V, top1_V, bottom0_V, bottom1_V, i0_A, i1_A }) => {
    seen.most_V = Math.max(seen.most_V, Math.abs(top0_V - bottom0_V), Math.abs(top1_V - bottom1_V));
    seen.most_A = Math.max(seen.most_A, Math.abs(i0_A), Math.abs(i1_A));
  });
  const open = async (label: string, driver: string) => {
    const entry = drivers.get(driver);
    assert.ok(entry);
    const session = await openSession(bench.resource(label), {
      ...entry.session,
      onWire: (event) => void (event.kind === "sent" && seen.sent.push(event.text.trimEnd())),
    });
    const instrument = await entry.open(session, label, { ramp: { V_per_s: 1e5, A_per_s: 1e5 } });
    t.after(() => instrument.close());
    return instrument;
  };
  const smu = (await open("smu", smuDriver)) as SourceMeasureUnit;
  const awg = (await open("awg", awgDriver)) as PulseSource;
  return { seen, smu, awg };
}

/**
 * Levels and compliances in the messages of a 2450, by its manual's headers, and levels in those of a 33500; [unit, value].
 * A generator's amplitude is from peak to peak.
 */
function levelsIn(message: string): ["V" | "A", number][] {
  const found: ["V" | "A", number][] = [];
  if (/^SOUR[12]:|^OUTP[12]/.test(message)) {
    const set = /^SOUR[12]:VOLT(:HIGH|:LOW|:OFFS)? ([-+.\dE]+)$/.exec(message);
    return set ? [["V", Number(set[2]) / (set[1] === undefined ? 2 : 1)]] : [];
  }
  for (const unit of message.split(";")) {
    const set = /^:?SOUR\w*1?:(VOLT|CURR)\w*(?::LEV\w*)?(:[IV]LIM\w*(?::LEV\w*)?)?\s+([-+.\dE]+|NAN|INF\w*)$/i.exec(
      unit.trim(),
    );
    if (set) {
      const volts = set[2] === undefined ? /^V/i.test(set[1] ?? "") : /^:V/i.test(set[2]);
      found.push([volts ? "V" : "A", Number(set[3])]);
    }
    const pulses = /^:?SOUR\w*1?:PULS\w*:(VOLT|CURR)\w*:[IV]LIM\w*(?::LEV\w*)?\s+([-+.\dE]+)$/i.exec(unit.trim());
    if (pulses) found.push([/^V/i.test(pulses[1] ?? "") ? "A" : "V", Number(pulses[2])]);
    const list =
      /^:?SOUR\w*1?:(?:PULS\w*:)?(?:LIST|SWE\w*):(VOLT|CURR)\w*(?::APP\w*|:LIN\w*(?::STEP)?|:LOG\w*)?\s+(.*)$/i.exec(
        unit.trim(),
      );
    if (list) {
      const values = (list[2] ?? "").split(",").map(Number);
      const levels = /LIST/i.test(unit) ? values : values.slice(0, 2);
      for (const value of levels) found.push([/^V/i.test(list[1] ?? "") ? "V" : "A", value]);
    }
  }
  return found;
}

/** What the device saw, whatever it was told with. */
function judgeDevice(seen: Oracle): void {
  seen.highest_V = Math.max(seen.highest_V, seen.most_V);
  const [most_V, most_A] = [seen.most_V, seen.most_A];
  seen.most_V = seen.most_A = 0;
  assert.ok(most_V <= most.V * accuracy, `the device saw ${most_V} V`);
  assert.ok(most_A <= most.A * accuracy, `the device saw ${most_A} A`);
}

/** And what the 2450 and the 33500 were told. */
function judge(seen: Oracle): void {
  const { sent } = seen;
  seen.sent = [];
  judgeDevice(seen);
  for (const message of sent) {
    for (const [unit, value] of levelsIn(message)) {
      assert.ok(Math.abs(value) <= most[unit] * (1 + 1e-6), `${value} ${unit} in "${message}"`);
    }
  }
}

const number = fc.oneof(
  { weight: 24, arbitrary: fc.double({ min: -2.1, max: 2.1, noNaN: true }) },
  { weight: 3, arbitrary: fc.constantFrom(0, -0, 2, -2, 1.9, 2.001, 12, 1e-3, NaN, Infinity, -Infinity) },
  { weight: 1, arbitrary: fc.constantFrom("1", "12", "12 V", null, undefined, [12], {}) },
) as fc.Arbitrary<number>;
const compliance = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: 1e-5, max: 1.1e-3, noNaN: true }) },
  { weight: 1, arbitrary: number },
);
const drive = fc.constantFrom("voltage", "voltage", "voltage", "voltage", "current", "power") as fc.Arbitrary<
  "voltage" | "current"
>;
const current = fc.double({ min: -1.2e-3, max: 1.2e-3, noNaN: true });
const level = fc.oneof({ weight: 3, arbitrary: number }, { weight: 1, arbitrary: current });
const bias = fc.record({ drive, level, compliance }) as fc.Arbitrary<Bias>;
const sweep = fc.record({
  drive,
  levels: fc.array(level, { minLength: 1, maxLength: 4 }),
  cycles: fc.constantFrom(1, 1, 1, 1, 2, 2, 0, NaN),
  compliance,
  dwell_s: fc.constantFrom(0.02, 0.02, 0.02, 0.02, 0.02, -1, NaN),
  nplc: fc.constant(0.1),
}) as fc.Arbitrary<SweepPlan>;
const bounds = fc.record({ low_V: number, high_V: number });
const cycle = fc.record({
  segments: fc.array(fc.record({ level_V: number, duration_s: fc.constant(1e-5) }), { minLength: 1, maxLength: 3 }),
  limit: fc.oneof({ weight: 1, arbitrary: bounds }, { weight: 5, arbitrary: fc.constant({ low_V: -2, high_V: 2 }) }),
}) as fc.Arbitrary<PulseCycle>;
const waveform = fc.record({
  waveform: fc.oneof(
    fc.constantFrom(
      { shape: "sine", frequency_Hz: 1e5 },
      { shape: "dc" },
      { shape: "square", frequency_Hz: 1e5, duty: 0.5 },
      { shape: "pulse", period_s: 1e-4, width_s: 1e-5, rise_s: 1e-7, fall_s: 1e-7 },
    ),
    fc
      .array(number, { minLength: 8, maxLength: 9 })
      .map((volts) => ({ shape: "samples", volts: Float64Array.from(volts), rate_Sa_per_s: 1e6 })),
  ),
  low_V: fc.oneof({ weight: 1, arbitrary: number }, { weight: 3, arbitrary: fc.constantFrom(-2, -2, -1) }),
  high_V: fc.oneof({ weight: 1, arbitrary: number }, { weight: 3, arbitrary: fc.constantFrom(2, 2, 1.5) }),
  limit: fc.oneof({ weight: 1, arbitrary: bounds }, { weight: 5, arbitrary: fc.constant({ low_V: -2, high_V: 2 }) }),
  load_ohm: fc.constantFrom(undefined, undefined, undefined, 50, 50, 1, 1e4, -50, "50"),
  polarity: fc.constantFrom(undefined, "normal", "inverted"),
  burst: fc.constantFrom(undefined, { cycles: 2, trigger: "bus" }),
}) as unknown as fc.Arbitrary<WaveformPlan>;
/** What is done to a plan besides handing it over. */
const trick = fc.constantFrom("none", "none", "none", "json", "mutated", "getter");
const channel = fc.constantFrom(...Array<number>(12).fill(1), 2, 2, 0, 1.5, NaN, "1" as unknown as number);
const call = fc.oneof(
  fc.record({ call: fc.constant("hold" as const), plan: bias, trick }),
  fc.record({ call: fc.constant("sweep" as const), plan: sweep, trick }),
  fc.record({ call: fc.constant("load" as const), plan: cycle, channel, trick }),
  fc.record({ call: fc.constant("setWaveform" as const), plan: waveform, channel, trick }),
  fc.record({ call: fc.constantFrom("outputOn" as const, "trigger" as const, "outputOff" as const), channel }),
  fc.record({ call: fc.constantFrom("measure" as const, "release" as const, "makeSafe" as const) }),
);

/** Every number of a plan becomes 12 when `wild` says so: on the second look, or once the call has begun. */
function tampered<T extends object>(plan: T, wild: () => boolean): T {
  const copy = (Array.isArray(plan) ? [] : {}) as Record<string, unknown>;
  for (const [name, value] of Object.entries(plan)) {
    const inner: unknown =
      typeof value === "object" && value !== null && !(value instanceof Float64Array)
        ? tampered(value as object, wild)
        : value;
    let looks = 0;
    Object.defineProperty(copy, name, {
      enumerable: true,
      get: () => (typeof inner === "number" && ((looks += 1) > 1 || wild()) ? 12 : inner),
    });
  }
  return copy as T;
}

/** Does sequences of calls with limits before the drivers, and looks after each. @returns how many of each were taken */
async function walk(
  { seen, smu: bareSmu, awg: bareAwg }: Awaited<ReturnType<typeof benchWith>>,
  look: (seen: Oracle) => void,
  numRuns: number,
): Promise<Record<string, number>> {
  const smu = limitedSmu(
    bareSmu,
    () => limits,
    () => () => undefined,
  );
  const awg = limitedSource(
    bareAwg,
    () => limits,
    () => ({ outside_ohm: series_ohm }),
    () => () => undefined,
  );
  const { signal } = new AbortController();
  const done: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 10 }), async (sequence) => {
      for (const step of sequence) {
        let begun = false;
        const handed = <T extends object>(plan: T, how: string): T => {
          if (how === "json") return JSON.parse(JSON.stringify(plan)) as T;
          if (how === "getter") return tampered(plan, () => false);
          return how === "mutated" ? tampered(plan, () => begun) : plan;
        };
        try {
          let going: Promise<unknown>;
          switch (step.call) {
            case "hold":
              going = smu.hold(handed(step.plan, step.trick), signal);
              break;
            case "sweep":
              going = smu.sweep(handed(step.plan, step.trick), signal).next();
              break;
            case "load":
              going = awg.load(step.channel, handed(step.plan, step.trick), 1);
              break;
            case "setWaveform":
              going = awg.setWaveform(step.channel, handed(step.plan, step.trick));
              break;
            case "measure":
            case "release":
              going = smu[step.call](1);
              break;
            case "makeSafe":
              going = Promise.all([smu.makeSafe(), awg.makeSafe()]);
              break;
            default:
              going = awg[step.call](step.channel);
          }
          begun = true;
          await going;
          done[step.call] = (done[step.call] ?? 0) + 1;
          // What was taken is made to act: in the lab time passes only where somebody measures or a waveform plays.
          if (step.call === "hold") await smu.measure(1, 0.1);
          if (step.call === "load" || step.call === "setWaveform") {
            await awg.outputOn(step.channel);
            await awg.trigger(step.channel);
          }
        } catch (error) {
          if (!(error instanceof MemrigError) && !(error instanceof TypeError)) throw error;
        }
        look(seen);
      }
      await bareSmu.makeSafe();
      await bareAwg.makeSafe();
      look(seen);
    }),
    { numRuns },
  );
  return done;
}

test("no sequence of calls with any values, in any form, gets past the limits to the instruments or the device", async (t) => {
  const bench = await benchWith(t);
  const { seen } = bench;
  const done = await walk(bench, judge, 100);
  t.diagnostic(`taken: ${JSON.stringify(done)}; the device saw up to ${seen.highest_V.toFixed(3)} V`);
  for (const name of ["hold", "sweep", "load", "setWaveform", "outputOn"]) assert.ok((done[name] ?? 0) > 3, name);
  assert.ok(seen.highest_V > 0.3, "nothing ever reached the device: the property says too little");
});

test("nor do pulses of an SMU, whose levels and limits are told apart from the steady ones", async (t) => {
  const { seen, smu: bare } = await benchWith(t, "keithley-2450", "keysight-33500", "2461");
  const smu = limitedSmu(
    bare,
    () => limits,
    () => () => undefined,
  );
  const thousandths = (most: number) => fc.integer({ min: -most, max: most }).map((value) => value / 1000);
  const pulses = fc.record({
    plan: fc.record({
      drive: fc.constant("voltage" as const),
      levels: fc.array(thousandths(2200), { minLength: 1, maxLength: 4 }),
      cycles: fc.constantFrom(1, 2),
      compliance: fc.integer({ min: 1, max: 110 }).map((value) => value * 1e-5),
      dwell_s: fc.constant(0.02),
      nplc: fc.constant(0.1),
    }),
    base: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: number }),
    width_s: fc.constantFrom(0.01, 0.01, 0.01, 0.03, NaN),
    trick: fc.constantFrom("none", "none", "getter"),
  });
  let told = 0;
  await fc.assert(
    fc.asyncProperty(pulses, async ({ plan, base, width_s, trick }) => {
      const pulsed = { ...plan, pulse: { base, width_s } };
      try {
        for await (const some of smu.sweep(
          trick === "none" ? pulsed : tampered(pulsed, () => false),
          new AbortController().signal,
        ))
          void some;
      } catch (error) {
        if (!(error instanceof MemrigError) && !(error instanceof TypeError)) throw error;
      }
      told += seen.sent.filter((message) => /:SOUR:PULS:LIST/.test(message)).length;
      judge(seen);
    }),
    { numRuns: 80 },
  );
  t.diagnostic(`${told} sweeps of pulses told; the device saw up to ${seen.highest_V.toFixed(3)} V`);
  assert.ok(told > 2 && seen.highest_V > 0.1, "hardly any pulses were ever told to it: the property says too little");
  assert.throws(() => judge({ ...seen, sent: [":SOUR:PULS:VOLT:ILIM 2E-3"] }), /0\.002 A/);
  assert.throws(() => judge({ ...seen, sent: [":SOUR:PULS:LIST:VOLT 1E+0, 3E+0"] }), /3 V/);
});

test("nor to the device through any other source-measure unit or generator", async (t) => {
  const named = (kind: string) => [...drivers.values()].filter((entry) => entry.kind === kind).map(({ name }) => name);
  const [smus, awgs] = [named("smu"), named("awg")];
  for (let k = 0; k < Math.max(smus.length, awgs.length); k += 1) {
    const [smu, awg] = [smus[k % smus.length] ?? "", awgs[k % awgs.length] ?? ""];
    const bench = await benchWith(t, smu, awg);
    const done = await walk(bench, judgeDevice, 10);
    // The oracle sees what each of the two does: neither walk says nothing.
    await bench.smu.hold({ drive: "voltage", level: 1, compliance: 9e-4 }, new AbortController().signal);
    await bench.smu.measure(1, 0.1);
    await bench.smu.release(1);
    assert.ok(bench.seen.most_V > 0.9, `${smu} at 1 V brought ${bench.seen.most_V} V`);
    bench.seen.most_V = 0;
    await bench.awg.setWaveform(1, {
      waveform: { shape: "square", frequency_Hz: 1e5, duty: 0.5 },
      low_V: 0,
      high_V: 1,
      limit: { low_V: 0, high_V: 1 },
      burst: { cycles: 2, trigger: "bus" },
    });
    await bench.awg.outputOn(1);
    await bench.awg.trigger(1);
    await bench.awg.makeSafe();
    assert.ok(bench.seen.most_V > 0.2, `${awg} at 1 V brought ${bench.seen.most_V} V`);
    t.diagnostic(`${smu}, ${awg}: ${JSON.stringify(done)}, up to ${bench.seen.highest_V.toFixed(3)} V`);
  }
});

test("the oracle sees what passes when there are no limits before the drivers", async (t) => {
  const { seen, smu, awg } = await benchWith(t);
  const { signal } = new AbortController();
  await smu.hold({ drive: "voltage", level: 2.5, compliance: 1e-2 }, signal);
  assert.throws(() => judge(seen), /0\.01 A in ".*:SOUR:VOLT:ILIM 1E-2/);
  await smu.measure(1);
  await smu.release(1);
  assert.throws(() => judge(seen), /the device saw 2\.[45]\d* V/);
  await awg.setWaveform(1, {
    waveform: { shape: "square", frequency_Hz: 1e5, duty: 0.5 },
    low_V: -9,
    high_V: 9,
    limit: { low_V: -9, high_V: 9 },
    burst: { cycles: 2, trigger: "bus" },
  });
  await awg.outputOn(1);
  await awg.trigger(1);
  await awg.makeSafe();
  assert.throws(() => judge(seen), /the device saw/);
});
