import { MemrigError } from "../errors.js";
import type { CurrentProbe, StationName, VoltageProbe } from "../capabilities/index.js";
import type { Wire } from "../virtual/bench-plan.js";
import type { BenchConfig } from "./config.js";
import type { Kind } from "../../drivers/index.js";
import { channelOfTerminal, kindOf, pulseChannelOf, pulseTerminal } from "./wiring.js";

/** Input of a scope channel that is itself the shunt. */
const input_ohm = 50;

/** How a generator's channel reaches the device: what the worst case of a current is worked out from. */
export interface SourcePath {
  /** Between the generator's own resistance and ground, with the device fully conducting: line and shunt. */
  readonly outside_ohm: number;
  /** A voltage-to-current converter in the line. */
  readonly isolator_A_per_V?: number;
}

/** The part of the wiring that a pulse measurement uses. */
export interface PulseWiring {
  readonly source: string;
  readonly sourceChannel: number;
  readonly scope: string;
  readonly top: VoltageProbe;
  readonly current: readonly CurrentProbe[];
}

function wiresOf(config: BenchConfig, kind: Kind): Wire[] {
  const labels = config.instruments.filter((instrument) => kindOf(instrument) === kind).map(({ label }) => label);
  return config.wiring.filter(({ instrument }) => labels.includes(instrument));
}

/**
 * The scope channels at the bottom of the device, with the resistance to ground that they look across. A channel
 * without a shunt beside one that has one looks across the same resistor. Where none has, the first one's own 50 Ω
 * input is the shunt.
 */
export function currentProbes(config: BenchConfig): CurrentProbe[] {
  const wires = wiresOf(config, "scope").filter(({ node }) => node === "dut.bottom");
  const shunts = wires.flatMap(({ through }) => (through?.shunt_ohm === undefined ? [] : [through.shunt_ohm]));
  const byInput = shunts.length === 0;
  const resistance_ohm = byInput ? input_ohm : 1 / shunts.reduce((sum_S, shunt_ohm) => sum_S + 1 / shunt_ohm, 0);
  return wires.map(({ terminal }, k) => ({
    channel: Number(terminal),
    resistance_ohm,
    impedance: byInput && k === 0 ? "50" : "1M",
  }));
}

/** The path from one generator channel, or pulse channel, by its terminal; undefined where it is not wired. */
export function sourcePath(config: BenchConfig, label: string, terminal: string): SourcePath | undefined {
  const wire = config.wiring.find((w) => w.instrument === label && w.terminal === terminal);
  if (!wire) return undefined;
  const [probe] = currentProbes(config);
  const shunt_ohm = wire.node === "dut.top" ? (probe?.resistance_ohm ?? 0) : 0;
  const isolator = wire.through?.isolator_A_per_V;
  return {
    outside_ohm: (wire.through?.series_ohm ?? 0) + shunt_ohm,
    ...(isolator === undefined ? {} : { isolator_A_per_V: isolator }),
  };
}

/** The SMU channel that is wired across the device. */
export interface SweepWiring {
  readonly label: string;
  readonly channel: number;
}

export function findSweepWiring(config: BenchConfig): SweepWiring | undefined {
  const wires = wiresOf(config, "smu");
  const high = wires.find(({ terminal, node }) => /^(\d\.)?high$/.test(terminal) && node !== "ground");
  return high && { label: high.instrument, channel: channelOfTerminal(high.terminal) };
}

/** @throws MemrigError `invalid-request`: no SMU is wired across the device */
export function sweepWiring(config: BenchConfig): SweepWiring {
  const wired = findSweepWiring(config);
  if (wired) return wired;
  throw missing(config, "sweep-smu", "an SMU across the device", "smu.high: dut.top, smu.low: dut.bottom");
}

/** A pulse card at the top of the device, which measures there itself. */
export interface UnitWiring {
  readonly label: string;
  readonly terminal: string;
  readonly channel: number;
  /** Between its terminal and the device. */
  readonly series_ohm: number;
}

/** What plays and catches pulses: a generator and a scope, or where there is no generator a pulse card. */
export type PulsePath =
  | ({ readonly kind: "wired"; readonly label: string; readonly channel: number } & PulseWiring)
  | ({ readonly kind: "unit" } & UnitWiring);

/** @throws MemrigError `invalid-request`: what is missing of generator, voltage probe and current probe */
export function pulsePath(config: BenchConfig): PulsePath {
  const generator = wiresOf(config, "awg").some(({ node }) => node === "dut.top");
  const unit = generator ? undefined : unitWiring(config);
  if (unit) return { kind: "unit", ...unit };
  const wired = pulseWiring(config);
  return { kind: "wired", ...wired, label: wired.source, channel: wired.sourceChannel };
}

/** Where the pulses of a bench come from: the terminal of a channel of its source, and the channel its limits are found by. */
export function pulseSourceOf(
  { kind, label, channel }: PulsePath,
  number = channel,
): { label: string; terminal: string; channel: number } {
  const terminal = kind === "unit" ? pulseTerminal(number) : String(number);
  return { label, terminal, channel: channelOfTerminal(terminal) };
}

function unitWiring(config: BenchConfig): UnitWiring | undefined {
  for (const { instrument, terminal, node, through } of wiresOf(config, "smu")) {
    const channel = pulseChannelOf(terminal);
    if (channel === undefined || node !== "dut.top") continue;
    return { label: instrument, terminal, channel, series_ohm: through?.series_ohm ?? 0 };
  }
  return undefined;
}

/** @throws MemrigError `invalid-request`: what is missing of generator, voltage probe and current probe */
export function pulseWiring(config: BenchConfig): PulseWiring {
  const generator = wiresOf(config, "awg").find(({ node }) => node === "dut.top");
  if (!generator) throw missing(config, "pulse-station", "a generator at the top of the device", "awg.1: dut.top");
  const probe = wiresOf(config, "scope").find(({ node }) => node === "dut.top");
  if (!probe) throw missing(config, "pulse-station", "a scope channel at the top of the device", "scope.1: dut.top");
  const below = wiresOf(config, "scope").filter(({ node }) => node === "dut.bottom");
  const current = currentProbes(config).filter((_, k) => below[k]?.instrument === probe.instrument);
  if (current.length === 0) {
    const example = "scope.2: { to: dut.bottom, through: { shunt: 1 kohm } }";
    throw missing(
      config,
      "pulse-station",
      "a channel of the same scope across a shunt at the bottom of the device",
      example,
    );
  }
  return {
    source: generator.instrument,
    sourceChannel: Number(generator.terminal),
    scope: probe.instrument,
    top: { channel: Number(probe.terminal) },
    current,
  };
}

function missing(config: BenchConfig, station: StationName, what: string, example: string): MemrigError {
  return new MemrigError(
    "invalid-request",
    `${config.file}: this protocol needs ${what}, and the bench has none. Add under wiring: ${example}. Nothing was opened or sent.`,
    { station, missing: what, example },
  );
}
