import { MemrigError, messageOf } from "../../src/errors.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import type { SafeState } from "../entry.js";

/** What turns an output off, and what tells whether it is. */
export type OutputSwitch = Pick<SafeState, "off" | "isOn">;

/** A connection that broke is reported by the first try; the second one has a new connection. */
const TRIES = 2;

/**
 * Turns outputs off and asks whether they are. Looks at no error queue on the way, so that an old error can not stand
 * in the way of being safe; empties it at the end, so that nothing of this is blamed on a later command.
 *
 * @throws MemrigError `no-answer`: the state of the outputs is unknown; the message says so
 */
export async function turnOff(client: ScpiClient, output: OutputSwitch): Promise<void> {
  let failure: unknown;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    try {
      for (const message of output.off) await client.send(message);
      const on = await anyOn(client, output);
      if (on === undefined) {
        await client.errors();
        return;
      }
      failure = new MemrigError("no-answer", `${client.label}: ${on} still answers that the output is on`, {});
    } catch (error) {
      failure = error;
    }
  }
  throw new MemrigError(
    "no-answer",
    `${client.label} could not be turned off: ${messageOf(failure)} The state of its output is unknown. ` +
      `Turn the output off by its front panel before you touch the sample.`,
    { instrument: client.label },
    failure,
  );
}

/** The first question that is answered with anything but 0 or OFF (a heater range, a word); undefined where all are off. */
export async function anyOn(client: ScpiClient, output: OutputSwitch): Promise<string | undefined> {
  for (const question of output.isOn) {
    if (!/^\s*(\+?0(\.0*)?(E\+?0+)?|OFF)\s*$/i.test(await client.session.query(question))) return question;
  }
  return undefined;
}
