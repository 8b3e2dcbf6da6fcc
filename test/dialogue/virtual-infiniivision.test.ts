import assert from "node:assert/strict";
import { test } from "node:test";
import type { RawClient } from "../support/raw-client.js";
import { type PulseBench, pulseBench, pulseWiring } from "../support/pulse-bench.js";

const none = '+0,"No error"';

async function withBench(plan: Parameters<typeof pulseBench>[0], body: (bench: PulseBench) => Promise<void>) {
  const bench = await pulseBench(plan);
  try {
    await body(bench);
  } finally {
    await bench.close();
  }
}

/** Sends settings and lets none of them pass with an error. */
async function set(client: RawClient, ...messages: readonly string[]): Promise<void> {
  for (const message of messages) {
    client.send(message);
    assert.equal(await client.ask("SYST:ERR?"), none, message);
  }
}

/** A cycle of levels at 10 MSa/s, played so many times on a bus trigger; open-circuit volts. */
async function loadCycle(
  awg: RawClient,
  levels: readonly (readonly [level_V: number, samples: number])[],
  cycles: number,
) {
  const peak = Math.max(...levels.map(([level_V]) => Math.abs(level_V)));
  const codes = levels.flatMap(([level_V, samples]) =>
    Array<number>(samples).fill(Math.round((32767 * level_V) / peak)),
  );
  await set(awg, "*RST", "OUTP1:LOAD INF", `DATA:ARB:DAC cycle, ${codes.join(",")}`, "FUNC:ARB cycle");
  await set(awg, "FUNC:ARB:FILT OFF", "FUNC:ARB:SRAT 10e6", "FUNC ARB", `VOLT ${2 * peak}`, "VOLT:OFFS 0");
  await set(awg, "TRIG1:SOUR BUS", "BURS:MODE TRIG", `BURS:NCYC ${cycles}`, "BURS:STAT ON", "OUTP1 ON");
}

interface Preamble {
  readonly points: number;
  readonly dt: number;
  readonly t0: number;
  readonly dv: number;
  readonly v0: number;
  readonly reference: number;
}

async function preamble(scope: RawClient): Promise<Preamble> {
  const [, , points = 0, , dt = 0, t0 = 0, , dv = 0, v0 = 0, reference = 0] = (await scope.ask(":WAV:PRE?"))
    .split(",")
    .map(Number);
  return { points, dt, t0, dv, v0, reference };
}

/** Volts of the channel, in words, most significant byte first. */
async function volts(scope: RawClient, channel: number): Promise<{ v: Float64Array; pre: Preamble }> {
  await set(scope, `:WAV:SOUR CHAN${channel}`, ":WAV:FORM WORD", ":WAV:BYT MSBF", ":WAV:UNS 1");
  const pre = await preamble(scope);
  const data = await scope.block(":WAV:DATA?");
  const v = Float64Array.from(
    { length: data.length / 2 },
    (_, k) => (data.readUInt16BE(2 * k) - pre.reference) * pre.dv + pre.v0,
  );
  return { v, pre };
}

test("identity, factory setting, preamble and empty error queue are worded as by the real one", () =>
  withBench({}, async ({ scope }) => {
    assert.match(await scope.ask("*IDN?"), /^KEYSIGHT TECHNOLOGIES,MSO-X 3104T,MY57\d{6},07\.20\.2017102614$/);
    const wrong = await scope.dialogue([
      ["*OPT?", "SGM"],
      ["*RST;*CLS"],
      [":OPER:COND?", "8"],
      [":OPERegister:CONDition?", "8"],
      [":TRIG:SWE?;:TIM:REF?", "AUTO;CENT"],
      [
        ":CHAN1?",
        ':CHAN1:RANG +4.00000E+01;OFFS +0.00000E+00;COUP DC;IMP ONEM;DISP 1;BWL 0;INV 0;LAB "1";UNIT VOLT;' +
          "PROB +1.00000E+00;PROB:SKEW +0.00E+00;STYP SING",
      ],
      [":TIMebase?", ":TIM:MODE MAIN;REF CENT;MAIN:RANG +1.00000000E-03;POS +0.00000000E+00"],
      [":TIM:RANG 1e-6;:CHAN1:RANG 2"],
      [":WAV:PRE?", "+0,+0,+1000,+1,+1.00000000E-09,-5.00000000E-07,+0,+7.81250E-03,+0.00000E+00,+128"],
      [":SYST:ERR?", none],
      [":SYST:ERR? STR", none],
      [":CHAN5:DISP 1"],
      [":SYST:ERR?", '-114,"Header suffix out of range"'],
      [":DISP:DATA PNG"],
      [":SYST:ERR?", '-113,"Undefined header"'],
      [":CHAN1:SCAL 20"],
      [":SYST:ERR?", '-222,"Data out of range"'],
      [":ACQ:MODE SEGM;TYPE AVER"],
      [":SYST:ERR?", '-221,"Settings conflict"'],
    ]);
    assert.deepEqual(wrong, []);
  }));

test("a burst through a resistor is recorded with the levels that were programmed, within one step of the converter", () =>
  withBench({}, async ({ awg, scope }) => {
    // 50 ohm source, 950 ohm device, 50 ohm shunt: 1000/1050 of the open-circuit level at the top, 50/1050 at the bottom
    await loadCycle(
      awg,
      [
        [0, 20],
        [1.2, 50],
        [0, 100],
        [0.1, 100],
        [0, 80],
      ],
      3,
    );
    await set(scope, ":CHAN2:DISP 1", ":CHAN1:RANG 4", ":CHAN2:RANG 0.4", ":TIM:RANG 30e-6;POS 14e-6");
    await set(scope, ":TRIG:EDGE:LEV 0.6;SLOP POS", ":TRIG:SWE NORM", ":WAV:POIN:MODE RAW;:WAV:POIN 1000");
    await set(scope, ":SING");
    assert.equal(await scope.ask(":OPER:COND?;:AER?;:AER?;:TER?"), "40;1;0;0");

    awg.send("*TRG");
    assert.equal(await awg.ask("*OPC?"), "1");

    assert.equal(await scope.ask(":OPER:COND?;:TER?;:TER?"), "0;1;0");
    for (const [channel, range_V, share] of [
      [1, 4, 1000 / 1050],
      [2, 0.4, 50 / 1050],
    ] as const) {
      const { v, pre } = await volts(scope, channel);
      assert.equal(pre.points, 1000);
      const at = (time_s: number) => v[Math.round((time_s - pre.t0) / pre.dt)] ?? NaN;
      for (const [time_s, level_V] of [
        [-0.5e-6, 0],
        [2.5e-6, 1.2],
        [10e-6, 0],
        [20e-6, 0.1],
      ] as const) {
        const error_V = Math.abs(at(time_s) - level_V * share);
        assert.ok(error_V <= (1.5 * range_V) / 256, `channel ${channel} at ${time_s} s: ${at(time_s)} V`);
      }
      const rise = v.findIndex((value) => value > 0.6 * share);
      assert.ok(Math.abs(pre.t0 + rise * pre.dt) <= 2 * pre.dt, "the trigger lies at time 0");
    }
  }));

test("1000 segments have the period of the cycle between their time tags, and come all at once or one by one the same", () =>
  withBench({ dut: { model: "resistor", parameters: { R: 1e3 } } }, async ({ awg, scope }) => {
    await loadCycle(
      awg,
      [
        [0, 10],
        [1, 20],
        [0, 40],
      ],
      1000,
    );
    await set(scope, ":CHAN1:RANG 4", ":TIM:RANG 5e-6;POS 2e-6", ":TRIG:EDGE:LEV 0.5", ":TRIG:SWE NORM");
    await set(scope, ":ACQ:MODE SEGM;SEGM:COUN 1000", ":WAV:POIN:MODE RAW;:WAV:POIN 100", ":SING");
    awg.send("*TRG");
    await awg.ask("*OPC?");

    assert.equal(await scope.ask(":WAV:SEGM:COUN?;:OPER:COND?"), "1000;0");
    for (const index of [1, 2, 500, 1000]) {
      const tag_s = Number(await scope.ask(`:ACQ:SEGM:IND ${index};:WAV:SEGM:TTAG?`));
      assert.ok(Math.abs(tag_s - (index - 1) * 7e-6) < 1e-10, `segment ${index}: ${tag_s} s`);
    }
    const list = (await scope.block(":WAV:SEGM:XLIS? TTAG")).toString().split(",").map(Number);
    assert.equal(list.length, 1000);
    await set(scope, ":WAV:SEGM:ALL ON");
    const all = await scope.block(":WAV:DATA?");
    assert.equal(all.length, 100_000);
    await set(scope, ":WAV:SEGM:ALL OFF", ":ACQ:SEGM:IND 731");
    const one = await scope.block(":WAV:DATA?");
    assert.deepEqual(one, all.subarray(73_000, 73_100));
  }));

test("a signal beyond the screen reads as the codes for clipping, and its time is right all the same", () =>
  withBench({}, async ({ awg, scope }) => {
    await loadCycle(
      awg,
      [
        [0, 10],
        [2, 30],
        [-2, 30],
        [0, 30],
      ],
      1,
    );
    await set(scope, ":CHAN1:RANG 2", ":TIM:RANG 10e-6;POS 4e-6", ":TRIG:EDGE:LEV 0.5", ":TRIG:SWE NORM");
    await set(scope, ":WAV:FORM BYTE", ":SING");
    awg.send("*TRG");
    await awg.ask("*OPC?");

    const bytes = await scope.block(":WAV:DATA?");
    assert.equal(bytes[300], 255);
    assert.equal(bytes[600], 1);
    await set(scope, ":WAV:FORM WORD;UNS 0;BYT LSBF");
    const words = await scope.block(":WAV:DATA?");
    assert.equal(words.readInt16LE(2 * 300), 0x7fff);
    assert.equal(words.readInt16LE(2 * 600), 1 - 0x8000);
    await set(scope, ":WAV:FORM ASC");
    const text = (await scope.block(":WAV:DATA?")).toString().split(",").map(Number);
    assert.equal(text.length, 1000);
    assert.ok(Math.abs((text[300] ?? NaN) - 1) < 1e-3);
  }));

test(":DIG without a trigger blocks this scope until its controller goes away; the generator goes on", () =>
  withBench({}, async ({ awg, scope, another }) => {
    await set(scope, ":TRIG:SWE NORM", ":TRIG:EDGE:LEV 0.5");
    const stuck = await another("scope");
    stuck.send(":DIG CHAN1");
    stuck.send("*OPC?");
    await assert.rejects(stuck.line(150), /nothing more/);
    assert.equal(await awg.ask("*OPC?"), "1");
    scope.send(":OPER:COND?");
    await assert.rejects(scope.line(100), /nothing more/);

    stuck.close();

    assert.equal(await scope.line(), "40");
    assert.equal(await scope.ask(":STOP;:OPER:COND?"), "0");
  }));

test(":DIG with its trigger from the generator answers *OPC? when the record is there", () =>
  withBench({}, async ({ awg, scope }) => {
    await loadCycle(
      awg,
      [
        [0, 10],
        [1, 30],
        [0, 30],
      ],
      1,
    );
    await set(scope, ":TRIG:SWE NORM", ":TRIG:EDGE:LEV 0.5", ":CHAN1:RANG 4", ":TIM:RANG 10e-6");
    scope.send(":DIG CHAN1;*OPC?");
    await assert.rejects(scope.line(100), /nothing more/);
    awg.send("*TRG");
    assert.equal(await scope.line(), "1");
    assert.ok(Number(await scope.ask(":MEAS:VPP? CHAN1")) > 0.9);
  }));

test("in AUTO a flat line is recorded without any trigger, in NORM there is nothing to read", () =>
  withBench({}, async ({ scope }) => {
    await set(scope, ":CHAN1:RANG 0.8", ":SING");
    assert.ok(Math.abs(Number(await scope.ask(":MEAS:VAV? DISP,CHAN1"))) < 1e-3);
    await set(scope, ":TRIG:SWE NORM", ":SING");
    scope.send(":WAV:DATA?");
    assert.equal(await scope.ask(":SYST:ERR?"), '-230,"Data corrupt or stale"');
  }));

test("a free-running sine is measured with its amplitude and frequency, and a changed one is seen by the next query", () =>
  withBench({}, async ({ awg, scope }) => {
    await set(awg, "OUTP:LOAD INF", "APPL:SIN 10e3,2,0.5");
    await set(scope, ":CHAN1:RANG 8", ":TIM:RANG 1e-3", ":TRIG:EDGE:LEV 0.5");
    const near = async (question: string, value: number, tolerance: number) => {
      const got = Number(await scope.ask(question));
      assert.ok(Math.abs(got - value) <= tolerance, `${question} ${got}, expected ${value}`);
    };
    const share = 1000 / 1050;
    await near(":MEAS:FREQ? CHAN1", 10e3, 20);
    await near(":MEAS:VPP? CHAN1", 2 * share, 0.1);
    await near(":MEAS:VAV? DISP,CHAN1", 0.5 * share, 0.02);
    await near(":MEAS:VRMS? DISP,AC,CHAN1", share / Math.SQRT2, 0.02);

    await set(awg, "VOLT 4");
    await near(":MEAS:VPP? CHAN1", 4 * share, 0.1);
    await set(awg, "FUNC SQU");
    await near(":MEAS:DUTY? CHAN1", 50, 0.5);
    await near(":MEAS:PWID? CHAN1", 50e-6, 0.5e-6);
  }));

test("averages and high resolution tell a tenth of a step of the 8-bit converter", () =>
  withBench({}, async ({ awg, scope }) => {
    await set(awg, "OUTP:LOAD INF", "APPL:DC DEF,DEF,0.0105");
    const level_V = 0.01; // 0.64 steps of 4 V / 256
    await set(scope, ":CHAN1:RANG 4", ":TIM:RANG 10e-3", ":ACQ:TYPE HRES", ":WAV:POIN 1000", ":SING");
    const mean = (v: Float64Array) => v.reduce((a, b) => a + b, 0) / v.length;
    const fine = await volts(scope, 1);
    assert.ok(Math.abs(mean(fine.v) - level_V) < 4 / 4096, `${mean(fine.v)} V with high resolution`);
    assert.match(await scope.ask(":WAV:PRE?"), /^\+1,\+3,/);
    await set(scope, ":CHAN1:RANG 0.08", ":ACQ:TYPE AVER;COUN 64", ":DIG");
    assert.match(await scope.ask(":WAV:PRE?"), /^\+1,\+2,\+1000,\+64,/);
    const averaged = await volts(scope, 1);
    assert.ok(Math.abs(mean(averaged.v) - level_V) < 0.08 / 256 / 10, `${mean(averaged.v)} V averaged`);
  }));

test("a 50 ohm input in parallel with the shunt halves what is seen there", () =>
  withBench({ wiring: pulseWiring(50) }, async ({ awg, scope }) => {
    await set(awg, "OUTP:LOAD INF", "APPL:DC DEF,DEF,4");
    await set(scope, ":CHAN2:DISP 1", ":CHAN2:RANG 0.8", ":SING");
    const open_V = Number(await scope.ask(":MEAS:VAV? DISP,CHAN2"));
    await set(scope, ":CHAN2:IMP FIFT", ":SING");
    const loaded_V = Number(await scope.ask(":MEAS:VAV? DISP,CHAN2"));
    assert.ok(Math.abs(open_V - (4 * 50) / 1050) < 0.004, `${open_V} V`);
    assert.ok(Math.abs(loaded_V - (4 * 25) / 1025) < 0.004, `${loaded_V} V`);
  }));

test("PyMeasure's DSOX1102G sequence reads a waveform", () =>
  withBench({}, async ({ awg, scope }) => {
    await set(awg, "OUTP:LOAD INF", "APPL:SIN 1000,2,0");
    const wrong = await scope.dialogue([
      ["*RST"],
      ["*CLS"],
      [":channel1:BWLimit 0"],
      [":channel1:COUPling DC"],
      [":channel1:DISPlay 1"],
      [":channel1:INVert 0"],
      [':channel1:LABel "in"'],
      [":channel1:LABel?", '"IN"'],
      [":channel1:PROBe 1.000000"],
      [":channel1:RANGe 4.000000"],
      [":timebase:MODE MAIN"],
      [":TIMebase:REFerence CENTer;:TIMebase:POSition 0.000000"],
      [":TIMebase:RANGe 0.005000"],
      [":ACQuire:TYPE NORM"],
      [":ACQuire:MODE RTIM"],
      [":single"],
      [":waveform:source CHAN1"],
      [":waveform:points:mode NORM"],
      [":waveform:points 500"],
      [":waveform:format ASC"],
      [":waveform:points?", "500"],
      [":SYST:ERR?", none],
    ]);
    assert.deepEqual(wrong, []);
    const [format, type, points] = (await scope.ask(":waveform:preamble?")).split(",").map(Number);
    assert.deepEqual([format, type, points], [4, 0, 500]);
    const text = await scope.ask(":waveform:data?");
    assert.match(text, /^#8\d{8}/);
    const data = text.slice(10).split(",").map(Number);
    assert.equal(data.length, 500);
    assert.ok(Math.abs(Math.max(...data) - 0.952) < 0.05);
  }));

test("the same seed gives the same words, another seed other noise", async () => {
  const take = async (seed: number) => {
    let bytes = Buffer.alloc(0);
    await withBench({ seed }, async ({ scope }) => {
      await set(scope, ":CHAN1:SCAL 1e-3", ":SING", ":WAV:FORM WORD");
      bytes = Buffer.from(await scope.block(":WAV:DATA?"));
    });
    return bytes;
  };
  const [first, again, other] = [await take(3), await take(3), await take(4)];
  assert.deepEqual(first, again);
  assert.notDeepEqual(first, other);
});
