import { MemrigError, messageOf } from "../errors.js";
import type { WireEvent } from "../visa/index.js";
import { si } from "../units.js";
import type { Limits } from "./bounds.js";
import type { BenchConfig, InstrumentConfig } from "./config.js";
import { openInstrument } from "./instrument.js";
import { takeLock } from "./lock.js";
import type { Lock } from "./lock.js";
import { resourceOf } from "./open.js";
import { pulseWiring, sweepWiring } from "./paths.js";
import { startVirtualHost } from "./virtual-host.js";
import type { VirtualHost } from "./virtual-host.js";
import { virtualPlan } from "./virtual-plan.js";

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
  config: BenchConfig,
  onWire?: (label: string, event: WireEvent) => void,
): Promise<CheckReport> {
  const virtual = config.instruments.some(({ resource }) => resource === "virtual");
  const host = virtual ? await startVirtualHost(virtualPlan(config)) : undefined;
  try {
    const instruments = await Promise.all(config.instruments.map((instrument) => checkOne(instrument, host, onWire)));
    return {
      name: config.name,
      ok: instruments.every(({ ok }) => ok),
      instruments,
      notes: [...stationNotes(config), ...limitNotes(config.limits)],
    };
  } finally {
    await host?.close();
  }
}

async function checkOne(
  config: InstrumentConfig,
  host: VirtualHost | undefined,
  onWire: ((label: string, event: WireEvent) => void) | undefined,
): Promise<CheckedInstrument> {
  const { label, driver, resource } = config;
  let lock: Lock | undefined;
  try {
    const where = resourceOf(label, resource, host);
    if (resource !== "virtual") lock = await takeLock(resource, "memrig check");
    const found = await openInstrument(config, where, onWire ? { onWire: (event) => onWire(label, event) } : {});
    await found.instrument.close();
    const state = found.foundOn ? "AN OUTPUT IS ON" : "outputs off";
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
    "Sweeps (iv-sweep)": () => `by ${sweepWiring(config)}`,
    "Pulses (pulse-train, endurance)": () => {
      const { source, sourceChannel, scope, top, current } = pulseWiring(config);
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

function limitNotes(limits: Limits): string[] {
  const names = {
    voltage: ["voltage", "V"],
    current: ["current", "A"],
    power: ["power", "W"],
    energyPerPulse: ["energy per pulse", "J"],
    slew: ["slew", "V/s"],
  } as const;
  const set = (Object.keys(names) as (keyof Limits)[]).flatMap((key) => {
    const bound = limits[key];
    return bound ? [`${names[key][0]} ${si(bound.max, names[key][1])}`] : [];
  });
  if (set.length === 0)
    return ["No limits: only the instruments' own ranges hold. Write limits: { voltage: 2 V, current: 1 mA }."];
  const open = (["voltage", "current"] as const).filter((key) => !limits[key]);
  const missing = open.map((key) => ` No limit of ${key}: the instruments' own ranges hold.`);
  return [`Limits: ${set.join(", ")}.${missing.join("")}`];
}
