import { MemrigError, messageOf } from "../errors.js";
import type { WireEvent } from "../visa/index.js";
import { si } from "../units.js";
import { limitNames, limitsFor, tightest } from "./bounds.js";
import type { Limits } from "./bounds.js";
import type { BenchConfig, InstrumentConfig } from "./config.js";
import { identified } from "./identify.js";
import { checkChannels, openInstrument } from "./instrument.js";
import { takeLock } from "./lock.js";
import type { Lock } from "./lock.js";
import { resourceOf } from "./open.js";
import { pulsePath, sweepWiring } from "./paths.js";
import { startVirtualHost } from "./virtual-host.js";
import type { VirtualHost } from "./virtual-host.js";
import { virtualPlan } from "./virtual-plan.js";
import { kindOf } from "./wiring.js";

export interface CheckedInstrument {
  readonly label: string;
  readonly driver: string;
  readonly resource: string;
  readonly ok: boolean;
  /** Its identity and state, or what is wrong and what to do. */
  readonly message: string;
}

export interface CheckReport {
  readonly name: string;
  readonly ok: boolean;
  readonly instruments: readonly CheckedInstrument[];
  /** What the wiring allows, which limits hold, what else to know. */
  readonly notes: readonly string[];
}

/**
 * Opens every instrument and asks who it is and how it stands. No setting is changed and no output is touched.
 *
 * @param onWire told of every message to and from every instrument
 */
export async function checkBench(
  file: BenchConfig,
  onWire?: (label: string, event: WireEvent) => void,
): Promise<CheckReport> {
  const unknown = file.instruments.filter(({ driver }) => driver === undefined).map(({ label }) => label);
  const config = await identified(file, "memrig check");
  const virtual = config.instruments.some(({ resource }) => resource === "virtual");
  const host = virtual ? await startVirtualHost(virtualPlan(config)) : undefined;
  try {
    const instruments = await Promise.all(
      config.instruments.map((instrument) => checkOne(config, instrument, host, onWire)),
    );
    return {
      name: config.name,
      ok: instruments.every(({ ok }) => ok),
      instruments,
      notes: [...foundNotes(config, unknown), ...stationNotes(config), ...allLimitNotes(config), ...rampNotes(config)],
    };
  } finally {
    await host?.close();
  }
}

async function checkOne(
  bench: BenchConfig,
  config: InstrumentConfig,
  host: VirtualHost | undefined,
  onWire: ((label: string, event: WireEvent) => void) | undefined,
): Promise<CheckedInstrument> {
  const { label, driver = "", resource } = config;
  let lock: Lock | undefined;
  try {
    const where = resourceOf(label, resource, host);
    if (resource !== "virtual") lock = await takeLock(resource, "memrig check");
    const found = await openInstrument(config, where, onWire ? { onWire: (event) => onWire(label, event) } : {});
    await found.instrument.close();
    checkChannels(bench, found);
    const at = found.foundLevels.length === 0 ? "" : `, at ${found.foundLevels.join(" and ")}`;
    const [on, off] =
      found.kind === "switch" ? ["RELAYS ARE CLOSED", "relays open"] : ["AN OUTPUT IS ON", "outputs off"];
    const state = found.foundOn ? `${on}${at}` : off;
    const errors = found.foundErrors === "" ? "no errors" : `errors in its queue: ${found.foundErrors}`;
    return { label, driver, resource: where, ok: true, message: `${found.identity}, ${state}, ${errors}` };
  } catch (error) {
    return { label, driver, resource, ok: false, message: messageOf(error) };
  } finally {
    await lock?.release();
  }
}

function stationNotes(config: BenchConfig): string[] {
  const stations = {
    "Sweeps (iv-sweep)": () => {
      const { label, channel } = sweepWiring(config);
      return `by ${label}${channel === 1 ? "" : `, channel ${channel}`}`;
    },
    "Pulses (pulse-train, endurance)": () => {
      const path = pulsePath(config);
      if (path.kind === "unit") return `from ${path.label}.${path.terminal}, which measures there itself`;
      const { source, sourceChannel, scope, top, current } = path;
      const probes = current.map(
        ({ channel, resistance_ohm }) => `${scope}.${channel} across ${si(resistance_ohm, "ohm")}`,
      );
      return `from ${source}.${sourceChannel}, voltage at ${scope}.${top.channel}, current at ${probes.join(" and ")}`;
    },
  };
  return Object.entries(stations).map(([what, describe]) => {
    try {
      return `${what}: ${describe()}.`;
    } catch (error) {
      if (!(error instanceof MemrigError)) throw error;
      return `${what}: not with this wiring; missing is ${String(error.details["missing"])} (${String(error.details["example"])}).`;
    }
  });
}

function foundNotes(config: BenchConfig, unknown: readonly string[]): string[] {
  if (unknown.length === 0) return [];
  const found = config.instruments.filter(({ label }) => unknown.includes(label));
  const names = found.map(({ label, driver }) => `${label} is a ${String(driver)}`);
  return [`Found by asking: ${names.join(", ")}. The wiring was checked with that.`];
}

/** The bench's own, and where something stands beside them what holds there in the end. */
function allLimitNotes(config: BenchConfig): string[] {
  const notes = limitNotes("Limits", tightest(config.limits, config.dut.limits));
  for (const { label, limits, channels = [] } of config.instruments) {
    if (limits) notes.push(...limitNotes(`Limits at ${label}`, limitsFor(config, label, 0)));
    for (const { number } of channels) {
      notes.push(...limitNotes(`Limits at ${label}, channel ${number}`, limitsFor(config, label, number)));
    }
  }
  return notes;
}

function limitNotes(what: string, limits: Limits): string[] {
  const set = (Object.keys(limitNames) as (keyof Limits)[]).flatMap((key) => {
    const bound = limits[key];
    const { written, unit } = limitNames[key];
    return bound ? [`${written} ${si(bound.max, unit)}`] : [];
  });
  if (set.length === 0)
    return ["No limits: only the instruments' own ranges hold. Write limits: { voltage: 2 V, current: 1 mA }."];
  const open = (["voltage", "current"] as const).filter((key) => !limits[key]);
  const missing = open.map((key) => ` No limit of ${key}: the instruments' own ranges hold.`);
  return [`${what}: ${set.join(", ")}.${missing.join("")}`];
}

/** How levels go to zero before their output goes off. */
function rampNotes(config: BenchConfig): string[] {
  const smus = config.instruments.filter((instrument) => kindOf(instrument) === "smu");
  return smus.map(
    ({ label, settings: { ramp } }) =>
      `${label} goes to zero at ${si(ramp.V_per_s, "V/s")} and ${si(ramp.A_per_s, "A/s")} before its output goes off.`,
  );
}
