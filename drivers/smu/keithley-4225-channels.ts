import { rpmName } from "./keithley-4225-commands.js";

/** The pulse channels in a reply to `*OPT?`: `PMU1` is a card with two, `PMU1RPM1-2` an RPM at the second one. */
export interface PulseChannel {
  readonly channel: number;
  readonly rpm: boolean;
}

export function pulseChannelsOf(options: string): PulseChannel[] {
  const named = options
    .toUpperCase()
    .split(",")
    .map((name) => name.trim());
  const cards = named.flatMap((name) => /^PMU(\d)$/.exec(name)?.[1] ?? []).map(Number);
  return cards
    .sort((one, other) => one - other)
    .flatMap((card) => [2 * card - 1, 2 * card])
    .map((channel) => {
      const name = rpmName(channel);
      return { channel, rpm: named.includes(`${name.slice(0, -2)}RPM${name.slice(-3)}`) };
    });
}

/** What ends a test and turns these off, at once. */
export function pulsesOff(channels: readonly number[]): string[] {
  return [":PMU:ABORT", ...channels.map((channel) => `:PMU:OUTPUT:STATE ${channel},0`)];
}
