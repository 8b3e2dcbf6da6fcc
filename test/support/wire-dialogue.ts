import assert from "node:assert/strict";
import { openSession } from "../../src/visa/index.js";
import type { Session } from "../../src/visa/index.js";
import { readWireLog } from "../../src/visa/wire/index.js";
import { serveReplay } from "../../src/virtual/replay/index.js";

/**
 * Runs `action` with a driver that talks to an instrument as it was recorded: every message has to come exactly as it is
 * in the wire log, and all of them have to.
 *
 * @param file a wire log, from `memrig run … --wire`
 * @param label of the instrument in it
 */
export async function wireDialogue<Driver extends { close(): Promise<void> }>(
  file: string,
  label: string,
  open: (session: Session) => Promise<Driver>,
  action: (driver: Driver) => Promise<void>,
): Promise<void> {
  const server = await serveReplay(await readWireLog(file), { instruments: [label] });
  const [served] = server.instruments;
  try {
    assert.ok(served);
    const session = await openSession(served.resources[0] ?? "", { timeout_ms: 3000 });
    try {
      await action(await open(session));
    } catch (error) {
      throw served.replay.left === undefined ? error : new Error(served.replay.left, { cause: error });
    } finally {
      await session.close();
    }
    assert.equal(served.replay.due, undefined);
  } finally {
    await server.close();
  }
}
