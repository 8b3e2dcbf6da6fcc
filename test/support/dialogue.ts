import { openSession } from "../../src/visa/index.js";
import type { Session, SessionOptions } from "../../src/visa/index.js";
import { asked, scriptedInstrument } from "./scripted-instrument.js";
import type { ScriptedInstrument, Turn } from "./scripted-instrument.js";

/**
 * Runs `action` with a driver that talks to a scripted instrument; every turn must be used, and nothing else be said.
 *
 * @param timeout_ms short: what is not answered here never will be
 * @param options of the driver's entry, where its socket speaks otherwise than in lines
 */
export async function dialogue<Driver extends { close(): Promise<void> }>(
  script: readonly Turn[],
  open: (session: Session) => Promise<Driver>,
  action: (driver: Driver, instrument: ScriptedInstrument) => Promise<void>,
  timeout_ms = 3000,
  options: Pick<SessionOptions, "socket"> = {},
): Promise<void> {
  const instrument = await scriptedInstrument(script, options.socket?.termination);
  try {
    const session = await openSession(instrument.resource, { timeout_ms, ...options });
    try {
      await action(await open(session), instrument);
    } catch (error) {
      instrument.finished();
      throw error;
    } finally {
      await session.close();
    }
    instrument.finished();
  } finally {
    await instrument.close();
  }
}

/** The error queue asked and found empty, in the 2450's words and in Keysight's. */
export const noTouchError = asked(":SYST:ERR?", '0,"No error;0;0 0"');
export const noKeysightError = asked(":SYST:ERR?", '+0,"No error"');
