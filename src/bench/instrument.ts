import type { CaptureScope, PulseSource, SweepSmu } from "../capabilities/index.js";
import { drivers } from "../../drivers/index.js";
import type { DriverEntry } from "../../drivers/index.js";
import { MemrigError } from "../errors.js";
import { describeErrors, ScpiClient } from "../scpi/index.js";
import { openSession } from "../visa/index.js";
import type { SerialOptions, Session, WireEvent } from "../visa/index.js";
import type { InstrumentConfig } from "./config.js";

/** An instrument that answered as the bench file says. Nothing on it has been changed. */
export interface OpenInstrument {
  readonly label: string;
  readonly driver: string;
  readonly kind: DriverEntry["kind"];
  /** Where it was found; for a virtual one where it is served. */
  readonly resource: string;
  /** Its answer to `*IDN?`. */
  readonly identity: string;
  readonly virtual: boolean;
  /** An output was on before this program came. */
  readonly foundOn: boolean;
  /** What was in its error queue, empty for none, before this program sent anything that could be refused. */
  readonly foundErrors: string;
  readonly instrument: SweepSmu | PulseSource | CaptureScope;
}

/** @throws Error a driver that the bench file's check let through is missing: a fault in the program */
export function entryOf(config: InstrumentConfig): DriverEntry {
  const entry = drivers.get(config.driver);
  if (!entry) throw new Error(`no driver ${config.driver}`);
  return entry;
}

/** How its serial line is set: as the driver says, and the bench file before it. Of no use on another link. */
export function serialOf(config: InstrumentConfig): SerialOptions {
  return { ...entryOf(config).serial, ...config.serial };
}

/**
 * Connects to an instrument, and makes sure that it is what the bench file says. It only asks; no setting is changed.
 *
 * @param resource where it is
 * @throws MemrigError `no-answer`: not there; `invalid-request`: another instrument than the file says
 */
export async function openInstrument(
  config: InstrumentConfig,
  resource: string,
  options: { readonly signal?: AbortSignal; readonly onWire?: (event: WireEvent) => void },
): Promise<OpenInstrument> {
  const entry = entryOf(config);
  const { label, driver } = config;
  const session = await openSession(resource, { ...options, serial: serialOf(config) }).catch((error: unknown) => {
    throw error instanceof MemrigError
      ? new MemrigError(error.kind, `${label}: ${error.message}`, error.details, error)
      : error;
  });
  try {
    const identity = (await session.query("*IDN?")).trim();
    if (!entry.identifies.test(identity)) throw notTheOne(config, session, identity);
    const foundErrors = describeErrors(await new ScpiClient(session, label, entry.errors).errors());
    const instrument = await entry.open(session, label);
    const foundOn = await instrument.outputIsOn();
    const virtual = config.resource === "virtual";
    return { label, driver, kind: entry.kind, resource, identity, virtual, foundOn, foundErrors, instrument };
  } catch (error) {
    await session.close();
    throw error;
  }
}

function notTheOne({ label, driver }: InstrumentConfig, session: Session, identity: string): MemrigError {
  const right = [...drivers.values()].find(({ identifies }) => identifies.test(identity));
  const advice = right
    ? `Write driver: ${right.name}, or the address of the right instrument.`
    : "Check the address; this version of memrig has no driver for it.";
  return new MemrigError(
    "invalid-request",
    `${label}: ${session.resource} says it is "${identity}", which is not a ${driver}. Nothing was set. ${advice}`,
    { label, identity, driver, right: right?.name },
  );
}
