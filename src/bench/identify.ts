import { drivers } from "../../drivers/index.js";
import type { DriverEntry } from "../../drivers/index.js";
import { MemrigError, messageOf } from "../errors.js";
import { openSession } from "../visa/index.js";
import type { SessionOptions } from "../visa/index.js";
import { listed } from "./complaints.js";
import type { BenchConfig, InstrumentConfig } from "./config.js";
import { takeLock } from "./lock.js";

/** The one driver for an instrument, by its reply to `*IDN?`; undefined where there is none. */
export function driverFor(identity: string): DriverEntry | undefined {
  return onlyOne(
    [...drivers.values()].filter(({ identifies }) => identifies.test(identity)),
    identity,
  );
}

/** `*IDN?` as the makers write it, for a model of which only the name is known. */
const identities: readonly ((model: string) => string)[] = [
  (model) => `KEITHLEY INSTRUMENTS INC.,MODEL ${model},1,A01`,
  (model) => `KEITHLEY INSTRUMENTS,MODEL ${model},1,1.0.0`,
  (model) => `Keithley Instruments Inc., Model ${model}, 1, 1.0.0`,
  (model) => `KEITHLEY INSTRUMENTS,${model},1,1.0.0`,
  (model) => `Agilent Technologies,${model},MY1,1.00`,
  (model) => `AGILENT TECHNOLOGIES,${model},MY1,1.00`,
  (model) => `Keysight Technologies,${model},MY1,1.00`,
  (model) => `KEYSIGHT TECHNOLOGIES,${model},MY1,1.00`,
  (model) => `TEKTRONIX,${model},C1,SCPI:99.0 FV:1.0`,
  (model) => `Siglent Technologies,${model},SDG1,1.01`,
  (model) => `Rigol Technologies,${model},DG1,00.01`,
  (model) => `RIGOL TECHNOLOGIES,${model},DS1,00.01`,
  (model) => `Rohde&Schwarz,${model},1,1.0`,
  (model) => `LSCI,MODEL${model},1,1.0`,
];

/** The one driver for a model by its name alone, `2450` or `33512B`; undefined where there is none. */
export function driverForModel(model: string): DriverEntry | undefined {
  const found = [...drivers.values()].filter(({ identifies }) => identities.some((of) => identifies.test(of(model))));
  return onlyOne(found, model);
}

function onlyOne(found: readonly DriverEntry[], what: string): DriverEntry | undefined {
  if (found.length < 2) return found[0];
  const names = listed(found.map(({ name }) => name));
  throw new MemrigError(
    "invalid-request",
    `"${what}" fits ${names}: which one is meant is not known. Write driver: with one of them. Nothing was set.`,
    { what, found: names },
  );
}

/**
 * The bench with a driver for every instrument: those that the file does not name are asked who they are, and nothing
 * else. What depends on the kind of an instrument (its wiring) is checked then.
 *
 * @param command for the lock, told to others who want the instrument meanwhile; undefined: somebody holds it already
 * @throws MemrigError `no-answer`: not there; `invalid-request`: no driver fits, or the wiring does not fit what was found
 */
export async function identified(config: BenchConfig, command: string | undefined): Promise<BenchConfig> {
  const unknown = config.instruments.filter(({ driver }) => driver === undefined);
  if (unknown.length === 0) return config;
  const found = await Promise.all(unknown.map((instrument) => ask(instrument, command)));
  // What was said beside the file holds on: the device's name, the folder of the runs.
  return { ...config.withDrivers(new Map(found)), dut: config.dut, store: config.store };
}

async function ask(
  { label, resource, serial }: InstrumentConfig,
  command: string | undefined,
): Promise<[string, string]> {
  const lock = command === undefined ? undefined : await takeLock(resource, command);
  try {
    return [label, (await entryAt(resource, serial ? { serial } : {})).name];
  } catch (error) {
    if (!(error instanceof MemrigError)) throw error;
    throw new MemrigError(error.kind, `${label}: ${messageOf(error)}`, error.details, error);
  } finally {
    await lock?.release();
  }
}

/**
 * The driver of the instrument at an address, which is asked who it is and nothing else.
 *
 * @throws MemrigError `no-answer`: not there; `invalid-request`: no driver fits
 */
export async function entryAt(resource: string, options: SessionOptions = {}): Promise<DriverEntry> {
  const identity = await identityAt(resource, options);
  const entry = driverFor(identity);
  if (entry) return entry;
  throw new MemrigError(
    "invalid-request",
    `${resource} says it is "${identity}", and this version of memrig has no driver for it. Nothing was set. There are ` +
      `${listed([...drivers.keys()])}; docs/adding-an-instrument.md says how to add one.`,
    { resource, identity },
  );
}

/** Reply to `*IDN?` over a session of its own. */
export async function identityAt(resource: string, options: SessionOptions = {}): Promise<string> {
  const session = await openSession(resource, options);
  try {
    return (await session.query("*IDN?")).trim();
  } finally {
    await session.close();
  }
}
