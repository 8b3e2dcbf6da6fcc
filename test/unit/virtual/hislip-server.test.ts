import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { LinkEndpoint, serveHislip } from "../../../src/virtual/links/index.js";
import {
  FIRST_ID,
  message,
  NO_ID,
  nextId,
  RMT_DELIVERED,
  sizePayload,
  Type,
} from "../../../src/visa/hislip/protocol.js";
import { IDENTITY, transportInstrument } from "../../suites/transport-instrument.js";
import { HislipPeer, peerClient } from "../../support/hislip-peer.js";
import { until } from "../../support/until.js";

async function served(t: TestContext, overlap = false) {
  const instrument = transportInstrument();
  const endpoint = new LinkEndpoint(instrument.scpi);
  const server = await serveHislip(new Map([["hislip0", endpoint]]), "127.0.0.1", { overlap });
  t.after(() => server.close());
  return { instrument, endpoint, server };
}

async function client(t: TestContext, port: number) {
  const peer = await peerClient(port);
  t.after(() => peer.close());
  return peer;
}

/** Errors in the instrument's queue. */
const errors = (instrument: ReturnType<typeof transportInstrument>) => instrument.scpi.errors.errorCount;

test("the lower version is agreed on, and no name means the first device", async (t) => {
  const { server } = await served(t);
  for (const [offered, agreed] of [
    [0x0100, 0x0100],
    [0x0200, 0x0200],
    [0x0300, 0x0200],
  ] as const) {
    const peer = await HislipPeer.connect(server.port);
    t.after(() => peer.close());
    peer.send(Type.initialize, 0, ((offered << 16) | 0x5858) >>> 0);
    assert.equal((await peer.next(Type.initializeResponse)).parameter >>> 16, agreed);
  }
});

test("a connection that does not begin as it should is told why, and closed", async (t) => {
  const { server } = await served(t);
  const told = async (begin: (peer: HislipPeer) => void) => {
    const peer = await HislipPeer.connect(server.port);
    begin(peer);
    const { control, payload } = await peer.next(Type.fatalError);
    await until("the connection is closed", () => peer.closed || undefined);
    return `${control}: ${payload}`;
  };
  assert.equal(
    await told((peer) => peer.socket.write("GET / HTTP/1.1\r\n")),
    '1: a header began with 0x4745, not "HS"',
  );
  assert.match(await told((peer) => peer.send(Type.data, 0, FIRST_ID, "*IDN?\n")), /^3: the first message/);
  assert.match(await told((peer) => peer.send(Type.initialize, 0, 0x01005858, "hislip9")), /^3: .*"hislip9"/);
  assert.match(await told((peer) => peer.send(Type.asyncInitialize, 0, 999)), /^3: there is no session/);
  const early = await HislipPeer.connect(server.port);
  early.send(Type.initialize, 0, 0x01005858, "hislip0");
  early.send(Type.data, 0, FIRST_ID, "*IDN?\n");
  await early.next(Type.initializeResponse);
  assert.equal((await early.next(Type.fatalError)).control, 2);
});

test("a reply carries the id of the message that asked, in every part", async (t) => {
  const { server, instrument } = await served(t);
  const { sync, async } = await client(t, server.port);
  async.send(Type.asyncMaximumMessageSize, 0, 0, sizePayload(316));
  await async.next(Type.asyncMaximumMessageSizeResponse);
  const text = "x".repeat(1000);
  sync.send(Type.data, 0, FIRST_ID, `:ECHO? '`);
  sync.send(Type.dataEnd, 0, nextId(FIRST_ID), `${text}'\n`);
  const parts = [await sync.next(Type.data), await sync.next(Type.data), await sync.next(Type.data)];
  parts.push(await sync.next(Type.dataEnd));
  assert.deepEqual(
    parts.map(({ parameter, payload }) => [parameter, payload.length]),
    [300, 300, 300, 101].map((length) => [nextId(FIRST_ID), length]),
  );
  assert.equal(parts.map(({ payload }) => payload).join(""), `${text}\n`);
  assert.equal(errors(instrument), 0);
});

test("a question behind an unanswered one interrupts it: both channels tell, -410 is queued, the second is answered", async (t) => {
  const { server, instrument } = await served(t);
  const { sync, async } = await client(t, server.port);
  const questions = [":ECHO? 'one'\n", ":ECHO? 'two'\n"];
  sync.socket.write(
    Buffer.concat(questions.map((text, k) => message(Type.dataEnd, 0, FIRST_ID + 2 * k, Buffer.from(text)))),
  );
  assert.equal((await sync.next(Type.interrupted)).parameter, nextId(FIRST_ID));
  assert.equal((await async.next(Type.asyncInterrupted)).parameter, nextId(FIRST_ID));
  assert.deepEqual(await sync.next(Type.dataEnd), { type: 7, control: 0, parameter: 0xffffff02, payload: "two\n" });
  assert.equal(errors(instrument), 1);
});

test("-410 is queued when a reply was sent and not read, and not when its reading was reported", async (t) => {
  const { server, instrument } = await served(t);
  const { sync } = await client(t, server.port);
  sync.send(Type.dataEnd, 0, FIRST_ID, "*IDN?\n");
  assert.equal((await sync.next(Type.dataEnd)).payload, `${IDENTITY}\n`);
  sync.send(Type.dataEnd, RMT_DELIVERED, 0xffffff02, "*IDN?\n");
  await sync.next(Type.dataEnd);
  assert.equal(errors(instrument), 0);
  sync.send(Type.dataEnd, 0, 0xffffff04, "*OPC?\n");
  await sync.next(Type.dataEnd);
  assert.equal(errors(instrument), 1);
});

test("message available goes when the reading is reported, and for an id that has not come yet", async (t) => {
  const { server } = await served(t);
  const { sync, async } = await client(t, server.port);
  const status = async (control: number, id: number) => {
    async.send(Type.asyncStatusQuery, control, id);
    return (await async.next(Type.asyncStatusResponse)).control & 16;
  };
  assert.equal(await status(0, NO_ID), 0);
  sync.send(Type.dataEnd, 0, FIRST_ID, "*IDN?\n");
  await sync.next(Type.dataEnd);
  assert.equal(await status(0, FIRST_ID), 16);
  assert.equal(await status(0, nextId(FIRST_ID)), 0);
  assert.equal(await status(RMT_DELIVERED, FIRST_ID), 0);
  assert.equal(await status(0, FIRST_ID), 0);
});

test("messages of unknown types and requests with unknown codes are refused, and the session goes on", async (t) => {
  const { server } = await served(t);
  const { sync, async } = await client(t, server.port);
  sync.send(50);
  assert.equal((await sync.next(Type.error)).control, 1);
  sync.send(200, 0, 0, "vendor");
  assert.equal((await sync.next(Type.error)).control, 3);
  async.send(Type.asyncLock, 7);
  assert.equal((await async.next(Type.error)).control, 2);
  async.send(Type.asyncMaximumMessageSize, 0, 0, "short");
  assert.equal((await async.next(Type.error)).control, 0);
  sync.send(Type.dataEnd, 0, FIRST_ID, new Uint8Array(1024 * 1024 + 17));
  assert.equal((await sync.next(Type.error)).control, 4);
  sync.send(Type.dataEnd, 0, nextId(FIRST_ID), "*IDN?\n");
  assert.equal((await sync.next(Type.dataEnd)).payload, `${IDENTITY}\n`);
});

test("a shared lock is shared by those who name it, takes the exclusive one on top, and keeps others out", async (t) => {
  const { server, endpoint } = await served(t);
  const [one, two, three] = [await client(t, server.port), await client(t, server.port), await client(t, server.port)];
  const lock = async ({ async }: typeof one, key: string) => {
    async.send(Type.asyncLock, 1, 0, key);
    return (await async.next(Type.asyncLockResponse)).control;
  };
  const release = async ({ async }: typeof one) => {
    async.send(Type.asyncLock, 0, NO_ID);
    return (await async.next(Type.asyncLockResponse)).control;
  };
  const info = async () => {
    three.async.send(Type.asyncLockInfo);
    const { control, parameter } = await three.async.next(Type.asyncLockInfoResponse);
    return [control, parameter];
  };
  assert.deepEqual([await lock(one, "key"), await lock(two, "key"), await lock(three, "other")], [1, 1, 0]);
  assert.deepEqual(await info(), [0, 2]);
  assert.deepEqual([await lock(one, ""), await lock(two, ""), await lock(one, "key")], [1, 0, 3]);
  assert.deepEqual(await info(), [1, 2]);
  two.sync.send(Type.dataEnd, 0, FIRST_ID, ":ECHO? 'waited'\n");
  one.sync.send(Type.dataEnd, 0, FIRST_ID, ":ECHO? 'at once'\n");
  assert.equal((await one.sync.next(Type.dataEnd)).payload, "at once\n");
  assert.equal(two.sync.received.length, 0);
  assert.equal(await release(one), 1);
  assert.equal((await two.sync.next(Type.dataEnd)).payload, "waited\n");
  assert.deepEqual([await release(one), await release(one), await release(three)], [2, 3, 3]);
  two.close();
  await until("the lock went with its holder", () => endpoint.locks.holders === 0 || undefined);
});

test("a message that another client's lock keeps out is taken back by device clear", async (t) => {
  const { server, instrument } = await served(t);
  const [holder, other] = [await client(t, server.port), await client(t, server.port)];
  holder.async.send(Type.asyncLock, 1);
  await holder.async.next(Type.asyncLockResponse);
  other.sync.send(Type.dataEnd, 0, FIRST_ID, ":DATA #11x;*OPC?\n");
  other.async.send(Type.asyncDeviceClear);
  await other.async.next(Type.asyncDeviceClearAcknowledge);
  other.sync.send(Type.deviceClearComplete);
  await other.sync.next(Type.deviceClearAcknowledge);
  holder.async.send(Type.asyncLock, 0, NO_ID);
  await holder.async.next(Type.asyncLockResponse);
  other.sync.send(Type.dataEnd, 0, FIRST_ID, "*OPC?\n");
  assert.equal((await other.sync.next(Type.dataEnd)).parameter, FIRST_ID);
  assert.equal(instrument.data().length, 0);
});

test("a lock is released when the message it was held for has been run", async (t) => {
  const { server, instrument } = await served(t);
  const { sync, async } = await client(t, server.port);
  async.send(Type.asyncLock, 1);
  await async.next(Type.asyncLockResponse);
  async.send(Type.asyncLock, 0, FIRST_ID);
  sync.send(Type.dataEnd, 0, FIRST_ID, ":LATE?\n");
  async.send(Type.asyncLockInfo);
  assert.equal((await async.next(Type.asyncLockInfoResponse)).control, 1);
  await until("the late reply", () => {
    instrument.answerLate();
    return sync.received[0];
  });
  assert.equal((await async.next(Type.asyncLockResponse)).control, 1);
});

test("in overlapped mode replies wait in line under the server's own ids, and device clear changes the mode", async (t) => {
  const { server, instrument } = await served(t, true);
  const { sync, async, begun } = await client(t, server.port);
  assert.equal(begun.control, 1);
  for (let k = 0; k < 3; k++) sync.send(Type.dataEnd, 0, FIRST_ID + 2 * k, `:ECHO? '${k}'\n`);
  for (let k = 0; k < 3; k++) {
    assert.deepEqual(await sync.next(Type.dataEnd), {
      type: Type.dataEnd,
      control: 0,
      parameter: FIRST_ID + 2 * k,
      payload: `${k}\n`,
    });
  }
  async.send(Type.asyncStatusQuery, 0, FIRST_ID + 2);
  assert.equal((await async.next(Type.asyncStatusResponse)).control & 16, 16);
  async.send(Type.asyncStatusQuery, 1, FIRST_ID + 4);
  assert.equal((await async.next(Type.asyncStatusResponse)).control & 16, 0);
  async.send(Type.asyncDeviceClear);
  assert.equal((await async.next(Type.asyncDeviceClearAcknowledge)).control, 1);
  sync.send(Type.deviceClearComplete, 0);
  assert.equal((await sync.next(Type.deviceClearAcknowledge)).control, 0);
  sync.send(Type.dataEnd, 0, FIRST_ID + 40, "*OPC?\n");
  assert.equal((await sync.next(Type.dataEnd)).parameter, FIRST_ID + 40);
  assert.equal(errors(instrument), 0);
});

test("what a client sent before it closed is still run", async (t) => {
  const { server, instrument, endpoint } = await served(t);
  const { sync, async } = await client(t, server.port);
  sync.send(Type.dataEnd, 0, FIRST_ID, ":DATA #15hello\n");
  async.socket.end();
  sync.socket.end();
  await until("the client is gone", () => endpoint.clients === 0 || undefined);
  assert.equal(Buffer.from(instrument.data()).toString(), "hello");
});
