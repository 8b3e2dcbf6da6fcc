import assert from "node:assert/strict";
import { test } from "node:test";
import { createTektronixMso } from "../../src/virtual/scope/tektronix-mso.js";
import { loneScope } from "../support/lone-scope.js";
import type { RawClient } from "../support/raw-client.js";

const withScope = (body: (scope: RawClient) => Promise<void>) => loneScope(createTektronixMso, "MSO54", body);

test("replies carry their headers until HEADER OFF; events can be read after *ESR? only, and once", () =>
  withScope(async (scope) => {
    const wrong = await scope.dialogue([
      ["*CLS"],
      ["WFMOutpre:NR_Pt?", ":WFMOUTPRE:NR_PT 2500"],
      ["VERB OFF"],
      ["CH2:SCAle?", ":CH2:SCA 1.000000000E-01"],
      ["HEADER OFF"],
      ["wfmoutpre:nr_pt?", "2500"],
      ["FOO:BAR 1"],
      ["ALLEV?", '1,"No events to report - new events pending *ESR?"'],
      ["*ESR?", "32"],
      ["EVQ?", "1"],
      ["ALLEV?", '113,"Undefined header; "'],
      ["ALLEV?", '0,"No events to report - queue empty"'],
      ["FOO 1"],
      ["*ESR?;*ESR?", "32;0"],
      ["EVMSG?", '0,"No events to report - queue empty"'],
    ]);
    assert.deepEqual(wrong, []);
  }));

test("a channel that is off gives error 2244 and no data; its preamble's numbers none either", () =>
  withScope(async (scope) => {
    scope.send("HEAD OFF;*CLS;DAT:SOU CH2;:CURV?");
    assert.equal(await scope.ask("*ESR?;ALLEV?"), '8;2244,"Waveform requested is not ACTIVATED; "');
    scope.send("WFMO:YMU?");
    assert.equal(await scope.ask("*ESR?;EVENT?"), "8;2244");
  }));

test("frames of a curve in text come apart at semicolons; the sources that can be read are those that are on", () =>
  withScope(async (scope) => {
    scope.send(
      "HEAD OFF;*CLS;:DISPLAY:GLOBAL:CH3:STATE ON;:HOR:MODE MAN;:HOR:MODE:RECO 1000;:DAT:ENC ASCI;STAR 1;STOP 2",
    );
    assert.equal(await scope.ask("DAT:SOU:AVAIL?"), "CH1,CH3");
    // Nothing drives the lone scope: it triggers by itself.
    scope.send("HOR:FAST:STATE 1;COUN 3;:TRIG:A:MOD AUTO;:ACQ:STOPA SEQ;STATE ON");
    assert.equal(await scope.ask("*OPC?"), "1");
    assert.match(await scope.ask("CURV?"), /^(-?\d+,-?\d+;){2}-?\d+,-?\d+$/);
    scope.send("CH1:LAB:NAM 'abc';NAM \"\"");
    assert.equal(await scope.ask("CH1:LAB:NAM?;*ESR?"), '"";0');
  }));

test("the identifier has its commas, the count of frames is clipped to the memory, and DATA:STOP to the record", () =>
  withScope(async (scope) => {
    const wrong = await scope.dialogue([
      ["HEAD OFF;:CH1:SCA 0.2;:HOR:MODE MAN;:HOR:MODE:SAMPLER 25E6;RECO 1000"],
      ["WFMO:WFI?", '"Ch1, DC coupling, 200.0mV/div, 4.000us/div, 1000 points, Sample mode"'],
      ["HOR:FAST:STATE 1;COUN 999999;:HOR:FAST:COUN?;MAXFR?", "62500;62500"],
      ["HOR:FAST:STATE 0;:DAT:STAR 1;STOP 999999999999;:WFMO:NR_P?", "1000"],
      ["DAT:ENC SRI;WID 2;:WFMO:BYT_O?;BN_F?;YMU?", "LSB;RI;3.125000000E-05"],
    ]);
    assert.deepEqual(wrong, []);
    const fields = (await scope.ask("WFMO?")).split(";");
    assert.equal(fields.length, 22);
    assert.equal((await scope.block("CURV?")).length, 2000);
  }));
