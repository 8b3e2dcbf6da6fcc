import { CallEnded } from "../call.js";
import { LinkError } from "../message-link.js";
import type { ReplyPiece } from "../message-link.js";
import { XdrError } from "../rpc/xdr.js";
import type { XdrReader } from "../rpc/xdr.js";
import { DeviceError, deviceErrorText, Reason } from "./protocol.js";

/** Instruments have been seen to announce 0, or more than there is memory. */
const LEAST_RECEIVE_BYTES = 1024;
const MOST_SEND_BYTES = 1024 * 1024;

/** What create_link gives. */
export interface CreatedLink {
  readonly link: number;
  readonly abortPort: number;
  readonly mostSend_bytes: number;
}

/** @throws XdrError */
export const readCreatedLink = (reply: XdrReader): CreatedLink => ({
  link: reply.int(),
  abortPort: reply.uint() & 0xffff,
  mostSend_bytes: Math.min(MOST_SEND_BYTES, Math.max(LEAST_RECEIVE_BYTES, reply.uint())),
});

/** @throws XdrError */
export function readPiece(reply: XdrReader): ReplyPiece {
  const end = (reply.int() & Reason.end) !== 0;
  return { bytes: reply.opaque(reply.left), end };
}

/** @throws XdrError */
export const readStatusByte = (reply: XdrReader): number => reply.uint() & 255;

/**
 * The results of a call whose device error is none.
 *
 * @param error numbers that are none besides 0
 * @throws CallEnded the instrument says that its time limit was reached
 * @throws LinkError another device error, in words; `bad-reply`: these are no results of this call
 */
export function results<T>(reply: XdrReader, read: (reply: XdrReader) => T, alsoGood?: number): T {
  try {
    const code = reply.int();
    if (code !== DeviceError.none && code !== alsoGood) throw refusal(code);
    return read(reply);
  } catch (error) {
    if (!(error instanceof XdrError)) throw error;
    throw new LinkError("bad-reply", `what came is no VXI-11 reply: ${error.message}`, error);
  }
}

function refusal(code: number): Error {
  switch (code) {
    case DeviceError.timeout:
      return new CallEnded("late");
    case DeviceError.lockedByOther:
      return new LinkError("busy", deviceErrorText(code));
    case DeviceError.notSupported:
    case DeviceError.noLockHeld:
      return new LinkError("invalid-request", deviceErrorText(code));
    default:
      return new LinkError("no-answer", deviceErrorText(code));
  }
}
