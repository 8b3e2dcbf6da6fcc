import type { AnyProtocol } from "../engine/protocol.js";
import { limitsFor } from "./bounds.js";
import type { BenchConfig } from "./config.js";
import { pulsePath, pulseSourceOf, sourcePath, sweepWiring } from "./paths.js";
import { checkLevel } from "./pulse-limits.js";
import { checkExtremes } from "./sweep-limits.js";

/** Output resistance of the generators this bench has drivers for. */
export const generator_ohm = 50;

/**
 * Refuses a plan that would pass a limit of the bench, before anything is opened.
 *
 * @throws MemrigError `limit-refused`: what it would reach, what is allowed, and the line that says so
 * @throws MemrigError `invalid-request`: the bench lacks what the protocol needs
 */
export function checkLimits(config: BenchConfig, protocol: AnyProtocol, plan: object): void {
  const { voltage_V, current_A } = protocol.extremes(plan);
  if (protocol.needs === "pulse-station") {
    const { label, terminal, channel } = pulseSourceOf(pulsePath(config));
    const limits = limitsFor(config, label, channel);
    const path = sourcePath(config, label, terminal);
    checkLevel(protocol.name, voltage_V ?? 0, { limits, source_ohm: generator_ohm, path });
    return;
  }
  const { label, channel } = sweepWiring(config);
  checkExtremes(limitsFor(config, label, channel), protocol.name, voltage_V, current_A);
}
