import assert from "node:assert/strict";
import { test } from "node:test";
import { setUp2400 } from "../../../drivers/smu/keithley-2400-plan.js";
import { parse2400 } from "../../../drivers/smu/keithley-2400-readings.js";
import { Keithley2400 } from "../../../drivers/smu/keithley-2400.js";
import type { SweepPlan } from "../../../src/capabilities/index.js";
import { MemrigError } from "../../../src/errors.js";
import { dialogue } from "../../support/dialogue.js";
import { asked, told } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";
import { changedLimitIsRefused, collect, impossiblePlansAreRefused, never } from "../../support/sweep-dialogue.js";

const identity = "KEITHLEY INSTRUMENTS INC.,MODEL 2400,1234567,C34   Sep 21 2016 15:30:00/A02  /K/M";
const none = '0,"No error"';
const noError = asked(":SYST:ERR?", none);
const hello: Turn[] = [asked("*IDN?", identity), noError, asked(":SYST:LFR?", "50")];
const open = (session: Parameters<typeof Keithley2400.open>[0]) => Keithley2400.open(session, "smu");

const plan: SweepPlan = {
  drive: "voltage",
  levels: [0, 0.1, 0.2],
  cycles: 2,
  compliance: 1e-3,
  dwell_s: 0.05,
  nplc: 1,
};

const source =
  ":ABOR;:TRIG:COUN 1;:ARM:COUN 1;:ARM:SOUR IMM;:TRIG:SOUR IMM;:TRIG:DEL 0;:SOUR:CLE:AUTO OFF;:SOUR:FUNC VOLT;" +
  ':SOUR:VOLT:MODE FIX;:SENS:FUNC:CONC ON;:SENS:FUNC:OFF "RES";:SENS:FUNC "VOLT","CURR";:SENS:CURR:RANG:AUTO ON;' +
  ":SOUR:VOLT:RANG 2E-1;:SOUR:VOLT 0;:SENS:CURR:PROT 1E-3;";
const measuring = ":SYST:RSEN OFF;:SENS:CURR:NPLC 1E+0;:SENS:AVER OFF;:FORM ASC;:FORM:ELEM VOLT,CURR,TIME,STAT;";
const staircase =
  `${source}:SOUR:DEL 1E-2;${measuring}:SYST:AZER OFF;:SOUR:SWE:RANG FIX;:SOUR:SWE:CAB NEV;` +
  ":SOUR:VOLT:STAR 0E+0;:SOUR:VOLT:STOP 2E-1;:SOUR:SWE:SPAC LIN;:SOUR:SWE:DIR UP;:SOUR:SWE:POIN 3;" +
  ":SOUR:VOLT:MODE SWE;:TRIG:COUN 3;:SYST:AZER ONCE;:SYST:TIME:RES";
const check = ":SYST:ERR?;:SENS:CURR:PROT?";
/** Element bits of V and I measured, V sourced; with real compliance (bit 3), with that of the range (bit 16). */
const status = { free: 22532, limited: 22540, rangeLimited: 88068 };
const reading = (voltage_V: number, time_s: number, word = status.free) =>
  [voltage_V, voltage_V / 1000, time_s, word].map((value) => value.toExponential(6)).join(",");
const fetched = "*OPC?;:SYST:ERR?;:FETC?";
const data = [
  reading(0, 12.5),
  reading(0.1, 12.55),
  reading(0.2, 12.6, status.limited),
  reading(0, 12.65),
  reading(0.1, 12.7, status.rangeLimited),
  reading(0.2, 12.75),
].join(",");
const off: Turn[] = [
  ...told(":ABOR"),
  asked(":OUTP?", "0"),
  ...told(":ABOR", ":OUTP OFF"),
  asked(":OUTP?", "0"),
  noError,
];

test("a staircase is one setting, one look at limit and errors, one run, and a list that brings it to zero", async () => {
  const script: Turn[] = [
    ...hello,
    asked(":OUTP?", "0"),
    ...told(staircase),
    asked(check, `${none};1.000000E-03`),
    ...told(":ARM:COUN 2;:OUTP ON;:INIT"),
    asked(fetched, `1;${none};${data}`),
    ...told(":SOUR:LIST:VOLT 0E+0;:SOUR:LIST:VOLT:STAR 1;:SOUR:VOLT:MODE LIST;:ARM:COUN 1;:TRIG:COUN 1;:INIT"),
    asked(":OUTP OFF;:OUTP?;:SYST:ERR?", `0;${none}`),
  ];
  await dialogue(script, open, async (smu) => {
    const readings = await collect(smu.sweep(plan, never));
    assert.deepEqual(
      readings.map(({ index, time_s, inCompliance }) => [index, time_s, inCompliance]),
      [
        [0, 0, false],
        [1, 0.05, false],
        [2, 0.1, true],
        [3, 0.15, false],
        [4, 0.2, true],
        [5, 0.25, false],
      ],
    );
    assert.equal(readings[1]?.voltage_V, 0.1);
    assert.equal(readings[1]?.current_A, 1e-4);
  });
});

test("levels of any shape go as a list, a hundred to a command; wires, range and off state where asked for", async () => {
  const levels = [...Array.from({ length: 120 }, (_, i) => (i % 2 === 0 ? 0.1 : -0.1)), 0];
  const list = levels.map((level) => (level === 0 ? "0E+0" : level > 0 ? "1E-1" : "-1E-1"));
  const set =
    `${source}:OUTP:SMOD HIMP;:SOUR:DEL 1E-2;${measuring}:SYST:AZER OFF;:SENS:CURR:RANG 5E-4;`.replace(
      "RSEN OFF",
      "RSEN ON",
    ) +
    ":SOUR:SWE:RANG FIX;:SOUR:SWE:CAB NEV;" +
    `:SOUR:LIST:VOLT ${list.slice(0, 100).join(",")};:SOUR:LIST:VOLT:APP ${list.slice(100).join(",")};` +
    ":SOUR:LIST:VOLT:STAR 1;:SOUR:VOLT:MODE LIST;:TRIG:COUN 121;:SYST:AZER ONCE;:SYST:TIME:RES";
  const script: Turn[] = [
    ...hello,
    asked(":OUTP?", "0"),
    ...told(set),
    asked(check, `-223,"Too much data";1.000000E-03`),
    noError,
    ...off,
  ];
  const openSet = (session: Parameters<typeof Keithley2400.open>[0]) =>
    Keithley2400.open(session, "smu", { offState: "high-impedance", wires: 4 });
  await dialogue(script, openSet, async (smu) => {
    const sweep = smu.sweep({ ...plan, levels, cycles: 1, measureRange: 5e-4 }, never);
    await assert.rejects(collect(sweep), /smu refused.*-223 "Too much data"/s);
  });
});

changedLimitIsRefused(
  { open, plan },
  [...hello, asked(":OUTP?", "0"), ...told(staircase), asked(check, `${none};1.050000E-04`), ...off],
  /compliance of 1 mA was asked for.*made it 105 µA/,
  /INIT|OUTP ON/,
);

test("a run that did not begin is refused with the instrument's reason", async () => {
  const script: Turn[] = [
    ...hello,
    asked(":OUTP?", "0"),
    ...told(staircase),
    asked(check, `${none};1.000000E-03`),
    ...told(":ARM:COUN 2;:OUTP ON;:INIT"),
    asked(fetched, '1;803,"Not permitted with OUTPUT off"'),
    noError,
    ...off,
  ];
  await dialogue(script, open, async (smu) => {
    await assert.rejects(collect(smu.sweep(plan, never)), /803 "Not permitted with OUTPUT off"/);
  });
});

test("what is left on in a sweep is brought from where its last reading was, and taken out of the sweep on the way", async () => {
  const script: Turn[] = [
    ...hello,
    ...told(":ABOR"),
    asked(":OUTP?", "1"),
    asked(":SOUR:FUNC?;:SOUR:VOLT:MODE?", "VOLT;SWE"),
    asked(":FORM ASC;:FORM:ELEM VOLT;:DATA:LAT?", "+3.000000E-01"),
    ...told(":SOUR:VOLT 1.5E-1;:SOUR:VOLT:MODE FIX", ":SOUR:VOLT 0E+0;:SOUR:VOLT:MODE FIX"),
    asked(":SOUR:FUNC?;:SOUR:CURR:MODE?", "VOLT;FIX"),
    ...told(":ABOR", ":OUTP OFF"),
    asked(":OUTP?", "0"),
    noError,
  ];
  await dialogue(script, open, async (smu) => smu.makeSafe());
});

test("a held level: limit read back, output on at zero, steps; then readings; then steps back and off", async () => {
  const hold = `${source}:SOUR:DEL 0E+0;${measuring}:SYST:AZER ON;:SYST:TIME:RES`.replace("RANG 2E-1", "RANG 3E-1");
  const script: Turn[] = [
    ...hello,
    asked(":OUTP?", "0"),
    ...told(hold),
    noError,
    asked(":SENS:CURR:PROT?", "1.000000E-03"),
    ...told(":OUTP ON"),
    noError,
    asked(":READ?", reading(0, 0.125)),
    ...told(":SOUR:VOLT 1.5E-1", ":SOUR:VOLT 3E-1"),
    noError,
    asked(":READ?", reading(0.3, 2.625, status.limited)),
    ...told(":ABOR"),
    asked(":OUTP?", "1"),
    asked(":SOUR:FUNC?;:SOUR:VOLT:MODE?", "VOLT;FIX"),
    asked(":SOUR:VOLT?", "3.000000E-01"),
    ...told(":SOUR:VOLT 1.5E-1", ":SOUR:VOLT 0E+0"),
    asked(":SOUR:FUNC?;:SOUR:CURR:MODE?", "VOLT;FIX"),
    ...told(":ABOR", ":OUTP OFF"),
    asked(":OUTP?", "0"),
    noError,
  ];
  await dialogue(script, open, async (smu) => {
    await smu.hold({ drive: "voltage", level: 0.3, compliance: 1e-3 }, never);
    const expected = { voltage_V: 0.3, current_A: 3e-4, time_s: 2.5, inCompliance: true };
    assert.deepEqual(await smu.measure(1), expected);
    await smu.release(1);
  });
});

impossiblePlansAreRefused({ open, plan }, hello, [
  ["more levels than a run takes", { levels: Array.from({ length: 2501 }, () => 0) }, /2501 levels.*up to 2500/],
  ["a dwell below a millisecond of its clock", { dwell_s: 1e-3, nplc: 0.01 }, /at least 2 ms/],
  ["pulses", { pulse: { base: 0, width_s: 1e-3 } }, /pulses were asked for/],
  ["more power than there is", { levels: [200], compliance: 0.5 }, /200 V with a compliance of 500 mA/],
]);

test("runs hold whole cycles, as many as 2500 readings take; a measuring range stays within the compliance", () => {
  const ranges = { maxVoltage_V: 210, maxCurrent_A: 1.05, maxPower_W: 20, minDwell_s: 2e-3 };
  const facts = { label: "smu", channels: 1, ranges };
  const levels = Array.from({ length: 600 }, (_, i) => i * 1e-3);
  const setup = setUp2400(facts, { ...plan, levels, cycles: 9, measureRange: 0.1 }, 50);
  assert.equal(setup.cyclesPerRun, 4);
  assert.equal(setup.measureRange, 1e-3);
  assert.deepEqual(setup.ramp, { start: 0, stop: 0.599, points: 600, dual: false });
});

test("readings that are not as many as were asked for are not believed", () => {
  assert.throws(
    () => parse2400(reading(0, 1), 2, 0),
    (error: MemrigError) => error.kind === "bad-reply",
  );
  const [over] = parse2400("+1.000000E+00,+9.900000E+37,+1.000000E+00,+2.253300E+04", 1, 5);
  assert.ok(over && Number.isNaN(over.current_A));
  assert.equal(over.index, 5);
});
