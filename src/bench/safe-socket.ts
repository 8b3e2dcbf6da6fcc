// Imported by the guardian process, which must start fast and can not fail for want of another module: Node only, safe-session.ts
// included.
import { connect } from "node:net";
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { judged } from "./safe-answers.js";
import { attemptSession } from "./safe-session.js";
import type { SessionTarget } from "./safe-session.js";

/** What it takes to put one instrument into its safe state with nothing else known of it. */
export type SafeTarget = SocketTarget | SessionTarget;

/** One on a raw socket: no more is needed than Node has. */
export interface SocketTarget {
  readonly label: string;
  readonly host: string;
  readonly port: number;
  /** Whole messages, sent in this order. */
  readonly messages: readonly string[];
  /** Each is answered `0` or `OFF` where an output is off. */
  readonly queries: readonly string[];
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

/** A healthy instrument answers within this; then the next try begins. */
const attempt_s = 2;

/** Sends the safe messages and asks whether they were obeyed, again and again until it is so or `deadline_s` is over. */
export async function sendSafe(target: SafeTarget, deadline_s: number): Promise<SafeOutcome> {
  const began_ms = performance.now();
  const spent_s = (): number => (performance.now() - began_ms) / 1000;
  let note = "";
  for (let attempts = 1; ; attempts += 1) {
    try {
      const limit_s = Math.min(attempt_s, Math.max(0.2, deadline_s - spent_s()));
      note = await ("resource" in target ? attemptSession(target, limit_s) : attempt(target, limit_s));
      return { label: target.label, safe: true, note, attempts, took_s: spent_s() };
    } catch (error) {
      note = error instanceof Error ? error.message : String(error);
    }
    if (spent_s() >= deadline_s) return { label: target.label, safe: false, note, attempts, took_s: spent_s() };
    if (!("resource" in target)) await freeSessions(target);
    await pause(Math.min(500, 50 * attempts));
  }
}

/** @throws Error when the instrument did not take it or says an output is still on */
async function attempt(target: SocketTarget, timeout_s: number): Promise<string> {
  const { host, port } = target;
  const socket = connect({ host, port, noDelay: true });
  const expired = setTimeout(
    () => socket.destroy(new Error(`no answer from ${host}:${port} within ${timeout_s} s`)),
    timeout_s * 1000,
  );
  try {
    await opened(socket);
    socket.write(target.messages.map((message) => `${message}\n`).join(""));
    if (target.queries.length === 0) {
      await closed(socket);
      return judged([], []);
    }
    socket.write(target.queries.map((query) => `${query}\n`).join(""));
    const replies = await readLines(socket, target.queries.length);
    return judged(target.queries, replies);
  } finally {
    clearTimeout(expired);
    socket.destroy();
  }
}

function opened(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.on("error", reject); // stays: an error after this one must not go unheard
  });
}

/** Ends our side and waits until everything has been taken. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.end(resolve);
  });
}

function readLines(socket: Socket, count: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let text = "";
    socket.setEncoding("latin1");
    socket.on("data", (piece: string) => {
      text += piece;
      const lines = text.split("\n");
      if (lines.length > count) resolve(lines.slice(0, count).map((line) => line.trim()));
    });
    socket.once("error", reject);
    socket.once("close", () => reject(new Error(`the connection was closed after "${text.trim()}"`)));
  });
}

/** Connecting and closing is all that this port wants; where it fails the next attempt tells. */
async function freeSessions({ host, deadSocketPort }: SocketTarget): Promise<void> {
  if (deadSocketPort === undefined) return;
  await new Promise<void>((resolve) => {
    const socket = connect({ host, port: deadSocketPort });
    socket.setTimeout(300, () => socket.destroy());
    socket.once("connect", () => socket.destroy());
    socket.once("error", () => socket.destroy());
    socket.once("close", () => resolve());
  });
}
