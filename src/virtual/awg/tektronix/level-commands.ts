import { INFINITY, ScpiError, boolean, keyword, raw, takes } from "../../scpi/index.js";
import { readNumber } from "../amount.js";
import { ROUNDING_V, ends, level, levels } from "../plain-levels.js";
import type { Afg } from "./afg.js";

/** Smallest amplitude at the open output. */
const LEAST_VPP = 40e-3;

/** Amplitude, offset, levels, limits, load, polarity and output. What does not fit the rest is refused with -222. */
export function levelCommands(afg: Afg): void {
  levels(afg, LEAST_VPP);
  level(
    afg,
    ":LIMit:HIGH",
    (c) => c.settings.limit.high_V,
    (c, limit_V) => {
      if (limit_V < ends(c).high_V - ROUNDING_V) throw new ScpiError(-221, "high limit below the present output");
      c.settings.limit.high_V = limit_V;
    },
  );
  level(
    afg,
    ":LIMit:LOW",
    (c) => c.settings.limit.low_V,
    (c, limit_V) => {
      if (limit_V > ends(c).low_V + ROUNDING_V) throw new ScpiError(-221, "low limit above the present output");
      c.settings.limit.low_V = limit_V;
    },
  );
  outputCommands(afg);
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
