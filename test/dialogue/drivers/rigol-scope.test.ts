import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRigolPreamble } from "../../../drivers/scope/rigol-preamble.js";
import { familyOf } from "../../../drivers/scope/rigol-scope-models.js";
import { nextStep } from "../../../drivers/scope/nice-steps.js";
import { recordFor } from "../../../drivers/scope/rigol-scope-plan.js";
import { RigolScope } from "../../../drivers/scope/rigol-scope.js";
import type { CapturePlan } from "../../../src/capabilities/index.js";
import type { MemrigError } from "../../../src/errors.js";
import { dialogue } from "../../support/dialogue.js";
import { asked, told } from "../../support/scripted-instrument.js";
import { until } from "../../support/until.js";
import type { Turn } from "../../support/scripted-instrument.js";

const noError = asked(":SYST:ERR?", '0,"No error"');
const hello: Turn[] = [asked("*IDN?", "RIGOL TECHNOLOGIES,DS1104Z,DS1ZA123456789,00.04.04.SP4"), noError];
const open = (session: Parameters<typeof RigolScope.open>[0]) => RigolScope.open(session, "scope");
const never = new AbortController().signal;

const plan: CapturePlan = {
  channels: [{ channel: 2, range_V: 0.8, offset_V: 0.1, coupling: "ac", bandwidth_Hz: 20e6 }],
  window_s: 3e-3,
  pretrigger_s: 1e-3,
  trigger: { channel: 2, level_V: 0.05, slope: "falling" },
  segments: 1,
  points: 300_000,
};
const armed: Turn[] = [
  ...told(
    ":CHAN1:DISP OFF",
    ":CHAN2:DISP ON",
    ":CHAN2:COUP AC",
    ":CHAN2:BWL 20M",
    ":CHAN2:INV OFF",
    ":CHAN2:VERN ON",
    ":CHAN2:SCAL 1E-1",
    ":CHAN2:OFFS -1E-1",
    ":CHAN3:DISP OFF",
    ":CHAN4:DISP OFF",
    ":TIM:MODE MAIN",
    ":TIM:SCAL 5E-4",
    ":TIM:OFFS 5E-4",
    ":TRIG:MODE EDGE",
    ":TRIG:EDG:SOUR CHAN2",
    ":TRIG:COUP DC",
    ":TRIG:EDG:SLOP NEG",
    ":TRIG:EDG:LEV 5E-2",
    ":TRIG:SWE NORM",
    ":ACQ:TYPE NORM",
  ),
  noError,
  asked(":CHAN2:SCAL?", "1.000000e-01"),
  asked(":CHAN2:OFFS?", "-1.000000e-01"),
  ...told(":RUN", ":ACQ:MDEP 1200000"),
  noError,
  asked(":TIM:SCAL?", "5.0000000e-04"),
  asked(":TIM:OFFS?", "5.0000000e-04"),
  asked(":ACQ:SRAT?", "2.000000e+08"),
  ...told(":SING"),
  noError,
  asked(":TRIG:STAT?", "STOP"), // still that of before
  asked(":TRIG:STAT?", "WAIT"),
];

const block = (length: number, code: number) =>
  Buffer.concat([Buffer.from(`#9${String(length).padStart(9, "0")}`), Buffer.alloc(length, code), Buffer.from("\n")]);
const piece = (from: number, to: number): Turn[] => told(`:WAV:STAR ${from}`, `:WAV:STOP ${to}`);

test("the part of the memory that was asked for comes in pieces of 250 000, and an empty one is asked for again", async () => {
  const script: Turn[] = [
    asked(":TRIG:STAT?", "TD"),
    asked(":TRIG:STAT?", "STOP"),
    ...told(":STOP", "*WAI"),
    noError,
    ...told(":WAV:SOUR CHAN2", ":WAV:MODE RAW", ":WAV:FORM BYTE"),
    noError,
    // 1200 points: some firmware tells those of the screen
    asked(":WAV:PRE?", "0,2,1200,1,5.000000e-09,-2.500000e-03,0,4.000000e-03,-25,127"),
    ...piece(300_001, 550_000),
    asked(":WAV:DATA?", block(0, 0)),
    asked(":WAV:DATA?", block(250_000, 127)),
    ...piece(550_001, 800_000),
    asked(":WAV:DATA?", block(249_000, 102)), // shorter than asked: its header counts
    ...piece(799_001, 900_000),
    asked(":WAV:DATA?", block(101_000, 77)),
    noError,
  ];
  await dialogue([...hello, ...armed, ...script], open, async (scope) => {
    await scope.arm(plan, never);
    for await (const { trigger_s, start_s, step_s, volts } of scope.captures(5, never)) {
      const values = volts.get(2) ?? new Float64Array(0);
      assert.deepEqual([trigger_s, step_s, values.length], [0, 5e-9, 600_000]);
      assert.ok(Math.abs(start_s + 1e-3) < 1e-12);
      assert.deepEqual(
        [0, 249_999, 250_000, 498_999, 499_000, 599_999].map((i) => Number(values[i]?.toFixed(6))),
        [0.1, 0.1, 0, 0, -0.1, -0.1],
      );
    }
  });
});

test("a piece whose place was refused spoils the record: the error is seen before anything is handed on", async () => {
  const script: Turn[] = [
    asked(":TRIG:STAT?", "STOP"),
    ...told(":STOP", "*WAI"),
    noError,
    ...told(":WAV:SOUR CHAN2", ":WAV:MODE RAW", ":WAV:FORM BYTE"),
    noError,
    asked(":WAV:PRE?", "0,2,1200,1,1.500000e-08,-2.500000e-03,0,4.000000e-03,-25,127"),
    ...piece(100_001, 300_000),
    asked(":WAV:DATA?", block(200_000, 127)),
    asked(":SYST:ERR?", '-222,"Data out of range"'),
    noError,
  ];
  await dialogue([...hello, ...armed, ...script], open, async (scope) => {
    await scope.arm(plan, never);
    await assert.rejects(scope.captures(5, never).next(), { kind: "instrument-refused", message: /-222/ });
  });
});

test("the time limit stops the scope, and there is no record", async () => {
  const script = [asked(":TRIG:STAT?", "WAIT"), ...told(":STOP")];
  await dialogue([...hello, ...armed, ...script], open, async (scope, { heard }) => {
    await scope.arm(plan, never);
    await assert.rejects(scope.captures(-1, never).next(), /0 of 1 triggers came/);
    await until("a stop", () => (heard.at(-1) === ":STOP" ? true : undefined));
  });
});

test("making safe stops the scope", async () => {
  const off = told(":STOP", ":SOUR1:OUTP OFF", ":SOUR2:OUTP OFF");
  await dialogue([...hello, ...off, noError], open, async (scope) => scope.makeSafe());
});

const newer = asked("*IDN?", "RIGOL TECHNOLOGIES,MSO5074,MS5A123456789,00.01.03.00.01");
const off = told(":STOP", ":SOUR1:OUTP OFF", ":SOUR2:OUTP OFF");

test("an MSO5000 whose generator takes its OFF is asked whether it is off, and again where it says that it is not", async () => {
  const script: Turn[] = [
    ...off,
    noError,
    ...told(":SOUR1:OUTP OFF"),
    noError,
    asked(":SOUR1:OUTP?", "0"),
    ...told(":SOUR2:OUTP OFF"),
    noError,
    asked(":SOUR2:OUTP?", "0"),
    ...off,
    asked(":SOUR1:OUTP?", "0"),
    asked(":SOUR2:OUTP?", "0"),
    noError,
    asked(":SOUR1:OUTP?", "1"), // somebody turned it on at its front panel
    ...off,
    asked(":SOUR1:OUTP?", "1"),
    ...off,
    asked(":SOUR1:OUTP?", "1"),
  ];
  await dialogue([newer, noError, ...script], open, async (scope) => {
    await scope.makeSafe();
    assert.equal(await scope.outputIsOn(), true);
    await assert.rejects(scope.makeSafe(), { kind: "no-answer", message: /:SOUR1:OUTP\? still answers/ });
  });
});

test("an MSO5000 without a generator refuses those messages, and is safe all the same", async () => {
  const unknown = asked(":SYST:ERR?", '-113,"Undefined header"');
  const absent = (n: number): Turn[] => [...told(`:SOUR${n}:OUTP OFF`), unknown, noError];
  const script = [...off, unknown, unknown, noError, ...absent(1), ...absent(2)];
  await dialogue([newer, noError, ...script, ...off, unknown, unknown, noError], open, async (scope) => {
    await scope.makeSafe();
    await scope.makeSafe(); // known by now
    assert.equal(await scope.outputIsOn(), false);
  });
});

test("an offset that the scope made another is refused, and it is stopped", async () => {
  const at = armed.findIndex((turn) => "expect" in turn && turn.expect === ":CHAN2:OFFS?");
  const script = [...armed.slice(0, at), asked(":CHAN2:OFFS?", "0.0"), ...told(":STOP")];
  await dialogue([...hello, ...script], open, async (scope, { heard }) => {
    await assert.rejects(scope.arm(plan, never), /an offset of 100 mV was asked for/);
    await until("a stop", () => (heard.at(-1) === ":STOP" ? true : undefined));
  });
});

test("a plan becomes a scale of 1, 2 or 5 and the smallest memory that is enough", () => {
  const [old, newer] = [familyOf("DS1054Z"), familyOf("MSO5074")];
  assert.ok(old && newer);
  assert.deepEqual([2e-4, 2.1e-4, 5e-4, 1e-9, 9.9e-3].map(nextStep), [2e-4, 5e-4, 5e-4, 1e-9, 1e-2]);
  assert.deepEqual(recordFor("s", plan, old), { scale_s: 5e-4, offset_s: 5e-4, depth: 1.2e6 });
  assert.deepEqual(recordFor("s", plan, newer), { scale_s: 5e-4, offset_s: 5e-4, depth: 1e6 });
  const refused = (change: Partial<CapturePlan>, why: RegExp) =>
    assert.throws(
      () => recordFor("s", { ...plan, ...change }, old),
      (error: MemrigError) => error.kind === "invalid-request" && why.test(error.message),
    );
  refused({ channels: [{ channel: 2, range_V: 1, offset_V: 0, impedance: "50" }] }, /50 Ω feed-through/);
  refused({ average: 12 }, /it takes 2, 4, 8/);
  refused({ segments: 2 }, /room for 1 to 1/);
  refused({ points: 11e6, window_s: 1.3 }, /room for 12000000/);
});

test("a preamble with an increment of 0 is not believed", () => {
  const preamble = parseRigolPreamble("0,2,600,1,2.0e-09,-6.0e-07,0,8.984375e-02,0,113");
  assert.deepEqual([preamble.start_s, preamble.codeAtZero], [-6e-7, 113]);
  assert.throws(() => parseRigolPreamble("0,2,600,1,0,-6.0e-07,0,8.9e-02,0,113"), /not the preamble/);
});
