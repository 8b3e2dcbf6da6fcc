// Imported by the guardian process: src/visa is Node only, and has to stay so in what it loads at start.
import { openSession } from "../visa/index.js";
import type { SessionOptions } from "../visa/index.js";
import { putSafe } from "./safe-steps.js";
import type { SafePlan } from "./safe-steps.js";

/** What it takes to put an instrument into its safe state that is not on a raw socket, or speaks otherwise there. */
export interface SessionTarget extends SafePlan, Pick<SessionOptions, "serial" | "socket"> {
  /** VISA name. */
  readonly resource: string;
}

/**
 * Clears the device, so that a command it waits in does not hold up what follows; then takes it to its safe state.
 *
 * @throws Error when the instrument did not take it or says an output is still on
 */
export async function attemptSession(target: SessionTarget, timeout_s: number): Promise<string> {
  const limit = AbortSignal.timeout(timeout_s * 1000);
  const settings = {
    ...(target.serial ? { serial: target.serial } : {}),
    ...(target.socket ? { socket: target.socket } : {}),
  };
  const session = await openSession(target.resource, { timeout_ms: timeout_s * 1000, signal: limit, ...settings });
  try {
    await session.clear({ signal: limit });
    return await putSafe(
      target,
      {
        tell: (message) => session.write(message, { signal: limit }),
        ask: (question, answer_s) =>
          session.query(question, { signal: limit, timeout_ms: Math.min(answer_s, timeout_s) * 1000 }),
        reset: () => session.clear({ signal: limit }),
      },
      timeout_s,
    );
  } finally {
    await session.close();
  }
}
