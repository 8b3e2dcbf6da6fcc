import type net from "node:net";
import { HislipStreamError } from "../../../visa/hislip/message-reader.js";
import type { MessagePart, MessageReader } from "../../../visa/hislip/message-reader.js";
import { ErrorCode, FatalCode, message, Type } from "../../../visa/hislip/protocol.js";

/** Answers that a client may leave unread before it is hung up on. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/** The next part; a stream that is no HiSLIP ends the connection. */
export function readPart(reader: MessageReader, socket: net.Socket): MessagePart | undefined {
  try {
    return reader.next();
  } catch (error) {
    if (!(error instanceof HislipStreamError)) throw error;
    fatal(socket, FatalCode.badHeader, error.message);
    return undefined;
  }
}

/** Says why, and ends the connection. */
export function fatal(socket: net.Socket, code: number, why: string): void {
  if (socket.destroyed) return;
  socket.write(message(Type.fatalError, code, 0, Buffer.from(why, "latin1")));
  socket.destroySoon();
}

/** Says why a message was dropped; the connection goes on. */
export function refuse(socket: net.Socket, code: number, why: string): void {
  if (socket.destroyed) return;
  socket.write(message(Type.error, code, 0, Buffer.from(why, "latin1")));
  if (socket.writableLength > MOST_UNREAD_BYTES) socket.destroy();
}

/** A message of a type that has no place on this channel. */
export function refuseUnknown(socket: net.Socket, type: number): void {
  if (type >= 128) refuse(socket, ErrorCode.unknownVendor, `vendor message ${type}`);
  else refuse(socket, ErrorCode.unknownType, `message type ${type}`);
}
