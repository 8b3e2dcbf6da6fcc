import { MemrigError } from "../../src/errors.js";
import type { Identity } from "../../src/capabilities/index.js";
import type { ScpiClient } from "../../src/scpi/index.js";

/**
 * Asks an instrument who it is.
 *
 * @param expected what the driver knows; @param family its name for a person
 * @throws MemrigError `bad-reply`: it is not of this family, or the answer can not be read; nothing else was sent
 */
export async function identify(client: ScpiClient, expected: RegExp, family: string): Promise<Identity> {
  const reply = await client.query("*IDN?");
  const identity = parseIdentity(reply);
  if (identity && expected.test(reply)) return identity;
  throw new MemrigError(
    "bad-reply",
    `${client.label} says it is "${reply}"; this driver is for ${family}. Nothing else was sent. ` +
      `Give the driver that goes with it, or the address of the right instrument.`,
    { instrument: client.label, reply },
  );
}

/** The four fields of `*IDN?`; undefined where there are not four. */
export function parseIdentity(reply: string): Identity | undefined {
  const [maker, model, serial, firmware] = reply.split(",").map((field) => field.trim());
  if (maker === undefined || model === undefined || serial === undefined || firmware === undefined) return undefined;
  return { maker, model: model.replace(/^MODEL\s+/i, ""), serial, firmware };
}

/**
 * What is known of the model that an instrument says it is.
 *
 * @throws MemrigError `bad-reply`: nothing
 */
export function known<T>(label: string, { model }: Identity, found: T | undefined): T {
  if (found !== undefined) return found;
  throw new MemrigError("bad-reply", `${label} is a model ${model}, which is not known.`, {});
}
