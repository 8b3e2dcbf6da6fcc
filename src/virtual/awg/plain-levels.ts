import { ScpiError, keyword, takes } from "../scpi/index.js";
import type { AwgChannel } from "./channel.js";
import { open, setting, shown } from "./channel-setting.js";
import type { Host } from "./channel-setting.js";
import { type AmplitudeUnit, peakToPeakPerRms } from "./settings.js";

/** Largest voltage at the open output. */
export const PEAK_V = 10;
export const ROUNDING_V = 1e-9;

/** A level of a channel: shown for its load, kept as it is at the open output. */
export function level(
  host: Host,
  name: string,
  get: (c: AwgChannel) => number,
  set: (c: AwgChannel, open_V: number) => void,
): void {
  setting(host, `[:SOURce<1-2>]:VOLTage${name}`, {
    units: ["V"],
    min: (c) => shown(c, -PEAK_V),
    max: (c) => shown(c, PEAK_V),
    default: 0,
    get: (c) => shown(c, get(c)),
    set: (c, value) => set(c, open(c, value)),
  });
}

/** Upper and lower end of what a channel puts out, open circuit. */
export const ends = (c: AwgChannel) => ({
  high_V: c.settings.offset_V + half_V(c),
  low_V: c.settings.offset_V - half_V(c),
});

/**
 * Amplitude, unit, offset and the two levels of generators that refuse with -222 what does not fit the rest.
 *
 * @param least_Vpp smallest amplitude at the open output
 */
export function levels(host: Host, least_Vpp: number): void {
  amplitude(host, least_Vpp);
  const move = (c: AwgChannel, low_V: number, high_V: number) => place(c, low_V, high_V, least_Vpp);
  level(
    host,
    "[:LEVel][:IMMediate]:OFFSet",
    (c) => c.settings.offset_V,
    (c, offset_V) => move(c, offset_V - half_V(c), offset_V + half_V(c)),
  );
  level(
    host,
    "[:LEVel][:IMMediate]:HIGH",
    (c) => ends(c).high_V,
    (c, high_V) => move(c, ends(c).low_V, high_V),
  );
  level(
    host,
    "[:LEVel][:IMMediate]:LOW",
    (c) => ends(c).low_V,
    (c, low_V) => move(c, low_V, ends(c).high_V),
  );
}

export const half_V = (c: AwgChannel) => (c.settings.fn === "DC" ? 0 : c.settings.amplitude_Vpp / 2);

/** @throws ScpiError -222: beyond the range or the limits, or nearer than the least amplitude; nothing changed */
export function place(c: AwgChannel, low_V: number, high_V: number, least_Vpp: number): void {
  const { limit, fn } = c.settings;
  const highest_V = Math.min(PEAK_V, limit.high_V);
  const lowest_V = Math.max(-PEAK_V, limit.low_V);
  if (high_V > highest_V + ROUNDING_V || low_V < lowest_V - ROUNDING_V) throw new ScpiError(-222);
  c.settings.offset_V = (high_V + low_V) / 2;
  if (fn === "DC") return;
  if (high_V - low_V < least_Vpp - ROUNDING_V) throw new ScpiError(-222);
  c.settings.amplitude_Vpp = high_V - low_V;
}

function amplitude(host: Host, least_Vpp: number): void {
  const rms_V = (c: AwgChannel) => shown(c, c.settings.amplitude_Vpp) / peakToPeakPerRms(c.settings.fn);
  /** In decibels above 1 mW in the load that is set. */
  const dBm = (c: AwgChannel) => 10 * Math.log10(rms_V(c) ** 2 / c.settings.load_ohm / 1e-3);
  setting(host, "[:SOURce<1-2>]:VOLTage[:LEVel][:IMMediate][:AMPLitude]", {
    units: ["VPP", "VRMS", "V", "DBM"],
    min: -200, // dBm; an amplitude below zero is under the least one
    max: (c) => shown(c, 2 * PEAK_V),
    default: 1,
    get: (c) => {
      const unit = unitOf(c);
      return unit === "DBM" ? dBm(c) : unit === "VRMS" ? rms_V(c) : shown(c, c.settings.amplitude_Vpp);
    },
    set: (c, value, given) => {
      const { fn, load_ohm, offset_V } = c.settings;
      const unit = given === "" || given === "V" ? unitOf(c) : given;
      if (unit === "DBM") decibelsPossible(c);
      const peakToPeak_V =
        unit === "VPP"
          ? value
          : peakToPeakPerRms(fn) * (unit === "DBM" ? Math.sqrt(1e-3 * 10 ** (value / 10) * load_ohm) : value);
      const amplitude_Vpp = open(c, peakToPeak_V);
      if (amplitude_Vpp < least_Vpp - ROUNDING_V) throw new ScpiError(-222);
      if (fn === "DC") c.settings.amplitude_Vpp = amplitude_Vpp;
      else place(c, offset_V - amplitude_Vpp / 2, offset_V + amplitude_Vpp / 2, least_Vpp);
    },
  });
  const pattern = "[:SOURce<1-2>]:VOLTage:UNIT";
  host.scpi.tree.command(
    pattern,
    takes([keyword("VPP", "VRMS", "DBM")], ([unit], call) => {
      const c = host.channelOf(call);
      if (unit === "DBM") decibelsPossible(c);
      c.settings.unit = unit as AmplitudeUnit;
    }),
  );
  host.scpi.tree.query(
    pattern,
    takes([], (_, call) => unitOf(host.channelOf(call))),
  );
}

/** Into an open output there is no power: what was in dBm is shown from peak to peak. */
const unitOf = ({ settings }: AwgChannel): AmplitudeUnit =>
  settings.unit === "DBM" && settings.load_ohm === Infinity ? "VPP" : settings.unit;

/** @throws ScpiError -221: a power needs a load to go into */
function decibelsPossible(c: AwgChannel): void {
  if (c.settings.load_ohm === Infinity) throw new ScpiError(-221, "dBm needs a load");
}
