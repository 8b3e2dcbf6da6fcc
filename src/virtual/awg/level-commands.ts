import { INFINITY, ScpiError, keyword, raw, takes } from "../scpi/index.js";
import { amount, readNumber } from "./amount.js";
import type { AwgChannel } from "./channel.js";
import type { Generator } from "./generator.js";
import { extremes, peak_V, setAmplitude, setLevel, setLimit, setLimitState, setLoad, setOffset } from "./rules.js";
import { type AmplitudeUnit, type ChannelSettings, openPerShown, peakToPeakPerRms } from "./settings.js";
import { flag, word } from "./simple-settings.js";

/** Volts, at the front panel's load, of an amplitude given in any of the three units. */
export function shownVpp(k: ChannelSettings, value: number, unit: AmplitudeUnit): number {
  if (unit === "VPP") return value;
  if (k.fn === "ARB" || k.fn === "DC") throw new ScpiError(-221, "amplitude units are Vpp for this function");
  if (unit === "DBM" && k.load_ohm === Infinity) throw new ScpiError(-221, "dBm needs a load");
  const rms_V = unit === "VRMS" ? value : Math.sqrt(1e-3 * 10 ** (value / 10) * k.load_ohm);
  return rms_V * peakToPeakPerRms(k.fn);
}

/** The amplitude as the front panel shows it, in the unit that is set. */
function shownAmplitude(k: ChannelSettings): number {
  const vpp = k.amplitude_Vpp / openPerShown(k.load_ohm);
  const rms_V = vpp / peakToPeakPerRms(k.fn);
  if (k.unit === "VPP" || k.fn === "ARB" || k.fn === "DC") return vpp;
  return k.unit === "VRMS" ? rms_V : 10 * Math.log10(rms_V ** 2 / k.load_ohm / 1e-3);
}

/** Amplitude, offset, levels, limits, load and output of the channels. */
export function levelCommands(generator: Generator): void {
  const { scpi, notice } = generator;
  const shown = (channel: AwgChannel, open_V: number) => open_V / openPerShown(channel.settings.load_ohm);
  const open = (channel: AwgChannel, shown_V: number) => shown_V * openPerShown(channel.settings.load_ohm);

  amplitudeCommands(generator);
  const level = (name: string, get: (k: ChannelSettings) => number, set: (c: AwgChannel, open_V: number) => void) =>
    amount(generator, `[:SOURce<1-2>]:VOLTage${name}`, {
      units: ["V"],
      min: (c) => shown(c, -peak_V),
      max: (c) => shown(c, peak_V),
      default: 0,
      get: (c) => shown(c, get(c.settings)),
      set: (c, value) => set(c, open(c, value)),
    });
  level(
    "[:LEVel][:IMMediate]:OFFSet",
    (k) => k.offset_V,
    (c, v) => setOffset(c.settings, v, notice),
  );
  level(
    "[:LEVel][:IMMediate]:HIGH",
    (k) => extremes(k)[1],
    (c, v) => setLevel(c.settings, "high", v, notice),
  );
  level(
    "[:LEVel][:IMMediate]:LOW",
    (k) => extremes(k)[0],
    (c, v) => setLevel(c.settings, "low", v, notice),
  );
  level(
    ":LIMit:HIGH",
    (k) => k.limit.high_V,
    (c, v) => setLimit(c.settings, "high", v, notice),
  );
  level(
    ":LIMit:LOW",
    (k) => k.limit.low_V,
    (c, v) => setLimit(c.settings, "low", v, notice),
  );
  flag(generator, "[:SOURce<1-2>]:VOLTage:LIMit:STATe", {
    get: (c) => c.settings.limit.on,
    set: (c, on) => setLimitState(c.settings, on, notice),
  });

  scpi.tree.command(
    "[:SOURce<1-2>]:VOLTage:RANGe:AUTO",
    takes([keyword("ON", "OFF", "ONCE", "1", "0")], ([state], call) => {
      const k = generator.channelOf(call).settings;
      k.autoRange = state === "ON" || state === "1";
    }),
  );
  scpi.tree.query(
    "[:SOURce<1-2>]:VOLTage:RANGe:AUTO",
    takes([], (_, call) => generator.channelOf(call).settings.autoRange),
  );
  outputCommands(generator);
}

function amplitudeCommands(generator: Generator): void {
  const { scpi, notice } = generator;
  const name = "[:SOURce<1-2>]:VOLTage[:LEVel][:IMMediate][:AMPLitude]";
  const rangeOf = (c: AwgChannel) => {
    const ratio = openPerShown(c.settings.load_ohm);
    return { min: 2e-3 / ratio, max: (2 * peak_V) / ratio, default: 0.2 / ratio };
  };
  const set = (c: AwgChannel, value: number, unit: AmplitudeUnit) => {
    setAmplitude(c.settings, shownVpp(c.settings, value, unit) * openPerShown(c.settings.load_ohm), notice);
    c.refresh();
  };
  amount(generator, name, {
    units: [],
    min: (c) => rangeOf(c).min,
    max: (c) => rangeOf(c).max,
    default: 0.1,
    get: (c) => shownAmplitude(c.settings),
    set: () => undefined,
  });
  scpi.tree.command(
    name,
    takes([raw()], ([given], call) => {
      const c = generator.channelOf(call);
      const { value, unit } = readNumber(given, ["VPP", "VRMS", "DBM", "V"], rangeOf(c));
      const named = given.kind === "plain" && /^[A-Za-z]/.test(given.text);
      set(c, value, named ? "VPP" : unit === "VRMS" || unit === "DBM" || unit === "VPP" ? unit : c.settings.unit);
    }),
  );
  word(generator, "[:SOURce<1-2>]:VOLTage:UNIT", ["VPP", "VRMS", "DBM"], {
    get: (c) => c.settings.unit,
    set: (c, unit) => {
      if (unit === "DBM" && c.settings.load_ohm === Infinity) throw new ScpiError(-221, "dBm needs a load");
      c.settings.unit = unit as AmplitudeUnit;
    },
  });
}

function outputCommands(generator: Generator): void {
  const { scpi, notice } = generator;
  flag(generator, ":OUTPut<1-2>[:STATe]", {
    get: (c) => c.settings.output,
    set: (c, on) => c.setOutput(on),
    replays: () => false,
  });
  word(generator, ":OUTPut<1-2>:POLarity", ["NORMal", "INVerted"], {
    get: (c) => c.settings.polarity,
    set: (c, polarity) => (c.settings.polarity = polarity as "NORM" | "INV"),
  });
  word(generator, ":OUTPut<1-2>:MODE", ["NORMal", "GATed"], {
    get: (c) => c.settings.outputMode,
    set: (c, mode) => (c.settings.outputMode = mode as "NORM" | "GAT"),
  });
  const range = { min: 1, max: 10e3, default: 50 };
  scpi.tree.command(
    ":OUTPut<1-2>:LOAD",
    takes([raw()], ([given], call) => {
      const { value } = readNumber(given, ["OHM"], range);
      setLoad(generator.channelOf(call).settings, value >= INFINITY ? Infinity : value, notice);
    }),
  );
  scpi.tree.query(
    ":OUTPut<1-2>:LOAD",
    takes([], (_, call) => generator.channelOf(call).settings.load_ohm),
  );
}
