import { readFile } from "node:fs/promises";
import path from "node:path";
import { drivers } from "../../drivers/index.js";
import type { DriverSettings, RampRate } from "../../drivers/index.js";
import type { Hooks } from "../engine/index.js";
import { MemrigError, messageOf } from "../errors.js";
import type { InfluxConfig } from "../store/sinks/influx.js";
import { linkKinds } from "../virtual/bench-plan.js";
import type { LinkKind, Wire } from "../virtual/bench-plan.js";
import { formatResource, parseResource } from "../visa/index.js";
import type { SerialOptions } from "../visa/index.js";
import { faultOfAlias, loadUserAliases, resolveAlias } from "./aliases.js";
import type { Aliases } from "./aliases.js";
import { listed, unknownName } from "./complaints.js";
import type { Complaints } from "./complaints.js";
import { readDut } from "./dut.js";
import { boundsOf } from "./bounds.js";
import type { Limits } from "./bounds.js";
import { benchFile, keysAt } from "./schema.js";
import type { BenchFile } from "./schema.js";
import { readInflux } from "./secrets.js";
import { driverForModel } from "./identify.js";
import { readSites } from "./sites.js";
import type { ProberConfig, SitesConfig } from "./sites.js";
import { settingsOf } from "./settings.js";
import { channelOfTerminal, pulseChannelOf, readWiring } from "./wiring.js";
import { readYaml } from "./yaml-file.js";

export interface InstrumentConfig {
  readonly label: string;
  /** A name in `drivers`; left out until the instrument was asked who it is (see identify.ts). */
  readonly driver?: string;
  /** VISA resource name, or `virtual`. */
  readonly resource: string;
  /** Which of the family the virtual one is. */
  readonly model?: string;
  /** Of this instrument, beside the bench's. */
  readonly limits?: Limits;
  /** Channels with limits of their own. */
  readonly channels?: readonly { readonly number: number; readonly limits?: Limits }[];
  readonly settings: DriverSettings & { readonly ramp: RampRate };
  /** Of a serial line, what the file says; the rest is the driver's. */
  readonly serial?: SerialOptions;
}

export interface DutConfig {
  readonly id: string;
  /** What the virtual lab and the twin simulate; left out on a bench that only measures. */
  readonly model?: string;
  /** Of the model, base units; those that differ from its defaults. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Draws one device of the model's population. Left out: the nominal device. */
  readonly seed?: number;
  /** Another sequence of cycles of the same device, and other noise: not in the file, a twin has one. */
  readonly cycleSeed?: number;
  /** Wafer, die, site and so on, as written. */
  readonly site: Readonly<Record<string, string>>;
  /** Of this device, beside the bench's. */
  readonly limits?: Limits;
  /** Simulated devices at some sites have other parameters. */
  readonly variants?: readonly { readonly pattern: string; readonly parameters: Readonly<Record<string, number>> }[];
}

/** A bench file, checked: every name known, every quantity in base units. */
export interface BenchConfig {
  /** As it was given; messages name it. */
  readonly file: string;
  readonly name: string;
  readonly instruments: readonly InstrumentConfig[];
  readonly dut: DutConfig;
  readonly wiring: readonly Wire[];
  readonly limits: Limits;
  /** Which crosspoints connect which site; left out where no switch selects. */
  readonly sites?: SitesConfig;
  /** What moves the wafer; left out where nothing does. */
  readonly prober?: ProberConfig;
  readonly virtual: {
    readonly address: string;
    readonly ports: "any" | "standard";
    readonly links: readonly LinkKind[];
    readonly time: "fast" | "real";
  };
  readonly influx?: InfluxConfig;
  /** Commands before and after each run. */
  readonly hooks?: Hooks;
  /** Files of the person's own protocols, absolute; a relative one is beside the bench file. */
  readonly protocolFiles: readonly string[];
  /** Of the file. */
  readonly aliases: Aliases;
  /** Absolute. A relative one is taken from the working folder, as the commands about runs take it; left out, it is `runs` there. */
  readonly store: string;
  /** The file's content as it is kept with each run: as written, secrets as their `${NAME}`. */
  readonly snapshot: unknown;
  /** The same file read again with what was found out: the driver of each instrument that it names none for. */
  withDrivers(found: ReadonlyMap<string, string>): BenchConfig;
}

export interface ParseOptions {
  /** Where `${NAME}` is looked up; the process's environment where left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `ignored`: an unset `${NAME}` is no fault. For making a bench safe, which sends nothing to a database. */
  readonly secrets?: "required" | "ignored";
  /** Known besides those of the file, which go before them. `loadBench` takes the person's own where left out. */
  readonly aliases?: Aliases;
}

/** @throws MemrigError `invalid-request`: no such file, or what `parseBench` finds */
export async function loadBench(file: string, options: ParseOptions = {}): Promise<BenchConfig> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new MemrigError(
      "invalid-request",
      `The bench file ${file} could not be read: ${messageOf(error)}. Give the path of a bench file; examples/ has some.`,
      { file },
      error,
    );
  }
  let aliases: Aliases = {};
  let fault: unknown;
  try {
    aliases = options.aliases ?? (await loadUserAliases());
  } catch (error) {
    fault = error; // of no matter to a bench that needs none of them: memrig safe has to work
  }
  try {
    return parseBench(text, file, { ...options, aliases });
  } catch (error) {
    throw fault ?? error;
  }
}

/**
 * Reads a bench file's text.
 *
 * @param fileName for messages, and the place relative folders are taken from
 * @throws MemrigError `invalid-request`: every fault, each with `file:line`, what stands there and what is allowed
 */
export function parseBench(
  yamlText: string,
  fileName: string,
  options: ParseOptions = {},
  found: ReadonlyMap<string, string> = new Map(),
): BenchConfig {
  const {
    written,
    content: file,
    complaints,
  } = readYaml(yamlText, fileName, {
    name: "the bench file",
    schema: benchFile,
    keysAt,
    exampleOf,
  });

  const aliases = readAliases(file, complaints);
  const limits = boundsOf(file.limits, complaints) ?? {};
  const dutLimits = boundsOf(file.dut.limits, complaints, ["dut", "limits"]);
  const instruments = readInstruments(file, [limits, dutLimits], found, { ...options.aliases, ...aliases }, complaints);
  const dut = readDut(file.dut, instruments, complaints);
  const wiring = readWiring(file.wiring, instruments, complaints);
  const influx = file.influx && readInflux(file.influx, options, complaints);
  const links = readLinks(file, complaints);
  const selecting = readSites(file, instruments, complaints);
  complaints.throwIfAny();
  return {
    file: fileName,
    name: file.name ?? path.basename(fileName, path.extname(fileName)),
    instruments,
    dut: dutLimits ? { ...dut, limits: dutLimits } : dut,
    wiring,
    limits,
    ...selecting,
    virtual: { ...file.virtual, links },
    aliases,
    ...(influx ? { influx } : {}),
    ...(file.hooks ? { hooks: hooksOf(file.hooks) } : {}),
    protocolFiles: (file.protocols ?? []).map((own) => path.resolve(path.dirname(fileName), own)),
    store: path.resolve(file.store ?? "runs"),
    snapshot: written,
    withDrivers: (names) => parseBench(yamlText, fileName, options, new Map([...found, ...names])),
  };
}

function hooksOf({ before, after, deadline }: NonNullable<BenchFile["hooks"]>): Hooks {
  return { before, after, deadline_s: deadline };
}

function exampleOf(at: readonly PropertyKey[]): string {
  switch (String(at[0])) {
    case "instruments":
      return "Write for example instruments: { smu: { driver: keithley-2450, resource: virtual } }.";
    case "wiring":
      return "Write for example smu.high: dut.top, or scope.2: { to: dut.bottom, through: { shunt: 1 kohm } }.";
    case "safety":
      return "Write for example safety: { ramp: 20 V/s, ramp current: 1 A/s }.";
    case "limits":
      return "Write for example limits: { voltage: 2 V, current: 1 mA, power: 5 mW }.";
    case "sites":
      return "Write for example sites: { through: matrix, at: { D1: [1A01, 1B01], D2: [1A02, 1B02] } }.";
    case "prober":
      return 'Write for example prober: { command: [./move, "{site}"], deadline: 30 s }, prober: hand, or prober: virtual.';
    case "hooks":
      return "Write for example hooks: { before: [[./shutter, open]], after: [[./shutter, close]], deadline: 30 s }.";
    case "dut":
      return "Write for example dut: { id: W3-D17, model: zno-diffusive, seed: 7 }.";
    case "influx":
      return 'Write for example influx: { url: "http://127.0.0.1:8086", database: memrig }.';
    default:
      return "";
  }
}

function readAliases(file: BenchFile, complaints: Complaints): Aliases {
  for (const [name, resource] of Object.entries(file.aliases ?? {})) {
    const fault = faultOfAlias(name, resource);
    if (fault !== undefined) complaints.add(["aliases", name], fault);
  }
  return file.aliases ?? {};
}

function readInstruments(
  file: BenchFile,
  everywhere: readonly (Limits | undefined)[],
  found: ReadonlyMap<string, string>,
  aliases: Aliases,
  complaints: Complaints,
): InstrumentConfig[] {
  const entries = Object.entries(file.instruments);
  if (entries.length === 0) complaints.add(["instruments"], `There are no instruments. ${exampleOf(["instruments"])}`);
  const seen = new Map<string, string>();
  return entries.map(([label, written]) => {
    const { resource, model, serial } = written;
    const at = ["instruments", label];
    if (!/^[A-Za-z][\w-]*$/.test(label)) {
      complaints.add(at, `"${label}" can not name an instrument: use letters, digits, "-" and "_", a letter first.`);
    }
    const driver = readDriver(label, written, found, complaints);
    const where = resource === "virtual" ? resource : readResource(resource, file.gpib ?? {}, aliases, at, complaints);
    const other = where === "virtual" ? undefined : seen.get(where.toLowerCase());
    if (other !== undefined) {
      complaints.add(
        [...at, "resource"],
        `${resource} is already the resource of "${other}". One instrument has one label.`,
      );
    }
    seen.set(where.toLowerCase(), label);
    if (serial && where !== "virtual" && !/^ASRL/i.test(where)) {
      complaints.add(
        [...at, "serial"],
        `${where} is no serial line. Take "serial" out, or write resource: ASRL/dev/ttyUSB0::INSTR.`,
      );
    }
    const limits = boundsOf(written.limits, complaints, [...at, "limits"]);
    const channels = readChannels(written.channels ?? {}, at, complaints);
    const holding = [...everywhere, limits, ...channels.map((channel) => channel.limits)];
    return {
      label,
      ...(driver === undefined ? {} : { driver }),
      resource: where,
      ...(model === undefined ? {} : { model }),
      ...(serial ? { serial } : {}),
      ...(limits ? { limits } : {}),
      ...(channels.length > 0 ? { channels } : {}),
      settings: settingsOf(label, written, file.safety, holding, complaints),
    };
  });
}

/** As written, as found, or for a simulated one by its model; undefined: to be asked who it is. */
function readDriver(
  label: string,
  { driver, resource, model }: BenchFile["instruments"][string],
  found: ReadonlyMap<string, string>,
  complaints: Complaints,
): string | undefined {
  const at = ["instruments", label];
  if (driver !== undefined) {
    if (!drivers.has(driver)) complaints.add([...at, "driver"], unknownName("a driver", driver, [...drivers.keys()]));
    return driver;
  }
  if (resource !== "virtual") return found.get(label);
  if (model === undefined) {
    complaints.add(
      at,
      `"instruments.${label}.driver" is missing: a simulated instrument can not be asked what it is to be. Write driver:, or model: (2450, 33512B). ${exampleOf(["instruments"])}`,
    );
    return undefined;
  }
  try {
    const entry = driverForModel(model);
    if (entry) return entry.name;
    complaints.add(
      [...at, "model"],
      `no driver knows a model "${model}". Write driver: with ${listed([...drivers.keys()])}.`,
    );
  } catch (error) {
    complaints.add([...at, "model"], messageOf(error));
  }
  return undefined;
}

function readChannels(
  written: NonNullable<BenchFile["instruments"][string]["channels"]>,
  at: readonly string[],
  complaints: Complaints,
): NonNullable<InstrumentConfig["channels"]>[number][] {
  return Object.entries(written).map(([name, { limits }]) => {
    const place = [...at, "channels", name];
    const number = pulseChannelOf(name) === undefined ? Number(name) : channelOfTerminal(name);
    if (!(Number.isSafeInteger(number) && number >= 1)) {
      complaints.add(
        place,
        `"${name}" is no channel: channels are numbered from 1. Write channels: { 2: { limits: { voltage: 1 V } } }.`,
      );
    }
    const bounds = boundsOf(limits, complaints, [...place, "limits"]);
    return { number, ...(bounds ? { limits: bounds } : {}) };
  });
}

/** The resource as it is opened: an instrument on a GPIB board is one behind the controller that `gpib:` names. */
function readResource(
  resource: string,
  gpib: Readonly<Record<string, string>>,
  aliases: Aliases,
  at: readonly string[],
  complaints: Complaints,
): string {
  try {
    const where = resolveAlias(resource, aliases);
    const parsed = parseResource(where);
    const name = parsed.kind === "gpib" ? gpib[parsed.board] : undefined;
    if (parsed.kind !== "gpib" || name === undefined) return where;
    const controller = parseResource(resolveAlias(name, aliases));
    if (controller.kind === "prologix-tcp" || controller.kind === "prologix-serial") {
      const { primary, secondary } = parsed;
      const behind = { kind: "prologix-instrument", controller, primary } as const;
      return formatResource(secondary === undefined ? behind : { ...behind, secondary });
    }
    complaints.add(
      ["gpib", String(parsed.board)],
      `"${name}" is no GPIB controller. Write PRLGX-TCPIP0::192.168.1.9::1234::INTFC, or PRLGX-ASRL0::/dev/ttyUSB0::INTFC.`,
    );
  } catch (error) {
    complaints.add([...at, "resource"], `${messageOf(error)} Or write virtual for a simulated instrument.`);
  }
  return resource;
}

function readLinks(file: BenchFile, complaints: Complaints): LinkKind[] {
  const served = `Write links: [${linkKinds.join(", ")}], or some of them.`;
  return file.virtual.links.flatMap((link, k) => {
    const kind = linkKinds.find((one) => one === link);
    if (kind !== undefined) return [kind];
    complaints.add(["virtual", "links", k], `${unknownName("a link", link, linkKinds)} ${served}`);
    return [];
  });
}
