import { discover } from "../visa/discovery/index.js";
import type { DiscoveredInstrument, DiscoverOptions, MethodReport } from "../visa/discovery/index.js";
import { askIdentity, probableDriver } from "./ask-identity.js";
import { driverFor } from "./identify.js";

/** An instrument that was found, and what memrig can do with it. */
export interface FoundInstrument extends DiscoveredInstrument {
  /** Its answer to `*IDN?`, where it was asked. */
  readonly idn?: string;
  /** The name by which it answered. */
  readonly answeredAt?: string;
  /** Why it did not answer. */
  readonly silent?: string;
  /** The driver that fits; `sure` where the instrument itself was asked. */
  readonly driver?: { readonly name: string; readonly kind: string; readonly sure: boolean };
}

export interface FoundBench {
  readonly instruments: readonly FoundInstrument[];
  readonly methods: readonly MethodReport[];
}

export interface FindOptions extends DiscoverOptions {
  /** Ask each who it is (`*IDN?`). */
  readonly identify: boolean;
  /** The command, for whoever finds the instrument held meanwhile. */
  readonly who: string;
}

/** Longest wait for the answer to `*IDN?`. */
const IDENTIFY_MS = 3000;

/**
 * Looks for instruments, and finds the driver of each. Those that are asked are asked at the same time, each once.
 *
 * @throws MemrigError as `discover` does
 */
export async function findInstruments(options: FindOptions): Promise<FoundBench> {
  const { instruments, methods } = await discover(options);
  if (!options.identify) return { instruments: instruments.map(byAnnouncement), methods };
  return { instruments: await Promise.all(instruments.map((one) => identified(one, options.who))), methods };
}

/** Instruments that a person names: each is asked who it is. */
export async function askInstruments(resources: readonly string[], who: string): Promise<FoundInstrument[]> {
  return Promise.all(
    [...new Set(resources)].map((resource) =>
      identified({ resources: [resource], foundBy: [], notes: [] }, who, { serial: true }),
    ),
  );
}

function byAnnouncement(found: DiscoveredInstrument): FoundInstrument {
  const driver = found.identity && probableDriver(found.identity);
  return driver ? { ...found, driver: { name: driver.name, kind: driver.kind, sure: false } } : found;
}

async function identified(found: DiscoveredInstrument, who: string, { serial = false } = {}): Promise<FoundInstrument> {
  const answer = await askIdentity(found, { timeout_ms: IDENTIFY_MS, who, serial });
  if (!answer.ok) return { ...byAnnouncement(found), silent: answer.why };
  const driver = driverFor(answer.idn);
  return {
    ...found,
    idn: answer.idn,
    answeredAt: answer.resource,
    ...(driver ? { driver: { name: driver.name, kind: driver.kind, sure: true } } : {}),
  };
}
