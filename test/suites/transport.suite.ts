import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { MemrigError } from "../../src/errors.js";
import { openSession } from "../../src/visa/index.js";
import type { Session, SessionOptions } from "../../src/visa/index.js";
import type { ScpiInstrument } from "../../src/virtual/scpi/index.js";
import { byBytes, cutAt, tcpProxy } from "../support/tcp-proxy.js";
import { until } from "../support/until.js";
import { IDENTITY, transportInstrument } from "./transport-instrument.js";

/** An instrument served on the link under test. */
export interface ServedLink {
  readonly resource: string;
  /** What a session on it has to be opened with. */
  readonly options?: SessionOptions;
  /** Of the one TCP connection that messages and replies go over; undefined where there is none. */
  readonly tcpPort?: number;
  /** The resource name with another port in it: that of a proxy. */
  resourceAt?(port: number): string;
  /** Clients the server knows of now. */
  clients(): number;
  close(): Promise<void>;
}

export interface Transport {
  /** For test titles: "VXI-11". */
  readonly name: string;
  serve(instrument: ScpiInstrument): Promise<ServedLink>;
  /** Messages end with END: 488.2 query errors, device clear, serial poll and triggers are there. */
  readonly messages: boolean;
  readonly locks: boolean;
  readonly serviceRequests: boolean;
}

const blockMessage = (data: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`:DATA #9${String(data.length).padStart(9, "0")}`), data, Buffer.from("\n")]);

/** Every byte value, line feeds and all, over and over. */
export const everyByte = (length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, k) => (k * 7 + (k >> 8)) % 256));

/** What every transport has to pass, ours at both ends. */
export function transportSuite(transport: Transport): void {
  const titled: Titled = (claim, body) => {
    test(`${transport.name}: ${claim}`, body);
  };

  titled("blocks of no, one and 1 MiB bytes of every value go there and come back unchanged", async (t) => {
    const { session, instrument } = await opened(t, transport);
    for (const length of [0, 1, 2, 3, 4, 255, 4097, 1024 * 1024]) {
      const data = everyByte(length);
      await session.write(blockMessage(data));
      assert.ok(Buffer.from(await session.queryBlock(":DATA?")).equals(data), `${length} bytes came back`);
      assert.ok(Buffer.from(instrument.data()).equals(data), `${length} bytes arrived`);
    }
  });

  titled("messages of no and of one byte are taken, and disturb nothing", async (t) => {
    const { session } = await opened(t, transport);
    await session.write(new Uint8Array(0));
    await session.write("\n");
    assert.equal(await session.query("*IDN?"), IDENTITY);
    assert.equal(await session.query(":SYST:ERR?"), '0,"No error"');
  });

  titled("text with every printable character and line-end look-alikes comes back as it was", async (t) => {
    const { session } = await opened(t, transport);
    const text = String.fromCharCode(...Array.from({ length: 224 }, (_, k) => k + 32)).replaceAll("'", "");
    assert.equal(await session.query(`:ECHO? '${text}'`), text);
    assert.equal(await session.query(`:ECHO? '#9; \t,;:*?'`), "#9; \t,;:*?");
  });

  titled("1000 questions asked at once are answered each with its own reply", async (t) => {
    const { session } = await opened(t, transport);
    const replies = await Promise.all(Array.from({ length: 1000 }, (_, k) => session.query(`:ECHO? '${k}'`)));
    assert.deepEqual(
      replies,
      Array.from({ length: 1000 }, (_, k) => String(k)),
    );
  });

  titled("streams that arrive byte by byte, both ways, change nothing", async (t) => {
    const { session, proxy } = await proxied(t, transport);
    if (!proxy) return;
    proxy.cutMessages = byBytes;
    proxy.cutReplies = byBytes;
    const data = everyByte(300);
    await session.write(blockMessage(data));
    assert.ok(Buffer.from(await session.queryBlock(":DATA?")).equals(data));
    assert.equal(await session.query("*IDN?"), IDENTITY);
  });

  titled("a reply cut in two at any byte is whole", async (t) => {
    const { session, proxy } = await proxied(t, transport);
    if (!proxy) return;
    const data = everyByte(20);
    await session.write(blockMessage(data));
    for (let length = 1; length < 90; length++) {
      proxy.cutReplies = cutAt(length);
      assert.ok(Buffer.from(await session.queryBlock(":DATA?")).equals(data), `cut after ${length} bytes`);
    }
  });

  titled("16-bit codes become volts, also where the reply is cut within one", async (t) => {
    const { session, proxy } = await proxied(t, transport);
    if (!proxy) return;
    await session.write(blockMessage(Buffer.from("7fff80000001ffff0100", "hex")));
    const scale = { reference: 1, increment: 0.5, origin: 0.25 };
    for (let length = 1; length < 40; length++) {
      proxy.cutReplies = cutAt(length);
      const volts: Float64Array = await session.queryBinaryValues(":DATA?", { type: "i16", bigEndian: true, scale });
      assert.deepEqual([...volts], [16383.25, -16384.25, 0.25, -0.75, 127.75], `cut after ${length} bytes`);
    }
  });

  titled("a question that is answered too late: its reply never answers the next one", async (t) => {
    const { session, instrument } = await opened(t, transport);
    for (let k = 0; k < 3; k++) {
      await assert.rejects(session.query(":LATE?", { timeout_ms: 60 }), isKind("no-answer"));
      instrument.answerLate();
      assert.equal(await session.query(`:ECHO? '${k}'`), String(k));
    }
  });

  titled("a reply that stops half way is given up in time, and the next question gets its own", async (t) => {
    const { session, proxy } = await proxied(t, transport);
    if (!proxy) return;
    await session.write(blockMessage(everyByte(100_000)));
    for (const after of [1, 10, 60, 50_000]) {
      assert.equal(await session.query("*OPC?"), "1");
      proxy.stallReplies(after);
      const began = performance.now();
      await assert.rejects(session.queryBlock(":DATA?", { timeout_ms: 150 }), isKind("no-answer"));
      assert.ok(performance.now() - began < 3000, "within its time limit and the grace");
      proxy.release();
      assert.equal(await session.query(`:ECHO? 'after ${after}'`), `after ${after}`);
    }
  });

  titled("a question that is aborted ends at once, and the next one gets its own reply", async (t) => {
    const { session, instrument } = await opened(t, transport);
    const stop = new AbortController();
    const asked = session.query(":LATE?", { signal: stop.signal, timeout_ms: 60_000 });
    setImmediate(() => stop.abort());
    await assert.rejects(asked, isKind("aborted"));
    instrument.answerLate();
    assert.equal(await session.query("*IDN?"), IDENTITY);
  });

  titled("clearing forgets an unread reply, half a message and a command that waits", async (t) => {
    const { session, instrument } = await opened(t, transport);
    await session.write(blockMessage(everyByte(500_000)));
    await session.write(":DATA?");
    await session.clear();
    assert.equal(await session.query("*IDN?"), IDENTITY);
    await session.write(":LATE?");
    await session.clear();
    assert.equal(await session.query("*IDN?"), IDENTITY);
    instrument.answerLate();
    assert.equal(await session.query(":SYST:ERR?"), '0,"No error"');
  });

  titled(
    "a server that goes away in mid-reply fails the call, and the session works again when it is back",
    async (t) => {
      const { session, proxy } = await proxied(t, transport);
      if (!proxy) return;
      await session.write(blockMessage(everyByte(10_000)));
      for (const after of [0, 3, 30, 5000]) {
        proxy.hangUpAfter(after);
        await assert.rejects(session.queryBlock(":DATA?"), isKind("no-answer"));
        const reply: string = await session.query("*OPC?").catch(() => session.query("*OPC?")); // the loss may be reported once more
        assert.equal(reply, "1");
      }
    },
  );

  titled("a transfer that is stopped half way and cleared leaves nothing behind", async (t) => {
    const { session, proxy } = await proxied(t, transport);
    if (!proxy) return;
    await session.write(blockMessage(everyByte(1_000_000)));
    const stop = new AbortController();
    proxy.stallReplies(300_000);
    const transfer = session.queryBlock(":DATA?", { signal: stop.signal, timeout_ms: 60_000 });
    await until("the transfer has stalled", () => proxy.stalled || undefined);
    stop.abort();
    await assert.rejects(transfer, isKind("aborted"));
    proxy.release();
    await session.clear();
    assert.equal(await session.query("*IDN?"), IDENTITY);
    assert.equal((await session.queryBlock(":DATA?")).length, 1_000_000);
  });

  titled("100 sessions opened and closed leave no descriptor behind, here or at the server", async (t) => {
    await openAndClose(t, transport, 100);
  });

  if (transport.messages) messageTests(transport, titled);
  if (transport.locks) lockTests(transport, titled);
  if (transport.serviceRequests) serviceTests(transport, titled);
}

type Titled = (claim: string, body: (t: TestContext) => Promise<void>) => void;

function messageTests(transport: Transport, titled: Titled): void {
  titled("a reply nobody read is dropped by the next message with -410", async (t) => {
    const { session } = await opened(t, transport);
    await session.write(":ECHO? 'unread'");
    await available(session);
    assert.equal(await session.query(":ECHO? 'read'"), "read");
    assert.equal(await session.query(":SYST:ERR?"), '-410,"Query INTERRUPTED"');
    assert.equal(await session.query(":SYST:ERR?"), '0,"No error"');
  });

  titled("message available is in the status byte while a reply waits, and only then", async (t) => {
    const { session } = await opened(t, transport);
    assert.equal((await session.readStatusByte()) & 16, 0);
    await session.write(":ECHO? 'here'");
    await available(session);
    assert.equal(await session.read(), "here");
    assert.equal((await session.readStatusByte()) & 16, 0);
  });

  titled("a trigger is run in its place among the messages", async (t) => {
    const { session, instrument } = await opened(t, transport);
    await session.trigger();
    assert.equal(await session.query("*OPC?"), "1");
    assert.equal(instrument.triggers(), 1);
  });
}

function lockTests(transport: Transport, titled: Titled): void {
  titled("two clients that ask at the same time get each their own replies", async (t) => {
    const { session: one, link } = await opened(t, transport);
    const other = await sessionOn(t, link.resource, link.options);
    const asked = Array.from({ length: 200 }, (_, k) =>
      Promise.all([one.query(`:ECHO? 'one ${k}'`), other.query(`:ECHO? 'other ${k}'`)]),
    );
    for (const [k, replies] of (await Promise.all(asked)).entries())
      assert.deepEqual(replies, [`one ${k}`, `other ${k}`]);
  });

  titled("a lock keeps another client out until it is released, or its holder is gone", async (t) => {
    const { session: one, link } = await opened(t, transport);
    const other = await sessionOn(t, link.resource, link.options);
    await one.lock();
    await assert.rejects(other.query("*IDN?"), isKind("busy"));
    await assert.rejects(other.lock({ timeout_ms: 30 }), isKind("busy"));
    assert.equal(await one.query("*IDN?"), IDENTITY);
    const later = other.lock({ timeout_ms: 5000 });
    await one.unlock();
    await later;
    await assert.rejects(one.query("*IDN?"), isKind("busy"));
    const again = one.lock({ timeout_ms: 5000 });
    await other.close();
    await again;
    assert.equal(await one.query("*IDN?"), IDENTITY);
    await one.unlock();
  });
}

function serviceTests(transport: Transport, titled: Titled): void {
  titled("a service request wakes who waits for it, gives the status byte, and is over when it was read", async (t) => {
    const { session } = await opened(t, transport);
    await session.write("*CLS;*ESE 1;*SRE 32");
    for (let k = 0; k < 2; k++) {
      const request = session.waitForServiceRequest();
      await session.write("*OPC");
      assert.equal((await request) & 96, 96);
      assert.equal((await session.readStatusByte()) & 64, 0);
      assert.equal(await session.query("*ESR?"), "1");
    }
    await assert.rejects(session.waitForServiceRequest({ timeout_ms: 50 }), isKind("no-answer"));
  });

  titled("a service request that came while nobody waited is not lost", async (t) => {
    const { session } = await opened(t, transport);
    await session.write("*CLS;*ESE 1;*SRE 32;*OPC");
    assert.equal((await session.waitForServiceRequest()) & 96, 96);
  });
}

/** Opens and closes sessions, and counts descriptors. */
export async function openAndClose(t: TestContext, transport: Transport, times: number): Promise<void> {
  const instrument = transportInstrument();
  const link = await transport.serve(instrument.scpi);
  t.after(() => link.close());
  const cycle = async () => {
    const session = await openSession(link.resource, link.options);
    assert.equal(await session.query("*OPC?"), "1");
    await session.close();
  };
  await cycle();
  await until("the server has let go of the session", () => link.clients() === 0 || undefined);
  const before = descriptors();
  for (let k = 0; k < times; k++) await cycle();
  await until("as many descriptors as before", () => (link.clients() === 0 && descriptors() <= before) || undefined);
}

const available = (session: Session) =>
  until("a reply waits", async () => ((await session.readStatusByte()) & 16) !== 0 || undefined);

const descriptors = () => readdirSync("/proc/self/fd").length;

const isKind = (kind: MemrigError["kind"]) => (error: unknown) => {
  assert.ok(error instanceof MemrigError, String(error));
  assert.equal(error.kind, kind, error.message);
  return true;
};

async function sessionOn(t: TestContext, resource: string, options: SessionOptions = {}): Promise<Session> {
  const session = await openSession(resource, options);
  t.after(() => session.close());
  return session;
}

export async function opened(t: TestContext, transport: Transport) {
  const instrument = transportInstrument();
  const link = await transport.serve(instrument.scpi);
  t.after(() => link.close());
  return { instrument, link, session: await sessionOn(t, link.resource, link.options) };
}

/** The session goes through a proxy, where the link has a TCP connection to be put through one. */
async function proxied(t: TestContext, transport: Transport) {
  const instrument = transportInstrument();
  const link = await transport.serve(instrument.scpi);
  t.after(() => link.close());
  if (link.tcpPort === undefined || !link.resourceAt) {
    return { instrument, proxy: undefined, session: await sessionOn(t, link.resource, link.options) };
  }
  const proxy = await tcpProxy(link.tcpPort);
  t.after(() => proxy.close());
  return { instrument, proxy, session: await sessionOn(t, link.resourceAt(proxy.port)) };
}
