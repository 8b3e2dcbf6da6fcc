import { LinkError } from "../message-link.js";
import { shorten } from "../wire-text.js";
import type { MessagePart } from "./message-reader.js";
import { ErrorCode, FatalCode } from "./protocol.js";

/** What an Error message says. */
export function errorIn({ header, bytes }: MessagePart): LinkError {
  const { control } = header;
  const said = quoted(bytes);
  if (control === ErrorCode.unknownType || control === ErrorCode.unknownControl) {
    return new LinkError("invalid-request", `the instrument does not support this over HiSLIP${said}`);
  }
  return new LinkError("bad-reply", `the instrument refused a message (HiSLIP error ${control})${said}`);
}

/** What a FatalError message says; the connection is over. */
export function fatalIn({ header, bytes }: MessagePart): LinkError {
  const { control } = header;
  const said = quoted(bytes);
  if (control === FatalCode.tooManyClients) {
    return new LinkError(
      "no-answer",
      `the instrument has no connection to spare${said}. Close other programs that use it`,
    );
  }
  if (control === FatalCode.badInitialization) {
    const advice = "Has it a device of this name? Most are called hislip0";
    return new LinkError("no-answer", `the instrument refused the connection${said}. ${advice}`);
  }
  return new LinkError("no-answer", `the instrument ended the connection (HiSLIP fatal error ${control})${said}`);
}

/** A message that nothing asked for. */
export function unexpected(type: number): LinkError {
  return new LinkError("bad-reply", `what came is not expected here: a HiSLIP message of type ${type}`);
}

const quoted = (text: Uint8Array) => (text.length === 0 ? "" : `: "${shorten(text)}"`);
