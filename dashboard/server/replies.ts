import type { Response } from "express";
import { MemrigError, messageOf, type ErrorKind } from "../../src/errors.js";
import type { ErrorReply } from "./wire.js";

const statuses: Readonly<Record<ErrorKind, number>> = {
  "invalid-request": 400,
  "limit-refused": 403,
  busy: 409,
  aborted: 409,
  "instrument-refused": 502,
  "bad-reply": 502,
  "no-answer": 504,
  "storage-failed": 507,
  "solve-failed": 500,
};

/** The sentence of an error as JSON, with the status that fits its kind. */
export function sendError(response: Response, error: unknown, status?: number): void {
  const known = error instanceof MemrigError ? error : undefined;
  const reply: ErrorReply = {
    error: { kind: known?.kind ?? "failed", message: messageOf(error), ...(known && { details: known.details }) },
  };
  response.status(status ?? (known ? statuses[known.kind] : 500)).json(reply);
}
