import { blockAt } from "./block-head.js";
import type { BlockSink, SinkFor } from "./block-sink.js";
import type { Call } from "./call.js";
import { LinkError } from "./message-link.js";
import type { MessageLink, ReplyPiece } from "./message-link.js";
import { shorten } from "./wire-text.js";

/** Asked for at once where the length is not known. */
const PIECE_BYTES = 1024 * 1024;
const LF = 10;

/** The whole reply as text, as it came. */
export async function readReply(link: MessageLink, call: Call): Promise<string> {
  return (await restOf(link, call, await link.receive(PIECE_BYTES, call))).toString("latin1");
}

/** A reply without the line feed (or CR LF) at its end. */
export function withoutLineEnd(reply: string): string {
  if (!reply.endsWith("\n")) return reply;
  return reply.slice(0, reply.endsWith("\r\n") ? -2 : -1);
}

/** A reply that was a block: where its data went, and what stood around them. */
export interface BlockReply<S extends BlockSink> {
  /** `#` and the length. */
  readonly head: string;
  readonly sink: S;
  readonly after: string;
}

/**
 * Reads the IEEE 488.2 block that a reply consists of, to its END.
 *
 * @param due_bytes most that is taken of an indefinite block; undefined: all of it
 * @throws LinkError `bad-reply`: no block, or not the announced number of bytes
 */
export async function readBlock<S extends BlockSink>(
  link: MessageLink,
  call: Call,
  due_bytes: number | undefined,
  sinkFor: SinkFor<S>,
): Promise<BlockReply<S>> {
  let first = await link.receive(PIECE_BYTES, call);
  while (!first.end && first.bytes.length < headLength(first.bytes)) {
    const more = await link.receive(PIECE_BYTES, call);
    first = { bytes: Buffer.concat([first.bytes, more.bytes]), end: more.end };
  }
  const at = Math.max(0, blockAt(beginOf(first.bytes)) ?? 0);
  const before = beginOf(first.bytes).slice(0, at);
  const head = beginOf(first.bytes.subarray(at)).slice(0, 11);
  const form = /^#(?:0|([1-9])(\d+))/.exec(head);
  const digits = Number(form?.[1] ?? 0);
  if (!form || (form[2] ?? "").length < digits) throw notABlock(shorten(first.bytes));
  if (digits === 0) {
    const { block, after } = await indefinite(link, call, { bytes: first.bytes.subarray(at), end: first.end });
    const taken = block.subarray(0, due_bytes);
    const sink = sinkFor(taken.length);
    sink.take(taken);
    return { head: `${before}#0`, sink, after };
  }
  const length = Number(head.slice(2, 2 + digits));
  const sink = sinkFor(length);
  const after = await definite(
    link,
    call,
    { bytes: first.bytes.subarray(at + 2 + digits), end: first.end },
    length,
    sink,
  );
  return { head: before + head.slice(0, 2 + digits), sink, after };
}

/** Bytes that must have come before the length of the block is known. */
function headLength(bytes: Uint8Array): number {
  const at = blockAt(beginOf(bytes));
  if (at === undefined) return bytes.length + 1;
  if (at < 0 || bytes.length < at + 2) return at + 2;
  const digits = (bytes[at + 1] ?? 0) - 48;
  return at + (digits >= 1 && digits <= 9 ? 2 + digits : 2);
}

function beginOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(80, bytes.length)).toString("latin1");
}

/** @returns what stood behind the block */
async function definite(
  link: MessageLink,
  call: Call,
  first: ReplyPiece,
  length: number,
  sink: BlockSink,
): Promise<string> {
  let piece = first;
  let left = length;
  for (;;) {
    const taken = piece.bytes.subarray(0, left);
    sink.take(taken);
    left -= taken.length;
    if (left === 0) {
      piece = { bytes: piece.bytes.subarray(taken.length), end: piece.end };
      break;
    }
    if (piece.end)
      throw new LinkError("bad-reply", `a block of ${length} bytes was announced, it ended after ${length - left}`);
    const room = sink.room();
    piece = await link.receive(Math.min(left, room.length), call, room);
  }
  const rest = (await restOf(link, call, piece)).toString("latin1");
  if (rest.trim() !== "") throw new LinkError("bad-reply", `after a block of ${length} bytes came "${shorten(rest)}"`);
  return rest;
}

/** Up to END, which comes with a line feed that is none of the data. */
async function indefinite(
  link: MessageLink,
  call: Call,
  first: ReplyPiece,
): Promise<{ readonly block: Uint8Array; readonly after: string }> {
  const bytes = await restOf(link, call, { bytes: first.bytes.subarray(2), end: first.end });
  const ended = bytes[bytes.length - 1] === LF;
  return { block: ended ? bytes.subarray(0, -1) : bytes, after: ended ? "\n" : "" };
}

async function restOf(link: MessageLink, call: Call, first: ReplyPiece): Promise<Buffer> {
  if (first.end) return Buffer.from(first.bytes.buffer, first.bytes.byteOffset, first.bytes.length);
  const pieces = [first.bytes];
  for (;;) {
    const piece = await link.receive(PIECE_BYTES, call);
    pieces.push(piece.bytes);
    if (piece.end) return Buffer.concat(pieces);
  }
}

function notABlock(came: string): LinkError {
  return new LinkError("bad-reply", `a block was expected, "${came}" came`);
}
