import type net from "node:net";
import type { MessagePart } from "../../../visa/hislip/message-reader.js";
import {
  ErrorCode,
  LockAnswer,
  LockControl,
  message,
  MOST_PAYLOAD_BYTES,
  readSize,
  RMT_DELIVERED,
  sizePayload,
  Type,
} from "../../../visa/hislip/protocol.js";
import { refuse, refuseUnknown } from "./refusals.js";
import type { HislipServerSession } from "./session.js";

const LONGEST_KEY_BYTES = 256;
const LAST_REMOTE_LOCAL = 6;
/** Requests of one client that wait at the same time. Clients send one and wait; who sends more is told so. */
const MOST_WAITING = 16;

/** Answers one message of the asynchronous channel; what has to be waited for is answered later. */
export function answerRequest(session: HislipServerSession, socket: net.Socket, { header, bytes }: MessagePart): void {
  const { type, control, parameter } = header;
  const answer = (reply: number, replyControl = 0, replyParameter = 0, payload?: Uint8Array) => {
    if (!socket.destroyed) socket.write(message(reply, replyControl, replyParameter, payload));
  };
  switch (type) {
    case Type.asyncMaximumMessageSize: {
      const size_bytes = readSize(bytes);
      if (size_bytes === undefined) {
        refuse(socket, ErrorCode.unidentified, "a message size has 8 bytes");
        return;
      }
      session.agreeOnSize(size_bytes);
      answer(Type.asyncMaximumMessageSizeResponse, 0, 0, sizePayload(MOST_PAYLOAD_BYTES));
      return;
    }
    case Type.asyncStatusQuery:
      answer(Type.asyncStatusResponse, session.statusByte(parameter, (control & RMT_DELIVERED) !== 0));
      return;
    case Type.asyncDeviceClear:
      answer(Type.asyncDeviceClearAcknowledge, session.beginClear());
      return;
    case Type.asyncLock:
      if (control === LockControl.request)
        later(() => request(session, header.parameter, bytes, header.length), answerLock);
      else if (control === LockControl.release) later(() => release(session, parameter), answerLock);
      else refuse(socket, ErrorCode.unknownControl, `control code ${control} of AsyncLock`);
      return;
    case Type.asyncLockInfo: {
      const { locks } = session.endpoint;
      answer(Type.asyncLockInfoResponse, locks.exclusivelyHeld ? 1 : 0, locks.holders);
      return;
    }
    case Type.asyncRemoteLocalControl:
      // There is no front panel to be locked: the answer comes when the messages before it have been run.
      if (control <= LAST_REMOTE_LOCAL)
        later(
          () => session.finished(parameter),
          () => answer(Type.asyncRemoteLocalResponse),
        );
      else refuse(socket, ErrorCode.unknownControl, `control code ${control} of AsyncRemoteLocalControl`);
      return;
    case Type.fatalError:
      socket.destroy();
      return;
    case Type.error:
      return;
    default:
      refuseUnknown(socket, type);
  }

  function answerLock(outcome: number): void {
    answer(Type.asyncLockResponse, outcome);
  }

  function later<T>(wait: () => Promise<T>, then: (outcome: T) => void): void {
    if (session.requestsWaiting >= MOST_WAITING) {
      refuse(socket, ErrorCode.unidentified, `${MOST_WAITING} requests wait already`);
      return;
    }
    session.requestsWaiting++;
    void wait().then((outcome) => {
      session.requestsWaiting--;
      then(outcome);
    });
  }
}

async function request(
  session: HislipServerSession,
  timeout_ms: number,
  name: Uint8Array,
  nameLength_bytes: number,
): Promise<number> {
  if (nameLength_bytes > LONGEST_KEY_BYTES) return LockAnswer.error;
  const key = name.length === 0 ? undefined : Buffer.from(name).toString("latin1");
  const { endpoint, exchange, gone } = session;
  const outcome = await endpoint.locks.acquire(exchange, key, timeout_ms, gone.signal);
  if (gone.signal.aborted) endpoint.locks.releaseAll(exchange);
  if (outcome === "held") return LockAnswer.error;
  return outcome === "granted" ? LockAnswer.exclusive : LockAnswer.failed;
}

async function release(session: HislipServerSession, id: number): Promise<number> {
  await session.finished(id);
  const released = session.endpoint.locks.release(session.exchange);
  if (!released) return LockAnswer.error;
  return released === "exclusive" ? LockAnswer.exclusive : LockAnswer.shared;
}
