import type { AwgChannel } from "../channel.js";
import type { SdgModel } from "./models.js";

/** What a channel is set to beyond what all generators have. */
export interface SdgState {
  /** `TARB`: samples have a clock of their own. */
  clock: "DDS" | "TARB";
  rate_Sa_per_s: number;
  /** Standard deviation of the noise, open circuit. */
  noise_V: number;
  /** What the sync output follows. */
  readonly sync: { on: boolean; type: string };
}

/** What the parts of the language share. */
export interface Sdg {
  readonly model: SdgModel;
  readonly channels: readonly AwgChannel[];
  stateOf(channel: AwgChannel): SdgState;
}

/** The core's noise clips at this multiple of its standard deviation. */
export const NOISE_CREST = 3.5;

export const resetState = (): SdgState => ({
  clock: "DDS",
  rate_Sa_per_s: 1e6,
  noise_V: 0.4,
  sync: { on: false, type: "CH1" },
});

/** Settings after `*RST`: 1 kHz sine of 4 Vpp for an open output, off. */
export function preset(sdg: Sdg): void {
  for (const c of sdg.channels) {
    const { name } = c.settings.arb;
    Object.assign(sdg.stateOf(c), resetState());
    c.reset();
    Object.assign(c.settings, { amplitude_Vpp: 4, load_ohm: Infinity, rampSymmetry: 0.5 });
    Object.assign(c.settings.pulse, { width_s: 500e-6, lead_s: sdg.model.edgeMin_s, trail_s: sdg.model.edgeMin_s });
    c.settings.pulse.hold = "DCYC";
    Object.assign(c.settings.arb, { name, filter: "OFF" });
  }
}

/** A number with its unit; undefined: not one. */
export function amountOf(text: string): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(?:HZ|S|V|VPP|VRMS|DBM|%|SA\/S)?$/i.exec(text.trim());
  return match ? Number(match[1]) : undefined;
}

/** Digits as the generator writes them: no more than ten. */
export const shownNumber = (value: number): string => String(Number(value.toPrecision(10)));
