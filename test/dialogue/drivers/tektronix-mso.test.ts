import assert from "node:assert/strict";
import { test } from "node:test";
import { tektronixEvents, parseEvents } from "../../../drivers/scope/tektronix-events.js";
import { modelOf } from "../../../drivers/scope/tektronix-mso-models.js";
import { TektronixMso } from "../../../drivers/scope/tektronix-mso.js";
import { parseTimestamps } from "../../../drivers/scope/tektronix-timestamps.js";
import type { CapturePlan } from "../../../src/capabilities/index.js";
import type { MemrigError } from "../../../src/errors.js";
import { encodeBlock } from "../../../src/scpi/index.js";
import { dialogue } from "../../support/dialogue.js";
import { asked, told } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";

const noEvent = asked("*ESR?;:ALLEV?", '0;0,"No events to report - queue empty"');
const hello: Turn[] = [
  asked("*IDN?", "TEKTRONIX,MSO54,C012345,CF:91.1CT FV:1.30.6.100"),
  ...told("HEAD OFF"),
  asked("*OPT?", '"5-AFG:Arbitrary Function Generator"'),
  // What was there before the program came is forgotten: power on is no error, the rest is not ours.
  asked("*ESR?;:ALLEV?", '128;401,"Power on; "'),
];
const open = (session: Parameters<typeof TektronixMso.open>[0]) => TektronixMso.open(session, "scope");
const never = new AbortController().signal;

const plan: CapturePlan = {
  channels: [
    { channel: 1, range_V: 4, offset_V: 0.5 },
    { channel: 3, range_V: 0.08, offset_V: 0, impedance: "50", coupling: "ac", bandwidth_Hz: 20e6 },
  ],
  window_s: 1e-6,
  pretrigger_s: 1e-7,
  trigger: { channel: 1, level_V: 0.6, slope: "rising" },
  segments: 2,
  points: 80,
};

const setUp: Turn[] = [
  ...told(
    "HEAD OFF",
    "DESE 255",
    "ACQ:STATE OFF",
    "DISPLAY:GLOBAL:CH1:STATE ON",
    "CH1:TER 1E+6",
    "CH1:COUP DC",
    "CH1:BAN FUL",
    "CH1:INV OFF",
    "CH1:SCA 4E-1",
    "CH1:POS 0",
    "CH1:OFFS 5E-1",
    "DISPLAY:GLOBAL:CH2:STATE OFF",
    "DISPLAY:GLOBAL:CH3:STATE ON",
    "CH3:TER 50",
    "CH3:COUP AC",
    "CH3:BAN 2E+7",
    "CH3:INV OFF",
    "CH3:SCA 8E-3",
    "CH3:POS 0",
    "CH3:OFFS 0E+0",
    "DISPLAY:GLOBAL:CH4:STATE OFF",
    "TRIG:A:TYP EDGE",
    "TRIG:A:EDGE:SOU CH1",
    "TRIG:A:EDGE:COUP DC",
    "TRIG:A:EDGE:SLO RIS",
    "TRIG:A:LEV:CH1 6E-1",
    "TRIG:A:MOD NORM",
  ),
  noEvent,
];
const verified: Turn[] = [
  asked("CH1:SCA?", "400.0E-3"),
  asked("CH1:OFFS?", "500.0E-3"),
  asked("CH3:SCA?", "8.0E-3"),
  asked("CH3:OFFS?", "0.0E+0"),
  ...told("HOR:MODE MAN"),
  noEvent,
  ...told("HOR:MODE:SAMPLER 1e+9"),
  noEvent,
  asked("HOR:MODE:SAMPLER?", "625.0E+6"), // the nearest it has is too slow
  ...told("HOR:MODE:SAMPLER 1.5e+9"),
  noEvent,
  asked("HOR:MODE:SAMPLER?", "1.25E+9"),
];
const started: Turn[] = [
  ...told(
    "HOR:MODE:RECO 1250",
    "HOR:DEL:MOD OFF",
    "HOR:POS 1E+1",
    "ACQ:MOD SAM",
    "HOR:FAST:STATE ON",
    "HOR:FAST:COUN 2",
    "ACQ:STOPA SEQ",
  ),
  noEvent,
  asked("HOR:MODE:RECO?", "1250"),
  asked("HOR:FAST:COUN?", "2"),
  ...told("ACQ:STATE ON"),
  noEvent,
  asked("ACQ:STATE?", "1"),
  asked("TRIG:STATE?", "ARMED"),
  asked("ACQ:STATE?", "1"),
  asked("TRIG:STATE?", "READY"),
];
const armed = [...hello, ...setUp, ...verified, ...started];

function record(...codes: number[]): Uint8Array {
  const data = Buffer.alloc(2 * 1250 * 2);
  codes.forEach((code, i) => data.writeInt16BE(code, 2 * i));
  return Buffer.concat([encodeBlock(data), Buffer.from("\n")]);
}
const readOf = (channel: number, answer: Uint8Array): Turn[] => [
  ...told(
    `DAT:SOU CH${channel}`,
    "DAT:ENC RIB",
    "DAT:WID 2",
    "DAT:STAR 1",
    "DAT:STOP 1250",
    "DAT:FRAMESTAR 1",
    "DAT:FRAMESTOP 2",
  ),
  noEvent,
  asked("WFMO:YMU?", "6.25E-5"),
  asked("WFMO:YOF?", "0.0E+0"),
  asked("WFMO:YZE?", "500.0E-3"),
  asked("CURV?", answer),
];

test("two FastFrame records come in one block a channel, and become volts and times", async () => {
  const times = '"1: 22 Nov 2026 20:00:59.999 999 999 000,2: 22 Nov 2026 20:01:00.000 100 124 000"';
  const script = [
    asked("ACQ:STATE?", "1"),
    asked("TRIG:STATE?", "READY"),
    asked("ACQ:STATE?", "0"),
    asked("ACQ:NUMFRAMESACQ?", "2"),
    asked("HOR:FAST:TIMES:ALL:CH1? 1,2", times),
    asked("HOR:MODE:RECO?", "1250"),
    ...readOf(1, record(0, 1600, -1600)),
    ...readOf(3, record(16)),
    asked("WFMO:XIN?", "800.0E-12"),
    asked("WFMO:XZE?", "-100.0E-9"),
    asked("WFMO:PT_O?", "0"),
  ];
  await dialogue([...armed, ...script], open, async (scope) => {
    await scope.arm(plan, never);
    const seen = [];
    for await (const { segment, trigger_s, start_s, step_s, volts } of scope.captures(5, never)) {
      const first = [...(volts.get(1) ?? [])].slice(0, 3).map((volt) => Number(volt.toFixed(6)));
      seen.push({ segment, trigger_s: Number(trigger_s.toFixed(12)), start_s, step_s, first });
    }
    assert.deepEqual(seen, [
      { segment: 0, trigger_s: 0, start_s: -1e-7, step_s: 8e-10, first: [0.5, 0.6, 0.4] },
      { segment: 1, trigger_s: 0.000100125, start_s: -1e-7, step_s: 8e-10, first: [0.5, 0.5, 0.5] },
    ]);
  });
});

test("a refusal is told with all its events, and a scale that came out smaller is one", async () => {
  const refused = [
    ...setUp.slice(0, -1),
    asked("*ESR?;:ALLEV?", '32;113,"Undefined header; CH1:TER",222,"Data; "'),
    noEvent,
  ];
  await dialogue([...hello, ...refused], open, async (scope) => {
    await assert.rejects(scope.arm(plan, never), /113 "Undefined header; CH1:TER \| 222 Data"/);
  });
  await dialogue([...hello, ...setUp, asked("CH1:SCA?", "200.0E-3")], open, async (scope) => {
    await assert.rejects(scope.arm(plan, never), /a range of 4 V was asked for on channel 1.*made it 2 V/);
  });
});

test("triggers that do not come are counted after the scope was stopped", async () => {
  const late = [asked("ACQ:STATE?", "1"), asked("TRIG:STATE?", "READY"), ...told("ACQ:STATE OFF")];
  await dialogue([...armed, ...late, asked("ACQ:NUMFRAMESACQ?", "1")], open, async (scope) => {
    await scope.arm(plan, never);
    await assert.rejects(scope.captures(-1, never).next(), (error: MemrigError) => {
      assert.equal(error.kind, "no-answer");
      assert.match(error.message, /1 of 2 triggers came/);
      return true;
    });
  });
});

test("making safe stops the scope and turns its function generator off", async () => {
  const script = [...told("ACQ:STATE OFF", "AFG:OUTP:STATE 0"), asked("AFG:OUTP:STATE?", "0"), noEvent];
  await dialogue([...hello, ...script], open, async (scope) => scope.makeSafe());
});

test("events that are no errors are none, and text that is no event is not guessed at", () => {
  assert.equal(tektronixEvents.parse('1;402,"Operation complete; "'), undefined);
  assert.equal(tektronixEvents.parse(':ALLEV 0,"No events to report - queue empty"'), undefined);
  assert.deepEqual(parseEvents('2244,"a ""quoted"" word; "'), [{ code: 2244, text: 'a "quoted" word' }]);
  assert.throws(
    () => tektronixEvents.parse("1000"),
    (error: MemrigError) => error.kind === "bad-reply",
  );
});

test("frame times keep their picoseconds over a change of year, and a missing one is noticed", () => {
  const reply = '"1: 31 Dec 2026 23:59:59.999 999 999 999,2: 01 Jan 2027 00:00:00.000 000 000 001"';
  const [first, second] = parseTimestamps(reply, 2).times_s;
  assert.equal(first, 0);
  assert.ok(Math.abs((second ?? NaN) - 2e-12) < 1e-15);
  assert.throws(() => parseTimestamps(reply, 3), /2 frame times came, and 3 were asked for/);
});

test("models are told apart by their names, and others are not taken", () => {
  assert.deepEqual([modelOf("MSO58LP")?.ranges.channels, modelOf("MSO58LP")?.ranges.external], [8, true]);
  assert.equal(modelOf("MSO54")?.ranges.external, false);
  assert.equal(modelOf("MSO64B")?.ranges.minStep_s, 1 / 25e9);
  const rows = ["MDO3012", "MDO3104", "DPO3054", "MSO4104", "DPO4054B", "MSO4104B-L", "MDO4054B-3", "MDO4034C"].map(
    (name) => {
      const { ranges, lengths, generator } = modelOf(name) ?? {};
      return [name, ranges?.channels, lengths?.join(), 1e-9 / (ranges?.minStep_s ?? NaN), ranges?.external, generator];
    },
  );
  const ten = "1000,10000,100000,1000000,5000000,10000000";
  const five = "1000,10000,100000,1000000,5000000";
  assert.deepEqual(rows, [
    ["MDO3012", 2, ten, 2.5, false, "CONFIG:AFG?"],
    ["MDO3104", 4, ten, 5, false, "CONFIG:AFG?"],
    ["DPO3054", 4, five, 2.5, true, undefined],
    ["MSO4104", 4, "1000,10000,100000,1000000,10000000", 5, true, undefined],
    ["DPO4054B", 4, `${ten},20000000`, 2.5, true, undefined],
    ["MSO4104B-L", 4, five, 5, true, undefined],
    ["MDO4054B-3", 4, `${ten},20000000`, 2.5, false, undefined],
    ["MDO4034C", 4, `${ten},20000000`, 2.5, false, "CONFIG:AFG?"],
  ]);
  assert.equal(modelOf("MSO5104B"), undefined);
  assert.equal(modelOf("AFG31052"), undefined);
});
