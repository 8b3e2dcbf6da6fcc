import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import fc from "fast-check";
import type { MemrigError } from "../../../src/errors.js";
import { LinkEndpoint } from "../../../src/virtual/links/index.js";
import { openPseudoTerminal } from "../../../src/virtual/links/serial/pty.js";
import { serveSerial } from "../../../src/virtual/links/serial/server.js";
import { openSession } from "../../../src/visa/index.js";
import { ReplyScanner } from "../../../src/visa/reply-scanner.js";
import { serialPath } from "../../../src/visa/serial-port.js";
import { transportInstrument } from "../../suites/transport-instrument.js";
import { needs } from "../../support/needs.js";
import { until } from "../../support/until.js";

async function served(t: TestContext) {
  if (needs(t, "socat") === undefined) return undefined;
  const instrument = transportInstrument();
  const server = await serveSerial(new LinkEndpoint(instrument.scpi));
  t.after(() => server.close());
  const session = await openSession(`ASRL${server.path}::INSTR`);
  t.after(() => session.close());
  return { instrument, server, session };
}

/** A line whose other end is the test: what came, and what is answered. */
async function bareLine(t: TestContext) {
  if (needs(t, "socat") === undefined) return undefined;
  const line = await openPseudoTerminal();
  t.after(() => line.close());
  let came = "";
  line.input.on("data", (bytes: Buffer) => (came += bytes.toString("latin1")));
  return { line, resource: `ASRL${line.path}::INSTR`, came: () => came };
}

test("a numbered port is the system's serial port of that number", () => {
  assert.equal(serialPath("/dev/ttyUSB0"), "/dev/ttyUSB0");
  assert.equal(serialPath("COM3"), "COM3");
  assert.equal(serialPath("3"), process.platform === "win32" ? "COM3" : "/dev/ttyS2");
});

test("a port that is not there is told by its name", async () => {
  await assert.rejects(openSession("ASRL/dev/no-such-port::INSTR"), (error: MemrigError) => {
    assert.equal(error.kind, "no-answer");
    assert.match(error.message, /there is no serial port \/dev\/no-such-port\. Is the adapter plugged in/);
    return true;
  });
});

test("a port has one user: a second session is told that it is taken", async (t) => {
  const bench = await served(t);
  if (!bench) return;
  await assert.rejects(openSession(bench.session.resource), (error: MemrigError) => {
    assert.equal(error.kind, "no-answer");
    assert.match(error.message, /another program has \/dev\/\S+ open/);
    return true;
  });
});

test("the far end vanishing in mid-question fails that question at once, not after its time limit", async (t) => {
  const bench = await served(t);
  if (!bench) return;
  const asked = bench.session.query(":LATE?", { timeout_ms: 60_000 });
  const failed = assert.rejects(asked, (error: MemrigError) => {
    assert.equal(error.kind, "no-answer");
    assert.match(error.message, /the serial port is gone\. Was the adapter unplugged/);
    return true;
  });
  await bench.server.close();
  await failed;
});

test("the status byte is asked for with *STB?, and what a line has no means for is refused by name", async (t) => {
  const bench = await served(t);
  if (!bench) return;
  await bench.session.write("*ESE 1;*SRE 32;*OPC");
  assert.equal(await bench.session.readStatusByte(), 96);
  for (const [call, thing] of [
    [bench.session.trigger(), /A serial line has no group execute trigger/],
    [bench.session.lock(), /A serial line has no locks/],
    [bench.session.waitForServiceRequest(), /A serial line has no service requests/],
  ] as const) {
    await assert.rejects(call, thing);
  }
});

test("^C in a block is data, outside it gives up the command that waits", async (t) => {
  const bench = await served(t);
  if (!bench) return;
  await bench.session.write(Buffer.from(":DATA #15\x03\n\x03a\x03\n", "latin1"));
  assert.deepEqual([...(await bench.session.queryBlock(":DATA?"))], [3, 10, 3, 97, 3]);
  await bench.session.write(":LATE?");
  await bench.session.write(Buffer.from([3]));
  assert.equal(await bench.session.query(":ECHO? 'free'"), "free");
});

test("messages and replies end as the line is set: CR, CR LF or LF", async (t) => {
  for (const termination of ["\r", "\r\n", "\n"] as const) {
    const bare = await bareLine(t);
    if (!bare) return;
    const session = await openSession(bare.resource, { serial: { termination } });
    const asked = session.query("READ?");
    await until("the question has come", () => bare.came().endsWith(termination) || undefined);
    assert.equal(bare.came(), `READ?${termination}`);
    bare.line.output.write(`1.5${termination}`);
    assert.equal(await asked, "1.5");
    await session.close();
  }
});

test("clearing sends what the line is set to: ^C and the line end, or nothing", async (t) => {
  for (const [clear, sent] of [
    ["ctrl-c", "\x03\nA\n"],
    ["drain", "A\n"],
  ] as const) {
    const bare = await bareLine(t);
    if (!bare) return;
    const session = await openSession(bare.resource, { serial: { clear } });
    bare.line.output.write("left over");
    await session.clear();
    await session.write("A");
    await until("the message has come", () => bare.came().endsWith("A\n") || undefined);
    assert.equal(bare.came(), sent);
    await session.close();
  }
});

test("a reply ends where it ends, in whatever pieces it comes", () => {
  const printable = fc.string({ unit: fc.constantFrom(..."abc019 .+-E:"), maxLength: 12 });
  const quoted = printable.map((text) => `"${text},#3"`);
  const block = fc.uint8Array({ maxLength: 300 }).map((bytes) => {
    const length = String(bytes.length);
    return `#${length.length}${length}${Buffer.from(bytes).toString("latin1")}`;
  });
  const reply = fc.array(fc.oneof(printable, quoted, block), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(reply, fc.array(fc.nat(400), { maxLength: 5 }), (elements, cuts) => {
      const whole = Buffer.from(`${elements.join(",")}\n`, "latin1");
      const stream = Buffer.concat([whole, Buffer.from("next")]);
      const scanner = new ReplyScanner(10);
      const places = [...cuts, stream.length].map((cut) => Math.min(cut, stream.length)).sort((a, b) => a - b);
      let from = 0;
      for (const place of places) {
        const end = scanner.end(stream.subarray(from, place));
        if (end !== undefined) return from + end === whole.length;
        from = place;
      }
      return false;
    }),
    { numRuns: 500 },
  );
});
