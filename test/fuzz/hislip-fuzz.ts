import assert from "node:assert/strict";
import fc from "fast-check";
import { MemrigError } from "../../src/errors.js";
import { LinkEndpoint, serveHislip } from "../../src/virtual/links/index.js";
import { openSession } from "../../src/visa/index.js";
import { message, Type } from "../../src/visa/hislip/protocol.js";
import { IDENTITY, transportInstrument } from "../suites/transport-instrument.js";
import { HislipPeer, peerClient, peerServer } from "../support/hislip-peer.js";
import { until } from "../support/until.js";
import { anyMessage, nonsense } from "../unit/visa/hislip-reader.js";

const text = fc.constantFrom("*IDN?\n", ":ECHO? 'x'", "';*OPC?\n", ":DATA #15ab", "*SRE 16;*TRG\n", "#0\n", "");
const ids = fc.constantFrom(0xfffffefe, 0xffffff00, 0xffffff02, 0xffffff04, 0, 0xffffffff);

/** Messages as a client would send them, in any order and with any content. */
const plausible = fc
  .tuple(fc.constantFrom(4, 6, 7, 7, 7, 8, 10, 12, 15, 19, 21, 24), fc.nat(7), ids, text)
  // A lock is waited for as long as the parameter says: not at all here.
  .map(([type, control, id, payload]) =>
    message(type, control, type === Type.asyncLock ? 0 : id, Buffer.from(payload)),
  );

const part = fc.oneof(
  plausible,
  plausible,
  anyMessage.map(({ bytes }) => bytes),
  nonsense,
);
const story = fc.array(fc.record({ bytes: part, sync: fc.boolean() }), { minLength: 1, maxLength: 25 });

/**
 * Clients that send anything on both channels, `runs` of them: each ends, leaves no lock and no session, and the server
 * goes on serving.
 */
export async function fuzzHislip(runs: number): Promise<void> {
  const instrument = transportInstrument(10_000);
  const endpoint = new LinkEndpoint(instrument.scpi);
  const server = await serveHislip(new Map([["hislip0", endpoint]]), "127.0.0.1");
  try {
    const lone = fc.oneof(
      nonsense,
      anyMessage.map(({ bytes }) => bytes),
    );
    await fc.assert(
      fc.asyncProperty(story, lone, async (steps, first) => {
        const stranger = await HislipPeer.connect(server.port);
        stranger.socket.end(first);
        const client = await peerClient(server.port);
        for (const { bytes, sync } of steps) (sync ? client.sync : client.async).socket.write(bytes);
        client.async.socket.end();
        client.sync.socket.end();
        await gone(client.sync);
        client.close();
        stranger.close();
      }),
      { numRuns: runs },
    );
    await until("no client is left", () => endpoint.clients === 0 || undefined);
    assert.equal(endpoint.locks.holders, 0);
    const session = await openSession(`TCPIP0::127.0.0.1::hislip0,${server.port}::INSTR`);
    await session.clear();
    assert.equal(await session.query("*IDN?"), IDENTITY);
    await session.close();
  } finally {
    await server.close();
  }
}

const gone = ({ socket }: HislipPeer) =>
  new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once("close", () => resolve())));

/** Servers that answer a client with anything and hang up: each question ends, well or as a MemrigError. */
export async function fuzzClient(runs: number): Promise<void> {
  const server = await peerServer();
  try {
    const answers = fc.array(fc.record({ bytes: fc.oneof(answer, answer, part), sync: fc.boolean() }), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(answers, async (steps) => {
        const opening = openSession(server.resource, { timeout_ms: 5000 });
        const far = await server.accept();
        const session = await opening;
        const asked = session.query("*IDN?").catch((error: unknown) => assert.ok(error instanceof MemrigError));
        await far.sync.next(Type.dataEnd);
        for (const { bytes, sync } of steps) (sync ? far.sync : far.async).socket.write(bytes);
        far.async.socket.end();
        far.sync.socket.end();
        await asked;
        await session.close();
      }),
      { numRuns: runs },
    );
  } finally {
    await server.close();
  }
}

/** Messages as a server would send them. */
const answer = fc
  .tuple(fc.constantFrom(2, 3, 6, 6, 7, 9, 13, 14, 20, 22, 23, 25), fc.nat(3), ids, text)
  .map(([type, control, id, payload]) => message(type, control, id, Buffer.from(payload)));
