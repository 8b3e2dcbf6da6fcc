import assert from "node:assert/strict";
import test from "node:test";
import { complete, deviceModel, drawsOf } from "../../src/simulator/catalogue.js";
import { runCycleBlocks, runCycles, type CycleBatch, type CycleJob } from "../../src/simulator/cycles/index.js";
import { ExponentialStep } from "../../src/simulator/cycles/exponential-step.js";
import { pulsed } from "../../src/simulator/cycles/pulsed.js";
import { PulsedStates } from "../../src/simulator/cycles/pulsed-states.js";
import { createDevice } from "../../src/simulator/index.js";
import { vo2Mott } from "../../src/simulator/models/vo2-mott.js";
import { createRandom } from "../../src/simulator/random.js";
import { DevicePort } from "../../src/simulator/transient/device-port.js";
import { constant } from "./bench.js";

const vo2: CycleJob = {
  model: "vo2-mott",
  parameters: {},
  seed: 1,
  plan: {
    source_ohm: 1050,
    set: { level_V: 1.7, width_s: 5e-6 },
    read: { level_V: 0.1, width_s: 10e-6 },
    gap_s: 10e-6,
  },
  cycles: 40,
};
const zno: CycleJob = {
  ...vo2,
  model: "zno-diffusive",
  plan: { source_ohm: 50, set: { level_V: 1.2, width_s: 5e-6 }, read: { level_V: 0.1, width_s: 10e-6 }, gap_s: 10e-6 },
};

async function cyclesOf(job: CycleJob, batch?: number): Promise<CycleBatch[]> {
  const batches: CycleBatch[] = [];
  await runCycles(job, { onBatch: (next) => void batches.push(next) }, batch);
  return batches;
}

/** The same cycles by the solver of the virtual bench: R_on and R_off. */
function byOnePort({ model, parameters, seed, plan, cycles }: CycleJob): [number, number][] {
  const device = createDevice(model, parameters, seed);
  const hold = (level_V: number, width_s: number) => {
    device.advance(device.time_s + width_s, constant(level_V, plan.source_ohm));
    return device.voltage_V / device.current_A;
  };
  return Array.from({ length: cycles }, () => {
    const on_ohm = hold(plan.set.level_V, plan.set.width_s);
    hold(0, plan.gap_s);
    const off_ohm = hold(plan.read.level_V, plan.read.width_s);
    hold(0, plan.gap_s);
    return [on_ohm, off_ohm];
  });
}

/** Every R_on and R_off of the batch is that of the virtual bench's solver within a share. */
function sameAsOnePort(batch: CycleBatch, job: CycleJob, share: number): void {
  byOnePort(job).forEach(([on_ohm, off_ohm], k) => {
    const [on, off] = [batch.rOn_ohm[k] ?? NaN, batch.rOff_ohm[k] ?? NaN];
    assert.ok(Math.abs(on / on_ohm - 1) < share, `cycle ${k}: R_on ${on}, by the solver ${on_ohm} ohm`);
    assert.ok(Math.abs(off / off_ohm - 1) < share, `cycle ${k}: R_off ${off}, by the solver ${off_ohm} ohm`);
  });
}

/** dy/dt = f(y) as the step asks for it. */
function stepOf(f: (y: number) => number, slope: (y: number) => number): ExponentialStep {
  const flow = (io: Float64Array) => void (io[3] = f(io[1] ?? NaN));
  const linearise = (io: Float64Array) => {
    flow(io);
    io[7] = slope(io[1] ?? NaN);
  };
  return new ExponentialStep({ flow, linearise }, 1);
}

test("the step is of order 5: halving it makes the error 32 times smaller", () => {
  const step = stepOf(
    (y) => Math.exp(-y),
    (y) => -Math.exp(-y),
  );
  const errorAt = (steps: number) => {
    let y = 0;
    for (let k = 0; k < steps; k++) {
      step.x0[0] = y;
      step.prepare();
      step.try(8 / steps);
      y = step.x1[0] ?? NaN;
    }
    return Math.abs(y - Math.log(9)); // y = ln(1 + t)
  };
  const orders = [20, 40, 80].map((steps) => Math.log2(errorAt(steps) / errorAt(2 * steps)));
  assert.ok(Math.min(...orders) > 4.5 && Math.max(...orders) < 5.5, orders.join(", "));
});

test("a straight rate is solved exactly by a step of any length, growing or decaying", () => {
  for (const z of [-1e6, -40, -3, -0.6, -0.5, -0.49, -1e-3, 1e-9, 0.3, 0.5, 2, 30]) {
    const step = stepOf(
      (y) => 1e9 * z * (y - 1),
      () => 1e9 * z,
    );
    step.x0[0] = 1.5;
    step.prepare();
    step.try(1e-9);
    const exact = 0.5 * Math.exp(z);
    const found = (step.x1[0] ?? NaN) - 1;
    assert.ok(Math.abs(found - exact) < 1e-6 * exact + 1e-15 * (1 + Math.abs(z)), `z ${z}: ${found} of ${exact}`);
  }
});

test("two states that do not act on each other take the step that each takes alone, at rest and on a ramp", () => {
  // dy/dt = a sin(y) + b v, v = 0.3 + 2e8 t
  const [a, b] = [
    [-3e9, 2.5e9],
    [1e9, -4e8],
  ] as const;
  const rate = (i: 0 | 1, v: number, y: number) => a[i] * Math.sin(y) + b[i] * v;
  const alone = ([0, 1] as const).map((i) => {
    const flow = (io: Float64Array) => void (io[3] = rate(i, io[0] ?? NaN, io[1] ?? NaN));
    const linearise = (io: Float64Array) => {
      flow(io);
      [io[6], io[7]] = [b[i], a[i] * Math.cos(io[1] ?? NaN)];
    };
    return new ExponentialStep({ flow, linearise }, 1);
  });
  const flow = (io: Float64Array) => {
    for (const i of [0, 1] as const) io[4 + i] = rate(i, io[0] ?? NaN, io[1 + i] ?? NaN);
  };
  const linearise = (io: Float64Array) => {
    flow(io);
    [io[9], io[10]] = b;
    [io[11], io[12], io[13], io[14]] = [a[0] * Math.cos(io[1] ?? NaN), 0, 0, a[1] * Math.cos(io[2] ?? NaN)];
  };
  const together = new ExponentialStep({ flow, linearise }, 2);
  for (const [risePerS, h] of [
    [0, 1e-11],
    [0, 8e-10],
    [2e8, 1e-11],
    [2e8, 8e-10],
  ] as const) {
    for (const step of [...alone, together]) {
      step.ramp(0.3, risePerS);
      step.time[0] = 1e-9;
      step.x0.fill(0.7);
      step.prepare();
      step.try(h);
    }
    alone.forEach(({ x1: [x = NaN], error: [error = NaN] }, i) => {
      const [beside = NaN, errorBeside = NaN] = [together.x1[i], together.error[i]];
      assert.ok(Math.abs(beside / x - 1) < 1e-13, `${beside} beside ${x} alone, h ${h}, ramp ${risePerS}`);
      assert.ok(Math.abs(errorBeside - error) < 1e-13, `error ${errorBeside} beside ${error} alone`);
    });
  }
});

test("a state beside an unstable point leaves it as e^(lambda t), in one step of 30/lambda", () => {
  const step = stepOf(
    (y) => 1e9 * y,
    () => 1e9,
  );
  step.x0[0] = 1e-12;
  step.prepare();
  step.try(30e-9);
  const exact = 1e-12 * Math.exp(30);
  const [found = NaN, error = NaN] = [step.x1[0], step.error[0]];
  assert.ok(Math.abs(found / exact - 1) < 1e-6, `${found} of ${exact}`); // rounding of 1e-16 grows as well
  assert.ok(Math.abs(error) < 1e-3 * exact);
});

test("40 cycles of a VO2 device have R_on and R_off of the bench's solver within 1e-6, draw for draw", async () => {
  const [batch] = await cyclesOf(vo2);
  assert.ok(batch);
  sameAsOnePort(batch, vo2, 1e-6);
  assert.ok(Math.max(...batch.rOn_ohm) > 1.01 * Math.min(...batch.rOn_ohm), "cycles differ");
});

test("the switching delay of a VO2 device is that of a solve at 1e-10 within 1e-4", async () => {
  for (const level_V of [1.4, 1.7, 2.5]) {
    const parameters = { sigma_cycle: 0 };
    const [batch] = await cyclesOf({
      ...vo2,
      parameters,
      cycles: 1,
      plan: { ...vo2.plan, set: { level_V, width_s: 5e-6 } },
    });
    const draws = { device: createRandom(1, "device:vo2-mott"), cycle: createRandom(1, "cycles:vo2-mott") };
    const device = vo2Mott.create(complete(vo2Mott, parameters), draws);
    const fire = device.fire.bind(device);
    let fired_s = NaN;
    const port = new DevicePort(device, 1e-10);
    device.fire = (v, x) => {
      fired_s = port.time_s;
      fire(v, x);
    };
    port.advance(5e-6, constant(level_V, 1050));
    const delay_s = batch?.delay_s[0] ?? NaN;
    if (Number.isNaN(fired_s)) assert.ok(Number.isNaN(delay_s), "below its threshold neither switches");
    else assert.ok(Math.abs(delay_s / fired_s - 1) < 1e-4, `${level_V} V: ${delay_s} s, tight ${fired_s} s`);
  }
});

test("70 ohm that move from the source into the electrodes change no delay and are seen in R_on", async () => {
  const job = { ...vo2, parameters: { sigma_cycle: 0, Re: 300 }, cycles: 1 };
  const [split] = await cyclesOf({ ...job, plan: { ...vo2.plan, source_ohm: 1120 } });
  const [other] = await cyclesOf({ ...job, parameters: { sigma_cycle: 0, Re: 370 } });
  assert.ok(Math.abs((split?.delay_s[0] ?? NaN) / (other?.delay_s[0] ?? NaN) - 1) < 1e-9);
  assert.ok(Math.abs((other?.rOn_ohm[0] ?? NaN) - (split?.rOn_ohm[0] ?? NaN) - 70) < 1e-6, "70 ohm moved inside");
});

test("40 cycles of a ZnO device have R_on, R_off of the bench's solver; it is set within a microsecond and reads off", async () => {
  const [batch] = await cyclesOf({ ...zno, tolerance: 1e-5 });
  assert.ok(batch);
  sameAsOnePort(batch, zno, 1e-4);
  assert.ok(
    batch.delay_s.every((delay_s) => delay_s > 50e-9 && delay_s < 1e-6),
    `${batch.delay_s[0]}`,
  );
  assert.ok(batch.rOff_ohm.every((off_ohm, k) => off_ohm > 1e3 * (batch.rOn_ohm[k] ?? Infinity)));
});

test("a source of 1 Mohm, which takes most of the voltage and sets only every second or third time, changes nothing of that", async () => {
  const job = { ...zno, seed: 3, plan: { ...zno.plan, source_ohm: 1e6 } };
  const [batch] = await cyclesOf(job);
  assert.ok(batch);
  sameAsOnePort(batch, job, 1e-4);
  const set = batch.rOn_ohm.filter((on_ohm) => on_ohm < 1e5).length;
  assert.ok(set > 5 && set < 35, `${set} of 40 set`);
});

test("states that act on each other, and capacitances, are left to the solver for all devices", () => {
  const make = (model: string, parameters = {}) => {
    const found = deviceModel(model);
    return found.create(complete(found, parameters), drawsOf(model, undefined));
  };
  assert.ok(pulsed(make("vo2-mott"), 0, 1e-4) instanceof PulsedStates);
  assert.ok(pulsed(make("zno-diffusive"), 0, 1e-4) instanceof PulsedStates);
  assert.ok(!(pulsed(make("wo3-pedot"), 0, 1e-4) instanceof PulsedStates));
  assert.ok(!(pulsed(make("vo2-mott", { C: 1e-12 }), 0, 1e-4) instanceof PulsedStates));
});

test("with a reset, the read after the set is on and the read after the reset is off", async () => {
  const [batch] = await cyclesOf({
    model: "vteam",
    parameters: {},
    plan: {
      source_ohm: 0,
      set: { level_V: -1, width_s: 1e-3 },
      reset: { level_V: 1, width_s: 1e-3 },
      read: { level_V: 0.01, width_s: 1e-6 },
      gap_s: 1e-6,
    },
    cycles: 3,
  });
  assert.ok(batch);
  for (let k = 0; k < 3; k++) {
    assert.ok(
      (batch.rOff_ohm[k] ?? NaN) > 5 * (batch.rOn_ohm[k] ?? NaN),
      `${batch.rOn_ohm[k]}, ${batch.rOff_ohm[k]} ohm`,
    );
  }
});

test("the size of the batches changes no cycle, and every cycle is in one of them", async () => {
  const whole = await cyclesOf(zno);
  const parts = await cyclesOf(zno, 7);
  assert.deepEqual(
    parts.map(({ first }) => first),
    [0, 7, 14, 21, 28, 35],
  );
  for (const name of ["rOn_ohm", "rOff_ohm", "delay_s"] as const) {
    assert.deepEqual(
      parts.flatMap((batch) => Array.from(batch[name])),
      Array.from(whole[0]?.[name] ?? []),
    );
  }
});

test("blocks of VO2 cycles are the same on 1, 2 and 3 threads, and the first is what one thread alone measures", async () => {
  const job = { ...vo2, cycles: 130 };
  const found: string[] = [];
  for (const threads of [1, 2, 3]) {
    const batches: CycleBatch[] = [];
    const done = await runCycleBlocks(job, { onBatch: (next) => void batches.push(next) }, { threads, block: 20 });
    assert.equal(done, 130);
    assert.deepEqual(
      batches.map(({ first }) => first),
      [0, 20, 40, 60, 80, 100, 120],
    );
    found.push(batches.flatMap(({ rOn_ohm, rOff_ohm, delay_s }) => [...rOn_ohm, ...rOff_ohm, ...delay_s]).join());
    assert.equal(new Set(batches.flatMap(({ rOn_ohm }) => [...rOn_ohm])).size, 130, "no cycle is a copy of another");
    const [alone] = await cyclesOf({ ...job, cycles: 20 });
    assert.deepEqual(batches[0]?.rOn_ohm, alone?.rOn_ohm);
  }
  assert.equal(found[1], found[0]);
  assert.equal(found[2], found[0]);
});

test("cycles of a device that remembers are not cut into blocks", async () => {
  const run = runCycleBlocks(zno, { onBatch: () => undefined }, { threads: 1, block: 20 });
  await assert.rejects(run, /zno-diffusive is not back at rest when a cycle ends/);
});

test("a stop ends the cycles after the batch in hand", async () => {
  const stop = new AbortController();
  const watch = { onBatch: () => stop.abort(), signal: stop.signal };
  assert.equal(await runCycles({ ...vo2, cycles: 1e6 }, watch, 10), 10);
});

for (const [what, change, message] of [
  ["no width", { plan: { ...vo2.plan, set: { level_V: 1, width_s: 0 } } }, /set width/],
  ["a read at 0 V", { plan: { ...vo2.plan, read: { level_V: 0, width_s: 1e-6 } } }, /read level/],
  ["a negative source resistance", { plan: { ...vo2.plan, source_ohm: -1 } }, /source resistance/],
  ["a negative gap", { plan: { ...vo2.plan, gap_s: -1e-6 } }, /gap/],
  ["half a cycle", { cycles: 0.5 }, /whole number/],
  ["a tolerance of 1", { tolerance: 1 }, /tolerance/],
  ["an unknown model", { model: "vo3" }, /vo3/],
  ["an unknown parameter", { parameters: { Rx: 1 } }, /Rx/],
] as const) {
  test(`cycles with ${what} are refused by name`, async () => {
    await assert.rejects(runCycles({ ...vo2, ...change }, { onBatch: () => undefined }), message);
  });
}
