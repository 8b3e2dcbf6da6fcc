import assert from "node:assert/strict";
import { test } from "node:test";
import { Keysight33500 } from "../../../drivers/awg/keysight-33500.js";
import type { PulseCycle } from "../../../src/capabilities/index.js";
import { MemrigError } from "../../../src/errors.js";
import { dialogue, noKeysightError } from "../../support/dialogue.js";
import { asked, told } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";

const hello: Turn[] = [asked("*IDN?", "Agilent Technologies,33512B,MY52800123,2.09-1.19-2.00-52-00"), noKeysightError];
const open = (session: Parameters<typeof Keysight33500.open>[0]) => Keysight33500.open(session, "awg");

/** 1 µs at 1 V, 9 µs at 0 V: samples of 100 ns would do; a hundredth of the shortest segment is 10 ns, too fast. */
const cycle: PulseCycle = {
  segments: [
    { level_V: 1, duration_s: 1e-6 },
    { level_V: 0, duration_s: 9e-6 },
  ],
  limit: { low_V: -0.1, high_V: 1.2 },
};
const rate = "6.2E+7";
const samples = 620;

const off: Turn[] = [...told("OUTP1 OFF"), asked("OUTP1?", "0"), noKeysightError];
const upload = (take: (bytes: Buffer) => void): Turn[] => [
  ...told("SOUR1:BURS:STAT OFF", "SOUR1:DATA:VOL:CLE", "FORM:BORD NORM"),
  { expect: "SOUR1:DATA:ARB:DAC MEMRIG,", block: take },
  ...told("*WAI"),
  noKeysightError,
];
const burst: Turn[] = told(
  "SOUR1:VOLT:LIM:STAT OFF",
  "OUTP1:LOAD INF",
  "OUTP1:POL NORM",
  "SOUR1:FUNC:ARB MEMRIG",
  `SOUR1:FUNC:ARB:SRAT ${rate}`,
  "SOUR1:FUNC:ARB:FILT OFF",
  "SOUR1:FUNC ARB",
  "SOUR1:VOLT:UNIT VPP",
  "SOUR1:VOLT:OFFS 0",
  "SOUR1:VOLT 1E+0",
  "SOUR1:VOLT:OFFS 5E-1",
  "SOUR1:VOLT:LIM:LOW -1E+1",
  "SOUR1:VOLT:LIM:HIGH 1.2E+0",
  "SOUR1:VOLT:LIM:LOW -1E-1",
  "SOUR1:VOLT:LIM:STAT ON",
  "TRIG1:SOUR BUS",
  "TRIG1:DEL 0",
  "SOUR1:BURS:MODE TRIG",
  "SOUR1:BURS:PHAS 0",
  "SOUR1:BURS:NCYC 100",
  "SOUR1:BURS:STAT ON",
);
const readBack: Turn[] = [
  asked("OUTP1:LOAD?", "+9.900000000000000E+37"),
  asked("SOUR1:DATA:ATTR:POIN? MEMRIG", `+${samples}`),
  asked("SOUR1:FUNC:ARB:SRAT?", "+6.200000000000000E+07"),
  asked("SOUR1:VOLT:HIGH?", "+1.000000000000000E+00"),
  asked("SOUR1:VOLT:LOW?", "+0.000000000000000E+00"),
  asked("SOUR1:VOLT:LIM:HIGH?", "+1.200000000000000E+00"),
  asked("SOUR1:VOLT:LIM:LOW?", "-1.000000000000000E-01"),
  asked("SOUR1:VOLT:LIM:STAT?", "1"),
  asked("SOUR1:BURS:NCYC?", "+1.000000000000000E+02"),
  asked("SOUR1:BURS:STAT?", "1"),
];
const ignore = () => undefined;
const loaded: Turn[] = [asked("OUTP1?", "0"), ...off, ...upload(ignore), ...burst, noKeysightError, ...readBack];

test("a cycle goes as big-endian samples, its limits are in force, and it waits for its trigger with the output off", async () => {
  let block: Buffer = Buffer.alloc(0);
  const script = [...hello, asked("OUTP1?", "0"), ...off, ...upload((bytes) => (block = bytes)), ...burst];
  await dialogue([...script, noKeysightError, ...readBack], open, async (awg, instrument) => {
    const told = await awg.load(1, cycle, 100);
    assert.deepEqual(told, { segments: cycle.segments, samples, rate_Sa_per_s: 62e6 });
    assert.ok(!instrument.heard.includes("OUTP1 ON"));
  });
  const codes = Array.from({ length: block.length / 2 }, (_, i) => block.readInt16BE(2 * i));
  assert.equal(codes.length, samples);
  assert.equal(codes[0], -32767, "the first sample is at 0 V, where it waits");
  assert.deepEqual(new Set(codes.slice(1, 63)), new Set([32767]));
  assert.deepEqual(new Set(codes.slice(63)), new Set([-32767]));
});

test("a notice that a setting was adjusted counts as a refusal: the pulse would be another one", async () => {
  const notice = asked(":SYST:ERR?", '-222,"Data out of range; value clipped to upper limit"');
  const script = [...hello, asked("OUTP1?", "0"), ...off, ...upload(ignore), ...burst, notice, noKeysightError];
  await dialogue(script, open, async (awg) => {
    await assert.rejects(awg.load(1, cycle, 100), (error: MemrigError) => {
      assert.equal(error.kind, "instrument-refused");
      assert.match(
        error.message,
        /awg refused what it was told: -222 "Data out of range; value clipped to upper limit"/,
      );
      return true;
    });
    await assert.rejects(awg.outputOn(1), /nothing was loaded into channel 1/);
  });
});

test("a limit that reads back wider than it was set is refused", async () => {
  const wider = readBack.map((turn) =>
    "expect" in turn && turn.expect === "SOUR1:VOLT:LIM:HIGH?" ? asked("SOUR1:VOLT:LIM:HIGH?", "+5.0E+00") : turn,
  );
  const script = [...hello, asked("OUTP1?", "0"), ...off, ...upload(ignore), ...burst, noKeysightError];
  await dialogue([...script, ...wider.slice(0, 6)], open, async (awg) => {
    await assert.rejects(awg.load(1, cycle, 100), /a limit of 1\.2 V was set, and SOUR1:VOLT:LIM:HIGH\? reads back 5/);
  });
});

test("an output that was on goes off while the cycle is changed, and comes back", async () => {
  const script = [...hello, asked("OUTP1?", "1"), ...off, ...upload(ignore), ...burst, noKeysightError, ...readBack];
  const on = [...told("OUTP1 ON"), noKeysightError, asked("OUTP1?", "1")];
  await dialogue([...script, ...on], open, async (awg) => void (await awg.load(1, cycle, 100)));
});

test("one channel is triggered alone, and a trigger it did not take is an error", async () => {
  const taken = [...told("TRIG1"), noKeysightError];
  const ignored = [...told("TRIG1"), asked(":SYST:ERR?", '-211,"Trigger ignored"'), noKeysightError];
  await dialogue([...hello, ...loaded, ...taken, ...ignored], open, async (awg) => {
    await awg.load(1, cycle, 100);
    await awg.trigger(1);
    await assert.rejects(awg.trigger(1), /-211 "Trigger ignored"/);
  });
});

test("making safe turns every channel off and asks each", async () => {
  const script = [...told("OUTP1 OFF", "OUTP2 OFF"), asked("OUTP1?", "0"), asked("OUTP2?", "0"), noKeysightError];
  await dialogue([...hello, ...script], open, async (awg) => awg.makeSafe());
});

test("what can not be played is refused before anything is sent", async () => {
  await dialogue(hello, open, async (awg) => {
    const refused = (error: MemrigError) => error.kind === "invalid-request";
    await assert.rejects(awg.load(3, cycle, 1), refused);
    await assert.rejects(awg.load(1, cycle, 0), refused);
    await assert.rejects(awg.load(1, { ...cycle, limit: { low_V: 0, high_V: 0.5 } }, 1), refused);
    await assert.rejects(awg.trigger(1), refused);
    await assert.rejects(awg.outputOn(2), refused);
  });
});
