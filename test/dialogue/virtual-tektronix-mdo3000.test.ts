import assert from "node:assert/strict";
import { test } from "node:test";
import { createTektronixMso } from "../../src/virtual/scope/tektronix-mso.js";
import { loneScope } from "../support/lone-scope.js";
import type { RawClient } from "../support/raw-client.js";

const withScope = (model: string, body: (scope: RawClient) => Promise<void>) =>
  loneScope(createTektronixMso, model, body);

test("MDO3024: inputs, time base and averages have the words and the steps of the older series", () =>
  withScope("MDO3024", async (scope) => {
    const wrong = await scope.dialogue([
      ["*CLS;HEADER OFF"],
      ["SELECT:CH3 1;:SEL:CH3?;CH2?", "1;0"],
      ["CH1:TER FIFTY;:CH1:TERMINATION?", "5.000000000E+01"],
      ["CH1:TER MEG;:CH1:TERMINATION?", "1.000000000E+06"],
      ["CH1:BAN TWE;:CH1:BAN?", "2.000000000E+07"],
      ["CH1:BAN FULL;:CH1:BAN?", "2.000000000E+08"],
      ["CH1:SCA 60E-3;OFFS 1;:CH1:OFFS?", "5.000000000E-01"], // finer scales have more
      ["CH1:SCA 50E-3;OFFS 1;:CH1:OFFS?", "1.000000000E+00"],
      ["CH1:OFFS 0;PRO:GAIN 0.1;:CH1:SCA?", "5.000000000E-02"],
      ["HOR:RECO 9000;RECO?", "10000"],
      ["HOR:SCA 5E-6;SCA?;SAMPLER?", "4.000000000E-06;2.500000000E+08"],
      ["HOR:SCA 1E-9;SAMPLER?", "2.500000000E+09"],
      ["ACQ:NUMAV 100;NUMAV?", "128"],
      [
        "CONFIG:ANALO:RECLENS?;MAXSAMPLER?;:CONFIG:AFG?",
        "1000,10000,100000,1000000,5000000,10000000;2.500000000E+09;1",
      ],
      ["AFG:FUNC GAUSSIAN;FREQ 2000;OUTP:STATE 1;:AFG:FUNC?;FREQ?;OUTP:STATE?", "GAUSSIAN;2.000000000E+03;1"],
      ["*RST;:AFG:OUTP:STATE?", "0"],
      ["*ESR?", "0"],
      // Of the 4, 5 and 6 series; the first fault of a message ends it.
      ["HOR:FAST:STATE 1"],
      ["DAT:FRAMESTAR 1"],
      ["DISPLAY:GLOBAL:CH1:STATE 1"],
      ["TRIG:AUXL 1"],
      ["*ESR?;:EVQ?", "32;4"],
      ["TRIG:A:EDGE:SLO ANY"],
      ["*ESR?", "16"],
    ]);
    assert.deepEqual(wrong, []);
  }));

test("the preamble has no ASC_FMT: 17 fields on a DPO, 22 on an MDO, with PT_ORDER before the units", async () => {
  const fields = async (model: string) => {
    let reply: string[] = [];
    await withScope(model, async (scope) => {
      scope.send("HEADER OFF;:HOR:RECO 1000");
      reply = (await scope.ask("WFMO?")).split(";");
    });
    return reply;
  };
  const dpo = await fields("DPO4054B");
  assert.deepEqual(dpo.slice(0, 10), [
    ...["1", "8", "BINARY", "RI", "MSB"],
    '"Ch1, DC coupling, 100.0mV/div, 4.000us/div, 1000 points, Sample mode"',
    ...["1000", "Y", "LINEAR", '"s"'],
  ]);
  assert.equal(dpo.length, 17);
  assert.equal((await fields("MDO3012")).length, 22);
});

test("a curve says so before its block while headers are on, and WAVFRM gives preamble and curve in one reply", () =>
  withScope("MDO3024", async (scope) => {
    scope.send("DAT:ENC ASCI;STOP 1");
    assert.match(await scope.ask("CURV?"), /^:CURVE -?\d$/);
    assert.match(await scope.ask("VERB OFF;:CURV?"), /^:CURV -?\d$/);
    assert.match(await scope.ask("WAVF?"), /^:WFMO:BYT_N 1;BIT_N 8;.*;REFLE \S+;:CURV -?\d$/);
    assert.match(await scope.ask("HEADER OFF;:WAVF?"), /^1;8;ASCII;.*;-?\d$/);
  }));

test("DPO4054B: it has no generator, and its measurements of nothing but noise are not numbers", () =>
  withScope("DPO4054B", async (scope) => {
    scope.send("HEADER OFF;*CLS");
    assert.equal(await scope.ask("MEASU:IMM:SOU CH1;TYP FREQ;UNI?;:MEASU:IMM:VAL?"), '"Hz";9.910000000E+37');
    const peak = Number(await scope.ask("MEASU:IMM:TYP PK2P;VAL?"));
    assert.ok(peak > 0 && peak < 0.02, `${peak} V of noise at 100 mV a division`);
    scope.send("AFG:OUTP:STATE 1");
    assert.equal(await scope.ask("*ESR?;:EVENT?"), "32;113");
  }));
