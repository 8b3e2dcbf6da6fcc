import assert from "node:assert/strict";
import { test } from "node:test";
import { RigolDg } from "../../../drivers/awg/rigol-dg.js";
import { dac16Messages } from "../../../drivers/awg/rigol-dg-upload.js";
import type { PulseCycle } from "../../../src/capabilities/index.js";
import type { MemrigError } from "../../../src/errors.js";
import { dialogue } from "../../support/dialogue.js";
import { asked, told } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";

const noError = asked(":SYST:ERR?", '0,"No error"');
const hello = (identity: string): Turn[] => [asked("*IDN?", identity), noError];
const dg1062z = hello("Rigol Technologies,DG1062Z,DG1ZA1234567,03.01.12");
const dg4162 = hello("RIGOL TECHNOLOGIES,DG4162,DG4D1234567,00.01.08");
const open = (session: Parameters<typeof RigolDg.open>[0]) => RigolDg.open(session, "awg");

const cycle: PulseCycle = {
  segments: [
    { level_V: 1, duration_s: 1e-6 },
    { level_V: 0, duration_s: 9e-6 },
  ],
  limit: { low_V: -0.1, high_V: 1.2 },
};
const off: Turn[] = [asked(":OUTP1?", "OFF"), ...told(":OUTP1 OFF"), asked(":OUTP1?", "OFF"), noError];
const levels = [":SOUR1:VOLT:UNIT VPP", ":SOUR1:VOLT:OFFS 0", ":SOUR1:VOLT 1E+0", ":SOUR1:VOLT:OFFS 5E-1"];
const burst = [
  ":SOUR1:BURS:TRIG:SOUR MAN",
  ":SOUR1:BURS:MODE TRIG",
  ":SOUR1:BURS:PHAS 0",
  ":SOUR1:BURS:TDEL 0",
  ":SOUR1:BURS:NCYC 100",
];
const levelsReadBack = [asked(":SOUR1:VOLT:HIGH?", "1.000000E+00"), asked(":SOUR1:VOLT:LOW?", "0.000000E+00")];
const triggerReadBack = [asked(":SOUR1:BURS:NCYC?", "100"), asked(":SOUR1:BURS:TRIG:SOUR?", "MAN")];

const ofDg1000z = (take: (bytes: Buffer) => void): Turn[] => [
  ...off,
  ...told(":SOUR1:BURS OFF", ":SOUR1:FUNC USER", ":SOUR1:FUNC:ARB:MODE SRATE"),
  { expect: ":SOUR1:DATA:DAC16 VOLATILE,END,", block: take },
  noError,
  ...told(":OUTP1:IMP INF", ":OUTP1:POL NORM", ":SOUR1:FUNC USER"),
  ...told(":SOUR1:FUNC:ARB:MODE SRATE", ":SOUR1:FUNC:ARB:SRAT 5E+7"),
  ...told(...levels, ...burst, ":SOUR1:BURS:IDLE FPT", ":SOUR1:BURS ON"),
  noError,
  asked(":OUTP1:IMP?", "9.900000E+37"),
  asked(":OUTP1:POL?", "NORMAL"),
  asked(":SOUR1:FUNC?", "USER"),
  asked(":SOUR1:DATA:POIN? VOLATILE", "500"),
  asked(":SOUR1:FUNC:ARB:MODE?", "SRATE"),
  asked(":SOUR1:FUNC:ARB:SRAT?", "5.000000E+07"),
  ...levelsReadBack,
  ...triggerReadBack,
  asked(":SOUR1:BURS:IDLE?", "FPT"),
  asked(":SOUR1:BURS?", "ON"),
];

test("a DG1000Z gets 14-bit codes, the lower byte first, is clocked by samples and waits at the first point", async () => {
  let block: Buffer = Buffer.alloc(0);
  await dialogue([...dg1062z, ...ofDg1000z((bytes) => (block = bytes))], open, async (awg, instrument) => {
    const loaded = await awg.load(1, cycle, 100);
    assert.deepEqual(loaded, { segments: cycle.segments, samples: 500, rate_Sa_per_s: 50e6 });
    assert.ok(!instrument.heard.includes(":OUTP1 ON"));
  });
  const codes = Array.from({ length: block.length / 2 }, (_, i) => block.readUInt16LE(2 * i));
  assert.equal(codes.length, 500);
  assert.equal(codes[0], 0, "the first sample is at 0 V, where it waits");
  assert.deepEqual(new Set(codes.slice(1, 51)), new Set([0x3fff]));
  assert.deepEqual(new Set(codes.slice(51)), new Set([0]));
});

test("a DG4000 gets one block of 16 384 points in the channel that is selected, and repeats it at the frequency", async () => {
  let block: Buffer = Buffer.alloc(0);
  const script: Turn[] = [
    ...off,
    ...told(":SYST:CHAN:CUR CH1"),
    noError,
    asked(":SYST:CHAN:CUR?", "CH1"),
    ...told(":SOUR1:BURS OFF"),
    { expect: ":DATA:DAC VOLATILE,", block: (bytes) => (block = bytes) },
    noError,
    ...told(":OUTP1:IMP INF", ":OUTP1:POL NORM", ":OUTP1:NOIS OFF", ":SOUR1:FUNC:SHAP USER", ":SOUR1:FREQ 1E+5"),
    ...told(...levels, ...burst, ":SOUR1:BURS ON"),
    noError,
    asked(":OUTP1:IMP?", "INFINITY"),
    asked(":OUTP1:POL?", "NORMAL"),
    asked(":SOUR1:FUNC:SHAP?", "USER"),
    asked(":SOUR1:FREQ?", "1.000000E+05"),
    ...levelsReadBack,
    ...triggerReadBack,
    asked(":SOUR1:BURS?", "ON"),
  ];
  await dialogue([...dg4162, ...script], open, async (awg) => void (await awg.load(1, cycle, 100)));
  const codes = Array.from({ length: block.length / 2 }, (_, i) => block.readUInt16LE(2 * i));
  assert.equal(codes.length, 16_384);
  assert.equal(codes[0], 0);
  const high = codes.filter((code) => code === 0x3fff).length;
  assert.ok(Math.abs(high / 16_384 - 0.1) < 1e-4, `1 µs of 10 µs is high: ${high} points`);
  assert.equal(codes.filter((code) => code !== 0 && code !== 0x3fff).length, 0, "edges are not drawn out");
});

test("samples that would go to the other channel of a DG4000 are not sent", async () => {
  const script = [...off, ...told(":SYST:CHAN:CUR CH1"), noError, asked(":SYST:CHAN:CUR?", "CH2")];
  await dialogue([...dg4162, ...script], open, async (awg) => {
    await assert.rejects(
      awg.load(1, cycle, 1),
      /channel 1 was selected for the samples, and CH2 is\. Nothing was uploaded/,
    );
  });
});

test("one channel is triggered alone, by a manual trigger", async () => {
  const fired = [...told(":SOUR1:BURS:TRIG"), noError];
  await dialogue([...dg1062z, ...ofDg1000z(() => undefined), ...fired], open, async (awg) => {
    await awg.load(1, cycle, 100);
    await awg.trigger(1);
  });
});

test("an idle level that is not the first point is refused: the cell would wait at it", async () => {
  const other = ofDg1000z(() => undefined).slice(0, -1);
  other[other.length - 1] = asked(":SOUR1:BURS:IDLE?", "TOP");
  await dialogue([...dg1062z, ...other], open, async (awg) => {
    await assert.rejects(awg.load(1, cycle, 100), (error: MemrigError) => {
      assert.match(error.message, /to wait at the first point was set, and :SOUR1:BURS:IDLE\? reads back TOP/);
      return error.kind === "instrument-refused";
    });
    await assert.rejects(awg.outputOn(1), /nothing was loaded into channel 1/);
  });
});

test("making safe turns both channels off, and words are understood", async () => {
  const script = [...told(":OUTP1 OFF", ":OUTP2 OFF"), asked(":OUTP1?", "OFF"), asked(":OUTP2?", "OFF"), noError];
  await dialogue([...dg1062z, ...script], open, async (awg) => awg.makeSafe());
});

test("many samples go in blocks of 8192; the last says END, and has the eight points that a block needs at least", () => {
  const shapeOf = (samples: number) =>
    dac16Messages(":SOUR2", new Int16Array(samples)).map((message) =>
      Buffer.from(message)
        .subarray(0, 40)
        .toString("latin1")
        .replace(/(#\d+).*/s, "$1"),
    );
  const con = (length: string) => `:SOUR2:DATA:DAC16 VOLATILE,CON,#${length}`;
  const end = (length: string) => `:SOUR2:DATA:DAC16 VOLATILE,END,#${length}`;
  assert.deepEqual(shapeOf(20_000), [con("516384"), con("516384"), end("47232")]);
  assert.deepEqual(shapeOf(8192), [end("516384")]);
  assert.deepEqual(shapeOf(8195), [con("516368"), end("222")]);
});
