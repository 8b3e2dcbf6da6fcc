import { keyword, takes } from "../../scpi/index.js";
import type { AwgChannel } from "../channel.js";
import { switchSetting } from "./dg.js";
import type { Dg } from "./dg.js";

/** Settings that act on nothing here: the sync output, gates and trigger outputs lead nowhere. Their default is the first word. */
const kept: readonly (readonly [pattern: string, words: readonly string[], replies: readonly string[]])[] = [
  [":OUTPut<1-2>:SYNC:POLarity", ["POSitive", "NEGative"], ["POS", "NEG"]],
  [":SYSTem:ROSCillator:SOURce", ["INTernal", "EXTernal"], ["INT", "EXT"]],
  [":OUTPut<1-2>:GATe:POLarity", ["POSitive", "NEGative"], ["POSITIVE", "NEGATIVE"]],
  ["[:SOURce<1-2>]:BURSt:GATE:POLarity", ["NORMal", "INVerted"], ["NORM", "INV"]],
  ["[:SOURce<1-2>]:BURSt:TRIGger:TRIGOut", ["OFF", "POSitive", "NEGative"], ["OFF", "POS", "NEG"]],
];

export function keptCommands(dg: Dg): void {
  const silent = new Set<AwgChannel>();
  switchSetting(
    dg,
    ":OUTPut<1-2>:SYNC[:STATe]",
    (c) => !silent.has(c),
    (c, on) => void (on ? silent.delete(c) : silent.add(c)),
  );
  dg.scpi.onReset(() => silent.clear());
  for (const [pattern, words, replies] of kept) {
    const known = new Map<number, string>();
    const shorts = words.map((word) => word.replace(/[a-z]/g, ""));
    dg.scpi.tree.command(
      pattern,
      takes([keyword(...words)], ([word], call) => {
        known.set(call.suffixes[0] ?? 1, replies[shorts.indexOf(word)] ?? word);
      }),
    );
    dg.scpi.tree.query(
      pattern,
      takes([], (_, call) => known.get(call.suffixes[0] ?? 1) ?? replies[0] ?? ""),
    );
    dg.scpi.onReset(() => known.clear());
  }
}
