import { keyword, nr3, takes } from "../../scpi/index.js";
import { measureScreen } from "../screen-measure.js";
import { advancedCommands } from "./advanced-measurements.js";
import { invalid, items, unmeasured } from "./measure-items.js";
import type { Sds } from "./sds.js";

/**
 * Simple measurements of one channel: `:MEASure:SIMPle:VALue? FREQ`, and the advanced ones with their statistics. Not
 * simulated: those of mathematics and digital channels.
 *
 * @see Siglent, Programming Guide EN11, :MEASure
 */
export function measureCommands(sds: Sds): void {
  const { commands, kept, scope, scpi } = sds;
  kept.words({ ":MEASure": "OFF ON", ":MEASure:MODE": "SIMPle ADVanced" });
  let source = 1;
  const shown = new Set<string>();
  scpi.onReset(() => {
    source = 1;
    shown.clear();
  });
  const inputs = scope.settings.channels.flatMap((_, index) => [`C${index + 1}`, `CHANnel${index + 1}`]);
  commands.word(":MEASure:SIMPle:SOURce", inputs, {
    get: () => `C${source}`,
    set: (word) => (source = Number(word.at(-1))),
  });
  const item = keyword(...items.keys(), ...unmeasured);
  scpi.tree.command(
    ":MEASure:SIMPle:ITEM",
    takes(
      [item, keyword("ON", "OFF")],
      ([name, state]) => void (state === "ON" ? shown.add(name) : shown.delete(name)),
    ),
  );
  commands.does(":MEASure:SIMPle:CLEar", () => shown.clear());
  const measured = async (name: string, channel: number, signal: AbortSignal) => {
    const question = items.get(name);
    const value = question && (await measureScreen(scope, { ...question, channel }, signal));
    return value === undefined ? invalid : nr3(value, 2);
  };
  scpi.tree.query(
    ":MEASure:SIMPle:VALue",
    takes([keyword("ALL", ...items.keys(), ...unmeasured)], async ([name], { signal }) => {
      if (name !== "ALL") return measured(name, source, signal);
      const pairs: string[] = [];
      for (const [one, { kind }] of items) {
        if (kind !== "DELAY" && kind !== "PHASE") pairs.push(one, await measured(one, source, signal));
      }
      return pairs.join(",");
    }),
  );
  advancedCommands(sds);
}
