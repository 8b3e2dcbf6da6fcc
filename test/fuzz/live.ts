import assert from "node:assert/strict";
import net from "node:net";
import type { TestContext } from "node:test";
import fc from "fast-check";
import { MemrigError } from "../../src/errors.js";
import { record } from "../../src/visa/rpc/records.js";
import { openSession } from "../../src/visa/index.js";
import type { Session } from "../../src/visa/index.js";
import { message, Type } from "../../src/visa/hislip/protocol.js";
import { LinkEndpoint, serveHislip, serveSocket, serveVxi11 } from "../../src/virtual/links/index.js";
import { servePrologix } from "../../src/virtual/links/prologix/server.js";
import { IDENTITY, transportInstrument } from "../suites/transport-instrument.js";
import { HislipPeer, peerClient, peerServer } from "../support/hislip-peer.js";
import { until } from "../support/until.js";
import { anyMessage, nonsense } from "../unit/visa/hislip-reader.js";
import { fuzz } from "./harness.js";
import { pieces, streams, texts } from "./inputs.js";
import type { Stream } from "./inputs.js";
import { coreCalls, coreReplies } from "./targets/rpc.js";

/** A server under fuzz: it is sent streams over connections of their own, and has to serve as before after all of them. */
interface Served {
  readonly port: number;
  readonly resource: string;
  clients(): number;
  close(): Promise<void>;
}

/** How a client leaves: it waits for nothing, it resets, or it stays until the server has hung up. */
type Leaving = "end" | "reset" | "half";
const leaving = fc.constantFrom<Leaving>("end", "end", "reset", "half");

const program = texts([
  "*IDN?\n",
  "*OPC?",
  ":DATA #15ab\nde\n",
  ":ECHO? 'x'\n",
  ":LATE?\n",
  "#0",
  ";",
  "'",
  "\n",
  "\r",
  "*RST\n",
  "*SRE 255\n",
]);
const controller = texts([
  "++addr 12\n",
  "++read eoi\n",
  "++read\n",
  "++spoll\n",
  "++clr\n",
  "++trg\n",
  "++auto 1\n",
  "++auto 0\n",
  "++srq\n",
  "*IDN?\n",
  ":LATE?\n",
  "\x1b\n",
  "+",
  "\n",
  "++eot_enable 1\n",
]);

interface Kind {
  readonly name: string;
  readonly input: fc.Arbitrary<Stream>;
  /** Sent first, so that no input makes the server wait long. */
  readonly first?: string;
  serve(endpoint: LinkEndpoint): Promise<Served>;
}

export const kinds: readonly Kind[] = [
  {
    name: "raw socket",
    input: program,
    async serve(endpoint) {
      const server = await serveSocket(endpoint, "127.0.0.1", 0);
      const resource = `TCPIP0::127.0.0.1::${server.port}::SOCKET`;
      return { port: server.port, resource, clients: () => server.sessions, close: () => server.close() };
    },
  },
  {
    name: "VXI-11",
    input: streams(coreCalls),
    async serve(endpoint) {
      const server = await serveVxi11(new Map([["inst0", endpoint]]), "127.0.0.1", { portmapper: false });
      const resource = `TCPIP0::127.0.0.1,${server.port}::inst0::INSTR`;
      return { port: server.port, resource, clients: () => server.links, close: () => server.close() };
    },
  },
  {
    name: "GPIB controller",
    input: controller,
    first: "++read_tmo_ms 2\n",
    async serve(endpoint) {
      const server = await servePrologix(new Map([["12", endpoint]]), "127.0.0.1", 0);
      const resource = `PRLGX-TCPIP0::127.0.0.1::${server.port}::12::INSTR`;
      return { port: server.port, resource, clients: () => server.clients, close: () => server.close() };
    },
  },
];

/** Clients that send anything, in any pieces, and leave in any way: the server goes on serving, and keeps nothing. */
export async function fuzzServer(t: TestContext, kind: Kind, runs: number): Promise<void> {
  const instrument = transportInstrument(10_000);
  const endpoint = new LinkEndpoint(instrument.scpi);
  const server = await kind.serve(endpoint);
  t.after(() => server.close());
  const input = fc.record({ stream: kind.input, leaving });
  await fuzz(
    t,
    {
      name: `clients of a ${kind.name} server`,
      input,
      async run(visit) {
        await sendAndLeave(server.port, kind.first ?? "", visit.stream, visit.leaving);
        instrument.answerLate();
      },
    },
    runs,
  );
  await until("no client is left", () => server.clients() === 0 || undefined);
  assert.equal(endpoint.clients, 0);
  assert.equal(endpoint.locks.holders, 0);
  await answersStill(server.resource);
}

async function answersStill(resource: string): Promise<void> {
  const session = await openSession(resource);
  await session.clear();
  assert.equal(await session.query("*IDN?"), IDENTITY);
  await session.close();
}

function sendAndLeave(port: number, first: string, stream: Stream, how: Leaving): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => {
      socket.write(first);
      for (const piece of pieces(stream)) socket.write(piece);
      if (how === "reset") socket.resetAndDestroy();
      else if (how === "end") socket.end(() => socket.destroySoon());
      else socket.end();
    });
    const tolerated = ["ECONNRESET", "EPIPE"];
    socket.on("error", (error: NodeJS.ErrnoException) =>
      tolerated.includes(error.code ?? "") ? undefined : reject(error),
    );
    socket.on("close", () => resolve());
    socket.resume();
  });
}

const text = fc.constantFrom("*IDN?\n", ":ECHO? 'x'", "';*OPC?\n", ":DATA #15ab", "*SRE 16;*TRG\n", "#0\n", "");
const ids = fc.constantFrom(0xfffffefe, 0xffffff00, 0xffffff02, 0xffffff04, 0, 0xffffffff);

/** Messages as a client would send them, in any order and with any content. */
const plausible = fc
  .tuple(fc.constantFrom(4, 6, 7, 7, 7, 8, 10, 12, 15, 19, 21, 24), fc.nat(7), ids, text)
  // A lock is waited for as long as the parameter says: not at all here.
  .map(([type, control, id, payload]) =>
    message(type, control, type === Type.asyncLock ? 0 : id, Buffer.from(payload)),
  );
const anyBytes = anyMessage.map(({ bytes }) => bytes);
const part = fc.oneof(plausible, plausible, anyBytes, nonsense);
const story = fc.record({
  steps: fc.array(fc.record({ bytes: part, sync: fc.boolean() }), { minLength: 1, maxLength: 25 }),
  stranger: fc.oneof(nonsense, anyBytes),
});

/** HiSLIP clients that send anything on both channels: each ends, leaves no lock and no session. */
export async function fuzzHislipServer(t: TestContext, runs: number): Promise<void> {
  const endpoint = new LinkEndpoint(transportInstrument(10_000).scpi);
  const server = await serveHislip(new Map([["hislip0", endpoint]]), "127.0.0.1");
  t.after(() => server.close());
  const run = async ({ steps, stranger }: { steps: { bytes: Uint8Array; sync: boolean }[]; stranger: Uint8Array }) => {
    const lone = await HislipPeer.connect(server.port);
    lone.socket.end(stranger);
    const client = await peerClient(server.port);
    for (const { bytes, sync } of steps) (sync ? client.sync : client.async).socket.write(bytes);
    client.async.socket.end();
    client.sync.socket.end();
    await gone(client.sync);
    client.close();
    lone.close();
  };
  await fuzz(t, { name: "clients of a HiSLIP server", input: story, run }, runs);
  await until("no client is left", () => endpoint.clients === 0 || undefined);
  assert.equal(endpoint.locks.holders, 0);
  await answersStill(`TCPIP0::127.0.0.1::hislip0,${server.port}::INSTR`);
}

const gone = ({ socket }: HislipPeer) =>
  new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once("close", () => resolve())));

/** Messages as a HiSLIP server would send them. */
const answer = fc
  .tuple(fc.constantFrom(2, 3, 6, 6, 7, 9, 13, 14, 20, 22, 23, 25), fc.nat(3), ids, text)
  .map(([type, control, id, payload]) => message(type, control, id, Buffer.from(payload)));

/** HiSLIP servers that answer with anything and hang up: each question ends, well or in words. */
export async function fuzzHislipClient(t: TestContext, runs: number): Promise<void> {
  const server = await peerServer();
  t.after(() => server.close());
  const input = fc.array(fc.record({ bytes: fc.oneof(answer, answer, part), sync: fc.boolean() }), { maxLength: 8 });
  const run = async (steps: { bytes: Uint8Array; sync: boolean }[]) => {
    const opening = openSession(server.resource, { timeout_ms: 5000 });
    const far = await server.accept();
    const session = await opening;
    const asked = inWords(session.query("*IDN?"));
    await far.sync.next(Type.dataEnd);
    for (const { bytes, sync } of steps) (sync ? far.sync : far.async).socket.write(bytes);
    far.async.socket.end();
    far.sync.socket.end();
    await asked;
    await session.close();
  };
  await fuzz(t, { name: "a HiSLIP client", input, run }, runs);
}

async function inWords(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => assert.ok(error instanceof MemrigError, String(error)));
}

/** A far end that answers everything with the next piece of a stream, and hangs up when there is none. */
async function scripted(t: TestContext, answerTo: (piece: Buffer, question: Buffer, turn: number) => Buffer) {
  let stream: Stream = { bytes: Buffer.alloc(0), cuts: [1] };
  const server = net.createServer((socket) => {
    const left = [...pieces(stream)];
    let turn = 0;
    socket.on("error", () => socket.destroy());
    socket.on("data", (question: Buffer) => {
      const piece = left.shift();
      if (piece) socket.write(answerTo(piece, question, turn++));
      else socket.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  return {
    port: (server.address() as net.AddressInfo).port,
    says: (next: Stream) => void (stream = next),
  };
}

/** What a client is asked to do with a far end that says anything. */
async function use(session: Session): Promise<void> {
  await inWords(session.query("*IDN?", limits));
  await inWords(session.queryBlock(":DATA?", limits));
  await inWords(session.read(limits));
}

/** Most answers are no end of a reply. */
const limits = { timeout_ms: 15 };
const replyPieces = ["#15abcde\n", "#0ab\n", "#9000000009", "1,2,3\n", "\n", "\r\n", "#", "0", "x", "\0", '"a""b"\n'];

export async function fuzzSocketClient(t: TestContext, runs: number): Promise<void> {
  const far = await scripted(t, (piece) => piece);
  const run = async (stream: Stream) => {
    far.says(stream);
    const session = await openSession(`TCPIP0::127.0.0.1::${far.port}::SOCKET`);
    await use(session);
    await session.close();
  };
  await fuzz(t, { name: "a raw socket client", input: texts(replyPieces), run }, runs);
}

export async function fuzzVxi11Client(t: TestContext, runs: number): Promise<void> {
  // The link is created well; what comes after is anything, under the number of the call it answers.
  const far = await scripted(t, (piece, question, turn) => {
    const head = Buffer.alloc(24);
    question.copy(head, 0, 4, 8);
    head.writeUInt32BE(1, 4);
    const created = Buffer.alloc(16);
    created.writeUInt32BE(1, 4);
    return Buffer.concat(record([head, turn === 0 ? created : piece]));
  });
  const run = async (stream: Stream) => {
    far.says({ ...stream, bytes: Buffer.concat([Buffer.alloc(8), stream.bytes]) });
    const opened = await openSession(`TCPIP0::127.0.0.1,${far.port}::inst0::INSTR`).catch((error: unknown) => {
      assert.ok(error instanceof MemrigError, String(error));
      return undefined;
    });
    if (!opened) return;
    await use(opened);
    await inWords(opened.readStatusByte(limits));
    await opened.close();
  };
  await fuzz(t, { name: "a VXI-11 client", input: streams(coreReplies), run }, runs);
}
