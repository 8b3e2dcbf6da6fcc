import assert from "node:assert/strict";
import { test } from "node:test";
import { createRigolScope } from "../../src/virtual/scope/rigol-scope.js";
import { loneScope } from "../support/lone-scope.js";
import type { RawClient } from "../support/raw-client.js";

/** Takes one record without a trigger, and gives the states that were seen on the way. */
async function forced(scope: RawClient): Promise<string[]> {
  scope.send(":SING;:TFOR");
  const states: string[] = [];
  while (states.at(-1) !== "STOP") states.push(await scope.ask(":TRIG:STAT?"));
  return states;
}

test("the DS1000Z gives 1200 points of its screen while it runs, at most 250 000 bytes at once, and none too early", () =>
  loneScope(createRigolScope, "DS1104Z", async (scope) => {
    assert.match(await scope.ask("*IDN?"), /^RIGOL TECHNOLOGIES,DS1104Z,DS1ZA\d{9},00\.04\.04\.SP4$/);
    scope.send(":TIM:SCAL 3e-5;:ACQ:MDEP 1200000;:CHAN1:SCAL 0.3;:CHAN1:OFFS 0.1;:WAV:SOUR CHAN1");
    assert.equal(await scope.ask(":TIM:SCAL?;:CHAN1:SCAL?;:TRIG:STAT?"), "5.000000E-05;5.000000E-01;AUTO");
    assert.equal((await scope.block(":WAV:DATA?")).length, 1200);
    // The depth is not taken while it is stopped.
    assert.deepEqual((await forced(scope)).slice(-2), ["TD", "STOP"]);
    assert.equal(await scope.ask(":ACQ:MDEP 12000;:ACQ:MDEP?"), "1.2000E+06");
    scope.send(":WAV:MODE RAW;:WAV:FORM BYTE;:WAV:STAR 1;:WAV:STOP 250000");
    assert.match(await scope.ask(":WAV:PRE?"), /^0,2,600000,1,1\.000000E-09,-3\.000000E-04,0,2\.000000E-02,5,127$/);
    assert.equal((await scope.block(":WAV:DATA?")).length, 0);
    const codes = await scope.block(":WAV:DATA?");
    assert.equal(codes.length, 250_000);
    // 0 V with an offset of 0.1 V: five codes above the middle.
    assert.ok(Math.abs(codes.reduce((sum, code) => sum + code, 0) / codes.length - 132) < 0.5);
    scope.send(":WAV:STAR 599001;:WAV:STOP 700000");
    assert.equal((await scope.block(":WAV:DATA?")).length, 1000);
    scope.send(":WAV:STAR 1;:WAV:STOP 250001;:WAV:DATA?");
    assert.equal(await scope.ask(":SYST:ERR?"), '-222,"Data out of range"');
  }));

test("the MSO5000 that is asked for data too soon after its record does not answer; after *WAI it does", () =>
  loneScope(createRigolScope, "MSO5074", async (scope) => {
    scope.send(":ACQ:MDEP 1M;:TIM:SCAL 1e-4");
    await forced(scope);
    scope.send("*WAI;:WAV:SOUR CHAN1;:WAV:MODE RAW;:WAV:STOP 1000000");
    assert.equal((await scope.block(":WAV:DATA?")).length, 1_000_000);
    await forced(scope);
    scope.send(":WAV:DATA?");
    await assert.rejects(scope.line(150), /nothing more/);
  }));
