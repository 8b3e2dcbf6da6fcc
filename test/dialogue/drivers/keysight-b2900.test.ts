import assert from "node:assert/strict";
import { test } from "node:test";
import { setUpB2900 } from "../../../drivers/smu/keysight-b2900-plan.js";
import type { FactsB2900 } from "../../../drivers/smu/keysight-b2900-plan.js";
import { modelB2900 } from "../../../drivers/smu/keysight-b2900-models.js";
import { parseTrace } from "../../../drivers/smu/keysight-b2900-readings.js";
import { KeysightB2900, keysightB2900 } from "../../../drivers/smu/keysight-b2900.js";
import type { SweepPlan } from "../../../src/capabilities/index.js";
import { MemrigError } from "../../../src/errors.js";
import { dialogue, noKeysightError } from "../../support/dialogue.js";
import { asked, told } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";
import {
  assertThereAndBack,
  changedLimitIsRefused,
  collect,
  never,
  refusal,
  thereAndBack,
} from "../../support/sweep-dialogue.js";

const identity = "Keysight Technologies,B2902B,MY61390123,5.0.2029.1911";
const hello: Turn[] = [asked("*IDN?", identity), noKeysightError, asked(":SYST:LFR?", "50")];
const open = (session: Parameters<typeof KeysightB2900.open>[0]) => KeysightB2900.open(session, "smu");

/** 0, 0.1, 0.2 V and back, on channel 2. */
const plan: SweepPlan = { ...thereAndBack, channel: 2 };

const source =
  ":ABOR (@2);:OUTP2:ON:AUTO OFF;:OUTP2:OFF:AUTO OFF;:OUTP2:PROT OFF;:SOUR2:FUNC:MODE VOLT;:SOUR2:FUNC:SHAP DC;" +
  ":SOUR2:VOLT:MODE FIX;:SOUR2:VOLT 0;:SOUR2:VOLT:RANG 2E-1;" +
  ':SENS2:FUNC:OFF "RES";:SENS2:FUNC "VOLT","CURR";:SENS2:CURR:RANG:AUTO ON;:SENS2:CURR:PROT 1E-5;:SENS2:REM OFF;' +
  ":SENS2:CURR:APER 2E-2;:FORM:ELEM:SENS VOLT,CURR,TIME,STAT;:FORM ASC;:FORM:BORD NORM;:SYST:TIME:TIM:COUN:RES:AUTO OFF;";
const timer = (interval: string) =>
  `:ARM2:ALL:SOUR AINT;:ARM2:ALL:COUN 1;:ARM2:ALL:DEL 0;:TRIG2:ALL:SOUR TIM;:TRIG2:ALL:TIM ${interval};`;
const run = (triggers: number) =>
  `:TRAC2:FEED:CONT NEV;:TRAC2:CLE;:TRAC2:POIN ${triggers};:TRAC2:FEED SENS;:TRAC2:TST:FORM ABS;:TRAC2:FEED:CONT NEXT;` +
  `:TRIG2:ALL:COUN ${triggers}`;
const waits = ":SENS2:WAIT OFF;:SOUR2:WAIT OFF;";
const list = ":SOUR2:LIST:VOLT 0E+0,1E-1,2E-1,1E-1,0E+0;:SOUR2:VOLT:MODE LIST;";
/** The dwell less the aperture, a fifth for range changes and 50 µs. */
const swept =
  `${source}${waits}:SOUR2:SWE:RANG FIX;${list}:SOUR2:FUNC:TRIG:CONT ON;${timer("5E-2")}` +
  `:TRIG2:TRAN:DEL 0;:TRIG2:ACQ:DEL 1.995E-2;${run(10)}`;

const configured = (message: string, inForce = "+1.000000E-05", events = 0): Turn[] => [
  asked(":OUTP2?", "0"),
  asked(`${message};:STAT:QUES?;:SYST:ERR:COUN?;:SENS2:CURR:PROT?`, `${events};0;${inForce}`),
];
const ask = ":TRAC2:POIN:ACT?;:STAT:OPER:COND?";
/** Channel 1 idle; channel 2 waits for a trigger, or is idle too. */
const RUNNING = 18 | (1 << 8) | (1 << 11);
const IDLE = 1170;
const reading = (index: number, status = 0) => {
  const level = plan.levels[index % plan.levels.length] ?? NaN;
  return [level, level * 1e-6, index * 0.05, status].map((value) => `+${value.toExponential(6)}`).join(",");
};
const look = (from: number, to: number, held: number, state: number, limited = -1) =>
  asked(
    `:TRAC2:DATA? ${from},${to - from};${ask}`,
    `${Array.from({ length: to - from }, (_, i) => reading(from + i, from + i === limited ? 2 : 0)).join(",")};${held};${state}`,
  );
const start = told(":OUTP2 ON;:INIT (@2)");
const off = (events = 0) => asked(":OUTP2 OFF;:OUTP2?;:STAT:QUES?;:SYST:ERR:COUN?", `0;${events};0`);
const broughtDown: Turn[] = [
  ...told(":ABOR (@2)", ":FORM ASC"),
  asked(":OUTP2?", "1"),
  asked(":SOUR2:FUNC:MODE?", "VOLT"),
  asked(":MEAS:VOLT? (@2)", "+2.500000E-01"),
  ...told(":SOUR2:VOLT 1.25E-1", ":SOUR2:VOLT 0E+0", ":ABOR (@2)", ":OUTP2 OFF"),
  asked(":OUTP2?", "0"),
  noKeysightError,
];
const wasOff: Turn[] = [
  ...told(":ABOR (@2)", ":FORM ASC"),
  asked(":OUTP2?", "0"),
  ...told(":ABOR (@2)", ":OUTP2 OFF"),
  asked(":OUTP2?", "0"),
  noKeysightError,
];

test("a sweep is a list on the timer, its limit read back before the output is on, its readings from the trace buffer", async () => {
  const script = [
    ...hello,
    ...configured(swept),
    ...start,
    asked(ask, `0;${RUNNING}`),
    asked(ask, `4;${RUNNING}`),
    look(0, 4, 6, RUNNING, 2),
    look(4, 6, 10, RUNNING),
    look(6, 10, 10, IDLE),
    off(),
  ];
  await dialogue(script, open, async (smu) => {
    const readings = await collect(smu.sweep(plan, never));
    assertThereAndBack(readings);
  });
});

changedLimitIsRefused(
  { open, plan },
  [...hello, ...configured(swept, "+1.000000E-04"), ...wasOff],
  /10 µA was asked for, and the instrument made it 100 µA/,
  /INIT|OUTP2 ON/,
);

test("a ramp is a staircase, and comes home by a list of its own on the timer", async () => {
  const staircase =
    ":SOUR2:VOLT:STAR 0E+0;:SOUR2:VOLT:STOP 2E-1;:SOUR2:SWE:POIN 3;:SOUR2:SWE:SPAC LIN;:SOUR2:SWE:DIR UP;" +
    ":SOUR2:SWE:STA SING;:SOUR2:VOLT:MODE SWE;";
  // 20 ms at 20 V/s are 0.4 V: one step.
  const home = `:SOUR2:LIST:VOLT 0E+0;:SOUR2:VOLT:MODE LIST;${timer("2E-2")}:TRIG2:ALL:COUN 1;:INIT:TRAN (@2)`;
  const message = swept
    .replace(list, staircase)
    .replace(run(10), run(3))
    .replace("APER 2E-2", "APER 2E-3")
    .replace("5E-2", "2E-2")
    .replace("DEL 1.995E-2", "DEL 1.395E-2");
  const script = [
    ...hello,
    ...configured(message),
    ...start,
    asked(ask, `3;${IDLE}`),
    look(0, 3, 3, IDLE),
    ...told(home),
    asked("*WAI;:OUTP2 OFF;:OUTP2?;:STAT:QUES?;:SYST:ERR:COUN?", "0;0;0"),
  ];
  await dialogue(script, open, async (smu) => {
    const up = { ...plan, levels: [0, 0.1, 0.2], cycles: 1, dwell_s: 0.02, nplc: 0.1 };
    assert.equal((await collect(smu.sweep(up, never))).length, 3);
  });
});

test("pulses are measured before they end, without the waits that are built in, on a fixed range", async () => {
  const message =
    source.replace("APER 2E-2", "APER 4E-4") +
    `:SENS2:CURR:RANG 1E-5;${waits}:SOUR2:FUNC:SHAP PULS;:SOUR2:PULS:DEL 0;:SOUR2:PULS:WIDT 1E-3;:SOUR2:SWE:RANG FIX;` +
    `${list}:SOUR2:FUNC:TRIG:CONT ON;${timer("5E-2")}:TRIG2:TRAN:DEL 0;:TRIG2:ACQ:DEL 6E-4;${run(5)}`;
  const script = [...hello, ...configured(message), ...start, asked(ask, `5;${IDLE}`), look(0, 5, 5, IDLE), off()];
  await dialogue(script, open, async (smu) => {
    const pulsed = { ...plan, cycles: 1, nplc: 0.02, pulse: { base: 0, width_s: 1e-3 } };
    assert.equal((await collect(smu.sweep(pulsed, never))).length, 5);
  });
});

test("a trigger that was lost is an error, one of an earlier sweep is not", async () => {
  const once = { ...plan, cycles: 1 };
  const message = swept.replace(run(10), run(5));
  const ran = [...start, asked(ask, `5;${IDLE}`), look(0, 5, 5, IDLE)];
  const LOST = (1 << 13) | (1 << 14);
  const script = [
    ...hello,
    ...configured(message, "+1.000000E-05", LOST),
    ...ran,
    off(1 << 11), // of the other channel
    ...configured(message),
    ...ran,
    off(1 << 14),
    ...wasOff,
  ];
  await dialogue(script, open, async (smu) => {
    assert.equal((await collect(smu.sweep(once, never))).length, 5);
    await assert.rejects(
      collect(smu.sweep(once, never)),
      refusal("instrument-refused", /channel 2.*lost.*The output is off/),
    );
  });
});

test("a sweep that ends before its readings are there is an error, and the output is brought to zero from where it is", async () => {
  const script = [
    ...hello,
    ...configured(swept),
    ...start,
    asked(ask, `0;${IDLE}`),
    asked(ask, `0;${IDLE}`),
    asked(":SYST:ERR?", '-221,"Settings conflict; output and compliance exceed the channel\'s power; channel 2"'),
    noKeysightError,
    ...broughtDown,
  ];
  await dialogue(script, open, async (smu) => {
    await assert.rejects(collect(smu.sweep(plan, never)), /after 0 of 10 readings; -221 "Settings conflict; output/);
  });
});

test("a held level: limit read back, output on at zero, steps; readings as doubles; then steps back and off", async () => {
  const block = (...values: number[]) => {
    const bytes = Buffer.alloc(8 * values.length);
    for (const [i, value] of values.entries()) bytes.writeDoubleBE(value, 8 * i);
    return Buffer.concat([Buffer.from(`#2${bytes.length}`), bytes, Buffer.from("\n")]);
  };
  const hold = `${source.replace("2E-1", "2.5E-1")}:SENS2:WAIT ON;:SENS2:WAIT:AUTO ON;:TRIG2:ACQ:DEL 0`;
  const measure = ":FORM REAL,64;:MEAS? (@2);:FORM ASC";
  const script: Turn[] = [
    ...hello,
    asked(":OUTP2?", "0"),
    ...told(hold),
    noKeysightError,
    asked(":SENS2:CURR:PROT?", "+1.000000E-05"),
    ...told(":OUTP2 ON"),
    noKeysightError,
    asked(measure, block(0, 0, 345_600.25, 0)),
    ...told(":SOUR2:VOLT 1.25E-1", ":SOUR2:VOLT 2.5E-1"),
    noKeysightError,
    asked(measure, block(0.25, 1e-5, 345_602.75, 4)),
    ...broughtDown,
  ];
  await dialogue(script, open, async (smu) => {
    await smu.hold({ channel: 2, drive: "voltage", level: 0.25, compliance: 1e-5 }, never);
    const expected = { voltage_V: 0.25, current_A: 1e-5, time_s: 2.5, inCompliance: true };
    assert.deepEqual(await smu.measure(2), expected);
    await smu.release(2);
  });
});

test("an off state that the series has is set, and guard is refused before anything is sent", async () => {
  const opened = (offState: "zero" | "guard") => (session: Parameters<typeof open>[0]) =>
    KeysightB2900.open(session, "smu", { offState });
  await dialogue([...hello], opened("guard"), async (smu) => {
    await assert.rejects(smu.sweep(plan, never).next(), (error: MemrigError) => error.kind === "invalid-request");
  });
  const zero = swept.replace(":SOUR2:FUNC:MODE", ":OUTP2:OFF:MODE ZERO;:SOUR2:FUNC:MODE");
  await dialogue([...hello, ...configured(zero, "+1.000000E-04"), ...wasOff], opened("zero"), async (smu) => {
    await assert.rejects(collect(smu.sweep(plan, never)), /the instrument made it/);
  });
});

test("what makes it safe asks a second channel only where there is one", () => {
  assert.deepEqual(keysightB2900.safe.isOn, [":OUTP1?"]);
  assert.deepEqual(keysightB2900.safe.off, [":ABOR (@1)", ":ABOR (@2)", ":OUTP1 OFF", ":OUTP2 OFF"]);
  assert.deepEqual(keysightB2900.safeOf(identity).isOn, [":OUTP1?", ":OUTP2?"]);
  assert.deepEqual(keysightB2900.safeOf("Agilent Technologies,B2911A,MY5,1.0").isOn, [":OUTP1?"]);
});

const model = modelB2900("B2911A");
assert.ok(model);
const facts: FactsB2900 = {
  label: "smu",
  channels: 1,
  ranges: model.ranges,
  model,
  lineFrequency_Hz: 50,
  settings: {},
};

test("a dwell is shared between settling and integrating, and refused where they do not fit", () => {
  const one = { ...plan, channel: 1 };
  const { nplc, ...free } = one;
  assert.equal(nplc, 1);
  assert.equal(setUpB2900(facts, free).aperture_s, 0.02);
  const short = setUpB2900(facts, { ...free, dwell_s: 1e-3 });
  assert.deepEqual([short.aperture_s, short.delay_s, short.measureRange], [760e-6, 190e-6, 1e-5]);
  assert.throws(() => setUpB2900(facts, { ...one, dwell_s: 0.02 }), /at least 20.05 ms/);
  assert.throws(() => setUpB2900(facts, { ...one, pulse: { base: 0, width_s: 1e-3 } }), /20 ms in 1 ms/);
  assert.throws(() => setUpB2900(facts, { ...one, pulse: { base: 0, width_s: 0.05 } }), /50 ms every 50 ms/);
});

test("readings that are not as many as were asked for are not believed, and an overflow is no number", () => {
  const setup = setUpB2900(facts, { ...plan, channel: 1 });
  assert.throws(
    () => parseTrace(reading(0), 2, 0, 0, setup),
    (error: MemrigError) => error.kind === "bad-reply",
  );
  const [over] = parseTrace("+1.000000E+00,+9.900000E+37,+1.000000E+00,+8.192000E+03", 1, 3, 5, setup);
  assert.deepEqual(over, { index: 8, voltage_V: 1, current_A: NaN, time_s: 1, inCompliance: false });
});
