/**
 * What went wrong, for code to decide by. The message is for the person at the bench.
 *
 * - `invalid-request`    the request is wrong in itself (arguments, file, range); nothing was sent
 * - `limit-refused`      the request would pass a limit of the bench; nothing was sent
 * - `busy`               somebody else holds the instrument or the bench; nothing was sent
 * - `instrument-refused` the instrument queued an error
 * - `no-answer`          no connection, or no reply within the time allowed
 * - `bad-reply`          a reply that can not be understood; it is quoted
 * - `storage-failed`     the disk did not take a record, or gave one back damaged
 * - `solve-failed`       equations would not be solved; what was computed until then is given
 * - `aborted`            a person or a stop rule ended it
 */
export type ErrorKind =
  | "invalid-request"
  | "limit-refused"
  | "busy"
  | "instrument-refused"
  | "no-answer"
  | "bad-reply"
  | "storage-failed"
  | "solve-failed"
  | "aborted";

/** The one error class: a sentence for the person, a kind for the code, the numbers in `details`. */
export class MemrigError extends Error {
  override readonly name = "MemrigError";

  /**
   * @param kind what code decides by
   * @param message which instrument, what was asked, what is allowed, what state things are in now, what to do next
   * @param details the numbers of the message, in base units
   * @param cause the lower error
   */
  constructor(
    readonly kind: ErrorKind,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** Exit code of a command that ended with `error`: 1 failed, 2 bad request, 3 aborted, 4 limit or safety refusal. */
export function exitCodeOf(error: unknown): 1 | 2 | 3 | 4 {
  if (!(error instanceof MemrigError)) return 1;
  switch (error.kind) {
    case "invalid-request":
      return 2;
    case "aborted":
      return 3;
    case "limit-refused":
    case "busy":
      return 4;
    default:
      return 1;
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
