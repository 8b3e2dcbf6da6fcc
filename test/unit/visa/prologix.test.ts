import assert from "node:assert/strict";
import net from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import fc from "fast-check";
import type { MemrigError } from "../../../src/errors.js";
import { LinkEndpoint } from "../../../src/virtual/links/index.js";
import { ControllerClient } from "../../../src/virtual/links/prologix/client.js";
import { servePrologix } from "../../../src/virtual/links/prologix/server.js";
import { formatResource, openSession, parseResource } from "../../../src/visa/index.js";
import { busAddress, escaped, LineReader } from "../../../src/visa/prologix/protocol.js";
import { IDENTITY, transportInstrument } from "../../suites/transport-instrument.js";
import { until } from "../../support/until.js";

async function twoInstruments(t: TestContext) {
  const [one, other] = [transportInstrument(), transportInstrument()];
  const devices = new Map([
    ["12", new LinkEndpoint(one.scpi)],
    ["5 97", new LinkEndpoint(other.scpi)],
  ]);
  const server = await servePrologix(devices, "127.0.0.1", 0);
  t.after(() => server.close());
  const controller = `PRLGX-TCPIP0::127.0.0.1::${server.port}`;
  const [first, second] = [
    await openSession(`${controller}::12::INSTR`),
    await openSession(`${controller}::5::1::INSTR`),
  ];
  t.after(() => Promise.all([first.close(), second.close()]));
  return { one, other, server, first, second };
}

test("an instrument behind a controller has a name of its own, which is its own canonical form", () => {
  for (const name of [
    "PRLGX-TCPIP0::10.0.0.9::1234::12::INSTR",
    "PRLGX-TCPIP0::10.0.0.9::1234::12::3::INSTR",
    "PRLGX-ASRL0::/dev/ttyUSB0::7::INSTR",
    "PRLGX-TCPIP0::10.0.0.9::1234::INTFC",
  ]) {
    assert.equal(formatResource(parseResource(name)), name);
  }
  assert.throws(
    () => parseResource("PRLGX-TCPIP0::10.0.0.9::1234::INSTR"),
    /a primary address from 0 to 30 is expected/,
  );
  assert.equal(busAddress(5, 1), "5 97");
});

test("a GPIB card is refused, and the message says how a controller is named", async () => {
  await assert.rejects(openSession("GPIB0::24::INSTR"), (error: MemrigError) => {
    assert.equal(error.kind, "invalid-request");
    assert.match(error.message, /PRLGX-TCPIP0::192\.168\.1\.9::1234::24::INSTR/);
    return true;
  });
});

test("any message goes through a line and comes out as it was, in whatever pieces it arrives", () => {
  const byte = fc.oneof(fc.constantFrom(27, 10, 13, 43, 0), fc.nat(255));
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 60 }),
      fc.array(byte, { minLength: 1 }),
      fc.nat(130),
      (a, b, cut) => {
        const stream = Buffer.concat([escaped(a), escaped(Uint8Array.from(b))]);
        const reader = new LineReader(1000);
        const lines = [...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))];
        assert.deepEqual(
          lines.map((line) => [...line.bytes]),
          [[...a], b],
        );
        assert.ok(lines.every((line) => !line.command));
      },
    ),
    { numRuns: 1000 },
  );
});

test("a line too long is dropped whole, and the next one is taken", () => {
  const lines = new LineReader(5).push(Buffer.from("123456\n++ver\n"));
  assert.deepEqual(
    lines.map((line) => [Buffer.from(line.bytes).toString(), line.command]),
    [["++ver", true]],
  );
});

test("two instruments on one controller share its connection, and each gets its own replies", async (t) => {
  const { server, first, second } = await twoInstruments(t);
  const asked = Array.from({ length: 50 }, (_, k) => [
    first.query(`:ECHO? 'first ${k}'`),
    second.query(`:ECHO? 'second ${k}'`),
  ]).flat();
  const expected = Array.from({ length: 50 }, (_, k) => [`first ${k}`, `second ${k}`]).flat();
  assert.deepEqual(await Promise.all(asked), expected);
  assert.equal(server.clients, 1);
});

test("a question that fails at one instrument leaves the other's reply alone", async (t) => {
  const { one, first, second } = await twoInstruments(t);
  await second.write(":ECHO? 'kept'");
  await assert.rejects(first.query(":LATE?", { timeout_ms: 60 }), /no answer within 0\.06 s/);
  one.answerLate();
  assert.equal(await second.read(), "kept");
  assert.equal(await first.query(":ECHO? 'mine'"), "mine");
});

test("a reply that takes longer than the controller's read is asked for until it comes", async (t) => {
  const { one, first } = await twoInstruments(t);
  const late = first.query(":LATE?", { timeout_ms: 10_000 });
  const timer = setTimeout(() => one.answerLate(), 1200);
  t.after(() => clearTimeout(timer));
  assert.equal(await late, "late");
  assert.equal(await first.query(":SYST:ERR?"), '0,"No error"');
});

test("what has no line on the controller is refused by name", async (t) => {
  const { first } = await twoInstruments(t);
  await assert.rejects(first.lock(), /GPIB behind a Prologix-type controller has no locks/);
});

test("what a controller is sent: set up once, addressed once, EOI in both directions", async (t) => {
  const came: string[] = [];
  const lines = new LineReader(1000);
  const server = net.createServer((socket) => {
    t.after(() => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      for (const { bytes } of lines.push(chunk)) {
        const text = Buffer.from(bytes).toString("latin1");
        came.push(text);
        if (text === "++auto") socket.write("0\r\n");
        if (text === "++read eoi") socket.write("ACME\n\0");
        if (text === "++spoll") socket.write("80\r\n");
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as net.AddressInfo;
  const session = await openSession(`PRLGX-TCPIP0::127.0.0.1::${port}::12::INSTR`);

  assert.equal(await session.query("*IDN?"), "ACME");
  assert.equal(await session.readStatusByte(), 80);
  await session.trigger();
  await until("the trigger has come", () => came.includes("++trg") || undefined);
  await session.close();

  assert.deepEqual(came, [
    ...["++savecfg 0", "++mode 1", "++auto 0", "++eoi 1", "++eos 3", "++eot_enable 1", "++eot_char 0"],
    ...["++read_tmo_ms 500", "++auto", "++addr 12", "*IDN?\n", "++read eoi", "++spoll"],
    "++trg",
  ]);
});

test("a controller that is sent anything goes on working", async () => {
  const instrument = transportInstrument(10_000);
  const words = ["++read eoi", "++read", "++addr 12", "++addr 99", "++spoll", "++clr", "++trg 12 3", "++eot_char 300"];
  const more = [
    "++eos 0",
    "++auto 1",
    "++auto 0",
    "++read_tmo_ms 1",
    "++",
    "*IDN?",
    ":DATA #15ab",
    "#0",
    "\x1b",
    "++srq",
  ];
  const piece = fc.oneof(
    fc.constantFrom(...words, ...more).map((text) => Buffer.from(`${text}\n`)),
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
      const endpoint = new LinkEndpoint(instrument.scpi);
      let answered = "";
      const client = new ControllerClient(new Map([["12", endpoint]]), (bytes) => {
        answered += Buffer.from(bytes).toString("latin1");
        return Promise.resolve();
      });
      const reader = new LineReader(500);
      const text = Buffer.from("\n++auto 0\n++eot_enable 0\n++read_tmo_ms 1000\n++addr 12\n++clr\n*IDN?\n++read eoi\n");
      const stream = Buffer.concat([Buffer.from("++read_tmo_ms 1\n"), ...pieces, Buffer.from("\n\n"), text]);
      for (const line of reader.push(stream)) await client.take(line);
      client.close();
      assert.ok(answered.endsWith(`${IDENTITY}\n`), JSON.stringify(answered));
      assert.equal(endpoint.clients, 0);
    }),
    { numRuns: 300 },
  );
});
