import assert from "node:assert/strict";
import net from "node:net";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { FIRST_ID, message, Type } from "../../src/visa/hislip/protocol.js";
import { Replies } from "../../src/visa/hislip/replies.js";
import { openSession } from "../../src/visa/index.js";
import { RecordReader } from "../../src/visa/rpc/records.js";
import { Framer } from "../../src/virtual/scpi/framer.js";
import { LinkEndpoint, serveHislip } from "../../src/virtual/links/index.js";
import { IDENTITY, transportInstrument } from "../suites/transport-instrument.js";
import { peerClient } from "../support/hislip-peer.js";
import { until } from "../support/until.js";

// Far ends that say little very often, or much that nobody asked for: what is kept of it stays near what it is worth.

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const held_MiB = async () => {
  for (let k = 0; k < 3; k++) {
    await turn(); // memory outside the heap is given back between turns
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
};

test("a record of 300 000 fragments of one byte takes little more memory than its bytes", async () => {
  const reader = new RecordReader(1024 * 1024);
  const before = await held_MiB();
  const fragment = Buffer.from([0, 0, 0, 1, 65]);
  for (let k = 0; k < 300_000; k++) reader.push(fragment);
  const more_MiB = (await held_MiB()) - before;
  assert.ok(more_MiB < 4, `${more_MiB} MiB for 0.3 MiB`);
  assert.equal(reader.push(Buffer.from([0x80, 0, 0, 1, 66]))[0]?.length, 300_001);
});

test("a message of 20 000 pieces that came each in a chunk of its own does not hold the chunks", async () => {
  const framer = new Framer(1024 * 1024);
  const before = await held_MiB();
  for (let k = 0; k < 20_000; k++) framer.push(Buffer.alloc(64 * 1024, "x").subarray(0, 1));
  const more_MiB = (await held_MiB()) - before;
  assert.ok(more_MiB < 4, `${more_MiB} MiB for 0.02 MiB`);
  const [whole] = framer.push(Buffer.from("\n"));
  assert.equal(whole && "message" in whole ? whole.message.length : 0, 20_000);
});

test("a HiSLIP server that sends replies of no bytes for ever is not read any further until they are taken", async () => {
  const replies = new Replies();
  replies.reset(true);
  const header = { type: Type.dataEnd, control: 0, parameter: FIRST_ID, length: 0 };
  const part = { header, bytes: new Uint8Array(0), first: true, last: true };
  let sent = 1;
  while (replies.take(part)) assert.ok(++sent < 1_000_000);
  for (let k = 0; k < sent; k++) assert.equal((await replies.next(undefined)).end, true);
  assert.equal(replies.take(part), true);
});

test("of 1000 lock requests that one HiSLIP client sends at once 16 wait, and the others are refused", async (t) => {
  const endpoint = new LinkEndpoint(transportInstrument().scpi);
  const server = await serveHislip(new Map([["hislip0", endpoint]]), "127.0.0.1");
  t.after(() => server.close());
  const [holder, greedy] = [await peerClient(server.port), await peerClient(server.port)];
  holder.async.socket.write(message(Type.asyncLock, 1, 0));
  await holder.async.next(Type.asyncLockResponse);
  greedy.async.socket.write(Buffer.concat(Array.from({ length: 1000 }, () => message(Type.asyncLock, 1, 60_000))));
  const refused = () => greedy.async.received.filter(({ type }) => type === Type.error).length;
  await until("the others are refused", () => refused() === 984 || undefined);
  greedy.close();
  holder.close();
  await until("both are gone", () => endpoint.clients === 0 || undefined);
  assert.equal(endpoint.locks.holders, 0);
});

test("an instrument that talks without being asked is not listened to beyond a bound, and still answers", async (t) => {
  let poured = 0;
  let pouring = true;
  const server = net.createServer((socket) => {
    const noise = Buffer.alloc(1024 * 1024, "x");
    const pour = () => {
      while (pouring && socket.write(noise)) poured += noise.length;
    };
    socket.on("drain", () => {
      poured += noise.length;
      pour();
    });
    socket.on("error", () => socket.destroy());
    socket.on("data", () => {
      pouring = false;
      socket.write(`\n${IDENTITY}\n`);
    });
    pour();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = (server.address() as net.AddressInfo).port;

  const session = await openSession(`TCPIP0::127.0.0.1::${port}::SOCKET`);
  t.after(async () => {
    await session.close();
    await new Promise((resolve) => server.close(resolve));
  });
  const before = await held_MiB();
  let last = -1;
  await until("nothing more is taken", async () => {
    const same = poured === last;
    last = poured;
    await new Promise((resolve) => setTimeout(resolve, 200));
    return (same && poured === last) || undefined;
  });
  assert.ok(poured < 64 * 2 ** 20, `${poured / 2 ** 20} MiB were taken by the session and the network stack`);
  assert.ok((await held_MiB()) - before < 40);
  await session.write("*IDN?");
  await until("the reply", async () => ((await session.read()) === IDENTITY ? true : undefined));
});
