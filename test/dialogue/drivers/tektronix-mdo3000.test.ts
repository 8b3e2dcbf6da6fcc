import assert from "node:assert/strict";
import { test } from "node:test";
import { TektronixMso } from "../../../drivers/scope/tektronix-mso.js";
import type { CapturePlan } from "../../../src/capabilities/index.js";
import type { MemrigError } from "../../../src/errors.js";
import { encodeBlock } from "../../../src/scpi/index.js";
import { dialogue } from "../../support/dialogue.js";
import { asked, told } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";

const noEvent = asked("*ESR?;:ALLEV?", '0;0,"No events to report - queue empty"');
const hello: Turn[] = [
  asked("*IDN?", "TEKTRONIX,MDO3012,B020857,CF:91.1CT FV:v1.30"),
  ...told("HEAD OFF"),
  asked("CONFIG:AFG?", "1"),
  asked("CONFIG:AUXIN?", "1"),
  asked("*ESR?;:ALLEV?", '128;401,"Power on; "'),
];
const open = (session: Parameters<typeof TektronixMso.open>[0]) => TektronixMso.open(session, "scope");
const never = new AbortController().signal;

const plan: CapturePlan = {
  channels: [{ channel: 1, range_V: 4, offset_V: 0.5, impedance: "50" }],
  window_s: 3e-6,
  pretrigger_s: 1e-6,
  trigger: { channel: "external", level_V: 0.6, slope: "falling" },
  segments: 1,
  points: 600,
};

const setUp: Turn[] = [
  ...told(
    "HEAD OFF",
    "DESE 255",
    "ACQ:STATE OFF",
    "SEL:CH1 ON",
    "CH1:TER FIF",
    "CH1:COUP DC",
    "CH1:BAN FUL",
    "CH1:INV OFF",
    "CH1:SCA 4E-1",
    "CH1:POS 0",
    "CH1:OFFS 5E-1",
    "SEL:CH2 OFF",
    "TRIG:A:TYP EDGE",
    "TRIG:A:EDGE:SOU AUX",
    "TRIG:A:EDGE:COUP DC",
    "TRIG:A:EDGE:SLO FALL",
    "TRIG:A:LEV:AUX 6E-1",
    "TRIG:A:MOD NORM",
  ),
  noEvent,
  asked("CH1:SCA?", "400.0000E-3"),
  asked("CH1:OFFS?", "500.0000E-3"),
];
/** 600 points in 3 µs are 200 MSa/s: 1000 points in 4 µs would do, were the scope as fast as its list says. */
const timeBase = (length: number, rate: string): Turn[] => [
  ...told(`HOR:RECO ${length}`, "HOR:SCA 4e-7"),
  noEvent,
  asked("HOR:RECO?", String(length)),
  asked("HOR:SAMPLER?", rate),
];
const started: Turn[] = [
  ...told("HOR:DEL:MOD OFF", "HOR:POS 2.5E+1", "ACQ:MOD SAM", "ACQ:STOPA SEQ"),
  noEvent,
  ...told("ACQ:STATE ON"),
  noEvent,
];
const waiting = [asked("ACQ:STATE?", "1"), asked("TRIG:STATE?", "READY")];
const done = [asked("ACQ:STATE?", "0"), asked("ACQ:NUMAC?", "1")];

/** The window begins at the 20th point of this record. */
const read: Turn[] = [
  asked("HOR:RECO?", "1000"),
  ...told("DAT:SOU CH1", "DAT:STAR 1", "DAT:STOP 1000"),
  noEvent,
  asked("WFMO:XIN?", "4.0000E-9"),
  asked("WFMO:XZE?", "-1.0800E-6"),
  asked("WFMO:PT_O?", "0"),
  ...told("DAT:SOU CH1", "DAT:ENC RIB", "DAT:WID 2", "DAT:STAR 21", "DAT:STOP 770"),
  noEvent,
  asked("WFMO:YMU?", "62.5000E-6"),
  asked("WFMO:YOF?", "0.0E+0"),
  asked("WFMO:YZE?", "500.0000E-3"),
];
function curve(points: number): Turn {
  const data = Buffer.alloc(2 * points);
  data.writeInt16BE(1600, 0);
  return asked("CURV?", Buffer.concat([encodeBlock(data), Buffer.from("\n")]));
}

test("MDO3000: the window is cut out of a record of ten divisions, and taken again without being set up again", async () => {
  const script = [
    ...hello,
    ...setUp,
    ...timeBase(1000, "250.0000E+6"),
    ...started,
    ...[waiting, done, read, curve(750)].flat(),
    ...told("ACQ:STATE ON"),
    noEvent,
    ...[waiting, done, read, curve(750)].flat(),
  ];
  await dialogue(script, open, async (scope) => {
    for (const round of [1, 2]) {
      await scope.arm(plan, never);
      for await (const { start_s, step_s, volts } of scope.captures(5, never)) {
        assert.deepEqual([Number(start_s.toFixed(12)), step_s], [-1e-6, 4e-9]);
        const values = volts.get(1);
        assert.equal(values?.length, 750);
        assert.deepEqual(
          [...(values ?? [])].slice(0, 2).map((volt) => Number(volt.toFixed(6))),
          [0.6, 0.5],
          `round ${round}`,
        );
      }
    }
  });
});

test("MDO3000: a rate that came out too slow is made up for by a longer record, and if none helps, told", async () => {
  const slower = timeBase(1000, "100.0000E+6");
  const longer = (length: number, rate: string) => timeBase(length, rate);
  const position = told("HOR:DEL:MOD OFF", "HOR:POS 2.5E+1", "ACQ:MOD SAM", "ACQ:STOPA SEQ");
  const script = [...slower, ...longer(10_000, "2.5000E+9"), ...position, noEvent, ...told("ACQ:STATE ON"), noEvent];
  await dialogue([...hello, ...setUp, ...script, ...waiting], open, (scope) => scope.arm(plan, never));
  const never200 = [1e3, 1e4, 1e5, 1e6, 5e6, 1e7].flatMap((length) => {
    const scale = length <= 1e4 ? "4e-7" : { 1e5: "4e-6", 1e6: "4e-5", 5e6: "2e-4", 1e7: "4e-4" }[length];
    const [reco, sca] = told(`HOR:RECO ${length}`, `HOR:SCA ${scale}`);
    assert.ok(reco && sca);
    return [reco, sca, noEvent, asked("HOR:RECO?", String(length)), asked("HOR:SAMPLER?", "1.0000E+6")];
  });
  await dialogue([...hello, ...setUp, ...never200], open, async (scope) => {
    await assert.rejects(scope.arm(plan, never), /200 MSa\/s were asked for, and the scope stays slower/);
  });
});

test("MDO3000: what its records, averages and segments can not be is refused before anything is sent", async () => {
  await dialogue(hello, open, async (scope) => {
    for (const [change, why] of [
      [{ segments: 2 }, /room for 1 to 1/],
      [{ average: 3 }, /an average of 3 was asked for; it takes 2, 4, 8/],
      [{ average: 1024 }, /1 to 512/],
      [{ points: 8_000_000, window_s: 5e-3 }, /too many for its records of ten divisions/],
    ] as const) {
      await assert.rejects(scope.arm({ ...plan, pretrigger_s: 0, ...change }, never), (error: MemrigError) => {
        assert.equal(error.kind, "invalid-request");
        assert.match(error.message, why);
        return true;
      });
    }
  });
});

test("MDO3000: a function generator that is there is turned off and asked; a DPO has none, and is not asked", async () => {
  const off = [...told("ACQ:STATE OFF", "AFG:OUTP:STATE 0"), asked("AFG:OUTP:STATE?", "0"), noEvent];
  await dialogue([...hello, ...off], open, (scope) => scope.makeSafe());
  const dpo = [asked("*IDN?", "TEKTRONIX,DPO4054B,C010123,CF:91.1CT FV:v3.20"), ...told("HEAD OFF"), noEvent];
  await dialogue([...dpo, ...told("ACQ:STATE OFF"), noEvent], open, (scope) => scope.makeSafe());
});
