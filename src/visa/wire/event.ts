import type { ErrorKind } from "../../errors.js";

/** What went over a link or befell it, for a log. `at_ms` is of the clock that never jumps, `performance.now()`. */
export type WireEvent = WireMessage | WireAct | WireFault;

interface WireMoment {
  readonly at_ms: number;
  /** Full VISA name. */
  readonly resource: string;
}

/** A whole message, byte for byte: one character for each byte, line ends included. */
export interface WireMessage extends WireMoment {
  readonly kind: "sent" | "received";
  /** All of it, or what stands before the data of its block. */
  readonly text: string;
  /** Data of a block; a view that is good until the listener returns. */
  readonly block?: Uint8Array;
  /** What stands behind the block. */
  readonly after?: string;
  /** END went with its last byte; a raw socket has none. */
  readonly end: boolean;
  /** Nobody had asked for it: it answers nothing. */
  readonly dropped?: boolean;
}

/** Something done to the link that is no message. */
export interface WireAct extends WireMoment {
  readonly kind: "act";
  readonly act: (typeof wireActs)[number];
  /** The status byte, where one was read. */
  readonly value?: number;
}

export const wireActs = [
  "connect",
  "clear",
  "status byte",
  "service request",
  "trigger",
  "lock",
  "unlock",
  "remote",
  "local",
  "close",
] as const;

/** A call that failed: too late, stopped, connection lost, a reply that can not be. */
export interface WireFault extends WireMoment {
  readonly kind: "fault";
  readonly error: ErrorKind;
  /** What was asked. */
  readonly asked: string;
  readonly message: string;
}
