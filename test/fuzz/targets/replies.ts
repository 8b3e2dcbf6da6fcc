import assert from "node:assert/strict";
import { MemrigError } from "../../../src/errors.js";
import {
  keithleyTouchErrors,
  parseBoolean,
  parseNumber,
  parseNumbers,
  scpiErrors,
  unquoted,
} from "../../../src/scpi/index.js";
import { Call } from "../../../src/visa/call.js";
import { ValueSink } from "../../../src/visa/binary.js";
import { MemorySink } from "../../../src/visa/block-sink.js";
import { LinkError } from "../../../src/visa/message-link.js";
import type { MessageLink, ReplyPiece } from "../../../src/visa/message-link.js";
import { readBlock, readReply } from "../../../src/visa/reply.js";
import { ReplyScanner } from "../../../src/visa/reply-scanner.js";
import type { Target } from "../harness.js";
import { pieces, texts } from "../inputs.js";
import type { Stream } from "../inputs.js";

/** What replies are made of. */
const language = [
  ...["#", "#15abcde", "#0", "#9", "#3005", "#210\n;,'\"#1\n\0\xff", "#10", "#9000000004", "#9999999999"],
  ...['0,"No error"', '-113,"Undefined header;1;2026/01/01 10:00:00.000"', "+1.5E-03", "9.91E37", "-9.9E37", "1", "ON"],
  ...[",", ";", " ", "\t", "\r", "\n", "'", '"', '""', "\0", "\xff", "abc", "1e999", "0x10", "--"],
] as const;

/** A far end that says this, and END with its last byte. */
function saying(stream: Stream): MessageLink {
  const left = [...pieces(stream)];
  return {
    name: "a far end",
    ready: () => Promise.resolve(),
    send: () => Promise.resolve(),
    receive(): Promise<ReplyPiece> {
      const bytes = left.shift() ?? Buffer.alloc(0);
      return Promise.resolve({ bytes, end: left.length === 0 });
    },
    abandon: () => undefined,
    close: () => Promise.resolve(),
  };
}

/** The data of a block, laid into memory that is handed in where it fits. */
async function blockOf(link: MessageLink, call: Call, into?: Uint8Array): Promise<Uint8Array> {
  return (await readBlock(link, call, undefined, (bytes) => new MemorySink(bytes, into))).sink.block;
}

/** What was read, or that it was refused in words. */
async function outcome(read: Promise<Uint8Array | string>): Promise<Buffer | string> {
  try {
    const got = await read;
    return typeof got === "string" ? got : Buffer.from(got);
  } catch (error) {
    assert.ok(error instanceof LinkError && error.kind === "bad-reply", String(error));
    return "refused"; // what of the reply is quoted hangs on what had come
  }
}

export const blocks: Target<Stream> = {
  name: "replies with blocks, as the client reads them",
  input: texts(language),
  async run(stream) {
    const call = new Call("a read", 60_000, undefined);
    try {
      const whole = { bytes: stream.bytes, cuts: [1 << 20] };
      const block = await outcome(blockOf(saying(stream), call));
      assert.deepEqual(block, await outcome(blockOf(saying(whole), call)), "where it is cut makes no difference");
      assert.deepEqual(await outcome(blockOf(saying(stream), call, new Uint8Array(64))), block);
      const text = await outcome(readReply(saying(stream), call));
      assert.equal(text, await outcome(readReply(saying(whole), call)));
      if (!(block instanceof Uint8Array)) return;
      for (const type of ["u8", "i8", "i16", "u16", "f32", "f64"] as const) {
        understood(() => {
          const values = new ValueSink({ type, bigEndian: true }, block.length);
          for (const piece of pieces({ bytes: Buffer.from(block), cuts: stream.cuts })) values.take(piece);
          values.values();
        });
      }
    } finally {
      call.end();
    }
  },
};

/** @returns the ends of replies in the stream */
function ends(stream: Stream): number[] {
  const scanner = new ReplyScanner(10);
  const found: number[] = [];
  let passed = 0;
  for (let piece of pieces(stream)) {
    for (let end = scanner.end(piece); end !== undefined; end = scanner.end(piece)) {
      assert.ok(end >= 1 && end <= piece.length);
      passed += end;
      found.push(passed);
      piece = piece.subarray(end);
    }
    passed += piece.length;
  }
  return found;
}

export const scanning: Target<Stream> = {
  name: "replies on a link without END, as their ends are found",
  input: texts(language),
  run(stream) {
    assert.deepEqual(
      ends(stream),
      ends({ bytes: stream.bytes, cuts: [1 << 20] }),
      "where it is cut makes no difference",
    );
  },
};

export const answers: Target<Stream> = {
  name: "text of replies, as drivers take it",
  input: texts(language),
  run({ bytes }) {
    const text = bytes.toString("latin1");
    for (const parse of [parseNumber, parseNumbers, parseBoolean, unquoted]) understood(() => parse(text));
    for (const dialect of [scpiErrors, keithleyTouchErrors]) understood(() => dialect.parse(text));
  },
};

function understood(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof MemrigError && error.kind === "bad-reply", String(error));
  }
}
