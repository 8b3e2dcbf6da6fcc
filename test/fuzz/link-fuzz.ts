import assert from "node:assert/strict";
import net from "node:net";
import fc from "fast-check";
import { LinkEndpoint, serveVxi11 } from "../../src/virtual/links/index.js";
import { answerCall } from "../../src/visa/rpc/server.js";
import { callHead } from "../../src/visa/rpc/messages.js";
import { record } from "../../src/visa/rpc/records.js";
import { Vxi11Core } from "../../src/virtual/links/vxi11/core.js";
import { openSession } from "../../src/visa/index.js";
import { IDENTITY, transportInstrument } from "../suites/transport-instrument.js";

/** Values that mean something to VXI-11, and values that mean nothing: link numbers, small time limits, flags, lengths. */
const word = fc.oneof(fc.constantFrom(0, 1, 2, 8, 9, 128, 136, 0x7fffffff, 0xffffffff), fc.nat(20), fc.nat(0xffffffff));
/** Short time limits only: a read that waits for ever is right to wait. */
const words = fc.array(fc.oneof(fc.nat(3), word), { maxLength: 9 });
const tail = fc.oneof(fc.constant(""), fc.constantFrom("*IDN?\n", ":DATA #15ab", "inst0", "*RST;:ECHO? 'x'", "#0\n\n"));

/** One call of the core channel: any procedure, arguments that may or may not fit it. */
export const coreCall = fc
  .tuple(fc.constantFrom(0, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 26, 99), words, tail)
  .map(([procedure, numbers, text]) => {
    const head = callHead(5, 0x0607af, 1, procedure);
    // Time limits stand second, third or fourth: kept small, so that a wait ends.
    numbers.forEach((number, k) => head.uint(k >= 1 && k <= 3 ? number % 2 : number));
    if (text !== "" && numbers.length >= 3) head.string(text);
    return head.bytes();
  });

/** Calls the core channel with anything, `runs` times: each is answered, and the instrument still is what it was. */
export async function fuzzCore(runs: number): Promise<void> {
  const instrument = transportInstrument(10_000);
  const endpoint = new LinkEndpoint(instrument.scpi);
  const core = new Vxi11Core(new Map([["inst0", endpoint]]), () => 1);
  const gone = new AbortController();
  const caller = { address: "127.0.0.1", gone: gone.signal };
  await answerCall(
    core.program,
    callHead(1, 0x0607af, 1, 10).int(1).bool(false).uint(0).string("inst0").bytes(),
    caller,
  );
  await fc.assert(
    fc.asyncProperty(coreCall, async (bytes) => {
      assert.ok(await answerCall(core.program, bytes, caller), "a call is answered");
    }),
    { numRuns: runs },
  );
  gone.abort();
  assert.equal(core.open, 0, "links are gone with their connection");
  assert.equal(endpoint.clients, 0);
  assert.equal(endpoint.locks.holders, 0);
  const message = Buffer.from("*IDN?");
  const reply = await instrument.scpi.execute(message, new AbortController().signal);
  assert.equal(Buffer.from(reply ?? []).toString(), `${IDENTITY}\n`);
}

/** Sends streams of anything to a listening server: it closes what is no RPC, and goes on serving. */
export async function fuzzStream(runs: number): Promise<void> {
  const instrument = transportInstrument(10_000);
  const server = await serveVxi11(new Map([["inst0", new LinkEndpoint(instrument.scpi)]]), "127.0.0.1", {
    portmapper: false,
  });
  try {
    const stream = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc
        .array(coreCall, { minLength: 1, maxLength: 4 })
        .map((calls) => Buffer.concat(calls.flatMap((one) => record([one])))),
    );
    await fc.assert(
      fc.asyncProperty(stream, (bytes) => sendAndLeave(server.port, bytes)),
      { numRuns: runs },
    );
    const session = await openSession(`TCPIP0::127.0.0.1,${server.port}::inst0::INSTR`);
    assert.equal(await session.query("*IDN?"), IDENTITY);
    await session.close();
  } finally {
    await server.close();
  }
}

function sendAndLeave(port: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.end(bytes));
    socket.on("error", (error: NodeJS.ErrnoException) => (error.code === "ECONNRESET" ? undefined : reject(error)));
    socket.on("close", () => resolve());
    socket.resume();
  });
}

const step = fc.oneof(
  fc.record({ bytes: fc.oneof(fc.uint8Array({ maxLength: 40 }), program()), end: fc.boolean() }),
  fc.constantFrom("read" as const, "poll" as const, "clear" as const, "trigger" as const),
);

/** Pieces of program messages, put together wrongly. */
function program() {
  const piece = fc.constantFrom(
    "*IDN?",
    ":DATA ",
    "#15",
    "#0",
    "a\nb",
    ";",
    ":ECHO? '",
    "'",
    "\n",
    "*SRE 255",
    ":DATA?",
    "*OPC?",
  );
  return fc.array(piece, { maxLength: 6 }).map((pieces) => Buffer.from(pieces.join(""), "latin1"));
}

/** Does anything to a message exchange, in any order: it never throws, and answers again after a device clear. */
export async function fuzzExchange(runs: number): Promise<void> {
  const instrument = transportInstrument(200);
  const endpoint = new LinkEndpoint(instrument.scpi);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const exchange = endpoint.connect({ unread: "interrupt" });
      for (const one of steps) {
        if (typeof one === "object") exchange.receive(one.bytes, one.end);
        else if (one === "read") await exchange.read(7, AbortSignal.abort());
        else if (one === "poll") assert.equal(exchange.statusByte() & ~255, 0);
        else exchange[one]();
      }
      exchange.clear();
      exchange.receive(Buffer.from("*IDN?\n"), true);
      const got = await exchange.read(100, new AbortController().signal);
      assert.equal(Buffer.from(got?.bytes ?? []).toString(), `${IDENTITY}\n`);
      exchange.close();
    }),
    { numRuns: runs },
  );
  assert.equal(endpoint.clients, 0);
}
