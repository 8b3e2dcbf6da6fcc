import { setTimeout as later } from "node:timers/promises";
import { MemrigError } from "../../src/errors.js";

/** Lets time pass; shorter when the signal comes. Look at the signal afterwards. */
export async function pause(duration_ms: number, signal: AbortSignal): Promise<void> {
  try {
    await later(duration_ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** @throws MemrigError `aborted`, where the signal has come */
export function stopIfAborted(signal: AbortSignal, label: string, state: string): void {
  if (!signal.aborted) return;
  const why = signal.reason instanceof MemrigError ? `: ${signal.reason.message}` : "";
  throw new MemrigError("aborted", `${label} was stopped${why} (${state}).`, { instrument: label });
}
