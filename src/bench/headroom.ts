import type { AnyProtocol } from "../engine/protocol.js";
import { limitNames, limitsFor, type Bound, type Limits } from "./bounds.js";
import type { BenchConfig } from "./config.js";
import { generator_ohm, worstTogether } from "./limits.js";
import { pulsePath, pulseSourceOf, sourcePath, sweepWiring } from "./paths.js";
import { worstCase } from "./pulse-limits.js";

/** One limit beside the most that a plan can bring to the device. */
export interface LimitLine {
  /** As the bench file writes it. */
  readonly limit: string;
  readonly unit: string;
  /** Left out: the plan does not say. */
  readonly asked?: number;
  /** Left out: the bench sets no such limit. */
  readonly allowed?: number;
  /** Share of the limit that is left; below 0: it is passed. */
  readonly headroom?: number;
  /** Line of the bench file. */
  readonly where?: string;
}

/**
 * The limits that a plan is held to, with the room that is left. What the instruments hold as well (slew, energy of a pulse) is checked
 * on the way, level by level.
 *
 * @throws MemrigError `invalid-request`: the bench lacks what the protocol needs
 */
export function headroomOf(config: BenchConfig, protocol: AnyProtocol, plan: object): LimitLine[] {
  const { voltage_V, current_A, temperature_K: temperature } = protocol.extremes(plan);
  const together = worstTogether(config, protocol, plan);
  const most = (alone: number | undefined, all: number | undefined) =>
    alone === undefined || all === undefined ? (alone ?? all) : Math.max(alone, all);
  const both = (asked: Record<"voltage" | "current" | "power", number | undefined>) => ({
    voltage: most(asked.voltage, together?.voltage_V),
    current: most(asked.current, together?.current_A),
    power: most(asked.power, together?.power_W),
  });
  if (protocol.needs === "pulse-station") {
    const { label, terminal, channel } = pulseSourceOf(pulsePath(config));
    const limits = limitsFor(config, label, channel);
    const path = sourcePath(config, label, terminal);
    const worst = worstCase(voltage_V ?? 0, { limits, source_ohm: generator_ohm, path });
    return lines(limits, both({ voltage: voltage_V, current: worst.current_A, power: worst.power_W }));
  }
  const { label, channel } = sweepWiring(config);
  const power = voltage_V === undefined || current_A === undefined ? undefined : voltage_V * current_A;
  const limits = limitsFor(config, label, channel);
  return lines(limits, { ...both({ voltage: voltage_V, current: current_A, power }), temperature });
}

function lines(limits: Limits, asked: Partial<Record<keyof Limits, number | undefined>>): LimitLine[] {
  const keys = Object.keys(limitNames) as (keyof Limits)[];
  return keys
    .filter((key) => asked[key] !== undefined || limits[key] !== undefined)
    .map((key) => line(limitNames[key], asked[key], limits[key]));
}

function line({ written, unit }: { written: string; unit: string }, asked?: number, bound?: Bound): LimitLine {
  return {
    limit: written,
    unit,
    ...(asked === undefined ? {} : { asked }),
    ...(bound ? { allowed: bound.max, where: bound.where } : {}),
    ...(asked !== undefined && bound ? { headroom: 1 - asked / bound.max } : {}),
  };
}
