import assert from "node:assert/strict";
import { test } from "node:test";
import { connectSmu } from "../support/virtual-smu.js";

const none = '0,"No error;0;0 0"';
const overflow = "9.900000E+37";
const on = ":SENS:CURR:AZER OFF;:SOUR:VOLT:ILIM 1E-2;:SOUR:VOLT 1;:OUTP ON";

test("SENS:CURR:UNIT OHM and WATT change the next reading and the unit it names: 1 V on 1 kohm", async (t) => {
  const smu = await connectSmu(t);
  smu.send(on);
  for (const [unit, expected, named] of [
    ["OHM", 1e3, "Ohm"],
    ["WATT", 1e-3, "Watt"],
    ["AMP", 1e-3, "Amp DC"],
  ] as const) {
    smu.send(`:SENS:CURR:UNIT ${unit}`);
    const [value, name] = (await smu.ask(':READ? "defbuffer1",READ,UNIT')).split(",");
    // the noise of both quantities is a few ppm of the reading
    assert.ok(Math.abs(Number(value) / expected - 1) < 5e-5, `${unit}: ${value}`);
    assert.equal(name, named);
  }
  assert.equal(await smu.ask(':TRAC:DATA? 1,3,"defbuffer1",UNIT'), "Ohm,Watt,Amp DC", "older readings keep theirs");
  smu.send(":SENS:CURR:UNIT VOLT");
  assert.match(await smu.ask("SYST:ERR?"), /^-224,/);
  smu.send(":VOLT:UNIT WATT");
  assert.equal(await smu.ask("SENSe1:VOLTage:DC:UNIT?"), "WATT");
  assert.equal(await smu.ask(":SENS:CURR:UNIT?;:SYST:ERR:CODE?"), "AMP;0");
});

test("with the source not read back, ohms are of the programmed voltage", async (t) => {
  const smu = await connectSmu(t);
  smu.send(":SENS:CURR:AZER OFF;:SOUR:VOLT:READ:BACK OFF;:SOUR:VOLT:ILIM 1E-4;:SOUR:VOLT 1;:OUTP ON;:CURR:UNIT OHM");
  const value_ohm = Number(await smu.ask(":READ?"));
  // 1 V programmed over 100 uA in compliance, not the 0.1 V that is there
  assert.ok(Math.abs(value_ohm / 1e4 - 1) < 1e-4, String(value_ohm));
});

test("a resistance beyond its range, or with the output off, reads as overflow", async (t) => {
  const smu = await connectSmu(t);
  smu.send(":SENS:FUNC 'RES';:SENS:RES:AZER OFF;:SOUR:VOLT:ILIM 1E-2;:SOUR:VOLT 1");
  assert.equal(await smu.ask(":READ?"), overflow, "the output is off");
  smu.send(":OUTP ON;:RES:RANG 20");
  assert.equal(await smu.ask(":READ?"), overflow, "1 kohm on 20 ohm");
  smu.send(":RES:RANG 2E3");
  assert.match(await smu.ask(":READ?"), /^(9\.999\d{3}E\+02|1\.000\d{3}E\+03)$/);
  const open = await connectSmu(t, { dut: { id: "R2", model: "resistor", parameters: { R: 1e12 } } });
  open.send(":SENS:FUNC 'RES';:SENS:RES:AZER OFF;:SOUR:VOLT:ILIM 1E-2;:SOUR:VOLT 1;:OUTP ON");
  assert.equal(await open.ask(":READ?"), overflow, "1 Tohm is beyond the largest range of 200 Mohm");
});

test("the first reading of each READ? and INIT has the group bit, the others have not", async (t) => {
  const smu = await connectSmu(t);
  smu.send(`${on};:SENS:CURR:NPLC 0.1;:SENS:COUN 3`);
  await smu.ask(":READ?");
  smu.send(':TRIG:LOAD "SimpleLoop", 3, 0, "defbuffer2";:INIT;*WAI');
  assert.equal(await smu.ask(':TRAC:DATA? 1,3,"defbuffer1",STAT'), "264,8,8");
  assert.equal(await smu.ask(':TRAC:DATA? 1,3,"defbuffer2",STAT'), "264,8,8");
});

test("a relative offset is taken off the readings of its function, set by hand or from a reading", async (t) => {
  const smu = await connectSmu(t);
  smu.send(`${on};:SENS:CURR:REL 4E-4;:SENS:CURR:REL:STAT ON`);
  const left_A = Number(await smu.ask(":READ?"));
  assert.ok(Math.abs(left_A - 6e-4) < 1e-8, String(left_A));
  smu.send(":CURRent:RELative:ACQuire");
  const [acquired_A, zero_A] = (await smu.ask(":CURR:REL?;:READ?")).split(";").map(Number) as [number, number];
  assert.ok(Math.abs(acquired_A - 1e-3) < 1e-8, String(acquired_A));
  assert.ok(Math.abs(zero_A) < 2e-8, String(zero_A));
  smu.send(":SENS:CURR:REL:STAT OFF");
  const whole_A = Number(await smu.ask(":READ?"));
  assert.ok(Math.abs(whole_A - 1e-3) < 1e-8, String(whole_A));
  assert.equal(await smu.ask("SYST:ERR?"), none);
  smu.send(":SENS:VOLT:REL:ACQ");
  assert.match(await smu.ask("SYST:ERR?"), /^-221,/, "voltage is not what is measured");
  smu.send(":SENS:CURR:REL 2");
  assert.match(await smu.ask("SYST:ERR?"), /^-222,/);
});

test("what other drivers also ask: peak to peak, error number, time, access, power-on set-up, offset compensation", async (t) => {
  const smu = await connectSmu(t);
  smu.send(`${on};:SENS:CURR:NPLC 0.1;:SENS:COUN 5`);
  await smu.ask(":READ?");
  const [span_A = NaN, most_A = NaN, least_A = NaN] = (
    await smu.ask(":TRAC:STAT:PK2P?;MAX?;:TRACe:STATistics:MINimum?")
  )
    .split(";")
    .map(Number);
  // each of them is rounded to six decimals of 1 mA
  assert.ok(Math.abs(span_A - (most_A - least_A)) < 2e-9, `${span_A} is not ${most_A} - ${least_A}`);
  smu.send("NONSENSE");
  const wrong = await smu.dialogue([
    [":SYSTem:ERRor:CODE:NEXT?", "-113"],
    ["SYST:ERR:CODE?", "0"],
    ["SYST:ACC?", "FULL"],
    ["SYST:POS?", "RST"],
    ["SYST:POS SAV1"],
    ["SYST:POSetup?", "SAV1"],
    ["SENS:RES:OCOM?", "0"],
    ["RESistance:OCOMpensated ON"],
    ["SENS:RES:OCOM?", "1"],
    ["SYST:ERR?", none],
  ]);
  assert.deepEqual(wrong, []);
  assert.match(await smu.ask("SYST:TIME?"), /^\d{10}$/);
  assert.match(await smu.ask("SYST:TIME? 1"), /^[A-Z][a-z]{2} [A-Z][a-z]{2} \d{2} \d\d:\d\d:\d\d \d{4}$/);
});

test("a saved set-up comes back with the output off; one that was never saved is refused", async (t) => {
  const smu = await connectSmu(t);
  smu.send(":SOUR:VOLT:ILIM 5E-3;:SOUR:VOLT 0.5;:SENS:CURR:NPLC 0.2;:CURR:UNIT OHM;*SAV 2");
  smu.send("*RST;:SOUR:VOLT 0.1;:OUTP ON;*RCL 2");
  const wrong = await smu.dialogue([
    [":OUTP?", "0"],
    [":SOUR:VOLT?;:SOUR:VOLT:ILIM?", "5.000000E-01;5.000000E-03"],
    [":SENS:CURR:NPLC?;UNIT?", "2.000000E-01;OHM"],
  ]);
  assert.deepEqual(wrong, []);
  smu.send("*RCL 3");
  assert.match(await smu.ask("SYST:ERR?"), /^-200,/);
  smu.send("*SAV 5");
  assert.match(await smu.ask("SYST:ERR?"), /^-222,/);
});
