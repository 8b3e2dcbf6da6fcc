// Imported by the guardian process: src/visa is Node only, and has to stay so in what it loads at start.
import { openSession } from "../visa/index.js";
import type { SerialOptions } from "../visa/index.js";
import { judged } from "./safe-answers.js";

/** What it takes to put an instrument that is not on a raw socket into its safe state. */
export interface SessionTarget {
  readonly label: string;
  /** VISA name. */
  readonly resource: string;
  /** Whole messages, sent in this order. */
  readonly messages: readonly string[];
  /** Each is answered `0` or `OFF` where an output is off. */
  readonly queries: readonly string[];
  /** How its line is set, where it is on one. */
  readonly serial?: SerialOptions;
}

/**
 * Clears the device, so that a command it waits in does not hold up what follows; then sends the safe messages and asks.
 *
 * @throws Error when the instrument did not take it or says an output is still on
 */
export async function attemptSession(target: SessionTarget, timeout_s: number): Promise<string> {
  const limit = AbortSignal.timeout(timeout_s * 1000);
  const session = await openSession(target.resource, {
    timeout_ms: timeout_s * 1000,
    signal: limit,
    ...(target.serial ? { serial: target.serial } : {}),
  });
  try {
    await session.clear({ signal: limit });
    for (const message of target.messages) await session.write(message, { signal: limit });
    const replies: string[] = [];
    for (const query of target.queries) replies.push(await session.query(query, { signal: limit }));
    return judged(target.queries, replies);
  } finally {
    await session.close();
  }
}
