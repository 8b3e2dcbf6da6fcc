import { INFINITY, ScpiError, boolean, keyword, raw, takes } from "../../scpi/index.js";
import { readNumber } from "../amount.js";
import type { AwgChannel } from "../channel.js";
import { peakToPeakPerRms } from "../settings.js";
import { open, setting, shown } from "./afg.js";
import type { Afg } from "./afg.js";

/** Largest voltage at the open output, and smallest amplitude there. */
const PEAK_V = 10;
const LEAST_VPP = 40e-3;
const ROUNDING_V = 1e-9;

/** Amplitude, offset, levels, limits, load, polarity and output. What does not fit the rest is refused with -222. */
export function levelCommands(afg: Afg): void {
  amplitude(afg);
  const level = (name: string, get: (c: AwgChannel) => number, set: (c: AwgChannel, open_V: number) => void) =>
    setting(afg, `[:SOURce<1-2>]:VOLTage${name}`, {
      units: ["V"],
      min: (c) => shown(c, -PEAK_V),
      max: (c) => shown(c, PEAK_V),
      default: 0,
      get: (c) => shown(c, get(c)),
      set: (c, value) => set(c, open(c, value)),
    });
  const ends = (c: AwgChannel) => ({
    high_V: c.settings.offset_V + half_V(c),
    low_V: c.settings.offset_V - half_V(c),
  });
  level(
    "[:LEVel][:IMMediate]:OFFSet",
    (c) => c.settings.offset_V,
    (c, offset_V) => place(c, offset_V - half_V(c), offset_V + half_V(c)),
  );
  level(
    "[:LEVel][:IMMediate]:HIGH",
    (c) => ends(c).high_V,
    (c, high_V) => place(c, ends(c).low_V, high_V),
  );
  level(
    "[:LEVel][:IMMediate]:LOW",
    (c) => ends(c).low_V,
    (c, low_V) => place(c, low_V, ends(c).high_V),
  );
  level(
    ":LIMit:HIGH",
    (c) => c.settings.limit.high_V,
    (c, limit_V) => {
      if (limit_V < ends(c).high_V - ROUNDING_V) throw new ScpiError(-221, "high limit below the present output");
      c.settings.limit.high_V = limit_V;
    },
  );
  level(
    ":LIMit:LOW",
    (c) => c.settings.limit.low_V,
    (c, limit_V) => {
      if (limit_V > ends(c).low_V + ROUNDING_V) throw new ScpiError(-221, "low limit above the present output");
      c.settings.limit.low_V = limit_V;
    },
  );
  outputCommands(afg);
}

const half_V = (c: AwgChannel) => (c.settings.fn === "DC" ? 0 : c.settings.amplitude_Vpp / 2);

/** @throws ScpiError -222: beyond the range or the limits, or nearer than the least amplitude; nothing changed */
function place(c: AwgChannel, low_V: number, high_V: number): void {
  const { limit, fn } = c.settings;
  const highest_V = Math.min(PEAK_V, limit.high_V);
  const lowest_V = Math.max(-PEAK_V, limit.low_V);
  if (high_V > highest_V + ROUNDING_V || low_V < lowest_V - ROUNDING_V) throw new ScpiError(-222);
  c.settings.offset_V = (high_V + low_V) / 2;
  if (fn === "DC") return;
  if (high_V - low_V < LEAST_VPP - ROUNDING_V) throw new ScpiError(-222);
  c.settings.amplitude_Vpp = high_V - low_V;
}

function amplitude(afg: Afg): void {
  const perUnit = (c: AwgChannel) => (c.settings.unit === "VRMS" ? peakToPeakPerRms(c.settings.fn) : 1);
  setting(afg, "[:SOURce<1-2>]:VOLTage[:LEVel][:IMMediate][:AMPLitude]", {
    units: ["VPP", "VRMS", "V"],
    min: 0,
    max: (c) => shown(c, 2 * PEAK_V),
    default: 1,
    get: (c) => shown(c, c.settings.amplitude_Vpp) / perUnit(c),
    set: (c, value, unit) => {
      const factor = unit === "VRMS" ? peakToPeakPerRms(c.settings.fn) : unit === "VPP" ? 1 : perUnit(c);
      const amplitude_Vpp = open(c, value * factor);
      if (amplitude_Vpp < LEAST_VPP - ROUNDING_V) throw new ScpiError(-222);
      const { offset_V } = c.settings;
      if (c.settings.fn === "DC") c.settings.amplitude_Vpp = amplitude_Vpp;
      else place(c, offset_V - amplitude_Vpp / 2, offset_V + amplitude_Vpp / 2);
    },
  });
  const pattern = "[:SOURce<1-2>]:VOLTage:UNIT";
  afg.scpi.tree.command(
    pattern,
    takes([keyword("VPP", "VRMS", "DBM")], ([unit], call) => {
      if (unit === "DBM") throw new ScpiError(-221, "dBm is not simulated");
      afg.channelOf(call).settings.unit = unit as "VPP" | "VRMS";
    }),
  );
  afg.scpi.tree.query(
    pattern,
    takes([], (_, call) => afg.channelOf(call).settings.unit),
  );
}

function outputCommands(afg: Afg): void {
  const { tree } = afg.scpi;
  tree.command(
    ":OUTPut<1-2>[:STATe]",
    takes([boolean()], ([on], call) => afg.channelOf(call).setOutput(on)),
  );
  tree.query(
    ":OUTPut<1-2>[:STATe]",
    takes([], (_, call) => afg.channelOf(call).settings.output),
  );
  tree.command(
    ":OUTPut<1-2>:POLarity",
    takes([keyword("NORMal", "INVerted")], ([polarity], call) => {
      const c = afg.channelOf(call);
      c.settings.polarity = polarity as "NORM" | "INV";
      c.refresh();
    }),
  );
  tree.query(
    ":OUTPut<1-2>:POLarity",
    takes([], (_, call) => afg.channelOf(call).settings.polarity),
  );
  // The load rescales what is shown, and changes nothing that comes out.
  const range = { min: 1, max: 10e3, default: 50 };
  tree.command(
    ":OUTPut<1-2>:IMPedance",
    takes([raw()], ([given], call) => {
      const { value } = readNumber(given, ["OHM"], range);
      if (value < INFINITY && (value < range.min || value > range.max)) throw new ScpiError(-222);
      afg.channelOf(call).settings.load_ohm = value >= INFINITY ? Infinity : value;
    }),
  );
  tree.query(
    ":OUTPut<1-2>:IMPedance",
    takes([], (_, call) => afg.channelOf(call).settings.load_ohm),
  );
}
