import assert from "node:assert/strict";
import { test } from "node:test";
import { MemrigError } from "../../src/errors.js";
import { serveVirtualBench } from "../../src/virtual/serve.js";
import { RawClient } from "../support/raw-client.js";
import { connectSmu, serveSmu, smuPlan } from "../support/virtual-smu.js";

test("the 2450 says who it is, which language it speaks and that it has no errors, in its own form", async (t) => {
  const smu = await connectSmu(t);
  assert.match(await smu.ask("*IDN?"), /^KEITHLEY INSTRUMENTS,MODEL 2450,04\d{6},1\.7\.12b$/);
  const wrong = await smu.dialogue([
    ["*LANG?", "SCPI"],
    ["SYST:ERR?", '0,"No error;0;0 0"'],
    [":SYST:ERR:NEXT?", '0,"No error;0;0 0"'],
    [":SYST:EVEN:NEXT?", '0,"No error;0,0,0"'],
    [":SYST:ERR:COUN?", "0"],
    [":SYST:LFR?", "50"],
    ["*TST?", "0"],
    [":TRIG:STAT?", "EMPTY;EMPTY;0"],
  ]);
  assert.deepEqual(wrong, []);
});

test("an error carries its type and time behind semicolons, an event its seconds and nanoseconds behind commas", async (t) => {
  const smu = await connectSmu(t);
  smu.send(":SOUR:VOLT:PROTT 1");
  assert.match(await smu.ask("SYST:ERR?"), /^-113,"Undefined header;1;\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{3}"$/);
  smu.send(":SOUR:VOLT");
  assert.match(await smu.ask(":SYST:EVEN:NEXT?"), /^-109,"Missing parameter;1,\d{10},\d{1,9}"$/);
  assert.equal(await smu.ask(":SYST:EVEN:NEXT?"), '0,"No error;0,0,0"');
});

test("reading SYST:ERR? skips the trigger model's information for good; without it the event log gives it", async (t) => {
  const smu = await connectSmu(t);
  const sweep = ":SOUR:SWE:VOLT:LIN 0,0.01,3,0;:INIT;*WAI";
  smu.send(sweep);
  assert.match(await smu.ask(":SYST:EVEN:NEXT? INF"), /^2731,"Trigger model, started;4,/);
  assert.match(await smu.ask(":SYST:EVEN:NEXT?"), /^2732,/);
  smu.send(sweep);
  smu.send("NONSENSE");
  assert.equal(await smu.ask("*STB?"), "4", "informations do not count as errors, the nonsense does");
  assert.match(await smu.ask("SYST:ERR?"), /^-113,/);
  assert.equal(await smu.ask(":SYST:EVEN:NEXT? ALL"), '0,"No error;0,0,0"');
});

test("*RST: output off, 0 V, 105 uA, current measured in two wires with autorange at 1 PLC", async (t) => {
  const smu = await connectSmu(t);
  smu.send(":SOUR:FUNC CURR;:SENS:FUNC 'RES';:SENS:RES:RSEN ON;:OUTP ON;:FORM REAL;:ROUT:TERM REAR;*RST");
  const wrong = await smu.dialogue([
    [":OUTP?", "0"],
    [":SOUR:FUNC?", "VOLT"],
    [":SOUR:VOLT?", "0.000000E+00"],
    [":SOUR:VOLT:ILIM?", "1.050000E-04"],
    [":SOUR:CURR:VLIM?", "2.100000E+01"],
    [":SOUR:VOLT:PROT?", "NONE"],
    [":SOUR:VOLT:READ:BACK?", "1"],
    [":SENS:FUNC?", '"CURR:DC"'],
    [":SENS:CURR:RANG:AUTO?", "1"],
    [":SENS:CURR:NPLC?", "1.000000E+00"],
    [":SENS:CURR:RSEN?", "0"],
    [":FORM?", "ASC"],
    [":FORM:BORD?", "SWAP"],
    [":ROUT:TERM?", "FRON"],
    [":TRAC:POIN?", "100000"],
    ["SYST:ERR?", '0,"No error;0;0 0"'],
  ]);
  assert.deepEqual(wrong, []);
});

test("ranges take the next one up, limits and levels beyond the model are refused and the old ones stay", async (t) => {
  const smu = await connectSmu(t);
  smu.send(":SOUR:VOLT:RANG 1.5;:SENS:CURR:RANG 2E-6;:SOUR:VOLT:PROT PROT40");
  const wrong = await smu.dialogue([
    [":SOUR:VOLT:RANG?", "2.000000E+00"],
    [":SOUR:VOLT:RANG:AUTO?", "0"],
    [":SENS:CURR:RANG?", "1.000000E-05"],
    [":SENS:CURR:RANG? MAX", "1.050000E+00"],
    [":SOUR:VOLT:PROT?", "PROT40"],
    [":SOUR:VOLT? MAX;:SOUR:VOLT? MIN", "2.100000E+02;-2.100000E+02"],
  ]);
  assert.deepEqual(wrong, []);
  const refused: readonly (readonly [string, RegExp])[] = [
    [":SOUR:VOLT:ILIM 2", /^-222,"Parameter data out of range;1;/],
    [":SOUR:VOLT:ILIM 1E-12", /^-222,/],
    [":SOUR:VOLT:ILIM 1E-9", /^-221,/], // less than 0.1 % of the fixed 10 uA measure range
    [":SOUR:VOLT 211", /^-222,/],
    [":SOUR:VOLT 3", /^-222,/], // beyond the fixed 2 V range
    [":SOUR:VOLT 1 V", /^-138,/], // this family takes no units
    [":SENS:CURR:NPLC 11", /^-222,/],
    [":SENS:CURR:PROT 1E-3", /^-113,/], // a 2400 command
    [":SYST:RSEN ON", /^-113,/],
  ];
  for (const [message, expected] of refused) {
    smu.send(message);
    assert.match(await smu.ask("SYST:ERR?"), expected, message);
  }
  assert.equal(await smu.ask(":SOUR:VOLT?;:SOUR:VOLT:ILIM?"), "0.000000E+00;1.050000E-04");
});

test("the open interlock keeps voltages above 42 V from the terminals", async (t) => {
  const smu = await connectSmu(t);
  smu.send(":SOUR:VOLT:ILIM 1E-3;:SOUR:VOLT 43;:OUTP ON");
  assert.match(await smu.ask("SYST:ERR?"), /^-221,"Settings conflict, interlock is open/);
  assert.equal(await smu.ask(":OUTP?;:OUTP:INT:STAT?"), "0;0");
  smu.send(":SOUR:VOLT 42;:OUTP ON");
  assert.equal(await smu.ask(":OUTP?"), "1");
  smu.send(":SOUR:VOLT 43");
  assert.match(await smu.ask("SYST:ERR?"), /^-221,/);
  assert.equal(await smu.ask(":SOUR:VOLT?"), "4.200000E+01");
});

test("one reading is the current through the device, to the noise and the last digit of its range", async (t) => {
  const smu = await connectSmu(t);
  smu.send(":SENS:CURR:AZER OFF;:SOUR:VOLT:ILIM 1E-2;:SOUR:VOLT 1;:OUTP ON");
  const [current, source, status] = (await smu.ask(':READ? "defbuffer1",READ,SOUR,SOURSTAT')).split(",").map(Number);
  // 1 mA range: 2 nA of noise, 1 nA steps; 2 V range: 2 uV of noise. Five of them.
  assert.ok(Math.abs((current as number) - 1e-3) < 1e-8, String(current));
  assert.ok(Math.abs((source as number) - 1) < 1e-5, String(source));
  assert.equal(status, 128);
  assert.match(await smu.ask(":FETC?"), /^9\.99\d{4}E-04$|^1\.000\d{3}E-03$/);
  smu.send(":SENS:CURR:RSEN ON");
  assert.equal(await smu.ask(':READ? "defbuffer1",SOURSTAT,STAT,UNIT,SOURUNIT'), "192,264,Amp DC,Volt DC");
  assert.match(await smu.ask(":MEAS:VOLT?"), /^(9\.9999\d{2}E-01|1\.0000\d{2}E\+00)$/);
  assert.match(await smu.ask(":MEAS:RES?"), /^(9\.999\d{3}E\+02|1\.000\d{3}E\+03)$/);
  assert.equal(
    await smu.ask(":SENS:FUNC?;:SENS:CURR:RSEN?"),
    '"RES";0',
    "four-wire goes off where the function changes",
  );
});

test("in compliance the current stands at the limit, the reading says so, and the voltage is what is left", async (t) => {
  const smu = await connectSmu(t);
  smu.send(":SENS:CURR:AZER OFF;:SOUR:VOLT:ILIM 1E-4;:SOUR:VOLT 1;:OUTP ON");
  const [current, source, status] = (await smu.ask(':READ? "defbuffer1",READ,SOUR,SOURSTAT')).split(",").map(Number);
  assert.ok(Math.abs((current as number) - 1e-4) < 1e-9, String(current));
  assert.ok(Math.abs((source as number) - 0.1) < 1e-4, String(source));
  assert.equal(status, 128 + 32);
  assert.equal(await smu.ask(":SOUR:VOLT:ILIM:TRIP?"), "1");
  smu.send(":SOUR:VOLT 0.05");
  assert.equal(await smu.ask(':READ? "defbuffer1",SOURSTAT;:SOUR:VOLT:ILIM:TRIP?'), "128;0");
});

test("a current source forces its current up to its voltage limit", async (t) => {
  const smu = await connectSmu(t);
  smu.send(":SOUR:FUNC CURR;:SENS:FUNC 'VOLT';:SENS:VOLT:AZER OFF;:SOUR:CURR:VLIM 2;:SOUR:CURR 1E-3;:OUTP ON");
  const [volts, forced, status] = (await smu.ask(':READ? "defbuffer1",READ,SOUR,SOURSTAT')).split(",").map(Number);
  assert.ok(Math.abs((volts as number) - 1) < 1e-5, String(volts));
  assert.ok(Math.abs((forced as number) - 1e-3) < 1e-8, String(forced));
  assert.equal(status, 128);
  smu.send(":SOUR:CURR 5E-3");
  const [limited_V, , limited] = (await smu.ask(':READ? "defbuffer1",READ,SOUR,SOURSTAT')).split(",").map(Number);
  assert.ok(Math.abs((limited_V as number) - 2) < 2e-5, String(limited_V));
  assert.equal(limited, 128 + 32);
});

test("the programmed level has the step of its range", async (t) => {
  const smu = await connectSmu(t);
  smu.send(":SENS:FUNC 'VOLT';:SENS:VOLT:NPLC 10;:SENS:VOLT:AZER OFF;:SOUR:VOLT:RANG 200;:SOUR:VOLT 0.1012;:OUTP ON");
  // 5 mV steps on the 200 V range: 0.1012 V comes out as 0.1 V.
  const volts = Number(await smu.ask(":READ?"));
  assert.ok(Math.abs(volts - 0.1) < 5e-4, String(volts));
});

test("buffers: made, filled, sized, emptied, deleted; a full one stops the sweep with 4915", async (t) => {
  const smu = await connectSmu(t);
  smu.send(`:TRAC:MAKE "run1", 10`);
  smu.send(`:SENS:CURR:AZER OFF;:SENS:CURR:NPLC 0.01;:SOUR:SWE:VOLT:LIN 0,1E-2,21,0,1,BEST,OFF,OFF,"run1"`);
  smu.send(":INIT;*WAI");
  const wrong = await smu.dialogue([
    [`:TRAC:ACT? "run1";:TRAC:ACT:STAR? "run1";:TRAC:ACT:END? "run1"`, "10;1;10"],
    [":TRIG:STAT?", "FAILED;FAILED;6"],
    [":OUTP?", "0"],
    [`:TRAC:FILL:MODE? "run1";:TRAC:FILL:MODE? "defbuffer1"`, "ONCE;CONT"],
    [`:TRAC:POIN? "run1"`, "10"],
    [`:TRAC:ACT?`, "0"],
  ]);
  assert.deepEqual(wrong, []);
  assert.match(await smu.ask("SYST:ERR?"), /^4915,"Attempting to store past capacity of reading buffer;1;/);
  smu.send(`:TRAC:FILL:MODE CONT,"run1";:INIT;*WAI`);
  assert.equal(await smu.ask(`:TRAC:ACT? "run1";:TRAC:ACT:STAR? "run1";:TRAC:ACT:END? "run1"`), "10;2;1");
  smu.send(`:TRAC:CLE "run1"`);
  assert.equal(await smu.ask(`:TRAC:ACT? "run1"`), "0");
  for (const [message, code] of [
    [`:TRAC:MAKE "run1", 10`, "-224"],
    [`:TRAC:MAKE "tiny", 9`, "-222"],
    [`:TRAC:MAKE "huge", 7000000`, "-225"],
    [`:TRAC:DATA? 1, 1, "run1"`, "-222"],
    [`:TRAC:DATA? 1, 1, "nobody"`, "-224"],
    [`:TRAC:DEL "defbuffer1"`, "-221"],
    [`:TRAC:DEL "run1";:TRAC:ACT? "run1"`, "-224"],
  ] as const) {
    smu.send(message);
    assert.equal((await smu.ask("SYST:ERR?")).split(",")[0], code, message);
  }
});

test("readings as numbers: elements of one reading together, ASCII digits as set, binary little-endian by default", async (t) => {
  const smu = await connectSmu(t);
  smu.send(":SENS:CURR:AZER OFF;:SOUR:VOLT:DEL 0;:SOUR:VOLT:READ:BACK OFF;:SOUR:VOLT:ILIM 0.1");
  smu.send(":SOUR:SWE:VOLT:LIN 1,2,2,0,1;:INIT;*WAI");
  const text = await smu.ask(':TRAC:DATA? 1,2,"defbuffer1",SOUR,READ,REL');
  assert.match(text, /^1\.000000E\+00,[-+.\dE]+,0\.000000E\+00,2\.000000E\+00,[-+.\dE]+,2\.000000E-02$/);
  const values = text.split(",").map(Number);
  smu.send(":FORM REAL");
  smu.send(':TRAC:DATA? 1,2,"defbuffer1",SOUR,READ,REL');
  const doubles = await binary(smu, 6 * 8);
  assert.deepEqual(
    Array.from({ length: 6 }, (_, k) => Number(doubles.readDoubleLE(k * 8).toPrecision(7))),
    values,
  );
  smu.send(":FORM:DATA SRE;BORD NORM");
  smu.send(':TRAC:DATA? 1,2,"defbuffer1",SOUR,READ,REL');
  const singles = await binary(smu, 6 * 4);
  assert.equal(singles.readFloatBE(0), 1);
  assert.equal(singles.readFloatBE(12), 2);
  smu.send(':TRAC:DATA? 1,2,"defbuffer1",SOURSTAT');
  smu.send(":FORM:DATA ASC;ASC:PREC 3");
  assert.match(await smu.ask("SYST:ERR?"), /^1133,/);
  assert.equal(await smu.ask(':TRAC:DATA? 1,2,"defbuffer1",SOUR'), "1.00E+00,2.00E+00");
  assert.match(
    await smu.ask(':TRAC:DATA? 1,1,"defbuffer1",DATE,TIME,SEC,FRAC,TST,FORM,SOURFORM'),
    /^\d\d\/\d\d\/\d{4},\d\d:\d\d:\d\d,\d{10},[\d.E+-]+,[\d/]+ [\d:]+\.\d{6},\+(999\.\d{3} u|1\.0\d{4} m)A,\+1\.00000 V$/,
  );
});

/** The data of a `#0` block of known size, with its line feed. */
async function binary(smu: RawClient, size: number): Promise<Buffer> {
  let text = "";
  while (text.length < size + 2) text += `${text === "" ? "" : "\n"}${await smu.line()}`;
  assert.ok(text.startsWith("#0"));
  assert.equal(text.length, size + 2);
  return Buffer.from(text.slice(2), "latin1");
}

test("other models of the family have their own name and reach; an unknown one is refused by name", async (t) => {
  const wide = await connectSmu(t, { instruments: [{ label: "smu", driver: "keithley-2450", model: "2461" }] });
  assert.match(await wide.ask("*IDN?"), /MODEL 2461,/);
  assert.equal(await wide.ask(":SOUR:CURR? MAX;:SOUR:VOLT? MAX"), "7.350000E+00;1.050000E+02");
  const high = await connectSmu(t, { instruments: [{ label: "smu", driver: "keithley-2450", model: "2470" }] });
  assert.equal(await high.ask(":SOUR:VOLT? MAX"), "1.100000E+03");
  await assert.rejects(
    serveVirtualBench(smuPlan({ instruments: [{ label: "smu", driver: "keithley-2450", model: "2410" }] })),
    (error: unknown) => error instanceof MemrigError && error.message.includes("2450, 2460, 2461, 2470"),
  );
});

test("on standard ports the 2450 listens on 5025 and its dead-socket port on 5030 frees hung sessions", async (t) => {
  const bench = await serveVirtualBench(smuPlan({ ports: "standard", address: "127.83.1.7" }));
  t.after(() => bench.close());
  assert.deepEqual(bench.instruments[0]?.resources, ["TCPIP0::127.83.1.7::5025::SOCKET"]);
  const hung = await RawClient.open("127.83.1.7", 5025);
  hung.socket.on("error", () => hung.close()); // reset by the far end: that is what is asked for
  await hung.ask(":TRIG:BLOC:WAIT 1, COMM;:INIT;*ESE?");
  hung.send("*OPC?");
  const closed = new Promise((resolve) => hung.socket.once("close", resolve));
  (await RawClient.open("127.83.1.7", 5030)).close();
  await closed;
  const next = await RawClient.open("127.83.1.7", 5025);
  t.after(() => next.close());
  assert.match(await next.ask(":TRIG:STAT?"), /^WAITING;WAITING;1$/);
  await assert.rejects(serveVirtualBench(smuPlan({ ports: "standard", address: "127.83.1.7" })), /EADDRINUSE/);
});

test("the same seed gives the same readings and serial number, another seed others", async (t) => {
  const once = async (seed: number) => {
    const smu = await connectSmu(t, { seed });
    smu.send(":SOUR:SWE:VOLT:LIN 0,0.1,11,0;:INIT;*WAI");
    return [await smu.ask("*IDN?"), await smu.ask(':TRAC:DATA? 1,11,"defbuffer1",SOUR,READ,REL')];
  };
  const [a, b, c] = [await once(1), await once(1), await once(2)];
  assert.deepEqual(a, b);
  assert.notEqual(a[0], c[0]);
  assert.notEqual(a[1], c[1]);
});

test("what one client sets another sees, and a bench of one SMU has one port", async (t) => {
  const port = await serveSmu(t);
  const [a, b] = [await RawClient.open("127.0.0.1", port), await RawClient.open("127.0.0.1", port)];
  t.after(() => {
    a.close();
    b.close();
  });
  a.send(":SOUR:VOLT 0.25;:OUTP ON");
  assert.equal(await a.ask("*OPC?"), "1");
  assert.equal(await b.ask(":OUTP?;:SOUR:VOLT?"), "1;2.500000E-01");
});
