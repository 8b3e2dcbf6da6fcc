import assert from "node:assert/strict";
import { test } from "node:test";
import { connectSmu } from "../support/virtual-smu.js";

const none = '0,"No error;0;0 0"';
const fast = ":SENS:CURR:AZER OFF;:SENS:CURR:NPLC 0.1;:SOUR:VOLT:DEL 0;:SOUR:VOLT:READ:BACK OFF";

test("a duration loop measures until its time is over: 0.1 s in apertures of 2 ms are 50 readings", async (t) => {
  const smu = await connectSmu(t);
  smu.send(`${fast};:TRIG:LOAD "DurationLoop", 0.1;:INIT`);
  assert.equal(await smu.ask("*OPC?;:TRAC:ACT?;:OUTP?"), "1;50;0");
  smu.send(':TRAC:MAKE "slow", 100;:TRIG:LOAD "DurationLoop", 0.1, 8E-3, "slow";:INIT');
  assert.equal(await smu.ask('*OPC?;:TRAC:ACT? "slow"'), "1;10", "8 ms and 2 ms a reading");
  for (const [message, code] of [
    [':TRIG:LOAD "DurationLoop"', "-109"],
    [':TRIG:LOAD "DurationLoop", -1', "-222"],
    [':TRIG:LOAD "DurationLoop", 1, 2E4', "-222"],
    [':TRIG:LOAD "DurationLoop", 1, 0, "slow", 1', "-108"],
    [':TRIG:LOAD "NoSuchLoop", 1', "-224"],
  ] as const) {
    smu.send(message);
    assert.equal((await smu.ask("SYST:ERR?")).split(",")[0], code, message);
  }
});

test("a trigger model is listed block by block, one a line", async (t) => {
  const smu = await connectSmu(t);
  smu.send('TRIG:LOAD "Empty";:TRIG:BLOC:BUFF:CLEAR 1;:TRIG:BLOC:MEAS 2;BRAN:COUN 3, 5, 2');
  smu.send(":TRIG:BLOC:DEL:CONS 4, 1;:TRIG:BLOC:WAIT 5, DIG2;:TRIGger:BLOCk:NOTify 6, 1");
  assert.equal(await smu.ask(":TRIG:BLOC:LIST?"), "1) BUFFER_CLEAR BUFFER: defbuffer1");
  assert.equal(await smu.line(), "2) MEASURE BUFFER: defbuffer1 COUNT: 1");
  assert.equal(await smu.line(), "3) BRANCH_COUNTER VALUE: 5 BRANCH_BLOCK: 2");
  assert.equal(await smu.line(), "4) DELAY_CONSTANT DELAY: 1.000000000");
  assert.equal(await smu.line(), "5) WAIT EVENT: DIG2");
  assert.equal(await smu.line(), "6) NOTIFY NOTIFY: 1");
});

test("a wait for a digital line lasts until it is aborted: *TRG does not end it", async (t) => {
  const smu = await connectSmu(t);
  smu.send(':TRIG:LOAD "Empty";:TRIG:BLOC:WAIT 1, DIGIO2;:TRIG:BLOC:MEAS 2;:INIT');
  assert.equal(await smu.ask(":TRIG:STAT?"), "WAITING;WAITING;1");
  smu.send("*TRG");
  assert.match(await smu.ask("SYST:ERR?"), /^-211,/);
  assert.equal(await smu.ask(":TRIG:STAT?;:TRAC:ACT?"), "WAITING;WAITING;1;0");
  smu.send(":ABOR");
  assert.equal(await smu.ask(":TRIG:STAT?"), "ABORTED;ABORTED;1");
});

test("a notification lets a later wait block go on at once", async (t) => {
  const smu = await connectSmu(t);
  smu.send(`${fast};:TRIG:LOAD "Empty";:TRIG:BLOC:NOT 1, 3;:TRIG:BLOC:WAIT 2, NOT3, NEV;:TRIG:BLOC:MEAS 3;:INIT`);
  assert.equal(await smu.ask("*OPC?;:TRAC:ACT?"), "1;1");
});

test("digital lines keep what they are set to, refuse what the port can not do, and go back at *RST", async (t) => {
  const smu = await connectSmu(t);
  for (const message of [
    "DIG:LINE1:MODE TRIG, OUT",
    ":DIGital:LINE2:MODE TRIGger,IN",
    "TRIG:DIG1:OUT:STIM NOT1",
    "TRIG:DIG1:OUT:LOG POS",
    ":TRIGger:DIGital2:IN:CLEar",
    "TRIG:DIG2:IN:EDGE RIS",
    "DIG:LINE3:MODE DIG, OUT",
    "DIG:LINE3:STAT 0",
  ]) {
    smu.send(message);
    assert.equal(await smu.ask("SYST:ERR?"), none, message);
  }
  const wrong = await smu.dialogue([
    ["DIG:LINE1:MODE?;:DIG:LINE2:MODE?", "TRIG,OUT;TRIG,IN"],
    ["TRIG:DIG1:OUT:STIM?;LOG?;PULS?", "NOT1;POS;1.000000E-05"],
    ["TRIG:DIG2:IN:EDGE?;OVER?", "RIS;0"],
    ["DIG:LINE3:STAT?;:DIG:LINE4:STAT?", "0;1"],
    ["*RST"],
    ["DIG:LINE1:MODE?;:TRIG:DIG1:OUT:STIM?", "DIG,IN;NONE"],
  ]);
  assert.deepEqual(wrong, []);
  for (const [message, code] of [
    ["DIG:LINE7:MODE DIG, IN", "-114"],
    ["DIG:LINE1:MODE DIG, MAST", "-224"],
    ["DIG:LINE1:STAT 1", "-221"],
    ["TRIG:DIG1:OUT:STIM NOT9", "-224"],
  ] as const) {
    smu.send(message);
    assert.equal((await smu.ask("SYST:ERR?")).split(",")[0], code, message);
  }
});
