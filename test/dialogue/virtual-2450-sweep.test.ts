import assert from "node:assert/strict";
import { test } from "node:test";
import type { RawClient } from "../support/raw-client.js";
import { connectSmu } from "../support/virtual-smu.js";

const fast = ":SENS:CURR:AZER OFF;:SENS:CURR:NPLC 0.1;:SOUR:VOLT:DEL 0;:SOUR:VOLT:READ:BACK OFF;:SOUR:VOLT:ILIM 0.1";

async function swept(smu: RawClient, command: string): Promise<number[]> {
  smu.send(`:TRAC:CLE;${command};:INIT;*WAI`);
  const count = Number(await smu.ask(":TRAC:ACT?"));
  if (count === 0) return [];
  return (await smu.ask(`:TRAC:DATA? 1,${count},"defbuffer1",SOUR`)).split(",").map(Number);
}

test("linear sweeps by points and by step, logarithmic ones and lists force the levels they say", async (t) => {
  const smu = await connectSmu(t);
  smu.send(fast);
  assert.deepEqual(await swept(smu, ":SOUR:SWE:VOLT:LIN 0, 0.4, 5, 0"), [0, 0.1, 0.2, 0.3, 0.4]);
  assert.deepEqual(
    await swept(smu, ":SOUR:SWE:VOLT:LIN 0, 0.2, 3, 0, 2, FIX, OFF, ON"),
    [0, 0.1, 0.2, 0.1, 0, 0, 0.1, 0.2, 0.1, 0],
  );
  assert.deepEqual(await swept(smu, ":SOUR:SWE:VOLT:LIN:STEP 0.2, -0.2, 0.1, 0"), [0.2, 0.1, 0, -0.1, -0.2]);
  assert.deepEqual(await swept(smu, ":SOUR:SWE:VOLT:LOG 0.01, 1, 3, 0"), [0.01, 0.1, 1]);
  smu.send(":SOUR:LIST:VOLT 0.1, -0.1;:SOUR:LIST:VOLT:APP 0.3");
  assert.equal(await smu.ask(":SOUR:LIST:VOLT:POIN?"), "3");
  assert.deepEqual(await swept(smu, ":SOUR:SWE:VOLT:LIST 2, 0, 2"), [-0.1, 0.3, -0.1, 0.3]);
  assert.equal(await smu.ask("SYST:ERR?"), '0,"No error;0;0 0"');
});

test("a sweep command only builds; INIT turns the output on, the end turns it off", async (t) => {
  const smu = await connectSmu(t, { time: "real" });
  smu.send(`${fast};:SOUR:SWE:VOLT:LIN 0, 1, 3, 0.05`);
  assert.equal(await smu.ask(":OUTP?;:TRIG:STAT?"), "0;IDLE;IDLE;0");
  smu.send(":INIT");
  assert.equal(await smu.ask(":OUTP?;:TRIG:STAT?"), "1;RUNNING;RUNNING;0");
  smu.send(":INIT");
  assert.match(await smu.ask("SYST:ERR?"), /^-213,/);
  assert.equal(await smu.ask("*OPC?;:OUTP?;:TRAC:ACT?"), "1;0;3");
});

test("each point takes source delay, sweep delay and aperture; read-back takes another, autozero two more", async (t) => {
  const smu = await connectSmu(t);
  smu.send(fast);
  const steps = async (settings: string) => {
    smu.send(settings);
    await swept(smu, ":SOUR:SWE:VOLT:LIN 0, 1, 3, 0.01");
    return (await smu.ask(':TRAC:DATA? 1,3,"defbuffer1",REL')).split(",").map(Number);
  };
  assert.deepEqual(await steps("*CLS"), [0, 0.012, 0.024]); // 0.1 PLC at 50 Hz: 2 ms
  assert.deepEqual(await steps(":SOUR:VOLT:DEL 0.003"), [0, 0.015, 0.03]);
  assert.deepEqual(await steps(":SOUR:VOLT:READ:BACK ON"), [0, 0.017, 0.034]);
  assert.deepEqual(await steps(":SENS:CURR:AZER ON"), [0, 0.021, 0.042]);
});

test("failAbort ends a sweep at the first limited point with the output off; OFF goes through it", async (t) => {
  const smu = await connectSmu(t);
  smu.send(`${fast};:SOUR:VOLT:ILIM 2.5E-4`); // 1 kohm: limited beyond 0.25 V
  assert.deepEqual(await swept(smu, ":SOUR:SWE:VOLT:LIN 0, 0.5, 6, 0"), [0, 0.1, 0.2, 0.3]);
  assert.equal(await smu.ask(":OUTP?"), "0");
  assert.equal((await swept(smu, ":SOUR:SWE:VOLT:LIN 0, 0.5, 6, 0, 1, BEST, OFF")).length, 6);
  assert.equal(await smu.ask(':TRAC:DATA? 1,6,"defbuffer1",SOURSTAT'), "128,128,128,160,160,160");
});

test("an endless sweep goes on until :ABOR, which leaves the output to OUTP OFF; others are served meanwhile", async (t) => {
  const smu = await connectSmu(t);
  smu.send(`${fast};:SOUR:SWE:VOLT:LIN 0, 0.1, 3, 0, 0`);
  smu.send(":INIT");
  const deadline_ms = performance.now() + 5000;
  while (Number(await smu.ask(":TRAC:ACT?")) < 50) assert.ok(performance.now() < deadline_ms, "readings come in");
  smu.send(":ABOR");
  assert.match(await smu.ask(":TRIG:STAT?"), /^ABORTED;ABORTED;\d$/);
  assert.equal(await smu.ask(":OUTP?"), "1");
  smu.send(":OUTP OFF");
  assert.equal(await smu.ask(":OUTP?;*OPC?"), "0;1");
});

test("sweeps that can not be are refused when they are built", async (t) => {
  const smu = await connectSmu(t);
  for (const [command, code] of [
    [":SOUR:SWE:VOLT:LIN 0, 211, 3", "-222"],
    [":SOUR:SWE:VOLT:LIN 0, 1, 1", "-222"],
    [":SOUR:SWE:VOLT:LIN 0, 1, 3, 1E-6", "-222"],
    [":SOUR:SWE:VOLT:LIN 0, 1", "-109"],
    [":SOUR:SWE:VOLT:LIN 0, 1, 3, 0, 1, SOME", "-224"],
    [":SOUR:SWE:VOLT:LOG -1, 1, 3", "-222"],
    [":SOUR:SWE:VOLT:LIST 1, 0", "-222"],
    [`:SOUR:LIST:VOLT ${Array<number>(101).fill(0).join(",")}`, "-223"],
  ] as const) {
    smu.send(command);
    assert.equal((await smu.ask("SYST:ERR?")).split(",")[0], code, command);
  }
  smu.send(":INIT");
  assert.equal((await smu.ask("SYST:ERR?")).split(",")[0], "-200");
});

test("a trigger model built block by block waits for *TRG", async (t) => {
  const smu = await connectSmu(t);
  smu.send(
    `${fast};:SOUR:VOLT 0.5;:SOUR:CONF:LIST:CRE "two";:SOUR:CONF:LIST:STOR "two";:SOUR:VOLT 0.25;:SOUR:CONF:LIST:STOR "two"`,
  );
  smu.send(':TRIG:LOAD "Empty";:TRIG:BLOC:CONF:RECALL 1,"two",2;:TRIG:BLOC:SOUR:STAT 2, ON;:TRIG:BLOC:WAIT 3, COMM');
  smu.send(
    ':TRIG:BLOC:CONF:NEXT 4,"two";:TRIG:BLOC:DEL:CONS 5, 1E-3;:TRIG:BLOC:MEAS 6,"defbuffer1",2;:TRIG:BLOC:BRAN:COUN 7, 2, 4',
  );
  assert.equal(await smu.ask(":TRIG:STAT?"), "BUILDING;BUILDING;0");
  smu.send(":INIT");
  const deadline_ms = performance.now() + 5000;
  while (!(await smu.ask(":OUTP?")).startsWith("1")) assert.ok(performance.now() < deadline_ms);
  smu.send("*TRG");
  assert.equal(
    await smu.ask('*OPC?;:TRAC:DATA? 1,4,"defbuffer1",SOUR'),
    "1;5.000000E-01,5.000000E-01,2.500000E-01,2.500000E-01",
  );
  smu.send("*TRG");
  assert.match(await smu.ask("SYST:ERR?"), /^-211,/);
});

test("an event of the log that is mapped to a bit of OPER sets it", async (t) => {
  const smu = await connectSmu(t);
  smu.send(":STAT:OPER:MAP 3, 2731, 2732;:STAT:OPER:ENAB 8;*CLS");
  smu.send(`${fast};:SOUR:SWE:VOLT:LIN 0, 1, 3, 0;:INIT;*WAI`);
  assert.equal(await smu.ask(":STAT:OPER:COND?;:STAT:OPER?;:STAT:OPER:MAP? 3"), "0;8;2731,2732");
});

test("the ZnO device shows its hysteresis: off going up, on coming back, off again at 0 V", async (t) => {
  const smu = await connectSmu(t, { dut: { id: "Z", model: "zno-diffusive", parameters: {} } });
  smu.send(":SENS:CURR:AZER OFF;:SOUR:VOLT:DEL 0;:SOUR:VOLT:READ:BACK OFF;:SOUR:VOLT:ILIM 1E-5");
  smu.send(":SOUR:SWE:VOLT:LIN 0, 0.3, 61, 0.03, 1, FIX, OFF, ON;:INIT;*WAI");
  const amps = (await smu.ask(':TRAC:DATA? 1,121,"defbuffer1",READ')).split(",").map(Number);
  const [up_A, top_A, down_A, back_A] = [28, 60, 92, 108].map((index) => amps[index] as number) as [
    number,
    number,
    number,
    number,
  ];
  // 0.14 V going up and coming back, 0.3 V at the limit, 0.06 V behind the hold voltage of 0.1 V
  assert.ok(up_A < 2e-9, `0.14 V going up: ${up_A} A`);
  assert.ok(Math.abs(top_A - 1e-5) < 1e-10, `0.3 V: ${top_A} A`);
  assert.ok(down_A > 1e3 * up_A, `0.14 V coming back: ${down_A} A`);
  assert.ok(back_A < 2e-9, `0.06 V coming back: ${back_A} A`);
});
