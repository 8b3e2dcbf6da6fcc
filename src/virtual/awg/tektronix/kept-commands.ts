import { ScpiError, keyword, numberSetting, string, takes } from "../../scpi/index.js";
import type { Call } from "../../scpi/index.js";
import type { Afg } from "./afg.js";

const words: readonly (readonly [pattern: string, words: readonly string[]])[] = [
  [":OUTPut:TRIGger:MODE", ["TRIGger", "SYNC"]],
  [":SOURce:ROSCillator:SOURce", ["INTernal", "EXTernal"]],
];
const channel = "[:SOURce<1-2>]";
const added = "a signal added to the output";

/** What programs set and ask on their way: kept and read back, of each channel. */
export function keptCommands(afg: Afg): void {
  const { scpi } = afg;
  // Noise that could be added to channel 1 and 2: only how much.
  const noise_percent = new Map<number, number>();
  numberSetting(
    scpi,
    ":SOURce<3-4>:POWer[:LEVel][:IMMediate][:AMPLitude]",
    "PCT",
    { min: 0, max: 50 },
    {
      get: ({ suffixes }) => noise_percent.get(suffixes[0] ?? 3) ?? 0,
      set: (value, { suffixes }) => void noise_percent.set(suffixes[0] ?? 3, value),
    },
  );
  scpi.onReset(() => noise_percent.clear());
  for (const [pattern, choices] of words) keepWord(afg, pattern, choices);
  // Files of the instrument: there are none, and none is chosen.
  for (const node of [...["AM", "FM", "PM", "PWM"].map((one) => `${one}:INTernal:FUNCtion:EFILe`), "FUNCtion:EFILe"]) {
    scpi.tree.command(
      `${channel}:${node}`,
      takes([string()], ([file]) => {
        if (file !== "") throw new ScpiError(-256);
      }),
    );
    scpi.tree.query(
      `${channel}:${node}`,
      takes([], () => '""'),
    );
  }
  for (const c of afg.channels) c.kept.declare("added", "", added);
  scpi.tree.command(
    `${channel}:COMBine:FEED`,
    takes([string()], ([feed], call) => {
      const word = /^(NOIS)(?:e)?$|^(EXT)(?:ernal)?$|^(BOTH)$|^$/i.exec(feed);
      if (!word) throw new ScpiError(-224);
      const c = afg.channelOf(call);
      c.kept.set("added", (word[1] ?? word[2] ?? word[3] ?? "").toUpperCase());
      c.refresh();
    }),
  );
  scpi.tree.query(
    `${channel}:COMBine:FEED`,
    takes([], (_, call) => `"${afg.channelOf(call).kept.word("added")}"`),
  );
}

function keepWord({ scpi }: Afg, pattern: string, choices: readonly string[]): void {
  const kept = new Map<number, string>();
  const numberOf = ({ suffixes }: Call) => suffixes[0] ?? 1;
  const [preset = ""] = choices.map((one) => one.replace(/[a-z]+/g, ""));
  scpi.tree.command(
    pattern,
    takes([keyword(...choices)], ([word], call) => void kept.set(numberOf(call), word)),
  );
  scpi.tree.query(
    pattern,
    takes([], (_, call) => kept.get(numberOf(call)) ?? preset),
  );
  scpi.onReset(() => kept.clear());
}
