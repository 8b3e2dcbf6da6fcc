// Imported by the guardian process, which must start fast and can not fail for want of another module: Node only, safe-session.ts
// included.
import { connect } from "node:net";
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { attemptSession } from "./safe-session.js";
import type { SessionTarget } from "./safe-session.js";
import { putSafe } from "./safe-steps.js";
import type { SafePlan } from "./safe-steps.js";
import { SafeSocket } from "./safe-wire.js";

/** What it takes to put one instrument into its safe state with nothing else known of it. */
export type SafeTarget = SocketTarget | SessionTarget;

/** One on a raw socket: no more is needed than Node has. */
export interface SocketTarget extends SafePlan {
  readonly host: string;
  readonly port: number;
  /** Connecting to it frees the sessions that a dead program left on the instrument. */
  readonly deadSocketPort?: number;
}

/** How it went. Never thrown: one instrument's trouble is not the others'. */
export interface SafeOutcome {
  readonly label: string;
  readonly safe: boolean;
  /** For the person: what was answered, or what went wrong last. */
  readonly note: string;
  readonly attempts: number;
  readonly took_s: number;
}

export interface SafeOptions {
  /** Given up after so many connections that were refused: nobody listens there. Left out: tried until the deadline. */
  readonly refusals?: number;
}

/** A healthy instrument has come to zero and answers within this; then the next try begins. */
const attempt_s = 2;
/** An instrument that restarts its network takes longer to refuse twice. */
const refusalPause_ms = 250;

/** Takes an instrument to its safe state and asks whether it is, again and again until it is so or `deadline_s` is over. */
export async function sendSafe(
  target: SafeTarget,
  deadline_s: number,
  { refusals = Infinity }: SafeOptions = {},
): Promise<SafeOutcome> {
  const began_ms = performance.now();
  const spent_s = (): number => (performance.now() - began_ms) / 1000;
  const { label } = target;
  let note = "";
  let refused = 0;
  for (let attempts = 1; ; attempts += 1) {
    let wait_ms = Math.min(500, 50 * attempts);
    try {
      const limit_s = Math.min(attempt_s, Math.max(0.2, deadline_s - spent_s()));
      note = await ("resource" in target ? attemptSession(target, limit_s) : attemptSocket(target, limit_s));
      return { label, safe: true, note, attempts, took_s: spent_s() };
    } catch (error) {
      note = error instanceof Error ? error.message : String(error);
      if (isRefusal(error)) {
        refused += 1;
        note += ` (nobody listens there; tried ${attempts === 1 ? "once" : `${attempts} times`})`;
        wait_ms = refusalPause_ms;
      }
    }
    if (spent_s() >= deadline_s || refused >= refusals)
      return { label, safe: false, note, attempts, took_s: spent_s() };
    if (!("resource" in target)) await freeSessions(target);
    await pause(wait_ms);
  }
}

/** @throws Error when the instrument did not take it or says an output is still on */
async function attemptSocket(target: SocketTarget, timeout_s: number): Promise<string> {
  const wire = new SafeSocket(target.host, target.port, timeout_s);
  try {
    return await putSafe(target, wire, timeout_s);
  } finally {
    await wire.close();
  }
}

/** Nobody listens at that address, as against somebody who does not answer. */
function isRefusal(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = "code" in cause ? cause.code : undefined;
    if (code === "ECONNREFUSED" || code === "EHOSTUNREACH" || code === "ENETUNREACH" || code === "ENOENT") return true;
  }
  return false;
}

/** Connecting and closing is all that this port wants; where it fails the next attempt tells. */
async function freeSessions({ host, deadSocketPort }: SocketTarget): Promise<void> {
  if (deadSocketPort === undefined) return;
  await new Promise<void>((resolve) => {
    const socket: Socket = connect({ host, port: deadSocketPort });
    socket.setTimeout(300, () => socket.destroy());
    socket.once("connect", () => socket.destroy());
    socket.once("error", () => socket.destroy());
    socket.once("close", () => resolve());
  });
}
