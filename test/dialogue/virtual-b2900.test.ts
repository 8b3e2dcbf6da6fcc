import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { RawClient } from "../support/raw-client.js";
import { connectSmu } from "../support/virtual-smu.js";

const connect = (t: TestContext, model = "B2912A", time: "fast" | "real" = "fast"): Promise<RawClient> =>
  connectSmu(t, { instruments: [{ label: "smu", driver: "keysight-b2900", model }], time });
const none = '+0,"No error"';
const numbers = (reply: string) => reply.split(",").map(Number);

test("the unit says who it is; an idle one answers 1170 with two channels and 18 with one, never 0", async (t) => {
  const two = await connect(t);
  assert.match(await two.ask("*IDN?"), /^Agilent Technologies,B2912A,MY5114\d{4},\d\.\d\.\d{4}\.\d{4}$/);
  assert.equal(await two.ask(":STAT:OPER:COND?"), "1170");
  assert.equal(await two.ask(":SYST:ERR:ALL?"), none);
  const one = await connect(t, "B2901B");
  assert.match(await one.ask("*IDN?"), /^Keysight Technologies,B2901B,MY6139\d{4},/);
  assert.equal(await one.ask(":STAT:OPER:COND?"), "18");
  one.send(":OUTP2 OFF");
  assert.match(await one.ask(":SYST:ERR?"), /^-114,/);
});

test("errors say what was wrong and on which channel; a channel list that is none is -220", async (t) => {
  const smu = await connect(t);
  for (const [sent, error] of [
    [":SENS2:CURR:PROT 4", '-222,"Data out of range; value; channel 2"'],
    [":SOUR:VOLT:POIN 2501", '-222,"Data out of range; value; channel 1"'],
    [":ABOR (@3)", '-220,"Parameter error; Invalid channel list"'],
    [":INIT (@1,3)", '-220,"Parameter error; Invalid channel list"'],
    [":SOUR2:LIST:VOLT " + Array.from({ length: 2501 }, () => "0").join(","), '-223,"Too much data"'],
    [":SOUR1:VOLT:STAR 0;STOP 1;STEP -0.1", '-221,"Settings conflict; polarity of step and span; channel 1"'],
    [
      ":SENS:CURR:PROT 0.2;:SOUR:VOLT 30",
      '-221,"Settings conflict; output and compliance exceed the channel\'s power; channel 1"',
    ],
    [":OUTP2 ON;:OUTP2:LOW FLO", '-221,"Settings conflict; output is on; channel 2"'],
    ["*TRG", '-211,"Trigger ignored"'],
  ] as const) {
    smu.send(sent);
    assert.equal(await smu.ask(":SYST:ERR?"), error, sent.slice(0, 60));
  }
  assert.equal(await smu.ask(":OUTP2:LOW?"), "GRO");
  assert.equal(await smu.ask(":SOUR2:LIST:VOLT:POIN?"), "1");
  assert.equal(await smu.ask(":SYST:ERR:COUN?"), "0");
});

test("a double sweep takes its turning point twice and begins anew where triggers go on; elements come in one order", async (t) => {
  const smu = await connect(t);
  // As a controller of a B2912A for transfer curves sends it, lower case and a blank in the channel list included.
  smu.send("*RST");
  for (const line of [
    ":sour1:func:mode volt",
    ":sour1:volt:mode swe",
    ":sour1:volt:star 0",
    ":sour1:volt:stop 1",
    ":sour1:volt:poin 3",
    ":SOUR1:SWE:STA DOUB",
    ":sour2:func:mode volt",
    ":sour2:volt:mode list",
    ":sour2:list:volt 4,4,4,4,4,4,5,5,5,5,5,5",
    ':sens1:func "curr"',
    ":sens1:curr:prot 0.01",
    ":SENS1:WAIT:AUTO OFF",
    ":sens1:curr:APER 0.002",
    ":trig1:sour aint",
    ":trig2:sour aint",
    ":trig1:coun 12",
    ":trig2:coun 12",
    ":TRIG1:TRAN:DEL 2.0e-01",
    ":form:elem:sens sour,curr",
    ":outp1 on",
    ":outp2 on",
    ":init (@1, 2)",
    "*WAI",
  ]) {
    smu.send(line);
  }
  const pass = [0, 0.5, 1, 1, 0.5, 0];
  assert.deepEqual(numbers(await smu.ask(":fetc:arr:sour? (@1)")), [...pass, ...pass]);
  const both = numbers(await smu.ask(":fetc:arr? (@1,2)"));
  assert.equal(both.length, 48);
  // Current before source whatever was asked, channel 1 before channel 2.
  assert.ok(Math.abs((both[8] ?? NaN) - 1e-3) < 1e-6, `${both[8]}`);
  assert.deepEqual([both[9], both[11], both[47]], [1, 4, 5]);
  assert.equal(await smu.ask(":syst:err:all?"), none);
});

test("the shorter of two channels is padded with 9.91E37, and INIT clears what was there", async (t) => {
  const smu = await connect(t);
  smu.send(":FORM:ELEM:SENS CURR;:TRIG1:COUN 3;:TRIG2:COUN 1;:OUTP1 ON;:OUTP2 ON;:INIT (@1,2)");
  const padded = (await smu.ask(":FETC:ARR? (@1,2)")).split(",");
  assert.equal(padded.length, 6);
  assert.deepEqual([padded[3], padded[5]], ["+9.910000E+37", "+9.910000E+37"]);
  smu.send(":TRIG1:COUN 1;:INIT (@1)");
  assert.equal((await smu.ask(":FETC:ARR? (@1)")).split(",").length, 1);
  smu.send(":SENS1:DATA:CLE");
  assert.equal(await smu.ask(":SENS1:DATA?"), "+9.910000E+37");
});

test("FETC:ARR? waits for the end of a sweep; the trace buffer and the status tell of it before", async (t) => {
  const smu = await connect(t, "B2912A", "real");
  smu.send(":TRAC1:FEED:CONT NEV;:TRAC1:CLE;:TRAC1:POIN 5;:TRAC1:FEED:CONT NEXT;:FORM:ELEM:SENS TIME,STAT");
  smu.send(":TRIG1:ALL:SOUR TIM;:TRIG1:ALL:TIM 0.1;:TRIG1:ALL:COUN 5;:OUTP1 ON;:INIT (@1)");
  const [held, state] = numbers((await smu.ask(":TRAC1:POIN:ACT?;:STAT:OPER:COND?")).replace(";", ","));
  assert.ok(held !== undefined && held < 5, `${held} readings at once`);
  assert.notEqual((state ?? 0) & 18, 18);
  assert.equal((await smu.ask(":FETC:ARR? (@1)")).split(",").length, 10);
  assert.equal(await smu.ask(":TRAC1:POIN:ACT?;:STAT:OPER:COND?;:TRAC1:FEED:CONT?"), "5;1170;NEV");
  const [second = NaN, status] = numbers(await smu.ask(":TRAC1:DATA? 1,1"));
  assert.ok(Math.abs(second - 0.1) < 1e-3, `${second} s`);
  assert.equal(status, 0);
  smu.send(":TRAC1:TST:FORM DELT;:FORM:ELEM:SENS TIME");
  assert.ok(numbers(await smu.ask(":TRAC1:DATA? 2")).every((step_s) => Math.abs(step_s - 0.1) < 1e-3));
});

test("a timer that is faster than the measurement loses triggers, and says so in the questionable status", async (t) => {
  const smu = await connect(t);
  smu.send(":SENS1:CURR:APER 0.01;:TRIG1:ALL:SOUR TIM;:TRIG1:ALL:TIM 4e-3;:TRIG1:ALL:COUN 3;:OUTP1 ON;:INIT (@1)");
  await smu.ask("*OPC?");
  assert.equal(await smu.ask(":STAT:QUES?"), String(1 << 12));
  assert.equal(await smu.ask(":STAT:QUES?"), "0");
});

test("compliance is in bits 1 and 2 of the status, a shut-off opens the output, blocks are definite", async (t) => {
  const smu = await connect(t);
  smu.send(":SENS1:CURR:PROT 1e-4;:SOUR1:VOLT 1;:FORM:ELEM:SENS VOLT,CURR,STAT");
  // A measurement turns the output on by itself, as it comes.
  const [voltage_V = NaN, current_A = NaN, status = 0] = numbers(await smu.ask(":MEAS? (@1)"));
  assert.ok(Math.abs(voltage_V - 0.1) < 1e-4 && Math.abs(current_A - 1e-4) < 1e-7, `${voltage_V} V, ${current_A} A`);
  assert.equal(status & 0b110, 2);
  assert.equal(await smu.ask(":OUTP1?;:SENS1:CURR:PROT:TRIP?"), "1;1");
  smu.send(":FORM REAL,32");
  const block = await smu.ask(":FETC? (@1)");
  assert.match(block, /^#212/);
  smu.send(":FORM ASC;:OUTP1:PROT ON");
  await smu.ask(":MEAS:CURR? (@1)");
  assert.equal(await smu.ask(":OUTP1?;:STAT:QUES:COND?"), "0;4");
});

test("at the end of a sweep the level goes back, or stays where triggered output is continuous; an abort keeps that", async (t) => {
  for (const [continuous, expected_V] of [
    ["OFF", 0.25],
    ["ON", 1],
  ] as const) {
    const smu = await connect(t);
    smu.send(`:SOUR1:VOLT 0.25;:SENS1:CURR:PROT 0.1;:SOUR1:FUNC:TRIG:CONT ${continuous};:SOUR1:VOLT:MODE LIST`);
    smu.send(":SOUR1:LIST:VOLT 0.5;:SOUR1:LIST:VOLT:APP 1;:TRIG1:COUN 2;:OUTP1 ON;:INIT (@1)");
    await smu.ask("*OPC?");
    const after_V = Number(await smu.ask(":MEAS:VOLT? (@1)"));
    assert.ok(Math.abs(after_V - expected_V) < 1e-4, `${after_V} V with ${continuous}`);
    assert.equal(await smu.ask(":SOUR1:VOLT?"), "+2.500000E-01");
  }
});

test("a single pulse as another program asks for it is measured while it lasts", async (t) => {
  const smu = await connect(t);
  smu.send(":SENS1:CURR:PROT 0.01;NPLC 0.01;:FUNC PULS;:PULS:WIDT 0.001;:PULS:DEL 0.001;:SOUR1:FUNC:TRIG:CONT OFF");
  smu.send(":TRIG1:TRAN:DEL MIN;:TRIG1:ACQ:DEL 0.0015;:TRIG1:ALL:COUN 1;:TRIG1:LXI:LAN:DIS:ALL;:TRIG1:ALL:SOUR AINT");
  smu.send(":FORM:ELEM:SENS VOLT,CURR,TIME;:OUTP1 ON;:SOUR1:VOLT 0.1;:SOUR1:VOLT:TRIG 0.8;:INIT (@1)");
  const [voltage_V = NaN, current_A = NaN, time_s = NaN] = numbers(await smu.ask(":FETC:ARR? (@1)"));
  assert.ok(Math.abs(voltage_V - 0.8) < 1e-3 && Math.abs(current_A - 8e-4) < 1e-6, `${voltage_V} V, ${current_A} A`);
  assert.equal(time_s, 1.5e-3);
  const after_V = Number(await smu.ask(":MEAS:VOLT? (@1)"));
  assert.ok(Math.abs(after_V - 0.1) < 1e-3, `${after_V} V`);
  assert.equal(await smu.ask(":SYST:ERR:ALL?"), none);
});
