import assert from "node:assert/strict";
import { test } from "node:test";
import { familyOf } from "../../../drivers/scope/siglent-sds-models.js";
import { recordFor } from "../../../drivers/scope/siglent-sds-plan.js";
import { SiglentSds } from "../../../drivers/scope/siglent-sds.js";
import { numberIn } from "../../../drivers/scope/siglent-settings.js";
import { parseWaveDescriptor, sinceFirst } from "../../../drivers/scope/siglent-wavedesc.js";
import type { CapturePlan } from "../../../src/capabilities/index.js";
import type { MemrigError } from "../../../src/errors.js";
import { dialogue } from "../../support/dialogue.js";
import { asked, told } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";
import { until } from "../../support/until.js";

const open = (session: Parameters<typeof SiglentSds.open>[0]) => SiglentSds.open(session, "scope");
const never = new AbortController().signal;
const flatIs = asked("*IDN?", "Siglent Technologies,SDS1104X-E,SDSMMEBQ2R1234,8.2.6.1.37R9");
const treeIs = asked("*IDN?", "Siglent Technologies,SDS824X HD,SDS08A0X802019,1.1.3.8");
/** No generator: the question stays unanswered. */
const flatHello: Turn[] = [flatIs, ...told("C1:OUTP?")];
const treeHello: Turn[] = [treeIs, ...told("C1:OUTP?")];
const set = (header: string, value: string, reply = value): Turn[] => [
  ...told(`${header} ${value}`),
  asked(`${header}?`, reply),
];

/** As both languages send it: nine digits, and two line feeds at the end. */
const block = (bytes: Uint8Array, header = "") =>
  Buffer.concat([Buffer.from(`${header}#9${String(bytes.length).padStart(9, "0")}`), bytes, Buffer.from("\n\n")]);

const plan: CapturePlan = {
  channels: [{ channel: 2, range_V: 0.8, offset_V: 0.1, coupling: "ac", bandwidth_Hz: 20e6 }],
  window_s: 12e-6,
  pretrigger_s: 2e-6,
  trigger: { channel: 2, level_V: 0.05, slope: "falling" },
  segments: 1,
  points: 1200,
};

const flatArmed: Turn[] = [
  ...flatHello,
  ...told("TRIG_MODE AUTO"),
  ...set("C1:TRA", "OFF", "C1:TRA OFF"),
  ...set("C2:TRA", "ON", "C2:TRA ON"),
  ...set("C2:CPL", "A1M", "C2:CPL A1M"),
  ...set("C2:BWL", "ON", "C2:BWL ON"),
  ...set("C2:INVS", "OFF", "C2:INVS OFF"),
  ...told("C2:VDIV 1E-1V"),
  asked("C2:VDIV?", "C2:VDIV 5.00E-01V"), // that of before: the command came too soon and was dropped
  ...set("C2:VDIV", "1E-1V", "C2:VDIV 1.00E-01V"),
  ...set("C2:OFST", "-1E-1V", "C2:OFST -1.00E-01V"),
  ...set("C3:TRA", "OFF", "C3:TRA OFF"),
  ...set("C4:TRA", "OFF", "C4:TRA OFF"),
  ...set("ACQW", "SAMPLING", "ACQW SAMPLING"),
  ...set("MSIZ", "14K", "MSIZ 14K"),
  ...set("TDIV", "1E-6S", "TDIV 1.00E-06S"),
  ...set("TRDL", "4E-6S", "TRDL 4.00E-06S"),
  ...told("TRSE EDGE,SR,C2,HT,OFF"),
  asked("TRSE?", "TRSE EDGE,SR,C2,HT,OFF"),
  ...set("C2:TRCP", "DC", "C2:TRCP DC"),
  ...set("C2:TRSL", "NEG", "C2:TRSL NEG"),
  ...set("C2:TRLV", "5E-2V", "C2:TRLV 5.00E-02V"),
  asked("C2:VDIV?", "C2:VDIV 1.00E-01V"),
  asked("SARA?", "SARA 1.00E+09Sa/s"),
  asked("INR?", "INR 8193"), // of before
  ...told("TRIG_MODE SINGLE"),
  asked("SAST?", "SAST Ready"),
];

test("the flat language: a dropped command is told again, and the window is cut out of 14 divisions", async () => {
  const script: Turn[] = [
    ...flatArmed,
    asked("SAST?", "SAST Stop"),
    asked("INR?", "INR 1"),
    asked("SANU? C2", "SANU 1.40E+04pts"),
    asked("C2:OFST?", "C2:OFST -1.00E-01V"),
    asked("C2:VDIV?", "C2:VDIV 1.00E-01V"),
    ...told("WFSU SP,1,NP,12000,FP,1000"),
    asked("C2:WF? DAT2", block(Buffer.alloc(12_000, 0xfe), "C2:WF ALL,")),
  ];
  await dialogue(script, open, async (scope) => {
    await scope.arm(plan, never);
    for await (const { start_s, step_s, volts } of scope.captures(5, never)) {
      const values = volts.get(2) ?? new Float64Array(0);
      assert.equal(values.length, 12_000);
      assert.ok(Math.abs(start_s + 2e-6) < 1e-12 && Math.abs(step_s - 1e-9) < 1e-15);
      // Code -2, 25 codes a division of 0.1 V, and the offset.
      assert.ok(values.every((value) => Math.abs(value - 0.092) < 1e-12));
    }
  });
});

test("a setting that never comes back is refused, and the scope is stopped", async () => {
  const at = flatArmed.findIndex((turn) => "expect" in turn && turn.expect === "C2:CPL A1M");
  const tries = Array.from({ length: 3 }, () => set("C2:CPL", "A1M", "C2:CPL D1M")).flat();
  const script = [...flatArmed.slice(0, at), ...tries, ...told("TRIG_MODE STOP")];
  await dialogue(script, open, async (scope, { heard }) => {
    await assert.rejects(scope.arm(plan, never), (error: MemrigError) => {
      assert.equal(error.kind, "instrument-refused");
      assert.match(error.message, /C2:CPL\? answers "C2:CPL D1M"\. It is stopped/);
      return true;
    });
    await until("a stop", () => (heard.at(-1) === "TRIG_MODE STOP" ? true : undefined));
  });
});

interface Fields {
  readonly wide: boolean;
  readonly points: number;
  readonly records: number;
  readonly division_V: number;
  readonly offset_V: number;
  readonly codes: number;
  readonly step_s: number;
  readonly probe: number;
  readonly stamps: readonly (readonly [minute: number, second_s: number])[];
}

function descriptorOf(fields: Fields): Buffer {
  const bytes = Buffer.alloc(346 + 16 * fields.stamps.length);
  bytes.write("WAVEDESC", 0);
  bytes.writeInt16LE(fields.wide ? 1 : 0, 32);
  bytes.writeInt32LE(fields.points, 116);
  bytes.writeInt32LE(fields.records, 148);
  bytes.writeFloatLE(fields.division_V, 156);
  bytes.writeFloatLE(fields.offset_V, 160);
  bytes.writeFloatLE(fields.codes, 164);
  bytes.writeFloatLE(fields.step_s, 176);
  bytes.writeFloatLE(fields.probe, 328);
  for (const [k, [minute, second_s]] of fields.stamps.entries()) {
    const at = 346 + 16 * k;
    bytes.writeDoubleLE(second_s, at);
    bytes.set([minute, 23, 31, 12], at + 8);
    bytes.writeInt16LE(2025, at + 12);
  }
  return bytes;
}

test("the tree: a sequence gives its times with the descriptor, and its records one by one, in 16-bit words", async () => {
  const fields = {
    wide: true,
    points: 10_000,
    records: 2,
    division_V: 0.1,
    offset_V: -0.1,
    codes: 7680,
    step_s: 2e-9,
    probe: 1,
  };
  const stamps = [[59, 59.9999] as const, [59, 60.0001] as const];
  const select = (sequence: string) => told(":WAV:SOUR C2", `:WAV:SEQ ${sequence}`);
  const wide = told(":WAV:WIDT WORD", ":WAV:INT 1");
  const codes = (code: number) => Buffer.from(Int16Array.from({ length: 6000 }, () => code).buffer);
  const script: Turn[] = [
    ...treeHello,
    ...told("TRIG_MODE AUTO"),
    ...set(":CHAN1:SWIT", "OFF"),
    ...set(":CHAN2:SWIT", "ON"),
    ...set(":CHAN2:COUP", "AC"),
    ...set(":CHAN2:BWL", "20M"),
    ...set(":CHAN2:INV", "OFF"),
    ...set(":CHAN2:SCAL", "1E-1", "1.00E-01"),
    ...set(":CHAN2:OFFS", "-1E-1", "-1.00E-01"),
    ...set(":CHAN3:SWIT", "OFF"),
    ...set(":CHAN4:SWIT", "OFF"),
    ...set(":ACQ:TYPE", "NORM", "NORMal"),
    ...set(":ACQ:MMAN", "AUTO"),
    ...set(":ACQ:MDEP", "10k"),
    ...set(":TIM:SCAL", "2E-6", "2.00E-06"),
    ...set(":TIM:DEL", "4E-6", "4.00E-06"),
    ...set(":ACQ:SEQ", "ON"),
    ...set(":ACQ:SEQ:COUN", "2"),
    ...set(":TRIG:TYPE", "EDGE"),
    ...set(":TRIG:EDGE:SOUR", "C2"),
    ...set(":TRIG:EDGE:COUP", "DC"),
    ...set(":TRIG:EDGE:SLOP", "FALL", "FALLing"),
    ...set(":TRIG:EDGE:LEV", "5E-2", "5.00E-02"),
    asked(":CHAN2:SCAL?", "1.00E-01"),
    asked(":ACQ:SRAT?", "5.00E+08"),
    ...told("TRIG_MODE SINGLE"),
    asked(":TRIG:STAT?", "Auto"), // still that of before
    asked(":TRIG:STAT?", "Ready"),
    asked(":TRIG:STAT?", "Stop"),
    ...select("0,1"),
    ...wide,
    asked(":WAV:PRE?", block(descriptorOf({ ...fields, stamps: [] }))),
    ...select("0,1"),
    ...wide,
    asked(":WAV:PRE?", block(descriptorOf({ ...fields, stamps: stamps.slice(0, 1) }))), // one at a time, and it goes on
    ...select("0,2"),
    ...wide,
    asked(":WAV:PRE?", block(descriptorOf({ ...fields, stamps: stamps.slice(1) }))),
    ...select("1,0"),
    ...wide,
    asked(":WAV:PRE?", block(descriptorOf({ ...fields, stamps: stamps.slice(0, 1) }))),
    asked(":WAV:MAXP?", "5000000"),
    ...select("1,0"),
    ...told(":WAV:STAR 2000", ":WAV:POIN 6000"),
    asked(":WAV:DATA?", block(codes(7680))),
    ...select("2,0"),
    ...told(":WAV:STAR 2000", ":WAV:POIN 6000"),
    asked(":WAV:DATA?", block(codes(-7680))),
  ];
  await dialogue(script, open, async (scope) => {
    await scope.arm({ ...plan, segments: 2, points: 1000 }, never);
    const seen: number[][] = [];
    for await (const { trigger_s, start_s, volts } of scope.captures(5, never)) {
      const values = volts.get(2) ?? new Float64Array(0);
      assert.equal(values.length, 6000);
      seen.push([trigger_s, start_s, values[0] ?? NaN, values[5999] ?? NaN].map((value) => Number(value.toFixed(7))));
    }
    // One division above and below the middle, which is at 0.1 V; the descriptor's volts have seven digits.
    assert.deepEqual(seen, [
      [0, -2e-6, 0.2, 0.2],
      [0.0002, -2e-6, 0, 0],
    ]);
  });
});

test("making safe stops it in a word that both languages know, and turns a built-in generator off", async () => {
  await dialogue([...treeHello, ...told("TRIG_MODE STOP", "C1:OUTP OFF")], open, async (scope, { heard }) => {
    await scope.makeSafe();
    await until("both messages", () => (heard.at(-1) === "C1:OUTP OFF" ? true : undefined));
  });
});

test("a generator that is there, inside or plugged in (SAG1021I), is asked whether it is off; where none answers it is only told", async () => {
  const hello = asked("*IDN?", "Siglent Technologies,SDS2104X HD,SDS2HA0X000000,1.2.2.9");
  const off = told("TRIG_MODE STOP", "C1:OUTP OFF");
  const script = [
    ...off,
    asked("C1:OUTP?", "C1:OUTP OFF,LOAD,HZ,PLRT,NOR"),
    asked("C1:OUTP?", "C1:OUTP ON,LOAD,50,PLRT,NOR"),
  ];
  await dialogue([hello, asked("*OPT?", "FG,I2S"), ...script], open, async (scope) => {
    await scope.makeSafe();
    assert.equal(await scope.outputIsOn(), true);
  });
  const [plugged, ...later] = ["ON,LOAD,HZ,PLRT,NOR", "OFF,LOAD,HZ,PLRT,NOR", "ON,LOAD,HZ,PLRT,NOR"].map((state) =>
    asked("C1:OUTP?", `C1:OUTP ${state}`),
  );
  assert.ok(plugged);
  for (const is of [flatIs, treeIs]) {
    await dialogue([is, plugged, ...off, ...later], open, async (scope) => {
      await scope.makeSafe();
      assert.equal(await scope.outputIsOn(), true);
    });
  }
  await dialogue([hello, asked("*OPT?", "I2S"), ...told("C1:OUTP?"), ...off], open, async (scope, { heard }) => {
    await scope.makeSafe();
    await until("both messages", () => (heard.at(-1) === "C1:OUTP OFF" ? true : undefined));
  });
});

test("the guide's example of a descriptor: code -11 at 10 V a division and 14.5 V of offset is -18.167 V", () => {
  const fields = {
    wide: false,
    points: 1000,
    records: 1,
    division_V: 10,
    offset_V: 14.5,
    codes: 30,
    step_s: 2e-10,
    probe: 1,
    stamps: [],
  };
  const volts = (code: number, change: Partial<Fields> = {}) => {
    const { perCode_V, atZero_V } = parseWaveDescriptor("s", descriptorOf({ ...fields, ...change }));
    return Number((code * perCode_V + atZero_V).toFixed(3));
  };
  assert.equal(volts(-11), -18.167);
  assert.equal(volts(-11, { codes: 0 }), -18.167); // old firmware leaves the field empty
  assert.equal(volts(-11 * 256, { wide: true, codes: 7680 }), -18.167);
  assert.equal(volts(-11 * 256, { wide: true }), -18.167); // and other counts in bytes all the same
  assert.equal(volts(-11, { probe: 10 }), -181.667);
  assert.throws(() => parseWaveDescriptor("s", Buffer.alloc(346)), /that is none/);
  assert.throws(() => parseWaveDescriptor("s", Buffer.alloc(12)), /of 12 bytes/);
  assert.throws(() => volts(0, { step_s: 0 }), /0 s a sample/);
  const newYear = sinceFirst([
    { minute_ms: Date.UTC(2025, 11, 31, 23, 59), second_s: 59.75 },
    { minute_ms: Date.UTC(2026, 0, 1), second_s: 0.25 },
  ]);
  assert.deepEqual(newYear, [0, 0.5]);
});

test("numbers are read with and without header, prefix and unit", () => {
  const replies = ["C1:VDIV 5.00E-01V", "5.00E-01", "SARA 1.00GSa/s", "14Mpts", "500.00kSa/s", "-2E-3S", "****"];
  assert.deepEqual(replies.map(numberIn), [0.5, 0.5, 1e9, 14e6, 5e5, -2e-3, NaN]);
});

test("a plan becomes a scale of 1, 2 or 5 and the smallest memory that is enough, shared as the channels share it", () => {
  const one = { channel: 1, range_V: 1, offset_V: 0 };
  const [flat, plus] = [familyOf("SDS1104X-E"), familyOf("SDS2104X Plus")];
  assert.ok(flat && plus);
  const words = (family: typeof flat, channels: number[], points: number) =>
    recordFor("s", { ...plan, points, window_s: 14e-3, channels: channels.map((channel) => ({ ...one, channel })), trigger: { ...plan.trigger, channel: 1 } }, family).depthWord; // prettier-ignore
  assert.deepEqual([words(flat, [1, 3], 8000), words(flat, [1, 2], 8000)], ["14K", "70K"]);
  assert.deepEqual([words(plus, [1], 12_000), words(plus, [1, 3], 12_000)], ["20k", "100k"]);
  assert.deepEqual(
    [familyOf("SDS1072CML"), familyOf("SDS6204A"), familyOf("SDS1104X HD")?.wide],
    [undefined, undefined, true],
  );
  const refused = (change: Partial<CapturePlan>, why: RegExp) =>
    assert.throws(
      () => recordFor("s", { ...plan, ...change }, flat),
      (error: MemrigError) => error.kind === "invalid-request" && why.test(error.message),
    );
  refused({ channels: [{ ...one, channel: 2, impedance: "50" }] }, /50 Ω feed-through/);
  refused({ average: 8 }, /it takes 4, 16, 32/);
  refused({ segments: 2 }, /room for 1 to 1/);
});
