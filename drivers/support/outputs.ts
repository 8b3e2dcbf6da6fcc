import { MemrigError, messageOf } from "../../src/errors.js";
import type { ScpiClient } from "../../src/scpi/index.js";
import { defaultRamp } from "../entry.js";
import type { RampRate, SafeState } from "../entry.js";
import { answersOff, rampDown } from "./ramp.js";

/** What turns an output off, and what tells whether it is; with the way to zero before that, where it has a level. */
export type OutputSwitch = Pick<SafeState, "off" | "isOn"> & Partial<Pick<SafeState, "halt" | "ramps">>;

/** A connection that broke is reported by the first try; the second one has a new connection. */
const TRIES = 2;

/**
 * Brings outputs that are on to zero in steps, turns them off and asks whether they are. Where the way to zero fails, the
 * last try turns off without it: a jump is better than an output left on. Looks at no error queue on the way, so that an
 * old error can not stand in the way of being safe; empties it at the end, so that nothing of this is blamed on a later
 * command.
 *
 * @throws MemrigError `no-answer`: the state of the outputs is unknown; the message says so
 */
export async function turnOff(client: ScpiClient, output: OutputSwitch, rate: RampRate = defaultRamp): Promise<void> {
  let failure: unknown;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    try {
      for (const message of output.halt ?? []) await client.send(message);
      const lastTry = attempt === TRIES - 1;
      await rampDown(client, { ramps: output.ramps ?? [] }, rate).catch((error: unknown) => {
        if (!lastTry) throw error;
      });
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

/**
 * Turns off after a failure, or after none. A failure to turn off is added to the first one, never put in its place.
 *
 * @param failure what ended the measurement; undefined: it ended well
 * @throws MemrigError of the first failure's kind, with both messages, where turning off failed too
 */
export async function offAfter(failure: unknown, off: () => Promise<void>): Promise<void> {
  try {
    await off();
  } catch (error) {
    if (failure === undefined) throw error;
    const kind = failure instanceof MemrigError ? failure.kind : "no-answer";
    throw new MemrigError(kind, `${messageOf(failure)} And: ${messageOf(error)}`, { also: messageOf(error) }, failure);
  }
}

/** The first question that is answered with anything but 0 or OFF (a heater range, a word); undefined where all are off. */
export async function anyOn(client: ScpiClient, output: OutputSwitch): Promise<string | undefined> {
  for (const question of output.isOn) {
    if (!answersOff(await client.session.query(question))) return question;
  }
  return undefined;
}
