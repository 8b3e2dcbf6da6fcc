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

/** A reply that is a block: its data, and what stood around it. */
export interface BlockReply {
  /** `#` and the length. */
  readonly head: string;
  readonly block: Uint8Array;
  readonly after: string;
}

/**
 * The data of the IEEE 488.2 block that a reply consists of, read to its END.
 *
 * @param into memory to be used if the block fits
 * @throws LinkError `bad-reply`: no block, or not the announced number of bytes
 */
export async function readBlock(link: MessageLink, call: Call, into?: Uint8Array): Promise<BlockReply> {
  let first = await link.receive(PIECE_BYTES, call);
  while (!first.end && first.bytes.length < headLength(first.bytes)) {
    const more = await link.receive(PIECE_BYTES, call);
    first = { bytes: Buffer.concat([first.bytes, more.bytes]), end: more.end };
  }
  const head = Buffer.from(first.bytes.buffer, first.bytes.byteOffset, Math.min(11, first.bytes.length)).toString(
    "latin1",
  );
  const form = /^#(?:0|([1-9])(\d+))/.exec(head);
  const digits = Number(form?.[1] ?? 0);
  if (!form || (form[2] ?? "").length < digits) throw notABlock(shorten(first.bytes));
  if (digits === 0) return indefinite(link, call, first, into);
  const length = Number(head.slice(2, 2 + digits));
  return definite(
    link,
    call,
    head.slice(0, 2 + digits),
    { bytes: first.bytes.subarray(2 + digits), end: first.end },
    length,
    into,
  );
}

/** Bytes that must have come before the length of the block is known. */
function headLength(bytes: Uint8Array): number {
  if (bytes.length < 2) return 2;
  const digits = (bytes[1] ?? 0) - 48;
  return bytes[0] === 0x23 && digits >= 1 && digits <= 9 ? 2 + digits : 2;
}

async function definite(
  link: MessageLink,
  call: Call,
  head: string,
  first: ReplyPiece,
  length: number,
  into: Uint8Array | undefined,
): Promise<BlockReply> {
  let piece = first;
  let block = first.bytes.subarray(0, length);
  if (block.length < length || (into && into.length >= length)) {
    const whole = into && into.length >= length ? into.subarray(0, length) : new Uint8Array(length);
    whole.set(block);
    let filled = block.length;
    while (filled < length) {
      if (piece.end)
        throw new LinkError("bad-reply", `a block of ${length} bytes was announced, it ended after ${filled}`);
      const room = whole.subarray(filled);
      piece = await link.receive(room.length, call, room);
      const taken = piece.bytes.subarray(0, room.length);
      if (taken.buffer !== room.buffer || taken.byteOffset !== room.byteOffset) room.set(taken);
      filled += taken.length;
      piece = { bytes: piece.bytes.subarray(taken.length), end: piece.end };
    }
    block = whole;
  } else {
    piece = { bytes: first.bytes.subarray(length), end: first.end };
  }
  const rest = (await restOf(link, call, piece)).toString("latin1");
  if (rest.trim() !== "") throw new LinkError("bad-reply", `after a block of ${length} bytes came "${shorten(rest)}"`);
  return { head, block, after: rest };
}

/** Up to END, which comes with a line feed that is none of the data. */
async function indefinite(
  link: MessageLink,
  call: Call,
  first: ReplyPiece,
  into: Uint8Array | undefined,
): Promise<BlockReply> {
  const bytes = await restOf(link, call, { bytes: first.bytes.subarray(2), end: first.end });
  const ended = bytes[bytes.length - 1] === LF;
  const block = placed(ended ? bytes.subarray(0, -1) : bytes, into);
  return { head: "#0", block, after: ended ? "\n" : "" };
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

function placed(block: Uint8Array, into: Uint8Array | undefined): Uint8Array {
  if (!into || into.length < block.length) return block;
  into.set(block);
  return into.subarray(0, block.length);
}

function notABlock(came: string): LinkError {
  return new LinkError("bad-reply", `a block was expected, "${came}" came`);
}
