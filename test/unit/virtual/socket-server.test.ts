import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { block, nr3, ScpiInstrument, takes, untilWoken } from "../../../src/virtual/scpi/index.js";
import { LinkEndpoint, serveDeadSocket, serveSocket } from "../../../src/virtual/links/index.js";
import { RawClient } from "../../support/raw-client.js";

async function served(t: TestContext) {
  const scpi = new ScpiInstrument({
    identity: "MAKER,TOY,1,0.1",
    queueDepth: 10,
    formatError: (entry) => (entry ? `${entry.code},"${entry.text}"` : '0,"No error"'),
    formatNumber: (value) => nr3(value, 6),
    inputLimit_bytes: 100_000,
  });
  const state = { on: false, got: Buffer.alloc(0) };
  scpi.tree.command(
    ":OUTPut",
    takes([], () => void (state.on = true)),
  );
  scpi.tree.query(
    ":OUTPut",
    takes([], () => state.on),
  );
  scpi.tree.command(
    ":DATA",
    takes([block()], ([bytes]) => void (state.got = Buffer.from(bytes))),
  );
  scpi.tree.query(
    ":DATA",
    takes([], () => Buffer.concat([Buffer.from(`#5${String(state.got.length).padStart(5, "0")}`), state.got])),
  );
  scpi.tree.command(
    ":BLOCk",
    takes([], (_, { signal }) => untilWoken(signal, () => () => undefined)),
  );
  const server = await serveSocket(new LinkEndpoint(scpi), "127.0.0.1", 0);
  t.after(() => server.close());
  const client = async () => {
    const opened = await RawClient.open("127.0.0.1", server.port);
    t.after(() => opened.close());
    return opened;
  };
  return { server, state, client };
}

test("a message may arrive byte by byte, several in one piece, and with carriage returns", async (t) => {
  const { client } = await served(t);
  const one = await client();
  for (const byte of Buffer.from("*IDN?\r\n")) one.send(Uint8Array.of(byte));
  assert.equal(await one.line(), "MAKER,TOY,1,0.1");
  one.send(Buffer.from("*ESE 1\n\n*ESE?\n*ESE 2;*ESE?\n"));
  assert.equal(await one.line(), "1");
  assert.equal(await one.line(), "2");
});

test("a block with line feeds, quotes and semicolons goes in and comes out unchanged", async (t) => {
  const { client, state } = await served(t);
  const one = await client();
  const bytes = Buffer.from(Uint8Array.from({ length: 70_000 }, (_, k) => k % 256));
  one.send(Buffer.concat([Buffer.from(":DATA #570000"), bytes, Buffer.from("\n")]));
  assert.deepEqual(await one.block(":DATA?"), bytes);
  assert.deepEqual(state.got, bytes);
});

test("several controllers share the instrument, each gets the replies to its own messages", async (t) => {
  const { client, server } = await served(t);
  const [a, b] = [await client(), await client()];
  assert.equal(server.sessions, 2);
  a.send("*ESE 7");
  assert.equal(await a.ask("*ESE?"), "7");
  b.send("*SRE 1");
  assert.deepEqual(await Promise.all([a.ask("*IDN?"), b.ask("*ESE?")]), ["MAKER,TOY,1,0.1", "7"]);
});

test("an overlong message is refused with -363 and the next one is heard", async (t) => {
  const { client } = await served(t);
  const one = await client();
  one.send(Buffer.from(`:DATA #6999999${"x".repeat(120_000)}\n`));
  assert.equal(await one.ask("SYST:ERR?"), '-363,"Input buffer overrun"');
});

test("a controller that goes away in a wait frees the parser for the others", async (t) => {
  const { client } = await served(t);
  const [stuck, other] = [await client(), await client()];
  await stuck.ask("*IDN?");
  stuck.send(":BLOC;:OUTP");
  const answer = other.ask("OUTP?");
  stuck.close();
  assert.equal(await answer, "0", "the rest of the message that waited is not run");
});

test("a command whose sender hangs up at once is still obeyed", async (t) => {
  const { client, server, state } = await served(t);
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  socket.end("*ESE 3;:OUTP\n");
  await once(socket, "close");
  const one = await client();
  assert.equal(await one.ask("OUTP?;*ESE?"), "1;3");
  assert.equal(state.on, true);
});

test("connecting to the dead-socket port closes hung sessions, and new ones are taken", async (t) => {
  const { client, server } = await served(t);
  const dead = await serveDeadSocket(server, "127.0.0.1", 0);
  t.after(() => dead.close());
  const hung = await client();
  await hung.ask("*IDN?");
  hung.send(":BLOC");
  const closed = once(hung.socket, "close");
  const knock = await RawClient.open("127.0.0.1", dead.port);
  t.after(() => knock.close());
  await closed;
  assert.equal(await (await client()).ask("*IDN?"), "MAKER,TOY,1,0.1");
});
