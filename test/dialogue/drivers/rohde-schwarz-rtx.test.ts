import assert from "node:assert/strict";
import { test } from "node:test";
import { treeOf } from "../../../drivers/scope/rohde-schwarz-dialects.js";
import { RohdeSchwarzRtx } from "../../../drivers/scope/rohde-schwarz-rtx.js";
import type { CapturePlan } from "../../../src/capabilities/index.js";
import type { MemrigError } from "../../../src/errors.js";
import { encodeBlock } from "../../../src/scpi/index.js";
import { dialogue } from "../../support/dialogue.js";
import { asked, told } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";

const noError = asked(":SYST:ERR?", '0,"No error"');
const helloOf = (identity: string, options: string): Turn[] => [
  asked("*IDN?", identity),
  asked("*OPT?", options),
  noError,
];
const rtb = helloOf("Rohde&Schwarz,RTB2004,1333.1005k04/104567,02.300", "B6,K15");
const rto = helloOf("Rohde&Schwarz,RTO,1329.7002k04/200123,4.60.1.0", "B4");
const open = (session: Parameters<typeof RohdeSchwarzRtx.open>[0]) => RohdeSchwarzRtx.open(session, "scope");
const never = new AbortController().signal;

const plan: CapturePlan = {
  channels: [{ channel: 2, range_V: 0.8, offset_V: 0.1 }],
  window_s: 1e-6,
  pretrigger_s: 1e-7,
  trigger: { channel: 2, level_V: 0.05, slope: "rising" },
  segments: 2,
  points: 100,
};
const real = (...volts: number[]) =>
  Buffer.concat([encodeBlock(new Uint8Array(Float32Array.from(volts).buffer)), Buffer.from("\n")]);

async function records(scope: Awaited<ReturnType<typeof open>>) {
  const seen = [];
  for await (const { trigger_s, start_s, step_s, volts } of scope.captures(5, never)) {
    const values = [...(volts.get(2) ?? [])].map((volt) => Number(volt.toFixed(6)));
    seen.push({ trigger_s: Number(trigger_s.toFixed(9)), start_s: Number(start_s.toFixed(12)), step_s, values });
  }
  return seen;
}

test("the RTB2000's segments are read from its history, oldest first, and only the part that was asked for", async () => {
  const script: Turn[] = [
    ...told(
      "STOP",
      "CHAN1:STAT OFF",
      "CHAN2:STAT ON",
      "CHAN2:COUP DCL",
      "CHAN2:BAND FULL",
      "CHAN2:POL NORM",
      "CHAN2:RANG 8E-1",
      "CHAN2:POS 0",
      "CHAN2:OFFS 1E-1",
      "CHAN3:STAT OFF",
      "CHAN4:STAT OFF",
      "TIM:REF 50",
      "TIM:SCAL 1E-7",
      "TIM:POS 4E-7",
      "TRIG:A:TYPE EDGE",
      "TRIG:A:SOUR CH2",
      "TRIG:A:EDGE:COUP DC",
      "TRIG:A:EDGE:SLOP POS",
      "TRIG:A:LEV2 5E-2",
      "TRIG:A:MODE NORM",
    ),
    noError,
    asked("CHAN2:RANG?", "8.00E-01"),
    ...told("ACQ:POIN 10000", "ACQ:TYPE REFR", "ACQ:SEGM:STAT ON", "ACQ:NSIN:COUN 2"),
    noError,
    asked("ACQ:SRAT?", "2.5E+09"),
    ...told("SING"),
    noError,
  ];
  const done: Turn[] = [
    asked("ACQ:STAT?", "COMP"),
    asked("ACQ:STAT?", "COMP"),
    asked("ACQ:AVA?", "2"),
    ...told("STOP", "FORM REAL,32", "FORM:BORD LSBF", "CHAN2:DATA:POIN MAX"),
    noError,
    asked(":CHAN2:HIST:CURR -1;:CHAN2:HIST:TSR?;:CHAN2:HIST:CURR 0;:CHAN2:HIST:TSR?", "-1.25E-04;0.0E+00"),
    // 7 samples, the last one included: a step of 250 ns, one of them before the window
    asked("CHAN2:DATA:HEAD?", "-3.5E-07,1.15E-06,7,1"),
    ...told("CHAN2:HIST:CURR -1"),
    noError,
    asked("CHAN2:DATA?", real(9, 0.1, 0.2, 0.3, 0.4, 9, 9)),
    ...told("CHAN2:HIST:CURR 0"),
    noError,
    asked("CHAN2:DATA?", real(9, 0.5, 0.6, 0.7, 0.8, 9, 9)),
  ];
  await dialogue([...rtb, ...script, ...done], open, async (scope) => {
    await scope.arm(plan, never);
    const axis = { start_s: -1e-7, step_s: 2.5e-7 };
    assert.deepEqual(
      (await records(scope)).map((one) => ({ ...one, step_s: Number(one.step_s.toFixed(12)) })),
      [
        { trigger_s: 0, ...axis, values: [0.1, 0.2, 0.3, 0.4] },
        { trigger_s: 0.000125, ...axis, values: [0.5, 0.6, 0.7, 0.8] },
      ],
    );
  });
});

test("the RTO has its own tree: 50 ohm is the coupling DC, and the count of acquisitions tells the end", async () => {
  const script: Turn[] = [
    ...told(
      "STOP",
      "CHAN1:STAT OFF",
      "CHAN2:STAT ON",
      "CHAN2:COUP DC",
      "CHAN2:BAND B20",
      "CHAN2:INV OFF",
      "CHAN2:RANG 8E-1",
      "CHAN2:POS 0",
      "CHAN2:OFFS 1E-1",
      "CHAN2:ARIT AVER",
      "CHAN3:STAT OFF",
      "CHAN4:STAT OFF",
      "TIM:REF 50",
      "TIM:SCAL 1E-7",
      "TIM:HOR:POS 4E-7",
      "TRIG1:SOUR EXT",
      "TRIG1:TYPE EDGE",
      "TRIG1:EDGE:SLOP NEG",
      "TRIG1:LEV5 5E-2",
      "TRIG1:MODE NORM",
    ),
    noError,
    asked("CHAN2:RANG?", "0.8"),
    ...told("ACQ:POIN:AUTO RECL", "ACQ:POIN 1000", "ACQ:SEGM:STAT OFF", "ACQ:SEGM:MAX OFF", "ACQ:COUN 16"),
    noError,
    asked("ACQ:SRAT?", "1E+09"),
    ...told("SING"),
    noError,
    asked("ACQ:CURR?", "16"),
    asked("ACQ:CURR?", "16"),
    asked("ACQ:AVA?", "1"),
    ...told("STOP", "FORM REAL,32", "FORM:BORD LSBF", "EXP:WAV:INCX OFF", "EXP:WAV:MULT OFF"),
    noError,
    asked("CHAN2:DATA:HEAD?", "-1.0E-07,4.0E-07,3,1"),
    asked("CHAN2:DATA?", real(1, 2, 3)),
  ];
  const averaged: CapturePlan = {
    ...plan,
    channels: [{ channel: 2, range_V: 0.8, offset_V: 0.1, impedance: "50", bandwidth_Hz: 20e6 }],
    trigger: { channel: "external", level_V: 0.05, slope: "falling" },
    segments: 1,
    average: 16,
  };
  await dialogue([...rto, ...script], open, async (scope) => {
    await scope.arm(averaged, never);
    const [only] = await records(scope);
    assert.deepEqual(only?.values, [1, 2, 3]);
  });
});

test("50 ohm is refused on an RTB2000 before anything is sent", async () => {
  await dialogue(rtb, open, async (scope) => {
    const channels = [{ channel: 2, range_V: 1, offset_V: 0, impedance: "50" as const }];
    await assert.rejects(scope.arm({ ...plan, channels }, never), (error: MemrigError) => {
      assert.equal(error.kind, "invalid-request");
      assert.match(error.message, /50 Ω feed-through/);
      return true;
    });
  });
});

test("making safe stops the scope, and turns the generator off where it has one", async () => {
  const withGenerator = [...told("STOP", "WGEN:OUTP 0"), asked("WGEN:OUTP?", "0"), noError];
  await dialogue([...rtb, ...withGenerator], open, async (scope) => scope.makeSafe());
  await dialogue([...rto, ...told("STOP"), noError], open, async (scope) => scope.makeSafe());
  const large = helloOf("Rohde&Schwarz,RTO,1329.7002k04/200123,4.60.1.0", "B4,B6");
  const both = [...told("STOP", "WGEN1:ENAB 0", "WGEN2:ENAB 0"), asked("WGEN1:ENAB?", "0"), asked("WGEN2:ENAB?", "0")];
  await dialogue([...large, ...both, noError], open, async (scope) => scope.makeSafe());
});

test("segments need the option K15 on an RTB2000; an RTO tells its channels by its material number", () => {
  assert.equal(treeOf("RTB2002", "1333.1005k02/1", "B6")?.ranges.maxSegments, 1);
  assert.equal(treeOf("RTB2002", "1333.1005k02/1", "K1,K15")?.ranges.maxSegments, 13_000);
  assert.equal(treeOf("RTO", "1316.1000k14/200153", "")?.ranges.channels, 4);
  assert.equal(treeOf("RTO", "1316.1000k02/200153", "")?.ranges.channels, 2);
  assert.equal(treeOf("RTH1004", "1317.5000k04/1", ""), undefined);
});
