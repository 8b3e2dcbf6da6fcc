import assert from "node:assert/strict";
import { test } from "node:test";
import { LinkEndpoint } from "../../../src/virtual/links/index.js";
import type { ExchangeOptions, MessageExchange } from "../../../src/virtual/links/index.js";
import { IDENTITY, transportInstrument } from "../../suites/transport-instrument.js";

const never = new AbortController().signal;

function connected(options: ExchangeOptions = { unread: "interrupt" }, inputLimit_bytes?: number) {
  const instrument = transportInstrument(inputLimit_bytes);
  const endpoint = new LinkEndpoint(instrument.scpi);
  return { instrument, endpoint, exchange: endpoint.connect(options) };
}

const say = (exchange: MessageExchange, text: string, end = true) => exchange.receive(Buffer.from(text, "latin1"), end);

async function hear(exchange: MessageExchange, most = 1000): Promise<string> {
  const got = await exchange.read(most, never);
  return Buffer.from(got?.bytes ?? []).toString("latin1");
}

async function ask(exchange: MessageExchange, text: string): Promise<string> {
  say(exchange, text);
  return hear(exchange);
}

/** Nothing comes: the read is given up once the error is there. */
async function readsNothing(exchange: MessageExchange): Promise<void> {
  const stop = new AbortController();
  const reading = exchange.read(100, stop.signal);
  setImmediate(() => stop.abort());
  assert.equal(await reading, undefined);
}

test("END alone ends a message, a line feed alone does too, and both together end one", async () => {
  const { exchange } = connected();
  assert.equal(await ask(exchange, "*IDN?"), `${IDENTITY}\n`);
  say(exchange, "*IDN?\n", false);
  assert.equal(await hear(exchange), `${IDENTITY}\n`);
  assert.equal(await ask(exchange, "*IDN?\n"), `${IDENTITY}\n`);
  assert.equal(await ask(exchange, ":SYST:ERR?"), '0,"No error"\n');
});

test("an indefinite block keeps its line feeds and ends at END, whose line feed is none of it", async () => {
  const { exchange, instrument } = connected();
  say(exchange, ":DATA #0a\nb", false);
  say(exchange, "\nc\n");
  assert.equal(await ask(exchange, "*OPC?"), "1\n");
  assert.equal(Buffer.from(instrument.data()).toString(), "a\nb\nc");
});

test("a block cut short by END is refused, and the next message is not taken for its rest", async () => {
  const { exchange } = connected();
  say(exchange, ":DATA #3ab");
  assert.equal(await ask(exchange, ":SYST:ERR?"), '-161,"Invalid block data"\n');
});

test("a reply may be read in pieces, up to a byte that was named, and its end is told", async () => {
  const { exchange } = connected();
  say(exchange, ":ECHO? 'one;two'");
  assert.deepEqual(await exchange.read(2, never), { bytes: Buffer.from("on"), end: false, matched: false });
  assert.deepEqual(await exchange.read(100, never, 0x3b), { bytes: Buffer.from("e;"), end: false, matched: true });
  assert.deepEqual(await exchange.read(4, never), { bytes: Buffer.from("two\n"), end: true, matched: false });
});

test("-410: a reply that is read in part is dropped by the next message, which is run", async () => {
  const { exchange } = connected();
  say(exchange, ":ECHO? 'unread'");
  assert.equal(await hear(exchange, 3), "unr");
  assert.equal(await ask(exchange, "*ESR?"), "132\n"); // power on, query error
  assert.equal(await ask(exchange, ":SYST:ERR?"), '-410,"Query INTERRUPTED"\n');
});

test("-410: two questions sent at once, the reply of the first is lost", async () => {
  const { exchange } = connected();
  say(exchange, ":ECHO? 'one'\n:ECHO? 'two'\n");
  assert.equal(await hear(exchange), "two\n");
  assert.equal(await ask(exchange, ":SYST:ERR?"), '-410,"Query INTERRUPTED"\n');
});

test("-420: reading without a question, behind a command, or before the message has ended", async () => {
  const { exchange } = connected();
  await readsNothing(exchange);
  say(exchange, "*CLS;*ESE 1");
  await readsNothing(exchange);
  say(exchange, "*IDN", false);
  await readsNothing(exchange);
  assert.equal(await ask(exchange, ":SYST:ERR:COUN?"), "2\n"); // *CLS took the first
  assert.equal(await ask(exchange, ":SYST:ERR?"), '-420,"Query UNTERMINATED"\n');
});

test("-420 is queued once however long one read waits, and a question that comes meanwhile is answered to it", async () => {
  const { exchange } = connected();
  const reading = exchange.read(100, never);
  await new Promise<void>((resolve) => setImmediate(resolve));
  say(exchange, "*CLS");
  say(exchange, ":SYST:ERR:COUN?");
  const got = await reading;
  assert.equal(Buffer.from(got?.bytes ?? []).toString(), "0\n");
});

test("-430 where a message with a question outgrows the input buffer, -363 where one without does", async () => {
  const { exchange } = connected({ unread: "interrupt" }, 100);
  say(exchange, `*IDN?;:ECHO? '${"x".repeat(200)}'`);
  assert.equal(await ask(exchange, ":SYST:ERR?"), '-430,"Query DEADLOCKED"\n');
  say(exchange, `:DATA #3200${"x".repeat(200)}`);
  assert.equal(await ask(exchange, ":SYST:ERR?"), '-363,"Input buffer overrun"\n');
  assert.equal(await ask(exchange, "*IDN?"), `${IDENTITY}\n`);
});

test("device clear ends a command that waits, and its late reply comes to nobody", async () => {
  const { exchange, instrument } = connected();
  say(exchange, ":LATE?");
  say(exchange, ":DATA #15", false);
  exchange.clear();
  assert.equal(await ask(exchange, ":ECHO? 'after'"), "after\n");
  instrument.answerLate();
  assert.equal(await ask(exchange, ":SYST:ERR?"), '0,"No error"\n');
});

test("a trigger in the middle of a message is refused with -105, and the message is lost", async () => {
  const { exchange, instrument } = connected();
  say(exchange, "*ESE", false);
  exchange.trigger();
  assert.equal(await ask(exchange, ":SYST:ERR?"), '-105,"GET not allowed"\n');
  assert.equal(instrument.triggers(), 0);
});

test("service is requested once for each new reason, and a poll ends the request but not the reason", async () => {
  const { exchange } = connected();
  const requests: number[] = [];
  exchange.service.onRequest((status) => requests.push(status));
  say(exchange, "*CLS;*SRE 16;:ECHO? 'x'");
  assert.equal(await hear(exchange, 1), "x");
  assert.deepEqual(requests, [80]);
  assert.equal(exchange.statusByte(), 80);
  assert.equal(exchange.statusByte(), 16);
  await hear(exchange);
  assert.equal(exchange.statusByte(), 0);
});

test("a reason that goes before anybody polls takes its request with it", async () => {
  const { exchange } = connected();
  await ask(exchange, "*CLS;*SRE 16;*ESE?");
  assert.equal(exchange.statusByte(), 0);
});

test("where replies queue, nothing interrupts, and each is delivered with the tag of its message", async () => {
  const delivered: string[] = [];
  const deliver = (reply: Uint8Array, tag: number) => {
    delivered.push(`${tag}: ${Buffer.from(reply).toString().trim()}`);
  };
  const { exchange } = connected({ unread: "queue", deliver });
  exchange.receive(Buffer.from(":ECHO? 'a'\n:ECHO? 'b'"), true, 7);
  exchange.receive(Buffer.from("*ESE 1"), true, 9);
  exchange.receive(Buffer.from(":SYST:ERR?"), true, 11);
  while (exchange.busy) await new Promise<void>((resolve) => setImmediate(resolve));
  assert.deepEqual(delivered, ["7: a", "7: b", '11: 0,"No error"']);
});

test("what a controller sent before it went away is run, and its replies go nowhere", async () => {
  const { exchange, endpoint, instrument } = connected();
  say(exchange, "*IDN?");
  say(exchange, "*TRG");
  exchange.close();
  const other = endpoint.connect({ unread: "interrupt" });
  assert.equal(await ask(other, "*OPC?"), "1\n");
  assert.equal(instrument.triggers(), 1);
  assert.equal(endpoint.clients, 1);
});
