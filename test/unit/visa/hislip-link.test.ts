import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { MemrigError } from "../../../src/errors.js";
import { openSession } from "../../../src/visa/index.js";
import type { SessionOptions } from "../../../src/visa/index.js";
import { FIRST_ID, NO_ID, nextId, RMT_DELIVERED, Type } from "../../../src/visa/hislip/protocol.js";
import { peerServer } from "../../support/hislip-peer.js";
import type { HislipPeer } from "../../support/hislip-peer.js";

const SECOND_ID = nextId(FIRST_ID);

/** A session, and the far end of its two channels. */
async function talking(t: TestContext, options: SessionOptions = {}, control = 0) {
  const server = await peerServer(control);
  t.after(() => server.close());
  const opening = openSession(server.resource, { timeout_ms: 2000, ...options });
  const far = await server.accept();
  const session = await opening;
  t.after(() => session.close());
  return { server, session, ...far };
}

async function answerClear({ sync, async }: { sync: HislipPeer; async: HislipPeer }, features = 0): Promise<number> {
  await async.next(Type.asyncDeviceClear);
  async.send(Type.asyncDeviceClearAcknowledge, 0);
  const { control } = await sync.next(Type.deviceClearComplete);
  sync.send(Type.deviceClearAcknowledge, features);
  return control;
}

const isKind = (kind: MemrigError["kind"], text: RegExp) => (error: unknown) => {
  assert.ok(error instanceof MemrigError, String(error));
  assert.equal(error.kind, kind, error.message);
  assert.match(error.message, text);
  return true;
};

test("the client offers version 2.0 and names the device", async (t) => {
  const { begun } = await talking(t);
  assert.equal(begun.parameter >>> 16, 0x0200);
  assert.equal(begun.payload, "hislip0");
});

test("a long message goes in parts the instrument can take, END with the last", async (t) => {
  const { session, sync } = await talking(t); // 1024 bytes, of which the header may be 16
  await session.write("x".repeat(2500));
  const parts = [await sync.next(Type.data), await sync.next(Type.data), await sync.next(Type.dataEnd)];
  assert.deepEqual(
    parts.map(({ parameter, payload }) => [parameter, payload.length]),
    [
      [FIRST_ID, 1008],
      [FIRST_ID + 2, 1008],
      [FIRST_ID + 4, 485],
    ],
  );
});

test("that a reply was read is reported once, by the next message or the next serial poll", async (t) => {
  const { session, sync, async } = await talking(t);
  const ask = async (id: number) => {
    const reply = session.query("A?");
    const { control, parameter } = await sync.next(Type.dataEnd);
    assert.equal(parameter, id);
    sync.send(Type.dataEnd, 0, id, "a\n");
    assert.equal(await reply, "a");
    return control;
  };
  const poll = async () => {
    const status = session.readStatusByte();
    const { control, parameter } = await async.next(Type.asyncStatusQuery);
    async.send(Type.asyncStatusResponse, 0x42);
    assert.equal(await status, 0x42);
    return [control, parameter];
  };
  assert.deepEqual(await poll(), [0, NO_ID]);
  assert.equal(await ask(FIRST_ID), 0);
  assert.equal(await ask(SECOND_ID), RMT_DELIVERED);
  assert.deepEqual(await poll(), [RMT_DELIVERED, SECOND_ID]);
  assert.deepEqual(await poll(), [0, SECOND_ID]);
  assert.equal(await ask(FIRST_ID + 4), 0);
});

test("replies to earlier messages are dropped, and a first part that names no message is taken", async (t) => {
  const { session, sync } = await talking(t);
  await session.write("OLD?");
  const reply = session.query("NEW?");
  await sync.next(Type.dataEnd);
  await sync.next(Type.dataEnd);
  sync.send(Type.data, 0, FIRST_ID, "old ");
  sync.send(Type.dataEnd, 0, FIRST_ID, "reply\n");
  sync.send(Type.data, 0, 0xffffffff, "new ");
  sync.send(Type.dataEnd, 0, SECOND_ID, "reply\n");
  assert.equal(await reply, "new reply");
});

for (const first of ["Interrupted", "AsyncInterrupted"] as const) {
  test(`an interrupted reply is dropped, and the one that follows is read, where ${first} comes first`, async (t) => {
    const { session, sync, async } = await talking(t);
    const reply = session.query("A?");
    await sync.next(Type.dataEnd);
    // A serial poll behind it shows that what went before on the asynchronous channel has been taken.
    const tell = {
      Interrupted: () => sync.send(Type.interrupted, 0, FIRST_ID),
      AsyncInterrupted: () => async.send(Type.asyncInterrupted, 0, FIRST_ID),
    };
    tell[first]();
    if (first === "AsyncInterrupted") {
      await turns();
      sync.send(Type.dataEnd, 0, FIRST_ID, "to be dropped\n");
      sync.send(Type.interrupted, 0, FIRST_ID);
    }
    sync.send(Type.dataEnd, 0, FIRST_ID, "right\n");
    assert.equal(await reply, "right");
    if (first === "Interrupted") tell.AsyncInterrupted();
    await turns();
    const next = session.query("B?");
    await sync.next(Type.dataEnd);
    sync.send(Type.dataEnd, 0, SECOND_ID, "next\n");
    assert.equal(await next, "next");
  });
}

test("after a question without an answer the device is cleared, what still comes is dropped, and ids begin anew", async (t) => {
  const { session, sync, async } = await talking(t);
  const asked = session.query("SLOW?", { timeout_ms: 30 });
  await assert.rejects(asked, isKind("no-answer", /no answer within 0\.03 s/));
  await sync.next(Type.dataEnd);
  sync.send(Type.dataEnd, 0, FIRST_ID, "late\n");
  await answerClear({ sync, async });
  const reply = session.query("B?");
  assert.equal((await sync.next(Type.dataEnd)).parameter, FIRST_ID);
  sync.send(Type.dataEnd, 0, FIRST_ID, "b\n");
  assert.equal(await reply, "b");
});

test("an instrument that does not answer the device clear is connected to anew, and its lock taken again", async (t) => {
  const { server, session, sync, async } = await talking(t);
  const locked = session.lock();
  await async.next(Type.asyncLock);
  async.send(Type.asyncLockResponse, 1);
  await locked;
  await assert.rejects(session.query("A?", { timeout_ms: 30 }), isKind("no-answer", /no answer/));
  const reply = session.query("B?", { timeout_ms: 5000 });
  const again = await server.accept();
  assert.equal((await again.async.next(Type.asyncLock)).control, 1);
  again.async.send(Type.asyncLockResponse, 1);
  assert.equal((await again.sync.next(Type.dataEnd)).payload, "B?\n");
  again.sync.send(Type.dataEnd, 0, FIRST_ID, "b\n");
  assert.equal(await reply, "b");
  assert.ok(sync.closed && async.closed);
});

test("a reply that another client's lock holds up fails as busy, and the message is taken back", async (t) => {
  const { session, sync, async } = await talking(t);
  const asked = session.query("A?");
  await async.next(Type.asyncLockInfo);
  async.send(Type.asyncLockInfoResponse, 1, 1);
  await assert.rejects(asked, isKind("busy", /another client has locked the instrument/));
  await sync.next(Type.dataEnd);
  await answerClear({ sync, async });
});

test("a slow reply is waited for where nobody holds a lock", async (t) => {
  const { session, sync, async } = await talking(t);
  const asked = session.query("A?");
  await async.next(Type.asyncLockInfo);
  async.send(Type.asyncLockInfoResponse, 0, 0);
  await sync.next(Type.dataEnd);
  sync.send(Type.dataEnd, 0, FIRST_ID, "slow\n");
  assert.equal(await asked, "slow");
});

test("what the instrument says when it refuses a connection reaches the person", async (t) => {
  const server = await peerServer();
  t.after(() => server.close());
  for (const [code, text] of [
    [4, /no connection to spare: "64 of 64"/],
    [3, /refused the connection: "64 of 64".*hislip0/],
  ] as const) {
    const opening = openSession(server.resource);
    const sync = await server.next();
    await sync.next(Type.initialize);
    sync.send(Type.fatalError, code, 0, "64 of 64");
    await assert.rejects(opening, isKind("no-answer", text));
  }
  const opening = openSession(server.resource);
  (await server.next()).socket.write("220 ftp ready, who are you\r\n");
  await assert.rejects(opening, isKind("bad-reply", /no HiSLIP: a header began with 0x3232/));
});

test("an instrument that wants encryption is refused by name", async (t) => {
  const server = await peerServer();
  t.after(() => server.close());
  const opening = openSession(server.resource);
  const sync = await server.next();
  await sync.next(Type.initialize);
  sync.send(Type.initializeResponse, 2, (0x0200 << 16) | 7);
  await assert.rejects(opening, isKind("invalid-request", /encrypted connections only/));
});

test("overlapped mode is asked for with a device clear, and replies are read in the order they come", async (t) => {
  const server = await peerServer();
  t.after(() => server.close());
  const opening = openSession(server.resource, { overlap: true });
  const far = await server.accept();
  assert.equal(await answerClear(far, 1), 1);
  const session = await opening;
  t.after(() => session.close());
  await session.write("A?");
  await session.write("B?");
  far.sync.send(Type.dataEnd, 0, FIRST_ID, "a\n");
  far.sync.send(Type.dataEnd, 0, SECOND_ID, "b\n");
  assert.deepEqual([await session.read(), await session.read()], ["a", "b"]);
  const status = session.readStatusByte();
  assert.equal((await far.async.next(Type.asyncStatusQuery)).parameter, SECOND_ID);
  far.async.send(Type.asyncStatusResponse, 0);
  assert.equal(await status, 0);
});

test("an instrument that keeps to synchronized mode is not opened in the other", async (t) => {
  const server = await peerServer();
  t.after(() => server.close());
  const opening = openSession(server.resource, { overlap: true });
  const refused = assert.rejects(opening, isKind("invalid-request", /does not take messages in overlapped mode/));
  await answerClear(await server.accept(), 0);
  await refused;
});

test("a message that is refused as too large fails its question in the instrument's words", async (t) => {
  const { session, sync, async } = await talking(t);
  const asked = session.query("A?");
  await sync.next(Type.dataEnd);
  sync.send(Type.error, 4, 0, "too much");
  await assert.rejects(asked, isKind("bad-reply", /HiSLIP error 4\): "too much"/));
  await answerClear({ sync, async });
});

test("remote and local go with their codes and the last message; a key that can not be is refused here", async (t) => {
  const { session, async } = await talking(t);
  for (const [call, code] of [
    [() => session.remote(), 3],
    [() => session.local(), 6],
  ] as const) {
    const done = call();
    const { control, parameter } = await async.next(Type.asyncRemoteLocalControl);
    assert.deepEqual([control, parameter], [code, NO_ID]);
    async.send(Type.asyncRemoteLocalResponse);
    await done;
  }
  await assert.rejects(session.lock({ key: "" }), isKind("invalid-request", /1 to 256 ASCII characters/));
});

/** Lets what was written arrive. */
async function turns(): Promise<void> {
  for (let k = 0; k < 20; k++) await new Promise((resolve) => setImmediate(resolve));
}
