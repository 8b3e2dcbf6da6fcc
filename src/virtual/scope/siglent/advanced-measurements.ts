import { keyword, nr3, takes } from "../../scpi/index.js";
import { Gathered } from "../screen-measure.js";
import { invalid, items, unmeasured } from "./measure-items.js";
import type { Sds, SdsInput } from "./sds.js";

const item = ":MEASure:ADVanced:P<1-12>";
const shown = (value: number | undefined) => (value === undefined ? invalid : nr3(value, 2));

/** Twelve measurements, each with its sources and its statistics over every record that a question looks at. */
export function advancedCommands({ kept, scope, scpi, commands }: Sds): void {
  const inputs = scope.settings.channels.map((_, index) => `C${index + 1}`);
  kept.words({
    [item]: "OFF ON",
    [`${item}:SOURce1`]: inputs.join(" "),
    [`${item}:SOURce2`]: ["C2", ...inputs].join(" "),
    [`${item}:TYPE`]: [...items.keys(), ...unmeasured].join(" "),
    ":MEASure:ADVanced:STATistics": "OFF ON",
    ":MEASure:ADVanced:STYLe": "M1 M2",
  });
  kept.wholes({
    ":MEASure:ADVanced:LINenumber": [1, 12, 1],
    ":MEASure:ADVanced:STATistics:MAXCount": [0, 1024, 0],
  });
  const gathered = new Map<number, { readonly of: string; readonly results: Gathered<SdsInput> }>();
  scpi.onReset(() => gathered.clear());
  const resultsOf = async (number: number, signal: AbortSignal) => {
    const [type, one, two] = ["TYPE", "SOURce1", "SOURce2"].map((node) => kept.word(`${item}:${node}`, number));
    const question = items.get(type ?? "");
    if (!question || one === undefined || two === undefined) return undefined;
    const of = [type, one, two].join(" ");
    let known = gathered.get(number);
    if (known?.of !== of) {
      const asked = { ...question, channel: Number(one.slice(1)), second: Number(two.slice(1)) };
      known = { of, results: new Gathered(scope, asked) };
      gathered.set(number, known);
    }
    return known.results.look(signal);
  };
  commands.answer(`${item}:VALue`, async ({ suffixes: [number = 1], signal }) =>
    kept.word(item, number) === "ON" ? shown((await resultsOf(number, signal))?.actual) : "OFF",
  );
  scpi.tree.query(
    `${item}:STATistics`,
    takes(
      [keyword("ALL", "CURRent", "MEAN", "MAXimum", "MINimum", "STDev", "COUNt")],
      async ([which], { suffixes: [number = 1], signal }) => {
        if (kept.word(item, number) !== "ON" || kept.word(":MEASure:ADVanced:STATistics") !== "ON") return "OFF";
        const found = await resultsOf(number, signal);
        const all = {
          CURR: shown(found?.actual),
          MEAN: shown(found?.mean),
          MAX: shown(found?.max),
          MIN: shown(found?.min),
          STD: shown(found?.deviation),
          COUN: String(found?.count ?? 0),
        };
        return which === "ALL" ? Object.values(all).join(",") : all[which as keyof typeof all];
      },
    ),
  );
  commands.does(":MEASure:ADVanced:STATistics:RESet", () => {
    for (const { results } of gathered.values()) results.statistics.reset();
  });
  commands.does(":MEASure:ADVanced:CLEar", () => {
    for (let number = 1; number <= 12; number += 1) kept.set("OFF", item, number);
    gathered.clear();
  });
}
