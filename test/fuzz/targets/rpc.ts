import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { CallEnded } from "../../../src/visa/call.js";
import { LinkError } from "../../../src/visa/message-link.js";
import { callHead, readReply, replyHead } from "../../../src/visa/rpc/messages.js";
import { PORTMAPPER, readPort } from "../../../src/visa/rpc/portmapper.js";
import { record, RecordReader } from "../../../src/visa/rpc/records.js";
import { answerCall } from "../../../src/visa/rpc/server.js";
import type { Caller, RpcProgram } from "../../../src/visa/rpc/server.js";
import { XdrError } from "../../../src/visa/rpc/xdr.js";
import { CORE, INTERRUPT, Procedure } from "../../../src/visa/vxi11/protocol.js";
import { readCreatedLink, readPiece, readStatusByte, results } from "../../../src/visa/vxi11/replies.js";
import { requestProgram } from "../../../src/visa/vxi11/service-channel.js";
import { LinkEndpoint } from "../../../src/virtual/links/index.js";
import { Vxi11Core } from "../../../src/virtual/links/vxi11/core.js";
import { mapperProgram } from "../../../src/virtual/links/vxi11/portmapper.js";
import { transportInstrument } from "../../suites/transport-instrument.js";
import type { Target } from "../harness.js";
import { pieces, streams } from "../inputs.js";
import type { Stream } from "../inputs.js";

/** Values that mean something to VXI-11, and values that mean nothing: link numbers, time limits, flags, lengths. */
const word = fc.oneof(fc.nat(3), fc.constantFrom(8, 9, 128, 136, 0x7fffffff, 0xffffffff), fc.nat(0xffffffff));
const words = fc.array(word, { maxLength: 6 });
const tail = fc.constantFrom("", "", "*IDN?\n", ":DATA #15ab", "inst0", "*RST;:ECHO? 'x'", "#0\n\n");

function call(program: { program: number; version: number }, procedures: readonly number[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.constantFrom(...procedures), words, tail, fc.boolean())
    .map(([procedure, numbers, text, behindOne]) => {
      const head = callHead(5, program.program, program.version, procedure);
      for (const number of behindOne ? [1, ...numbers] : numbers) head.uint(number);
      if (text !== "") head.string(text);
      return head.bytes();
    });
}

/** Records one behind the other, each in one fragment or in two. */
const recorded = (message: fc.Arbitrary<Buffer>) =>
  fc
    .array(fc.tuple(message, fc.boolean()), { minLength: 1, maxLength: 3 })
    .map((all) => Buffer.concat(all.flatMap(([bytes, halved]) => (halved ? halves(bytes) : record([bytes])))));

function halves(bytes: Buffer): Uint8Array[] {
  const [first, second] = [bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)];
  const mark = Buffer.alloc(4);
  mark.writeUInt32BE(first.length);
  return [mark, first, ...record([second])];
}

/** Records out of a stream; a stream that can not be one ends where that is found. */
function* records(stream: Stream, most: number): Generator<Buffer> {
  const reader = new RecordReader(most);
  for (const piece of pieces(stream)) {
    let whole: Buffer[];
    try {
      whole = reader.push(piece);
    } catch (error) {
      assert.ok(error instanceof XdrError, String(error));
      return;
    }
    yield* whole;
  }
}

/** Gives calls to a program. Whatever waits is ended by the caller's going. */
async function serve(stream: Stream, program: RpcProgram): Promise<void> {
  const gone = new AbortController();
  const caller: Caller = { address: "192.0.2.1", gone: gone.signal };
  for (const bytes of records(stream, 4096)) {
    const answer = answerCall(program, bytes, caller);
    if ((await Promise.race([answer, turn("waits")])) !== "waits") continue;
    gone.abort();
    await answer;
  }
  gone.abort();
}

/** Calls of the core channel. */
export const coreCalls = recorded(
  call(CORE, [0, 10, 10, 11, 11, 12, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 25, 26, 99]),
);

const instrument = transportInstrument(10_000);

export const vxi11Server: Target<Stream> = {
  name: "VXI-11 calls, as the server takes them",
  input: streams(coreCalls),
  async run(stream) {
    const endpoint = new LinkEndpoint(instrument.scpi);
    const core = new Vxi11Core(new Map([["inst0", endpoint]]), () => 1);
    const none = { address: "192.0.2.1", gone: new AbortController().signal };
    await answerCall(
      core.program,
      callHead(1, CORE.program, 1, 10).int(1).bool(false).uint(0).string("").bytes(),
      none,
    );
    await serve(stream, core.program);
    assert.ok(core.open <= 1, "links are gone with their connection");
    core.close();
    assert.equal(endpoint.clients, 0);
    assert.equal(endpoint.locks.holders, 0);
  },
};

export const portmapperServer: Target<Stream> = {
  name: "port mapper calls, as the server takes them",
  input: streams(recorded(call(PORTMAPPER, [0, 1, 2, 3, 3, 4, 5]))),
  run: (stream) => serve(stream, mapperProgram([{ ...CORE, port: 4711 }])),
};

const handle = Buffer.from("memrig-handle");

export const serviceChannel: Target<Stream> = {
  name: "service requests, as the client takes them",
  input: streams(
    recorded(
      fc
        .constantFrom(handle, Buffer.from("another"), Buffer.alloc(41))
        .map((bytes) => callHead(1, INTERRUPT.program, 1, Procedure.deviceInterruptSrq).opaque(bytes).bytes()),
    ),
  ),
  run: (stream) =>
    serve(
      stream,
      requestProgram(handle, () => undefined),
    ),
};

const reply = fc.tuple(fc.constantFrom(0, 0, 0, 4, 11, 15), words, tail).map(([error, numbers, text]) => {
  const head = replyHead(6).uint(error);
  for (const number of numbers) head.uint(number);
  if (text !== "") head.string(text);
  return head.bytes();
});

/** What stands behind the head of a reply of the core channel. */
export const coreReplies = reply.map((bytes) => bytes.subarray(24));

export const vxi11Client: Target<Stream> = {
  name: "RPC replies, as the VXI-11 client takes them",
  input: streams(recorded(reply)),
  run(stream) {
    for (const bytes of records(stream, 64 * 1024 * 1024)) {
      for (const read of [readCreatedLink, readPiece, readStatusByte, () => undefined]) {
        try {
          const answer = readReply(bytes);
          if (answer.refused === undefined) results<unknown>(answer.results, read);
        } catch (error) {
          assert.ok(
            error instanceof LinkError || error instanceof CallEnded || error instanceof XdrError,
            String(error),
          );
        }
      }
      try {
        readPort(readReply(bytes).results);
      } catch (error) {
        assert.ok(error instanceof LinkError || error instanceof XdrError, String(error));
      }
    }
  },
};
