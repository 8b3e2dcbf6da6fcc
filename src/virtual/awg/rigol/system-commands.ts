import { ScpiError, boolean, keyword, takes } from "../../scpi/index.js";
import { VOLATILE } from "./dg.js";
import type { Dg } from "./dg.js";
import { play } from "./function-commands.js";

/** Of the instrument as a whole: it survives `*RST`. */
const switches: readonly (readonly [pattern: string, preset: boolean])[] = [
  [":SYSTem:BEEPer:STATe", true],
  [":SYSTem:KLOCk[:STATe]", false],
];
const words: readonly (readonly [pattern: string, words: readonly string[]])[] = [
  [":SYSTem:POWeron", ["DEFault", "LAST"]],
  [":SYSTem:POWSet", ["AUTO", "USER"]],
];

/** @see DG4000 Programming Guide, :SYSTem */
export function systemCommands(dg: Dg): void {
  const { tree } = dg.scpi;
  for (const [pattern, preset] of switches) {
    let on = preset;
    tree.command(
      pattern,
      takes([boolean()], ([state]) => void (on = state)),
    );
    tree.query(
      pattern,
      takes([], () => (on ? "ON" : "OFF")),
    );
  }
  for (const [pattern, choices] of words) {
    let kept = (choices[0] ?? "").replace(/[a-z]/g, "");
    tree.command(
      pattern,
      takes([keyword(...choices)], ([word]) => void (kept = word)),
    );
    tree.query(
      pattern,
      takes([], () => kept),
    );
  }
  tree.command(
    ":SYSTem:BEEPer[:IMMediate]",
    takes([], () => undefined), // it is heard by nobody
  );
  tree.command(
    ":SYSTem:RESTART",
    takes([], () => dg.scpi.reset()),
  );
  copyCommands(dg);
}

/** From the first channel named to the second one. */
function copyCommands(dg: Dg): void {
  const channel = keyword("CH1", "CH2");
  const both = (from: string, to: string) => {
    const [first, second] = [from, to].map((name) => dg.channels[name === "CH1" ? 0 : 1]);
    if (!first || !second || first === second) throw new ScpiError(-224);
    const { frequency, phase, levels } = dg.coupling;
    if (frequency || phase || levels) throw new ScpiError(-221, "the channels are coupled");
    return { first, second };
  };
  dg.scpi.tree.command(
    ":SYSTem:CSCopy",
    takes([channel, channel], ([from, to]) => {
      const { first, second } = both(from, to);
      Object.assign(dg.stateOf(second), dg.stateOf(first), { partial: [] });
      second.copyFrom(first);
    }),
  );
  dg.scpi.tree.command(
    ":SYSTem:CWCopy",
    takes([channel, channel], ([from, to]) => {
      const { first, second } = both(from, to);
      const wave = first.memory.get(VOLATILE);
      if (first.settings.fn !== "ARB" || second.settings.fn !== "ARB" || !wave) {
        throw new ScpiError(-221, "both channels have to play samples");
      }
      second.memory.set(VOLATILE, wave);
      play(dg, second);
    }),
  );
}
