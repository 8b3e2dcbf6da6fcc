import type { AnyProtocol, ChannelExtremes } from "../engine/protocol.js";
import { limitsFor } from "./bounds.js";
import type { BenchConfig } from "./config.js";
import type { Force } from "./force.js";
import { pulsePath, pulseSourceOf, sourcePath, sweepWiring } from "./paths.js";
import type { PulsePath } from "./paths.js";
import { checkLevel } from "./pulse-limits.js";
import { hold } from "./refusals.js";
import { checkExtremes } from "./sweep-limits.js";
import { Together } from "./together.js";
import type { Worst } from "./together.js";
import { kindOf } from "./wiring.js";

/** Output resistance of the generators this bench has drivers for. */
export const generator_ohm = 50;

/**
 * Refuses a plan that would pass a limit of the bench, before anything is opened: alone, and with all channels on that the
 * protocol drives at the same time.
 *
 * @throws MemrigError `limit-refused`: what it would reach, what is allowed, and the line that says so
 * @throws MemrigError `invalid-request`: the bench lacks what the protocol needs
 */
export function checkLimits(config: BenchConfig, protocol: AnyProtocol, plan: object): void {
  const { voltage_V, current_A, temperature_K, channels = [] } = protocol.extremes(plan);
  if (protocol.needs === "pulse-station") {
    const pulses = pulsePath(config);
    const check = (number: number, who: string, level_V: number) => {
      const { label, terminal, channel } = pulseSourceOf(pulses, number);
      const limits = limitsFor(config, label, channel);
      checkLevel(who, level_V, { limits, source_ohm: generator_ohm, path: sourcePath(config, label, terminal) });
    };
    check(pulses.channel, protocol.name, voltage_V ?? 0);
    for (const { channel, low_V, high_V } of channels) {
      const who = `${protocol.name}, ${pulses.label} channel ${channel}`;
      for (const level_V of [low_V, high_V]) check(channel, who, level_V);
    }
    claimAll(config, pulses.label, pulseChannels(pulses, channels), generator_ohm);
    return;
  }
  const stage = config.instruments.find((instrument) => kindOf(instrument) === "thermal");
  if (stage) hold(limitsFor(config, stage.label, 1).temperature, temperature_K, "K", protocol.name, "a temperature (with the controller's own limit above the set-points) of"); // prettier-ignore
  const { label, channel } = sweepWiring(config);
  checkExtremes(limitsFor(config, label, channel), protocol.name, voltage_V, current_A);
  for (const one of channels) {
    const who = `${protocol.name}, ${label} channel ${one.channel}`;
    checkExtremes(limitsFor(config, label, one.channel), who, Math.max(-one.low_V, one.high_V), one.current_A);
  }
  claimAll(config, label, channels, 0);
}

/** What the channels that a plan drives at the same time may do together; undefined where less than two are at the device. */
export function worstTogether(config: BenchConfig, protocol: AnyProtocol, plan: object): Worst | undefined {
  const { channels = [] } = protocol.extremes(plan);
  const pulses = protocol.needs === "pulse-station" ? pulsePath(config) : undefined;
  const label = pulses ? pulses.label : sweepWiring(config).label;
  const source_ohm = pulses ? generator_ohm : 0;
  const together = new Together(config);
  for (const one of pulses ? pulseChannels(pulses, channels) : channels)
    together.suppose(label, one.channel, forceOf(one, source_ohm));
  return together.worst();
}

/** A plan numbers the channels of its source; those of a pulse card are channels of their own in its instrument. */
function pulseChannels(pulses: PulsePath, channels: readonly ChannelExtremes[]): ChannelExtremes[] {
  return channels.map((one) => ({ ...one, channel: pulseSourceOf(pulses, one.channel).channel }));
}

function claimAll(config: BenchConfig, label: string, channels: readonly ChannelExtremes[], source_ohm: number): void {
  const share = new Together(config).shareOf(label);
  for (const one of channels) share.claim(one.channel, forceOf(one, source_ohm));
}

/** How steep, and how long, the extremes do not tell: that is held on the way. */
function forceOf({ low_V, high_V, current_A = Infinity }: ChannelExtremes, source_ohm: number): Force {
  return { low_V: Math.min(0, low_V), high_V: Math.max(0, high_V), current_A, source_ohm, slew_V_per_s: 0 };
}
