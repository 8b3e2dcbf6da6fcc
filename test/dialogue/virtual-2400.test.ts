import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { RawClient } from "../support/raw-client.js";
import { connectSmu } from "../support/virtual-smu.js";

const connect = (t: TestContext, model = "2400", time: "fast" | "real" = "fast"): Promise<RawClient> =>
  connectSmu(t, { instruments: [{ label: "smu", driver: "keithley-2400", model }], time });

const none = '0,"No error"';

test("the 2400 says who it is with a space or three, and has no errors", async (t) => {
  const smu = await connect(t);
  const idn = await smu.ask("*IDN?");
  assert.match(idn, /^KEITHLEY INSTRUMENTS INC\.,MODEL 2400,\d{7},C34 {3}Sep 21 2016 15:30:00\/A02 {2}\/K\/M$/);
  assert.deepEqual(
    await smu.dialogue([
      [":SYST:ERR?", none],
      [":SYST:MEP:STAT?", "1"],
      [":SENS:FUNC?", '"VOLT:DC","CURR:DC"'],
      [":SENS:CURR:PROT?", "1.050000E-04"],
      [":TRAC:POIN?", "100"],
      [":SYST:REM", undefined],
      [":SYST:ERR?", '-113,"Undefined header"'],
    ] as [string, string?][]),
    [],
  );
});

test("a reading with the output off is 803 and no reply; the next question is answered", async (t) => {
  const smu = await connect(t);
  smu.send(":READ?");
  assert.equal(await smu.ask(":SYST:ERR?"), '803,"Not permitted with OUTPUT off"');
  smu.send(":INIT");
  assert.equal(await smu.ask(":SYST:ERR?"), '803,"Not permitted with OUTPUT off"');
});

test("a reading has its elements in the instrument's order, what is not measured as 9.91E37, and says what it was", async (t) => {
  const smu = await connect(t);
  smu.send(":SOUR:VOLT 1;:SENS:CURR:PROT 1e-2;:OUTP ON;:SYST:TIME:RES");
  const all = (await smu.ask(":READ?")).split(",");
  assert.equal(all.length, 5);
  assert.ok(
    all.every((value) => /^[+-]\d\.\d{6}E[+-]\d\d$/.test(value)),
    all.join(","),
  );
  assert.equal(all[2], "+9.910000E+37");
  assert.equal(Number(all[4]), (1 << 2) | (1 << 11) | (1 << 12) | (1 << 14));
  assert.ok(Math.abs(Number(all[1]) - 1e-3) < 1e-6, all[1]);
  smu.send(":FORM:ELEM STAT,CURR;:SENS:CURR:PROT 1e-4");
  const [current, status] = (await smu.ask(":READ?")).split(",").map(Number);
  assert.ok(Math.abs((current ?? NaN) - 1e-4) < 1e-6, `${current}`);
  assert.equal((status ?? 0) & ((1 << 3) | (1 << 16)), 1 << 3);
  smu.send(":SENS:CURR:PROT 1e-2;:SENS:CURR:RANG 1e-4");
  assert.equal(Number((await smu.ask(":READ?")).split(",")[1]) & ((1 << 3) | (1 << 16)), 1 << 16);
  assert.equal(await smu.ask(":SENS:CURR:PROT:TRIP?"), "1");
});

test("a list takes a hundred values a command and 2500 in all, and is swept as often as the arm layer counts", async (t) => {
  const smu = await connect(t);
  const values = (count: number) => Array.from({ length: count }, (_, k) => k / 1000).join(",");
  smu.send(`:SOUR:LIST:VOLT ${values(101)}`);
  assert.equal(await smu.ask(":SYST:ERR?"), '-223,"Too much data"');
  smu.send(`:SOUR:LIST:VOLT ${values(100)}`);
  for (let part = 1; part < 25; part++) smu.send(`:SOUR:LIST:VOLT:APP ${values(100)}`);
  assert.equal(await smu.ask(":SOUR:LIST:VOLT:POIN?"), "2500");
  smu.send(":SOUR:LIST:VOLT:APP 1");
  assert.equal(await smu.ask(":SYST:ERR?"), '-223,"Too much data"');
  smu.send(":TRIG:COUN 1000;:ARM:COUN 3");
  assert.equal(await smu.ask(":SYST:ERR?"), '-221,"Settings conflict"');
  smu.send(
    ":SOUR:LIST:VOLT 0.1,0.2,0.3;:SOUR:VOLT:MODE LIST;:TRIG:COUN 3;:ARM:COUN 2;:FORM:ELEM VOLT;:SENS:CURR:PROT 0.01",
  );
  smu.send(":OUTP ON");
  const swept = (await smu.ask(":READ?")).split(",").map((value) => Number(value).toFixed(2));
  assert.deepEqual(swept, ["0.10", "0.20", "0.30", "0.10", "0.20", "0.30"]);
});

test("the source stays where a sweep left it, and goes to its programmed level with the fixed mode", async (t) => {
  const smu = await connect(t);
  smu.send(":SENS:CURR:PROT 0.01;:SOUR:VOLT:STAR 0;:SOUR:VOLT:STOP 0.4;:SOUR:VOLT:STEP 0.1;:SOUR:VOLT:MODE SWE");
  smu.send(":TRIG:COUN 5;:FORM:ELEM VOLT;:OUTP ON");
  assert.equal((await smu.ask(":READ?")).split(",").length, 5);
  assert.equal(await smu.ask(":SOUR:SWE:POIN?"), "5");
  assert.equal(await smu.ask(":SOUR:VOLT?"), "0.000000E+00");
  assert.equal(Number(await smu.ask(":DATA:LAT?")).toFixed(2), "0.40");
  smu.send(":SOUR:VOLT 0.3;:SOUR:VOLT:MODE FIX;:TRIG:COUN 1");
  assert.equal(Number(await smu.ask(":READ?")).toFixed(2), "0.30");
});

test("from INIT until it is idle nothing is executed but an abort", async (t) => {
  const smu = await connect(t, "2400", "real");
  smu.send(
    ":SENS:CURR:PROT 0.01;:OUTP ON;:SYST:AZER OFF;:SENS:CURR:NPLC 1;:TRIG:COUN 5;:FORM:ELEM TIME;:SYST:TIME:RES",
  );
  smu.send(":INIT");
  const begin_ms = performance.now();
  assert.equal(await smu.ask(":OUTP?"), "1");
  const waited_ms = performance.now() - begin_ms;
  assert.ok(waited_ms > 150, `answered after ${waited_ms} ms, five readings take 200 ms`);
  smu.send(":TRIG:COUN 2500;:INIT");
  smu.send(":ABOR");
  assert.equal(await smu.ask(":OUTP?"), "1", "2500 readings would take 100 s");
  assert.equal(await smu.ask(":SYST:ERR?"), none);
});

test("the bus trigger starts what waits for it, and is ignored elsewhere", async (t) => {
  const smu = await connect(t);
  smu.send("*TRG");
  assert.equal(await smu.ask(":SYST:ERR?"), '-211,"Trigger ignored"');
  smu.send(":OUTP ON;:ARM:SOUR BUS;:FORM:ELEM VOLT;:INIT");
  smu.send("*TRG");
  assert.equal((await smu.ask(":FETC?")).split(",").length, 1);
});

for (const [name, model, sent, error] of [
  [
    "a compliance below 0.1 % of the measuring range",
    "2400",
    ":SENS:CURR:PROT 1;:SENS:CURR:RANG 1;:SENS:CURR:PROT 1e-4",
    '822,"Too small for sense range"',
  ],
  [
    "a measuring range beyond the compliance's",
    "2400",
    ":SENS:CURR:PROT 1e-4;:SENS:CURR:RANG 1e-2",
    '824,"Cannot exceed compliance range"',
  ],
  ["more power than 22 W", "2400", ":SENS:CURR:PROT 0.5;:SOUR:VOLT 50", '826,"Attempt to exceed power limit"'],
  ["1 A at 1 kV", "2410", ":SOUR:VOLT 1000;:SENS:CURR:PROT 0.1", '826,"Attempt to exceed power limit"'],
  ["a level beyond a fixed range", "2400", ":SOUR:VOLT:RANG 2;:SOUR:VOLT 5", '-221,"Settings conflict"'],
  ["a level beyond the model", "2401", ":SOUR:VOLT 50", '-222,"Parameter data out of range"'],
  [
    "a change of the store while it is fed",
    "2400",
    ":TRAC:FEED:CONT NEXT;:TRAC:POIN 5",
    '800,"Illegal with storage active"',
  ],
  ["an output whose enable line is open", "2400", ":OUTP:ENAB ON;:OUTP ON", '802,"OUTPUT blocked by output enable"'],
  ["pulses", "2400", ":SOUR:PULS:WIDT 1e-3", '-113,"Undefined header"'],
] as const) {
  test(`${name} is refused with its number`, async (t) => {
    const smu = await connect(t, model);
    smu.send(sent);
    assert.equal(await smu.ask(":SYST:ERR?"), error);
    assert.equal(await smu.ask(":SYST:ERR?"), none);
  });
}

test("the voltage protection takes the step below, whatever the sign", async (t) => {
  const smu = await connect(t);
  for (const [asked, step] of [
    ["50", 40],
    ["-50", 40],
    ["5", 20],
    ["160", 160],
    ["161", 210],
  ] as const) {
    smu.send(`:SOUR:VOLT:PROT ${asked}`);
    assert.equal(Number(await smu.ask(":SOUR:VOLT:PROT?")), step, asked);
  }
});

test("the error queue holds ten", async (t) => {
  const smu = await connect(t);
  for (let k = 0; k < 12; k++) smu.send(":NONSENSE");
  for (let k = 0; k < 9; k++) assert.equal(await smu.ask(":SYST:ERR?"), '-113,"Undefined header"');
  assert.equal(await smu.ask(":SYST:ERR?"), '-350,"Queue overflow"');
  assert.equal(await smu.ask(":SYST:ERR?"), none);
});

test("the data store fills once, sets its bit of the measurement summary, and gives statistics", async (t) => {
  const smu = await connect(t);
  smu.send(":STAT:PRES;*CLS;:STAT:MEAS:ENAB 512;*SRE 1;:SENS:CURR:PROT 0.01;:SOUR:VOLT 0.5;:OUTP ON;:FORM:ELEM VOLT");
  smu.send(":TRAC:CLE;:TRAC:POIN 5;:TRAC:FEED SENS;:TRAC:FEED:CONT NEXT;:TRIG:COUN 8;:INIT");
  assert.equal(await smu.ask("*STB?"), "65");
  assert.equal(await smu.ask(":TRAC:POIN:ACT?"), "5");
  assert.equal((await smu.ask(":TRAC:DATA?")).split(",").length, 5);
  assert.equal((await smu.ask(":FETC?")).split(",").length, 8);
  assert.equal(Number(await smu.ask(":CALC3:FORM MEAN;:CALC3:DATA?;")).toFixed(2), "0.50");
});

test("the terminals are changed with the output off", async (t) => {
  const smu = await connect(t);
  smu.send(":OUTP ON;:ROUT:TERM REAR");
  assert.equal(await smu.ask(":OUTP?"), "0");
});
