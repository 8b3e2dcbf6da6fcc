import { keyword, nr3, takes } from "../../scpi/index.js";
import type { Measurement } from "../measure.js";
import { measureScreen } from "../screen-measure.js";
import type { Sds } from "./sds.js";

/** Names of the guide by those of the core. */
const kinds: Readonly<Record<string, Measurement>> = {
  PKPK: "VPP",
  MAX: "VMAX",
  MIN: "VMIN",
  AMPL: "VAMP",
  TOP: "VTOP",
  BASE: "VBAS",
  MEAN: "VAV",
  STDEV: "VRMS",
  RMS: "VRMS",
  PER: "PER",
  FREQ: "FREQ",
  PWID: "PWID",
  NWID: "NWID",
  DUTY: "DUTY",
  RISE: "RIS",
  FALL: "FALL",
  OVSP: "OVER",
  RPRE: "PRES",
};
/** What can not be measured is answered so. */
const INVALID = "****";

/**
 * Simple measurements of one channel: `:MEASure:SIMPle:VALue? FREQ`. Not simulated: those of mathematics and digital channels,
 * the advanced list with its statistics.
 *
 * @see Siglent, Programming Guide EN11, :MEASure
 */
export function measureCommands(sds: Sds): void {
  const { commands, scope, scpi } = sds;
  let on = false;
  commands.word(":MEASure", ["OFF", "ON"], { get: () => (on ? "ON" : "OFF"), set: (word) => (on = word === "ON") });
  let mode = "SIMPle";
  commands.word(":MEASure:MODE", ["SIMPle", "ADVanced"], {
    get: () => mode,
    set: (word) => (mode = word === "ADV" ? "ADVanced" : "SIMPle"),
  });
  let source = 1;
  const inputs = scope.settings.channels.flatMap((_, index) => [`C${index + 1}`, `CHANnel${index + 1}`]);
  commands.word(":MEASure:SIMPle:SOURce", inputs, {
    get: () => `C${source}`,
    set: (word) => (source = Number(word.at(-1))),
  });
  const items = keyword(...Object.keys(kinds));
  const shown = new Set<string>();
  scpi.tree.command(
    ":MEASure:SIMPle:ITEM",
    takes(
      [items, keyword("ON", "OFF")],
      ([item, state]) => void (state === "ON" ? shown.add(item) : shown.delete(item)),
    ),
  );
  commands.does(":MEASure:SIMPle:CLEar", () => shown.clear());
  scpi.tree.query(
    ":MEASure:SIMPle:VALue",
    takes([items], async ([item], { signal }) => {
      const kind = kinds[item] ?? "VPP";
      const value = await measureScreen(scope, source, kind, item === "STDEV", signal);
      return value === undefined ? INVALID : nr3(value, 2);
    }),
  );
}
