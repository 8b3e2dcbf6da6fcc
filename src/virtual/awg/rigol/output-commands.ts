import { INFINITY, ScpiError, keyword, raw, takes } from "../../scpi/index.js";
import { readNumber } from "../amount.js";
import { setting } from "../channel-setting.js";
import { switchSetting } from "./dg.js";
import type { Dg } from "./dg.js";

/** Output, load and polarity of each channel, and what a DG4000 adds to it. */
export function outputCommands(dg: Dg): void {
  const { tree } = dg.scpi;
  switchSetting(
    dg,
    ":OUTPut<1-2>[:STATe]",
    (c) => c.settings.output,
    (c, on) => c.setOutput(on),
  );
  tree.command(
    ":OUTPut<1-2>:POLarity",
    takes([keyword("NORMal", "INVerted")], ([polarity], call) => {
      const c = dg.channelOf(call);
      c.settings.polarity = polarity as "NORM" | "INV";
      c.refresh();
    }),
  );
  tree.query(
    ":OUTPut<1-2>:POLarity",
    takes([], (_, call) => (dg.channelOf(call).settings.polarity === "NORM" ? "NORMAL" : "INVERTED")),
  );
  // The load rescales what is shown, and changes nothing that comes out.
  const range = { min: 1, max: 10e3, default: 50 };
  for (const node of dg.model.family === "DG1000Z" ? ["IMPedance", "LOAD"] : ["IMPedance"]) {
    tree.command(
      `:OUTPut<1-2>:${node}`,
      takes([raw()], ([given], call) => {
        const { value } = readNumber(given, ["OHM"], range);
        if (value < INFINITY && (value < range.min || value > range.max)) throw new ScpiError(-222);
        dg.channelOf(call).settings.load_ohm = value >= INFINITY ? Infinity : Math.round(value);
      }),
    );
    tree.query(
      `:OUTPut<1-2>:${node}`,
      takes([], (_, call) => {
        const { load_ohm } = dg.channelOf(call).settings;
        return dg.model.family === "DG4000" && load_ohm === Infinity
          ? "INFINITY"
          : dg.scpi.dialect.formatNumber(load_ohm);
      }),
    );
  }
  if (dg.model.family === "DG4000") noiseCommands(dg);
}

/** Noise on top of the output: how much is kept, and it can not be put out. */
function noiseCommands(dg: Dg): void {
  for (const c of dg.channels) {
    c.kept.declare("noise", false, "noise on top of the output");
    c.kept.declare("noise_percent", 10);
  }
  switchSetting(
    dg,
    ":OUTPut<1-2>:NOISe[:STATe]",
    (c) => c.kept.on("noise"),
    (c, on) => {
      c.kept.set("noise", on);
      c.refresh();
    },
  );
  setting(dg, ":OUTPut<1-2>:NOISe:SCALe", {
    units: ["PCT"],
    min: 0,
    max: 50,
    default: 10,
    get: (c) => c.kept.number("noise_percent") ?? 10,
    set: (c, value) => c.kept.set("noise_percent", value),
    replays: () => false,
  });
}
