import assert from "node:assert/strict";
import { test } from "node:test";
import { connectSmu } from "../support/virtual-smu.js";

// 2450-901-01 p. 6-50: [:SENSe[1]]:<function>; D-14: :SOURce[1]. Without a root a command belongs to SENSe.

const none = '0,"No error;0;0 0"';

test(":CURR:RANG:AUTO ON without a root sets the measure range, and leaves the source as it is", async (t) => {
  const smu = await connectSmu(t);
  smu.send(":SENS:CURR:RANG 1E-3;:SOUR:CURR:RANG 1E-2");
  smu.send(":CURR:RANG:AUTO ON");
  const wrong = await smu.dialogue([
    [":SENS:CURR:RANG:AUTO?", "1"],
    [":SOUR:CURR:RANG:AUTO?", "0"],
    [":SOUR:CURR:RANG?", "1.000000E-02"],
    ["SYST:ERR?", none],
  ]);
  assert.deepEqual(wrong, []);
});

test("VOLT 1 and CURR 1e-3 without SOURce are no commands, and no level changes", async (t) => {
  const smu = await connectSmu(t);
  for (const message of [
    "VOLT 1",
    "CURR 1e-3",
    ":VOLT:LEV 1",
    ":VOLT:ILIM 1E-3",
    ":SWE:VOLT:LIN 0,1,11",
    ":LIST:VOLT 1",
  ]) {
    smu.send(message);
    assert.match(await smu.ask("SYST:ERR?"), /^-113,"Undefined header/, message);
  }
  assert.equal(await smu.ask(":SOUR:VOLT?;:SOUR:CURR?"), "0.000000E+00;0.000000E+00");
});

test("measure settings of other people's scripts work without a root, in short and long forms", async (t) => {
  const smu = await connectSmu(t);
  smu.send(":SOUR:FUNC CURR");
  for (const message of [
    ':FUNC "VOLT"',
    ":VOLT:RSEN 1",
    "VOLT:NPLC 2",
    ":VOLT:RANG:AUTO ON",
    "CURR:AVER ON",
    "RES:RANG:AUTO ON",
    "COUN 2",
    "AZER:ONCE",
    ":sense1:current:dc:nplcycles 0.5",
    "CURRENT:RANGE:UPPER 1E-4",
  ]) {
    smu.send(message);
    assert.equal(await smu.ask("SYST:ERR?"), none, message);
  }
  const wrong = await smu.dialogue([
    ["FUNC?", '"VOLT:DC"'],
    [":SOUR:FUNC?", "CURR"],
    ["VOLT:RSEN?;NPLC?", "1;2.000000E+00"],
    ["CURR:AVER?;NPLC?;RANG?", "1;5.000000E-01;1.000000E-04"],
    [":SENS:COUN?", "2"],
  ]);
  assert.deepEqual(wrong, []);
});
