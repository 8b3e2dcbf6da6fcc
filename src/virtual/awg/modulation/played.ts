import { edgeOf, pulse } from "../functions.js";
import type { AwgModel } from "../models.js";
import { type ChannelSettings, openPerShown } from "../settings.js";
import type { Shape } from "../shape.js";
import type { Kept } from "./kept.js";
import { type PhaseCourse, amplitudeModulated, sineAlong, swept, widthModulated } from "./modulated-shape.js";
import { type Modulator, keyOf, modulatorOf } from "./modulator.js";
import { sweepOf } from "./sweep.js";

/** Of a channel, what its modulated waveform hangs on. */
export interface Modulated {
  readonly model: AwgModel;
  readonly settings: ChannelSettings;
  readonly kept: Kept;
  /** The modulation or sweep that is on, by its name among the kept settings. */
  readonly mode: string | undefined;
  /** The waveform as it is without. */
  shape(): Shape;
}

/** Full swing of an AM with no depth, as a share of the set amplitude; the same at full depth is twice as much. */
export const amRest = "AM.rest";

/**
 * What is put out with the modulation or sweep that is on: amplitude modulation and keying of sines, squares, ramps and
 * pulses, the width of pulses, and all that only bends the phase of a sine.
 *
 * @returns a sentence part: what is not simulated
 */
export function modulatedShape(c: Modulated): Shape | string {
  const { kept, mode = "", settings: k } = c;
  const fn = k.fn === "TRI" ? "RAMP" : k.fn;
  const edge_s = edgeOf(c.model.edgeMin_s);
  const scaled = (by: Modulator, gain: (value: number) => number) =>
    /^(SIN|SQU|RAMP|PULS)$/.test(fn)
      ? amplitudeModulated(c.shape(), k.offset_V, by, gain, edge_s)
      : `${mode} of the function ${k.fn}`;
  if (mode === "AM" || mode === "DSBAM") {
    const by = modulatorOf(kept, mode);
    if (typeof by === "string") return by;
    const depth = mode === "DSBAM" ? 1 : (kept.number("AM.depth_percent") ?? 100) / 100;
    const rest = kept.number(amRest) ?? 0.5;
    return scaled(by, mode === "DSBAM" || kept.on("AM.dssc") ? (m) => depth * m : (m) => rest * (1 + depth * m));
  }
  if (mode === "ASK") {
    const by = keyOf(kept, mode);
    if (typeof by === "string") return by;
    const other = ((kept.number("ASK.level_Vpp") ?? 0) * openPerShown(k.load_ohm)) / k.amplitude_Vpp;
    return scaled(by, (m) => (m > 0 ? Math.max(1, other) : Math.min(1, other)));
  }
  if (mode === "PWM") return widthModulatedOf(c);
  if (!/^(FM|PM|FSK|PSK|SWEEP)$/.test(mode)) return mode;
  if (fn !== "SIN") return `${mode} of the function ${k.fn}`;
  const course = courseOf(c, mode);
  if (typeof course === "string") return course;
  const sign = k.polarity === "INV" ? -1 : 1;
  return sineAlong(course, sign * k.amplitude_Vpp, k.offset_V, edge_s);
}

/** Widths stay what the model can make of them. */
function widthModulatedOf({ kept, settings: k, model }: Modulated): Shape | string {
  if (k.fn !== "PULS") return `PWM of the function ${k.fn}`;
  const by = modulatorOf(kept, "PWM");
  if (typeof by === "string") return by;
  const period_s = 1 / k.frequency_Hz;
  const deviation_s = kept.number("PWM.deviation_s") ?? ((kept.number("PWM.deviation_percent") ?? 0) / 100) * period_s;
  const swing = {
    amplitude_Vpp: k.amplitude_Vpp,
    offset_V: k.offset_V,
    sign: k.polarity === "INV" ? -1 : 1,
  } as const;
  const longest_s = period_s - model.widthMin_s;
  const [lead_s, trail_s] = [edgeOf(k.pulse.lead_s), edgeOf(k.pulse.trail_s)];
  return widthModulated(
    period_s,
    k.offset_V - (swing.sign * k.amplitude_Vpp) / 2,
    (time_s) => Math.max(model.widthMin_s, Math.min(longest_s, k.pulse.width_s + deviation_s * by.value(time_s))),
    (width_s) => pulse(period_s, swing, 0, { width_s, lead_s, trail_s }),
  );
}

/** How the phase of the sine goes. @returns a sentence part: what is not simulated */
function courseOf({ kept, settings: k }: Modulated, mode: string): PhaseCourse | string {
  const start = k.phase_deg / 360;
  const carrier_Hz = k.frequency_Hz;
  const along = (by: Modulator, highest_Hz: number, jumps: boolean, bend: (time_s: number) => number): PhaseCourse => ({
    phase: (time_s) => start + carrier_Hz * time_s + bend(time_s),
    frequency_Hz: () => highest_Hz,
    highest_Hz,
    by,
    untilBend_s: () => Infinity,
    jumps,
  });
  switch (mode) {
    case "SWEEP": {
      const sweep = sweepOf(kept, k.trigger.source);
      return typeof sweep === "string" ? sweep : swept(sweep, start);
    }
    case "FM": {
      const by = modulatorOf(kept, mode);
      const deviation_Hz = kept.number("FM.deviation_Hz") ?? 0;
      if (typeof by === "string") return by;
      return along(by, carrier_Hz + deviation_Hz, false, (time_s) => deviation_Hz * by.integral_s(time_s));
    }
    case "PM": {
      const by = modulatorOf(kept, mode);
      const deviation = (kept.number("PM.deviation_deg") ?? 0) / 360;
      if (typeof by === "string") return by;
      const fastest_Hz = carrier_Hz + 2 * Math.PI * by.rate_Hz * deviation;
      return along(by, fastest_Hz, true, (time_s) => deviation * by.value(time_s));
    }
    case "FSK": {
      const by = keyOf(kept, mode);
      const hop_Hz = kept.number("FSK.hop_Hz") ?? carrier_Hz;
      if (typeof by === "string") return by;
      const inHop_s = (time_s: number) => (time_s + by.integral_s(time_s)) / 2;
      return along(by, Math.max(carrier_Hz, hop_Hz), false, (time_s) => (hop_Hz - carrier_Hz) * inHop_s(time_s));
    }
    case "PSK": {
      const by = keyOf(kept, mode);
      const shift = (kept.number("PSK.phase_deg") ?? 180) / 360;
      if (typeof by === "string") return by;
      return along(by, carrier_Hz, true, (time_s) => (by.value(time_s) > 0 ? shift : 0));
    }
    default:
      return mode;
  }
}
