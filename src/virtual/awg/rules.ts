import type { AwgModel } from "./models.js";
import { type ChannelSettings, type FunctionName, openPerShown } from "./settings.js";

/** Puts a notice into the error queue: what was asked for has been changed to what is possible. */
export type Notice = (number: number, extra: string) => void;

/** Largest voltage at the open output. */
export const peak_V = 10;
/** Smallest amplitude at the open output. */
const least_Vpp = 2e-3;

/** A value brought into its range, with the notice the instrument gives when it had to be. */
export function clip(value: number, low: number, high: number, notice: Notice): number {
  if (value > high) {
    notice(-222, "value clipped to upper limit");
    return high;
  }
  if (value < low) {
    notice(-222, "value clipped to lower limit");
    return low;
  }
  return value;
}

/** Room left between the limits, or the instrument's own where none are on. */
const bounds = (k: ChannelSettings) => (k.limit.on ? k.limit : { low_V: -peak_V, high_V: peak_V });

/** Sets the amplitude; the offset gives way where the two do not fit together. */
export function setAmplitude(k: ChannelSettings, asked_Vpp: number, notice: Notice): void {
  const allowed = bounds(k);
  const most_Vpp = k.limit.on
    ? Math.max(0, 2 * Math.min(allowed.high_V - k.offset_V, k.offset_V - allowed.low_V))
    : 2 * peak_V;
  k.amplitude_Vpp = clip(asked_Vpp, Math.min(least_Vpp, most_Vpp), most_Vpp, notice);
  const room_V = peak_V - k.amplitude_Vpp / 2;
  if (Math.abs(k.offset_V) > room_V + 1e-12) {
    k.offset_V = Math.sign(k.offset_V) * room_V;
    notice(-221, "offset changed due to amplitude");
  }
}

/**
 * Sets the offset; the amplitude gives way where the two do not fit together.
 *
 * @see 33220A User's Guide, VOLTage:OFFSet, limits due to amplitude; of the 33500 no page was seen
 */
export function setOffset(k: ChannelSettings, asked_V: number, notice: Notice): void {
  if (k.fn === "DC" || k.limit.on || Math.abs(asked_V) > peak_V - least_Vpp / 2 + 1e-12) {
    fitOffset(k, asked_V, notice);
    return;
  }
  k.offset_V = asked_V;
  const room_Vpp = 2 * (peak_V - Math.abs(asked_V));
  if (k.amplitude_Vpp <= room_Vpp + 1e-12) return;
  k.amplitude_Vpp = Math.max(least_Vpp, room_Vpp);
  notice(-221, "amplitude changed due to offset");
}

/** Sets the offset; it gives way to the amplitude, as with APPLy and where a function is selected. */
export function fitOffset(k: ChannelSettings, asked_V: number, notice: Notice): void {
  const half_V = k.fn === "DC" ? 0 : k.amplitude_Vpp / 2;
  const allowed = bounds(k);
  const low_V = allowed.low_V + half_V;
  const high_V = allowed.high_V - half_V;
  if (!k.limit.on && Math.abs(asked_V) <= peak_V && (asked_V < low_V - 1e-12 || asked_V > high_V + 1e-12)) {
    k.offset_V = Math.max(low_V, Math.min(high_V, asked_V));
    notice(-221, "offset changed due to amplitude");
    return;
  }
  k.offset_V = clip(asked_V, low_V, Math.max(low_V, high_V), notice);
}

/** Sets the upper or the lower level; the other one gives way where they would cross. */
export function setLevel(k: ChannelSettings, which: "high" | "low", asked_V: number, notice: Notice): void {
  const allowed = bounds(k);
  const level_V = clip(asked_V, allowed.low_V, allowed.high_V, notice);
  let high_V = which === "high" ? level_V : k.offset_V + k.amplitude_Vpp / 2;
  let low_V = which === "low" ? level_V : k.offset_V - k.amplitude_Vpp / 2;
  if (high_V - low_V < least_Vpp - 1e-12) {
    // The other level moves away; at a limit both do. A window narrower than the least amplitude is used in full.
    if (which === "high") low_V = high_V - least_Vpp;
    low_V = Math.max(allowed.low_V, Math.min(low_V, allowed.high_V - least_Vpp));
    high_V = Math.min(allowed.high_V, low_V + least_Vpp);
    notice(-221, which === "high" ? "low level changed due to high level" : "high level changed due to low level");
  }
  k.amplitude_Vpp = high_V - low_V;
  k.offset_V = (high_V + low_V) / 2;
}

/** Sets one voltage limit; it can not cut into what is being put out. */
export function setLimit(k: ChannelSettings, which: "high" | "low", asked_V: number, notice: Notice): void {
  let limit_V = clip(asked_V, -peak_V, peak_V, notice);
  const [low_V, high_V] = extremes(k);
  if (k.limit.on && (which === "high" ? limit_V < high_V - 1e-12 : limit_V > low_V + 1e-12)) {
    limit_V = which === "high" ? high_V : low_V;
    notice(-221, `${which} limit changed due to present output`);
  }
  if (which === "high") k.limit.high_V = limit_V;
  else k.limit.low_V = limit_V;
}

/** Turns the limits on or off; limits tighter than what is put out move out to it. */
export function setLimitState(k: ChannelSettings, on: boolean, notice: Notice): void {
  k.limit.on = on;
  if (!on) return;
  const [low_V, high_V] = extremes(k);
  if (k.limit.high_V < high_V - 1e-12) {
    k.limit.high_V = high_V;
    notice(-221, "high limit changed due to present output");
  }
  if (k.limit.low_V > low_V + 1e-12) {
    k.limit.low_V = low_V;
    notice(-221, "low limit changed due to present output");
  }
}

/** Lowest and highest voltage of the present settings at the open output. */
export function extremes(k: ChannelSettings): [number, number] {
  const half_V = k.fn === "DC" ? 0 : k.amplitude_Vpp / 2;
  return [k.offset_V - half_V, k.offset_V + half_V];
}

/** Highest frequency of a function. */
export function frequencyMax_Hz(model: AwgModel, fn: FunctionName): number {
  if (fn === "RAMP" || fn === "TRI") return model.rampMax_Hz;
  if (fn === "SQU") return model.squareMax_Hz;
  if (fn === "PULS") return 1 / model.pulsePeriodMin_s;
  return model.sineMax_Hz;
}

/** Brings pulse width, edges and duty into what the period leaves; tells where something had to give way. */
export function fitPulse(k: ChannelSettings, model: AwgModel, notice: Notice): void {
  const period_s = 1 / k.frequency_Hz;
  const longest_s = period_s - model.widthMin_s;
  const resolution_s = model.widthMin_s * 1e-6;
  if (k.pulse.width_s > longest_s + resolution_s) {
    k.pulse.width_s = longest_s;
    notice(-221, "pulse width decreased due to period");
  }
  if (k.pulse.width_s < model.widthMin_s - resolution_s) {
    k.pulse.width_s = model.widthMin_s;
    notice(-221, "pulse width increased due to minimum");
  }
  const room_s = Math.min(k.pulse.width_s, period_s - k.pulse.width_s) * 0.8;
  const edge_s = Math.max(model.edgeMin_s, room_s);
  if (k.pulse.lead_s > edge_s || k.pulse.trail_s > edge_s) {
    k.pulse.lead_s = Math.min(k.pulse.lead_s, edge_s);
    k.pulse.trail_s = Math.min(k.pulse.trail_s, edge_s);
    notice(-221, "edge time decreased due to pulse width");
  }
}

/** Keeps both halves of a square wave as long as the shortest pulse. */
export function fitSquare(k: ChannelSettings, model: AwgModel, notice: Notice): void {
  const least = Math.min(0.5, model.widthMin_s * k.frequency_Hz);
  const fitted = Math.max(least, Math.min(1 - least, k.squareDuty));
  if (fitted !== k.squareDuty) notice(-221, "duty cycle changed due to frequency");
  k.squareDuty = fitted;
}

/** The load setting is refused while voltage limits are on; it changes what is shown, never what comes out. */
export function setLoad(k: ChannelSettings, load_ohm: number, notice: Notice): void {
  if (k.limit.on) {
    notice(-221, "not able to change output load with limits enabled");
    return;
  }
  k.load_ohm = load_ohm === Infinity ? Infinity : clip(load_ohm, 1, 10e3, notice);
  if (k.load_ohm === Infinity && k.unit === "DBM") {
    k.unit = "VPP";
    notice(-221, "amplitude units changed to Vpp due to high-Z load");
  }
}

/** A burst that the internal timer starts must be over before the next one. */
export function fitBurstPeriod(k: ChannelSettings, length_s: number, notice: Notice): void {
  if (!k.burst.on || k.burst.mode !== "TRIG" || k.trigger.source !== "IMM" || k.burst.cycles === Infinity) return;
  const shortest_s = k.burst.cycles * length_s + 1e-6;
  if (k.burst.period_s >= shortest_s * (1 - 1e-9)) return;
  k.burst.period_s = Math.min(8000, shortest_s);
  notice(-221, "burst period increased to fit entire burst");
}

/** What the front panel shows for a voltage at the open output. */
export const shown_V = (k: ChannelSettings, open_V: number) => open_V / openPerShown(k.load_ohm);
