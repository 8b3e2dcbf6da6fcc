import type { AwgChannel } from "./channel.js";
import { fitPulse } from "./plain-pulse.js";
import { frequencyMax_Hz } from "./rules.js";

/** The two channels of a generator, as far as one takes over what the other is told. */
export interface Coupling {
  frequency: boolean;
  levels: boolean;
  /** Frequency of channel 2: that of channel 1 times the ratio, plus the deviation. */
  ratio: number;
  deviation_Hz: number;
  phase: boolean;
  /** Of channel 2 over channel 1; amplitudes as shown for 50 ohm count twice at the open output. */
  deviation_deg: number;
  deviation_Vpp: number;
  /** Gives what a channel is set to over to the other one, where they are coupled. */
  from(c: AwgChannel): void;
  reset(): void;
}

const uncoupled = {
  frequency: false,
  levels: false,
  ratio: 1,
  deviation_Hz: 0,
  phase: false,
  deviation_deg: 0,
  deviation_Vpp: 0,
};

/** Whatever a channel is told while it is coupled reaches the other one, and begins there too. */
export function couple(channels: readonly AwgChannel[]): Coupling {
  const [first, second] = channels;
  let passing = false;
  const coupling: Coupling = {
    ...uncoupled,
    from(c) {
      const other = c === first ? second : first;
      if (passing || !other) return;
      const { frequency, levels, ratio, deviation_Hz } = coupling;
      const before = { ...other.settings };
      const sign = c === first ? 1 : -1;
      if (frequency) {
        const { frequency_Hz } = c.settings;
        setFrequency(other, c === first ? frequency_Hz * ratio + deviation_Hz : (frequency_Hz - deviation_Hz) / ratio);
      }
      if (levels) {
        const { amplitude_Vpp, offset_V, unit, autoRange } = c.settings;
        const asked_Vpp = amplitude_Vpp + sign * coupling.deviation_Vpp;
        Object.assign(other.settings, {
          amplitude_Vpp: Math.max(2e-3, Math.min(20, asked_Vpp)),
          offset_V,
          unit,
          autoRange,
        });
      }
      if (coupling.phase) {
        const turned_deg = c.settings.phase_deg + sign * coupling.deviation_deg;
        other.settings.phase_deg = turned_deg - 360 * Math.floor(turned_deg / 360);
      }
      const moved = ["frequency_Hz", "amplitude_Vpp", "offset_V", "phase_deg"] as const;
      if (moved.every((key) => other.settings[key] === before[key])) return;
      passing = true;
      try {
        other.refresh();
      } finally {
        passing = false;
      }
    },
    reset: () => void Object.assign(coupling, uncoupled),
  };
  for (const c of channels) c.onRefresh(() => coupling.from(c));
  return coupling;
}

/** With what follows from the frequency: the clock of samples that are repeated at it, and the room for a pulse. */
function setFrequency(c: AwgChannel, asked_Hz: number): void {
  const k = c.settings;
  const before_Hz = k.frequency_Hz;
  k.frequency_Hz = Math.max(1e-6, Math.min(asked_Hz, frequencyMax_Hz(c.model, k.fn)));
  const samples = c.memory.get(k.arb.name)?.samples ?? 0;
  const repeats = Math.abs(k.arb.rate_Sa_per_s - before_Hz * samples) <= 1e-9 * k.arb.rate_Sa_per_s;
  if (repeats) k.arb.rate_Sa_per_s = k.frequency_Hz * samples;
  if (k.pulse.hold === "DCYC") k.pulse.width_s *= before_Hz / k.frequency_Hz;
  fitPulse(c.model, c);
}
