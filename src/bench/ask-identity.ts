import type { DriverEntry } from "../../drivers/index.js";
import { messageOf } from "../errors.js";
import { idnOf } from "../visa/discovery/index.js";
import type { DiscoveredInstrument, Identity } from "../visa/discovery/index.js";
import { openSession, parseResource } from "../visa/index.js";
import { driverFor } from "./identify.js";
import { takeLock } from "./lock.js";

/** How an instrument answered when it was asked who it is. */
export type IdentityAnswer =
  { readonly ok: true; readonly resource: string; readonly idn: string } | { readonly ok: false; readonly why: string };

/**
 * The driver that probably fits what an instrument announces. Some announce a bare model where they answer `*IDN?` with the
 * word MODEL before it: only asking makes sure.
 */
export function probableDriver(identity: Identity): DriverEntry | undefined {
  return driverFor(idnOf(identity)) ?? driverFor(idnOf({ ...identity, model: `MODEL ${identity.model}` }));
}

/**
 * Asks an instrument `*IDN?`, by one name after the other until one is answered. That changes nothing on it; an instrument that
 * another memrig holds is left alone, and serial ports are not opened, for what hangs there need not be an instrument.
 */
export async function askIdentity(
  { resources }: Pick<DiscoveredInstrument, "resources">,
  options: { readonly timeout_ms: number; readonly who: string; readonly serial?: boolean },
): Promise<IdentityAnswer> {
  const askable = resources.filter((resource) => options.serial || parseResource(resource).kind !== "serial");
  const reasons: string[] = [];
  for (const resource of askable) {
    try {
      return { ok: true, resource, idn: await askOne(resource, options) };
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  if (reasons.length > 0) return { ok: false, why: reasons.join(" ") };
  const why =
    resources.length === 0
      ? "It tells no name to reach it by."
      : "Serial ports are not asked: name it with --resource if an instrument hangs there.";
  return { ok: false, why };
}

async function askOne(resource: string, { timeout_ms, who }: { timeout_ms: number; who: string }): Promise<string> {
  const lock = await takeLock(resource, who);
  try {
    const session = await openSession(resource, { timeout_ms });
    try {
      return (await session.query("*IDN?")).trim();
    } finally {
      await session.close();
    }
  } finally {
    await lock.release();
  }
}
