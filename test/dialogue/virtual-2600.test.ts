import assert from "node:assert/strict";
import { test } from "node:test";
import { openSession } from "../../src/visa/index.js";
import { virtualBench } from "../support/virtual-bench.js";
import { connectSmu } from "../support/virtual-smu.js";
import { largestStep_V, resistorBench } from "../suites/smu-bench.js";

const one = (model = "2602B") => ({ instruments: [{ label: "smu", driver: "keithley-2600", model }] });
const empty = "0.00000e+00\tQueue Is Empty\t0.00000e+00\t1.00000e+00";
const numbers = (reply: string) => reply.split(/[,\t]\s*/).map(Number);

test("the 2602B says who it is, prints in five decimals with tabs between, and knows its channels", async (t) => {
  const smu = await connectSmu(t, one());
  assert.match(await smu.ask("*IDN?"), /^Keithley Instruments Inc\., Model 2602B, 4\d{6}, 3\.3\.5$/);
  const wrong = await smu.dialogue([
    ["print(localnode.model, node[1].model)", "2602B\t2602B"],
    ["print(smub ~= nil)", "true"],
    [
      'print(1, -2.5e-9, 0, true, nil, "x", 1e100)',
      "1.00000e+00\t-2.50000e-09\t0.00000e+00\ttrue\tnil\tx\t1.00000e+100",
    ],
    ["print(errorqueue.next())", empty],
    ["x = 3"],
    ["print(x * 2)", "6.00000e+00"],
    ["*OPC?;*ESE?", "1"],
  ]);
  assert.deepEqual(wrong, []);
  const single = await connectSmu(t, one("2601B"));
  assert.equal(await single.ask("print(smub ~= nil)"), "false");
});

test("what it can not do is queued with number, severity and node, and a script goes on behind it unless it is a Lua error", async (t) => {
  const smu = await connectSmu(t, one());
  const tail = "\t2.00000e+01\t1.00000e+00";
  const wrong = await smu.dialogue([
    ["foo bar"],
    ["print(errorqueue.next())", `-2.85000e+02\tTSP Syntax Error at line 1: syntax error near \`bar'${tail}`],
    ["smua.nothing.here = 1"],
    [
      "print(errorqueue.next())",
      `-2.86000e+02\tTSP Runtime Error at line 1: attempt to index a nil value (field 'nothing')${tail}`,
    ],
    ["smua.source.levelv = 41 print('went on')", "went on"],
    ["print(errorqueue.count, smua.source.levelv)", "1.00000e+00\t0.00000e+00"],
    ["print(errorqueue.next())", `1.10100e+03\tParameter too big${tail}`],
    ["smua.source.limiti = 1e-9"],
    ["print(errorqueue.next())", `1.10200e+03\tParameter too small${tail}`],
    ["smua.source.limiti = 3 smua.source.levelv = 10"],
    ["print(errorqueue.next())", `5.00700e+03\tOperation would exceed safe operating area of the instrument${tail}`],
    ["smua.source.rangev = 1 smua.source.levelv = 5"],
    ["print(errorqueue.next())", `5.00500e+03\tValue too big for range${tail}`],
    ["smua.trigger.source.action = 1 smua.trigger.initiate()"],
    ["print(errorqueue.next())", `5.05900e+03\ttrigger.source.action enabled without configuration${tail}`],
    ["errorqueue.clear()"],
    ["print(errorqueue.next())", empty],
  ]);
  assert.deepEqual(wrong, []);
});

test("an interlocked model blocks what is above 42 V, and its output stays off", async (t) => {
  const smu = await connectSmu(t, one("2636B"));
  smu.send("smua.source.limiti=1e-3 smua.source.levelv=100 smua.source.output=1");
  assert.match(await smu.ask("print(errorqueue.next())"), /^8\.02000e\+02\tOUTPUT blocked by interlock/);
  assert.equal(await smu.ask("print(smua.source.output)"), "0.00000e+00");
});

test("scripts are taken line by line and kept; functions of Lua 5.0 are there, and nothing reaches out of the instrument", async (t) => {
  const smu = await connectSmu(t, one());
  const wrong = await smu.dialogue([
    ["loadscript twice"],
    ['  local a = 2 -- it\'s "two"'],
    ["  print('sum', a + a)"],
    ["endscript"],
    ["twice()", "sum\t4.00000e+00"],
    ["twice.run()", "sum\t4.00000e+00"],
    ["loadandrunscript\r"],
    ["print('at once')\r"],
    ["endscript", "at once"],
    ["loadscript broken"],
    ["for"],
    ["endscript"],
    ["print(broken, errorqueue.count)", "nil\t1.00000e+00"],
    ["print(table.getn({5, 6}), math.mod(7, 4), string.gfind ~= nil)", "2.00000e+00\t3.00000e+00\ttrue"],
    ["print(io, require, os.execute, dofile, load)", "nil\tnil\tnil\tnil\tnil"],
    ["print(pcall(function() delay(0.001) error('no', 0) end))", "false\tno"],
  ]);
  assert.deepEqual(wrong, []);
});

test("an endless loop leaves others the processor; the word abort ends it, and so does a device clear", async (t) => {
  const smu = await connectSmu(t, one());
  smu.send("while true do end");
  smu.send("abort");
  assert.equal(await smu.ask("print('free')"), "free");
  smu.send("delay(99999) print('never')");
  smu.send("abort");
  assert.equal(await smu.ask("print(errorqueue.count)"), "0.00000e+00");
  const dut = { id: "R", model: "resistor", parameters: { R: 1000 } };
  const bench = await virtualBench([{ label: "smu", driver: "keithley-2600" }], [], dut, "vxi11", "real");
  try {
    const session = await openSession(bench.resource("smu"));
    try {
      await session.write("while true do end");
      await session.clear();
      assert.equal(await session.query("print(2)"), "2.00000e+00");
    } finally {
      await session.close();
    }
  } finally {
    await bench.close();
  }
});

test("readings go into buffers with times, sources and statuses; a second measurement clears them unless it appends", async (t) => {
  const smu = await connectSmu(t, one());
  smu.send("smua.nvbuffer1.collecttimestamps=1 smua.nvbuffer1.collectsourcevalues=1 smua.measure.nplc=1");
  smu.send("smua.source.levelv=0.5 smua.source.limiti=1e-4 smua.source.output=1 smua.measure.count=3");
  smu.send("smua.measure.i(smua.nvbuffer1)");
  const columns = ["readings", "sourcevalues", "timestamps", "statuses"].map((name) => `smua.nvbuffer1.${name}`);
  const values = numbers(await smu.ask(`printbuffer(1, smua.nvbuffer1.n, ${columns.join(", ")})`));
  assert.equal(values.length, 12);
  // 0.5 V on 1 kΩ would be 0.5 mA: the limit is active, and the status says so.
  assert.ok(Math.abs((values[0] ?? NaN) - 1e-4) < 1e-7, String(values[0]));
  assert.deepEqual(values.slice(1, 4), [0.5, 0, 0x4c]);
  assert.ok(Math.abs((values[6] ?? NaN) - 0.02) < 1e-9, "one aperture of 20 ms after the first");
  const wrong = await smu.dialogue([
    ["print(smua.source.compliance, status.measurement.instrument.smua.condition)", "true\t2.00000e+00"],
    ["smua.measure.count=1 smua.measure.i(smua.nvbuffer1) print(smua.nvbuffer1.n)", "1.00000e+00"],
    ["smua.nvbuffer1.appendmode=1 smua.measure.i(smua.nvbuffer1) print(smua.nvbuffer1.n)", "2.00000e+00"],
    ["smua.nvbuffer1.collecttimestamps=0 print(errorqueue.count)", "1.00000e+00"],
    ["errorqueue.clear() printbuffer(1, 3, smua.nvbuffer1)"],
    [
      "print(errorqueue.next())",
      "4.90100e+03\tThe maximum index for this buffer is exceeded\t2.00000e+01\t1.00000e+00",
    ],
    ["printnumber(1, 2)", "1.00000e+00, 2.00000e+00"],
  ]);
  assert.deepEqual(wrong, []);
});

test("binary numbers follow #0, least significant byte first where it is not said otherwise", async (t) => {
  const smu = await connectSmu(t, one());
  smu.send("format.data=format.REAL32 printnumber(1, 2)");
  // #0, 0000803f, 00000040, line feed: no byte of these is a line feed, so the line is the block.
  assert.equal(Buffer.from(await smu.line(), "latin1").toString("hex"), "23300000803f00000040");
  smu.send("format.data=format.REAL64 format.byteorder=format.NETWORK printnumber(-2)");
  assert.equal(Buffer.from(await smu.line(), "latin1").toString("hex"), "2330c000000000000000");
});

test("timers make a pulse train: three pulses 10 ms apart, measured 1 ms in, back at the idle level after 2 ms", async (t) => {
  const smu = await connectSmu(t, one());
  const setup = [
    "smua.source.rangev=6 smua.source.limiti=0.1 smua.measure.nplc=0.01 smua.measure.delay=0",
    "smua.nvbuffer1.collecttimestamps=1",
    "smua.trigger.source.listv({1,2,3}) smua.trigger.source.action=1 smua.trigger.count=3",
    "smua.trigger.measure.iv(smua.nvbuffer1, smua.nvbuffer2) smua.trigger.measure.action=1",
    "trigger.timer[1].delay=0.01 trigger.timer[1].count=2 trigger.timer[1].passthrough=true",
    "trigger.timer[1].stimulus=smua.trigger.ARMED_EVENT_ID",
    "trigger.timer[2].delay=0.001 trigger.timer[2].stimulus=trigger.timer[1].EVENT_ID",
    "trigger.timer[3].delay=0.002 trigger.timer[3].stimulus=trigger.timer[1].EVENT_ID",
    "smua.trigger.source.stimulus=trigger.timer[1].EVENT_ID smua.trigger.measure.stimulus=trigger.timer[2].EVENT_ID",
    "smua.trigger.endpulse.stimulus=trigger.timer[3].EVENT_ID smua.trigger.endpulse.action=smua.SOURCE_IDLE",
    "smua.source.output=1 smua.trigger.initiate() waitcomplete()",
  ];
  for (const line of setup) smu.send(line);
  const values = numbers(
    await smu.ask("printbuffer(1, smua.nvbuffer1.n, smua.nvbuffer2.readings, smua.nvbuffer1.timestamps)"),
  );
  const expected = [1, 0, 2, 0.01, 3, 0.02];
  assert.equal(values.length, expected.length);
  for (const [i, value] of values.entries())
    assert.ok(Math.abs(value - (expected[i] ?? NaN)) < 1e-3, values.join(", "));
  assert.equal(await smu.ask("print(smua.measure.v() < 0.01, errorqueue.count)"), "true\t0.00000e+00");
});

test("a factory sweep fills nvbuffer1, and ends with the output off", async (t) => {
  const smu = await connectSmu(t, one());
  smu.send("SweepVLinMeasureI(smua, 0, 1, 0.01, 5)");
  const values = numbers(await smu.ask("printbuffer(1, 5, smua.nvbuffer1.sourcevalues, smua.nvbuffer1.readings)"));
  for (let k = 0; k < 5; k++) {
    assert.equal(values[2 * k], k / 4);
    assert.ok(Math.abs((values[2 * k + 1] ?? NaN) - k / 4000) < 1e-7, values.join(", "));
  }
  assert.equal(await smu.ask("print(smua.source.output)"), "0.00000e+00");
});

test("a sweep that is aborted at a high level comes down in steps, though its programmed level reads as zero", async () => {
  const bench = await resistorBench("keithley-2600", "2602B", "socket")({ time: "real" });
  try {
    const stop = new AbortController();
    const plan = { drive: "voltage", levels: [0.5, 1, 0.5], compliance: 0.01, dwell_s: 0.02, nplc: 0.1 } as const;
    const levels = [...plan.levels.slice(0, 1), ...Array.from({ length: 500 }, () => 1), 0.5];
    const sweep = bench.smu.sweep({ ...plan, levels, cycles: 1 }, stop.signal);
    await sweep.next();
    const other = await bench.session();
    assert.equal(Number(await other.query("print(smua.source.levelv)")), 0);
    stop.abort();
    await assert.rejects(sweep.next(), { kind: "aborted" });
    const { seen_V } = bench;
    const down_V = seen_V.slice(seen_V.findLastIndex((voltage_V) => voltage_V > 0.9));
    assert.ok(down_V.length >= 5, `seen: ${down_V.join(", ")}`);
    assert.ok(largestStep_V(down_V) < 0.21, `seen: ${down_V.join(", ")}`);
  } finally {
    await bench.close();
  }
});
