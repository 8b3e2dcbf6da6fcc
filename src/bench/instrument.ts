import { drivers } from "../../drivers/index.js";
import type { DriverEntry, Kind, Kinds } from "../../drivers/index.js";
import { MemrigError } from "../errors.js";
import { describeErrors, ScpiClient } from "../scpi/index.js";
import { openSession } from "../visa/index.js";
import type { SerialOptions, Session, SessionOptions, WireEvent } from "../visa/index.js";
import type { BenchConfig, InstrumentConfig } from "./config.js";
import { levelsFound } from "./found-on.js";
import { driverFor } from "./identify.js";
import { channelOfTerminal, pulseChannelOf } from "./wiring.js";

interface Opened {
  readonly label: string;
  readonly driver: string;
  /** Where it was found; for a virtual one where it is served. */
  readonly resource: string;
  /** Its answer to `*IDN?`. */
  readonly identity: string;
  readonly virtual: boolean;
  /** An output was on before this program came. */
  readonly foundOn: boolean;
  /** The levels it was found at, "0.1 V", where it can be asked. */
  readonly foundLevels: readonly string[];
  /** What was in its error queue, empty for none, before this program sent anything that could be refused. */
  readonly foundErrors: string;
}

/** An instrument that answered as the bench file says. Nothing on it has been changed. */
export type OpenInstrument = {
  readonly [K in Kind]: Opened & { readonly kind: K; readonly instrument: Kinds[K] };
}[Kind];

/** @throws Error a driver that the bench file's check let through is missing: a fault in the program */
export function entryOf({ driver }: Pick<InstrumentConfig, "driver">): DriverEntry {
  const entry = driver === undefined ? undefined : drivers.get(driver);
  if (!entry) throw new Error(`no driver ${String(driver)}`);
  return entry;
}

/** How its serial line is set: as its driver says, where that is known, and the bench file before it. Of no use on another link. */
export function serialOf(config: InstrumentConfig): SerialOptions {
  const entry = config.driver === undefined ? undefined : entryOf(config);
  return { ...entry?.session?.serial, ...config.serial };
}

/** How its raw socket speaks, where that is not in lines. */
export function socketOf(config: InstrumentConfig): Pick<SessionOptions, "socket"> {
  const socket = config.driver === undefined ? undefined : entryOf(config).session?.socket;
  return socket ? { socket } : {};
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
  const { label } = config;
  const session = await openSession(resource, { ...options, serial: serialOf(config), ...socketOf(config) }).catch(
    (error: unknown) => {
      throw error instanceof MemrigError
        ? new MemrigError(error.kind, `${label}: ${error.message}`, error.details, error)
        : error;
    },
  );
  try {
    const identity = (await session.query("*IDN?")).trim();
    if (!entry.identifies.test(identity)) throw notTheOne(config, session, identity);
    const foundErrors = describeErrors(await new ScpiClient(session, label, entry.errors).errors());
    const instrument = await entry.open(session, label, config.settings);
    const foundOn = await instrument.outputIsOn();
    const foundLevels = foundOn ? await levelsFound(session, entry.safeOf?.(identity) ?? entry.safe) : [];
    const virtual = config.resource === "virtual";
    const { kind, name: driver } = entry;
    const found = { label, driver, kind, resource, identity, virtual, foundOn, foundLevels, foundErrors, instrument };
    return found as OpenInstrument; // an entry's `open` gives what its kind says
  } catch (error) {
    await session.close();
    throw error;
  }
}

/**
 * Channels that are wired and that the instrument does not have.
 *
 * @throws MemrigError `invalid-request`; nothing was set
 */
export function checkChannels(config: BenchConfig, { label, kind, identity, instrument }: OpenInstrument): void {
  if (kind === "thermal" || kind === "switch") return;
  const channels = kind === "scope" ? instrument.ranges.channels : instrument.channels;
  const pulses = kind === "smu" ? (instrument.pulses?.source.channels ?? 0) : 0;
  const wired = config.wiring.filter((wire) => wire.instrument === label);
  const noPulses = wired.find(({ terminal }) => (pulseChannelOf(terminal) ?? 0) > pulses);
  if (noPulses) {
    throw new MemrigError(
      "invalid-request",
      `${label}.${noPulses.terminal} is in the wiring of ${config.file}, and ${label} ("${identity}") names ${pulses === 0 ? "no pulse card" : `${pulses} pulse channels`} among its options. Nothing was set. Wire a channel that it has.`,
      { label, terminal: noPulses.terminal, pulses },
    );
  }
  const beyond = wired.find(({ terminal }) => {
    return pulseChannelOf(terminal) === undefined && channelOfTerminal(terminal) > channels;
  });
  if (!beyond) return;
  throw new MemrigError(
    "invalid-request",
    `${label}.${beyond.terminal} is in the wiring of ${config.file}, and ${label} ("${identity}") has ${channels === 1 ? "one channel" : `${channels} channels`}. Nothing was set. Wire a channel that it has.`,
    { label, terminal: beyond.terminal, channels },
  );
}

function notTheOne({ label, driver }: InstrumentConfig, session: Session, identity: string): MemrigError {
  const right = driverFor(identity);
  const advice = right
    ? `Write driver: ${right.name}, or the address of the right instrument.`
    : "Check the address; this version of memrig has no driver for it.";
  return new MemrigError(
    "invalid-request",
    `${label}: ${session.resource} says it is "${identity}", which is not a ${String(driver)}. Nothing was set. ${advice}`,
    { label, identity, driver, right: right?.name },
  );
}
