import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { test } from "node:test";
import { inSafeOrder } from "../../../src/bench/safe-order.js";
import { sendSafe } from "../../../src/bench/safe-socket.js";
import type { SocketTarget } from "../../../src/bench/safe-socket.js";
import { fakeInstrument } from "./fake-instrument.js";

const target = (port: number, slew_per_s = 20): SocketTarget => ({
  label: "smu",
  host: "127.0.0.1",
  port,
  halt: [":ABOR"],
  ramps: [{ isOn: ":OUTP?", level: ":SOUR:VOLT?", set: ":SOUR:VOLT {level}", unit: "V", slew_per_s }],
  messages: [":ABOR", ":OUTP OFF"],
  queries: [":OUTP?"],
});

test("an output that is on is halted, comes to zero in steps, goes off, and is asked", async (t) => {
  const smu = await fakeInstrument(t);
  smu.on = true;
  smu.level_V = -1;

  const outcome = await sendSafe(target(smu.port), 5);

  assert.deepEqual(
    [outcome.safe, outcome.note, outcome.attempts],
    [true, ":OUTP? answered 0; in steps from -1 V at 20 V/s", 1],
  );
  const steps = smu.heard.filter((line) => line.startsWith(":SOUR:VOLT ")).map((line) => Number(line.slice(11)));
  assert.equal(steps.at(-1), 0);
  assert.ok(steps.length >= 2, steps.join(" "));
  assert.ok(
    steps.every((level, k) => level <= 0 && level > (steps[k - 1] ?? -1)),
    steps.join(" "),
  );
  assert.deepEqual(smu.heard.slice(0, 3), [":ABOR", ":OUTP?", ":SOUR:VOLT?"]);
  assert.deepEqual(smu.heard.slice(-3), [":ABOR", ":OUTP OFF", ":OUTP?"]);
});

test("an output at 200 V comes down within half a second, steeper than was asked, and says so", async (t) => {
  const smu = await fakeInstrument(t);
  smu.on = true;
  smu.level_V = 200;

  const { note, safe } = await sendSafe(target(smu.port), 5);

  assert.ok(safe);
  assert.match(note, /in steps from 200 V at 400 V\/s, steeper than 20 V\/s to take no longer than 0\.5 s/);
  assert.ok(smu.heard.filter((line) => line.startsWith(":SOUR:VOLT ")).length <= 50);
});

test("an output that is off is set to no level", async (t) => {
  const smu = await fakeInstrument(t);
  smu.level_V = 1;
  const { safe } = await sendSafe(target(smu.port), 5);
  assert.ok(safe);
  assert.deepEqual(smu.heard, [":ABOR", ":OUTP?", ":ABOR", ":OUTP OFF", ":OUTP?"]);
});

test("a level that is not told, or can not be, does not keep the output from going off, and no level is set by it", async (t) => {
  for (const answer of ["none", "9.9e37"]) {
    const smu = await fakeInstrument(t);
    smu.on = true;
    smu.level_V = answer === "none" ? 1 : Number(answer);
    if (answer === "none") smu.unanswered = ":SOUR:VOLT?";
    const { safe, note } = await sendSafe(target(smu.port), 5);
    assert.ok(safe && !smu.on);
    assert.match(note, /:OUTP\? answered 0; not in steps, because/);
    assert.deepEqual(
      smu.heard.filter((line) => line.startsWith(":SOUR:VOLT ")),
      [],
    );
  }
});

test("where nobody listens it is given up after the second try, and tried to the end where that is wanted", async (t) => {
  const gone = await fakeInstrument(t);
  await gone.close();
  const once = await sendSafe(target(gone.port), 5, { refusals: 2 });
  assert.deepEqual([once.safe, once.attempts], [false, 2]);
  assert.match(once.note, /ECONNREFUSED/);
  const tried = await sendSafe(target(gone.port), 1);
  assert.ok(tried.attempts > 2, `${tried.attempts} tries`);
});

test("relays open after the sources are off, and do not wait for one that hangs", async () => {
  const order: string[] = [];
  const job = (name: string, last: boolean, wait_ms: number) => ({
    last,
    async run() {
      await pause(wait_ms);
      order.push(name);
      return name;
    },
  });
  const told = await inSafeOrder([job("matrix", true, 0), job("smu", false, 30), job("awg", false, 10)]);
  assert.deepEqual(order, ["awg", "smu", "matrix"]);
  assert.deepEqual(told, ["matrix", "smu", "awg"]);

  order.length = 0;
  let release = (): void => undefined;
  const hung = { last: false, run: () => new Promise<string>((resolve) => (release = () => resolve("hung"))) };
  const all = inSafeOrder([hung, job("matrix", true, 0)]);
  const deadline_ms = performance.now() + 5000;
  while (order.length === 0 && performance.now() < deadline_ms) await pause(20);
  assert.deepEqual(order, ["matrix"]);
  release();
  assert.deepEqual(await all, ["hung", "matrix"]);
});
