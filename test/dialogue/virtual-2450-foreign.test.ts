import assert from "node:assert/strict";
import { test } from "node:test";
import { connectSmu } from "../support/virtual-smu.js";

// The command sequences that other people's drivers send, in their spelling. Sources: PyMeasure keithley2450.py and
// buffer.py, QCoDeS Keithley_2450.py (both as of 2026), Keithley's own Series_2400_Graphical SCPI examples.

test("PyMeasure's keithley2450: apply_voltage, measure_current, enable, read, ramp, shutdown", async (t) => {
  const smu = await connectSmu(t);
  smu.send("*RST;:stat:pres;:*CLS;");
  smu.send(":SOUR:FUNC VOLT");
  assert.equal(await smu.ask(":SOUR:FUNC?"), "VOLT");
  smu.send(":SOUR:VOLT:RANG:AUTO 0;:SOUR:VOLT:RANG 2");
  smu.send(":SOUR:VOLT:ILIM 0.01");
  assert.equal(Number(await smu.ask(":SOUR:VOLT:ILIM?")), 0.01);
  smu.send(":SENS:FUNC 'CURR';:SENS:CURR:NPLC 1.000000;");
  smu.send(":SENS:CURR:RANG:AUTO 1;");
  smu.send("OUTPUT ON");
  assert.equal(await smu.ask("OUTPUT?"), "1");
  smu.send(":SOUR:VOLT:LEV 0.5");
  const current_A = Number(await smu.ask(":READ?"));
  assert.ok(Math.abs(current_A - 5e-4) < 1e-8, String(current_A));
  smu.send(":SENS:CURR:RANG:AUTO 0;:SENS:CURR:RANG 0.00105");
  assert.equal(Number(await smu.ask(":SENS:CURR:RANG?")), 0.01, "the next range up, as 1.05 mA is beyond 1 mA");
  smu.send(":SENS:CURR:AVER:TCON MOV");
  smu.send(":SENS:CURR:AVER:COUNT 3");
  smu.send(":SENS:CURR:AVER ON");
  assert.equal(await smu.ask(":SENS:CURR:AVER:TCON?;:SENS:CURR:AVER:COUNT?;:SENS:CURR:AVER?"), "MOV;3;1");
  smu.send(":SENS:RES:RSENSE 1");
  smu.send(":SENS:CURR:AZER 0");
  smu.send(":SENS:COUNT 2");
  smu.send(":SOUR:VOLT:READ:BACK 0");
  smu.send(":SOUR:VOLT:DEL 0.001");
  assert.equal(await smu.ask(":SOUR:VOLT:DEL:AUTO?"), "0", "a set delay turns auto delay off");
  smu.send(":TRAC:POIN 1000");
  assert.equal(await smu.ask(":TRAC:POIN?"), "1000");
  await smu.ask(":READ?");
  assert.equal(await smu.ask(':TRACe:ACTual:END? "defbuffer1"'), "2", "two readings a READ?");
  assert.equal((await smu.ask(":TRACe:STATistics:AVERage?;:TRACe:STATistics:STDDev?")).split(";").length, 2);
  smu.send(":DISP:LIGH:STAT ON25");
  assert.equal(await smu.ask(":DISP:LIGH:STAT?"), "ON25");
  smu.send(":OUTP:VOLT:SMOD HIMP");
  assert.equal(await smu.ask(":OUTP:VOLT:SMOD?;:OUTP:CURR:SMOD?"), "HIMP;NORM");
  smu.send(":SYST:BEEP 440, 0.1");
  smu.send(":SENS:AZER:ONCE");
  smu.send(":ROUT:TERM REAR");
  smu.send(":ABOR");
  smu.send("OUTPUT OFF");
  assert.equal(await smu.ask(":SYST:ERR:COUN?"), "0");
  assert.match(await smu.ask("SYST:ERR?"), /^0,/);
});

test("PyMeasure's keithley2450: linear and list sweeps, INIT, trace data", async (t) => {
  const smu = await connectSmu(t);
  smu.send(":SOUR:VOLT:ILIM 0.01");
  smu.send(`:SOUR:SWE:VOLT:LIN 0, 1.0, 11, 0.0001, 1, BEST, ON, OFF, "defbuffer1"`);
  smu.send(":INIT");
  assert.equal(await smu.ask("*OPC?"), "1");
  const end = Number(await smu.ask(':TRACe:ACTual:END? "defbuffer1"'));
  assert.equal(end, 11);
  smu.send(":FORM:DATA ASCII");
  const rows = (await smu.ask(`:TRAce:DATA? 1, ${end}, "defbuffer1", RELative, SOURce, READing`)).split(",");
  assert.equal(rows.length, 33);
  smu.send(":SOUR:FUNC VOLT");
  smu.send(":SOUR:LIST:VOLT 0, 0.1, 0.2");
  smu.send(":SOUR:LIST:VOLT:APP 0.1, 0");
  smu.send(":SOUR:SWE:VOLT:LIST 1, 0, 2");
  smu.send(":INIT");
  assert.equal(await smu.ask("*OPC?;:TRAC:ACT?"), "1;21", "the readings are added to those before");
  assert.match(await smu.ask("SYST:ERR?"), /^0,/);
});

test("QCoDeS' Keithley2450: language, functions, a buffer of its own, sweep and read-out", async (t) => {
  const smu = await connectSmu(t);
  assert.equal(await smu.ask("*LANG?"), "SCPI");
  smu.send("ROUTe:TERMinals front");
  assert.equal(await smu.ask("ROUTe:TERMinals?"), "FRON");
  smu.send(`:SENS:FUNC "CURR:DC"`);
  assert.equal(await smu.ask(":SENS:FUNC?"), '"CURR:DC"');
  smu.send(":SENSe:current:RSENse 0");
  smu.send(":SENSe:current:RANGe:AUTO 1");
  smu.send(":SENSe:current:NPLCycles 0.1");
  smu.send(":SENSe:current:DELay:USER2 0.5");
  assert.equal(Number(await smu.ask(":SENSe:current:DELay:USER2?")), 0.5);
  smu.send("SOUR:voltage:ILIM 0.01");
  assert.equal(await smu.ask(":SOUR:voltage:ILIM:TRIPped?"), "0");
  smu.send(":TRACe:MAKE 'test_buffer', 100, ");
  assert.equal(await smu.ask(":TRACe:POINts? 'test_buffer'"), "100");
  smu.send(":SOURce:SWEep:voltage:LINear 0,1,11,0,1,AUTO,ON,OFF,'test_buffer'");
  smu.send(":INITiate");
  smu.send("*WAI");
  const readings = (await smu.ask(":TRACe:DATA? 1, 11, 'test_buffer'")).split(",").map(Number);
  assert.equal(readings.length, 11);
  const extra = (
    await smu.ask(":TRACe:DATA? 1, 11, 'test_buffer', SOURFORMatted,READing,TSTamp,SOURUNIT,SOURSTATus,UNIT")
  ).split(",");
  assert.equal(extra.length, 66);
  assert.equal(await smu.ask(":FETCh? 'test_buffer', SOURUNIT,UNIT"), "Volt DC,Amp DC");
  smu.send(":TRACe:CLEar 'test_buffer'");
  smu.send(":OUTP 1");
  smu.send("SOUR:voltage 0.25");
  const current_A = Number(await smu.ask(":MEASure? 'test_buffer'"));
  assert.ok(Math.abs(current_A - 2.5e-4) < 5e-8, String(current_A));
  smu.send(":TRACe:TRIGger 'test_buffer'");
  assert.equal(await smu.ask(":TRACe:ACTual? 'test_buffer'"), "2");
  smu.send(":TRACe:DELete 'test_buffer'");
  smu.send(":STATus:CLEar");
  smu.send(":SYSTem:CLEar");
  smu.send(":ABORt");
  assert.match(await smu.ask("SYST:ERR?"), /^0,/);
});
