import assert from "node:assert/strict";
import { test } from "node:test";
import { connectSmu } from "../support/virtual-smu.js";

const touch = { instruments: [{ label: "smu", driver: "keithley-2450", model: "2461" }] };
const tsp = { instruments: [{ label: "smu", driver: "keithley-2600", model: "2602B" }] };
const settled =
  "*RST;:SENS:CURR:AZER OFF;:SENS:CURR:NPLC 0.01;:SENS:CURR:RANG 1;:SOUR:VOLT:READ:BACK OFF;:SOUR:VOLT:RANG 7";

test("a 2461 pulses in trains, in even and logarithmic sweeps and by a list, and stores nothing where it is not to measure", async (t) => {
  const smu = await connectSmu(t, touch);
  const sources = async (command: string) => {
    smu.send(`:TRAC:CLE;${command};:INIT;*WAI`);
    const count = Number(await smu.ask(":TRAC:ACT?"));
    return count === 0 ? [] : (await smu.ask(`:TRAC:DATA? 1,${count},"defbuffer1",SOUR`)).split(",").map(Number);
  };
  smu.send(settled);
  const tail = '1E-3, ON, "defbuffer1", 0, 9E-3';
  assert.deepEqual(
    await sources(`:SOUR:PULS:TR:VOLT 0, 0.5, 1E-3, 3, ON, "defbuffer1", 0, 9E-3, 0.1, 0.1`),
    [0.5, 0.5, 0.5],
  );
  assert.deepEqual(
    await sources(`:SOUR:PULS:SWE:VOLT:LIN 0, 0.1, 0.3, 3, ${tail}, 2, 0.1, 0.1, OFF, OFF`),
    [0.1, 0.2, 0.3, 0.1, 0.2, 0.3],
  );
  assert.deepEqual(
    await sources(`:SOUR:PULS:SWE:VOLT:LIN 0, 0.1, 0.3, 3, ${tail}, 1, 0.1, 0.1, OFF, ON`),
    [0.1, 0.2, 0.3, 0.2, 0.1],
  );
  assert.deepEqual(
    await sources(`:SOUR:PULS:SWE:VOLT:LIN:STEP 0, 0.1, 0.3, 0.1, ${tail}, 1, 0.1, 0.1`),
    [0.1, 0.2, 0.3],
  );
  assert.deepEqual(await sources(`:SOUR:PULS:SWE:VOLT:LOG 0, 0.01, 1, 3, ${tail}, 1, 0.1, 0.1`), [0.01, 0.1, 1]);
  smu.send(":SOUR:PULS:VOLT:ILIM 0.1;:SOUR:PULS:LIST:VOLT 1, 5;:SOUR:PULS:LIST:VOLT:APP 2");
  assert.equal(await smu.ask(":SOUR:PULS:LIST:VOLT:POIN?;:SOUR:PULS:VOLT:ILIM?"), "3;1.000000E-01");
  assert.deepEqual(await sources(':SOUR:PULS:SWE:VOLT:LIST 1E-3, ON, "defbuffer1", 2, 2, 0, 9E-3, OFF'), [5, 2, 5, 2]);
  assert.deepEqual(await sources(':SOUR:PULS:SWE:VOLT:LIST 1E-3, OFF, "defbuffer1", 1, 1, 0, 9E-3, OFF'), []);
  assert.equal(await smu.ask(":OUTP?;:SYST:ERR?"), '0;0,"No error;0;0 0"');
});

test("a 2461 refuses pulses that are too short, too strong for long or for often, and a 2450 all of them", async (t) => {
  const smu = await connectSmu(t, touch);
  smu.send(`${settled};:SENS:CURR:RANG 10;:SOUR:VOLT:RANG 20`);
  const train = (width: string, off: string, limit: string) =>
    `:SOUR:PULS:TR:VOLT 0, 5, ${width}, 1, OFF, "defbuffer1", 0, ${off}, 0.1, ${limit}`;
  const refused = async (command: string) => {
    smu.send(command);
    return Number.parseInt(await smu.ask("SYST:ERR?"), 10);
  };
  assert.equal(await refused(train("1.4E-4", "1", "1")), -222);
  assert.equal(await refused(train("1E-3", "19E-3", "10")), 0);
  assert.equal(await refused(train("1.1E-3", "1", "10")), -221, "too long");
  assert.equal(await refused(train("1E-3", "18E-3", "10")), -221, "too often");
  assert.equal(await refused(train("1E-3", "1", "10.6")), -222);
  assert.equal(await refused(":SOUR:PULS:VOLT:ILIM 10.6"), -222);
  assert.equal(await refused(":SOUR:VOLT:ILIM 7.4"), -222, "no steady limit");
  assert.equal(await refused(":SOUR:PULS:VOLT 21.5"), -222, "beyond the range");
  assert.equal(await refused(':DIG:FUNC "CURR"'), -113);
  const other = await connectSmu(t);
  other.send(":SOUR:PULS:VOLT:ILIM 1");
  assert.match(await other.ask("SYST:ERR?"), /^-113,/);
});

const prepared =
  "smua.source.rangev=6 smua.source.rangei=1 smua.measure.rangev=6 smua.measure.rangei=1 smua.measure.nplc=0.01 " +
  "smua.measure.autozero=smua.AUTOZERO_ONCE smua.nvbuffer1.clear() smua.nvbuffer1.appendmode=1 smua.source.output=1";
const pulses = "print(ConfigPulseVMeasureI(smua, 0, 5, 1, 0.002, 0.2, 4, smua.nvbuffer1, 1))";

test("the pulse factory script of a 2600 tells what is wrong by what it returns, and not by the error queue", async (t) => {
  const smu = await connectSmu(t, tsp);
  const wrong = await smu.dialogue([
    ["print(InitiatePulseTest(1))", "false\tPulse 1 not configured"],
    [pulses, "false\tBuffer must have appendmode activated to measure multiple pulses"],
    [prepared],
    [pulses, "true\tPulse 1 configured."],
    ["smua.source.autorangei=1"],
    ["print(InitiatePulseTest(1))", "false\tSource autorange must be disabled"],
    ["smua.source.rangei=1 smua.measure.nplc=0.2"],
    ["print(InitiatePulseTest(1))", "false\tMeasurement aperture greater than pulse width"],
    ["smua.measure.nplc=0.01 smua.measure.autozero=2"],
    ["print(InitiatePulseTest(1))", "false\tMeasure autozero must be off"],
    ["smua.measure.autozero=0"],
    ["print(InitiatePulseTest(1))", "true\tPulse completed"],
    [
      "print(smua.nvbuffer1.n, smua.source.output, smua.source.levelv, errorqueue.count)",
      "4.00000e+00\t1.00000e+00\t0.00000e+00\t0.00000e+00",
    ],
    ["smua.nvbuffer2.appendmode=1 errorqueue.clear()"],
    [
      "print(ConfigPulseIMeasureVSweepLin(smua, 0, 1e-3, 3e-3, 6, 0.001, 0.01, 3, smua.nvbuffer2, 2))",
      "true\tPulse 2 configured.",
    ],
    [
      "print(ConfigPulseIMeasureV(smua, 0, 8, 6, 0.003, 1, 3, smua.nvbuffer2, 3))",
      "false\tPulse width or duty cycle beyond the operating area",
    ],
    ["smua.measure.rangev=6"],
    ["print(InitiatePulseTest(2))", "true\tPulse completed"],
  ]);
  assert.deepEqual(wrong, []);
  const volts = (await smu.ask("printbuffer(1, 3, smua.nvbuffer2)"))
    .split(",")
    .map((text) => Math.round(Number(text) * 100) / 100);
  assert.deepEqual(volts, [1, 2, 3]);
});

test("beyond its steady area a 2600 ends a pulse at the width of its region, and waits until the time between is enough", async (t) => {
  const smu = await connectSmu(t, tsp);
  smu.send(`${prepared} smua.source.rangei=10 smua.measure.rangei=10 smua.nvbuffer1.collecttimestamps=1`);
  // 1.8 ms and 1 % of the time for 10 A: 5 ms are cut short, and the next pulse comes after 180 ms.
  smu.send(
    "smua.source.delay=5e-3 smua.measure.delay=0 smua.trigger.source.limiti=10 smua.trigger.source.listv({5}) " +
      "smua.trigger.source.action=1 smua.trigger.measure.i(smua.nvbuffer1) smua.trigger.measure.action=1 " +
      "smua.trigger.endpulse.action=0 smua.trigger.count=2 smua.trigger.initiate() waitcomplete()",
  );
  const reply = await smu.ask("printbuffer(1, 2, smua.nvbuffer1.readings, smua.nvbuffer1.timestamps)");
  const [first_A, first_s, second_A, second_s] = reply.split(",").map(Number);
  assert.ok(
    Math.abs(first_A ?? NaN) < 1e-3 && Math.abs(second_A ?? NaN) < 1e-3,
    `${first_A} A after the pulses were cut short`,
  );
  assert.ok(Math.abs((second_s ?? NaN) - (first_s ?? NaN) - 0.18) < 1e-3, `${first_s} s, ${second_s} s`);
  smu.send("smua.trigger.source.listv({35}) smua.trigger.initiate() waitcomplete()");
  assert.match(await smu.ask("print(errorqueue.next())"), /^5\.00700e\+03/);
});
