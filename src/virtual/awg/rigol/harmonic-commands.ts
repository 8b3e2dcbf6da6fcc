import { ScpiError, integer, numeric, raw, takes } from "../../scpi/index.js";
import { setting } from "../channel-setting.js";
import { word } from "../simple-settings.js";
import { switchSetting } from "./dg.js";
import type { Dg } from "./dg.js";
import { select, selectHarmonic } from "./function-commands.js";

const root = "[:SOURce<1-2>]:HARMonic";

/** @see DG4000 Programming Guide, [:SOURce<n>]:HARMonic; the DG1000Z has orders up to 8 and a switch of its own */
export function harmonicCommands(dg: Dg): void {
  const { tree } = dg.scpi;
  const small = dg.model.family === "DG1000Z";
  const highest = small ? 8 : 16;
  const empty = `X${"0".repeat(highest - 1)}`;
  for (const c of dg.channels) {
    c.kept.declare("harmonic", false, "the harmonic waveform");
    c.kept.declare("harmonicType", "EVEN");
    c.kept.declare("harmonicOrder", 2);
    c.kept.declare("harmonicUser", empty);
  }
  const replays = () => false;
  word(dg, `${root}:TYPe`, ["EVEN", "ODD", "ALL", "USER"], {
    get: (c) => c.kept.word("harmonicType"),
    set: (c, type) => c.kept.set("harmonicType", type),
    replays,
  });
  setting(dg, `${root}:ORDEr`, {
    units: [],
    min: 2,
    max: highest,
    default: 2,
    get: (c) => c.kept.number("harmonicOrder") ?? 2,
    set: (c, value) => c.kept.set("harmonicOrder", Math.round(value)),
    replays,
  });
  for (const [node, max, preset] of [
    ["AMPL", 20, 1.2647],
    ["PHASe", 360, 0],
  ] as const) {
    const order = integer({ min: 2, max: highest });
    tree.command(
      `${root}:${node}`,
      takes([order, numeric(node === "AMPL" ? "VPP" : "DEG", { min: 0, max })], ([n, value], call) => {
        dg.channelOf(call).kept.set(`harmonic${node}${n}`, value);
      }),
    );
    tree.query(
      `${root}:${node}`,
      takes([order], ([n], call) => {
        const value = dg.channelOf(call).kept.number(`harmonic${node}${n}`) ?? preset;
        return dg.scpi.dialect.formatNumber(value);
      }),
    );
  }
  tree.command(
    `${root}:USER`,
    takes([raw()], ([given], call) => {
      const orders = given.kind === "plain" ? given.text.toUpperCase() : "";
      if (orders.length !== highest || !/^X[01]+$/.test(orders)) throw new ScpiError(-224);
      dg.channelOf(call).kept.set("harmonicUser", orders);
    }),
  );
  tree.query(
    `${root}:USER`,
    takes([], (_, call) => dg.channelOf(call).kept.word("harmonicUser")),
  );
  if (!small) return;
  switchSetting(
    dg,
    `${root}[:STATe]`,
    (c) => c.kept.on("harmonic"),
    (c, on) => {
      if (on) selectHarmonic(dg, c);
      else if (c.kept.on("harmonic")) select(dg, c, "SIN");
    },
  );
}
