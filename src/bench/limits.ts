import type { AnyProtocol } from "../engine/protocol.js";
import { limitsFor } from "./bounds.js";
import type { BenchConfig } from "./config.js";
import { pulseWiring, sourcePath, sweepWiring } from "./paths.js";
import { checkLevel } from "./pulse-limits.js";
import { hold } from "./refusals.js";
import { checkExtremes } from "./sweep-limits.js";
import { kindOf } from "./wiring.js";

/** Output resistance of the generators this bench has drivers for. */
export const generator_ohm = 50;

/**
 * Refuses a plan that would pass a limit of the bench, before anything is opened.
 *
 * @throws MemrigError `limit-refused`: what it would reach, what is allowed, and the line that says so
 * @throws MemrigError `invalid-request`: the bench lacks what the protocol needs
 */
export function checkLimits(config: BenchConfig, protocol: AnyProtocol, plan: object): void {
  const { voltage_V, current_A, temperature_K } = protocol.extremes(plan);
  if (protocol.needs === "pulse-station") {
    const { source, sourceChannel } = pulseWiring(config);
    const limits = limitsFor(config, source, sourceChannel);
    const path = sourcePath(config, source, sourceChannel);
    checkLevel(protocol.name, voltage_V ?? 0, { limits, source_ohm: generator_ohm, path });
    return;
  }
  const stage = config.instruments.find((instrument) => kindOf(instrument) === "thermal");
  if (stage) hold(limitsFor(config, stage.label, 1).temperature, temperature_K, "K", protocol.name, "a temperature (with the controller's own limit above the set-points) of"); // prettier-ignore
  const { label, channel } = sweepWiring(config);
  checkExtremes(limitsFor(config, label, channel), protocol.name, voltage_V, current_A);
}
