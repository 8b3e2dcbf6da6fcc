import { MemrigError } from "../../src/errors.js";
import { describeErrors, noErrorQueue, ScpiClient } from "../../src/scpi/index.js";
import { turnOff } from "../support/outputs.js";

/** Bit of the status byte: a test is running. */
const BUSY = 16;

/** What turns these off, each a message of its own: an SMU that is not there must not take the others with it. */
export function offOf(channels: readonly number[]): string[] {
  return channels.flatMap((channel) => [`US;DV${channel}`, `US;DI${channel}`]);
}

/** What stops a test, and turns off the outputs it left on. */
export function stopOf(channels: readonly number[]): string[] {
  return ["MD;ME4", ...offOf(channels)];
}

/** The status byte is a message on a raw socket; a bus has a serial poll, which disturbs nobody. */
export function asksByMessage({ session }: ScpiClient): boolean {
  return session.resource.endsWith("::SOCKET");
}

/** A test of system mode is running. */
export async function testRuns(scpi: ScpiClient): Promise<boolean> {
  const status = asksByMessage(scpi) ? await scpi.queryNumber("SP") : await scpi.session.readStatusByte();
  return (status & BUSY) !== 0;
}

/**
 * Stops a test and turns these off. That they are off can not be asked: it counts as done where every message was taken,
 * no test runs, and no error is told.
 *
 * @param besides what else is to be sent, and what tells that it still runs
 * @throws MemrigError `no-answer`: the state of the outputs is unknown
 */
export async function off4200(
  scpi: ScpiClient,
  channels: readonly number[],
  besides?: { readonly off: readonly string[]; readonly runs: () => Promise<boolean> },
): Promise<void> {
  const { label } = scpi;
  await turnOff(new ScpiClient(scpi.session, label, noErrorQueue), {
    halt: [":ERROR:LAST:CLEAR"],
    off: [...(besides?.off ?? []), ...stopOf(channels)],
    isOn: [],
  });
  const errors = await scpi.errors();
  const runs = (await testRuns(scpi)) || (await besides?.runs()) === true;
  if (errors.length === 0 && !runs) return;
  throw new MemrigError(
    "no-answer",
    `${label} was told to turn off and ${errors.length > 0 ? `said ${describeErrors(errors)}` : "its test still runs"}. ` +
      `The state of its outputs is unknown. Stop it on its screen before you touch the sample.`,
    { instrument: label, errors },
  );
}
