import { ScpiError, boolean, numberSetting, raw, takes } from "../../scpi/index.js";
import type { Dg } from "./dg.js";

/** Words of a setting, the preset first; some begin with a digit. */
type Choice = readonly [pattern: string, words: readonly string[]];

const gates = ["USER1", "USER2", "USER3", "USER4", "USER5", "USER6"];
/** Five results of a counter that sees no signal. */
const nothing = Array<string>(5).fill("0.000000000E+00").join(",");

/**
 * The frequency counter: nothing is wired to its input, so its settings are kept and it measures nothing. A DG4000 spells the
 * coupling COUPing, and the trigger level LEVE.
 *
 * @see DG4000 Programming Guide, :COUNter; DG1000Z Programming Guide, pages 2-3 to 2-8
 */
export function counterCommands(dg: Dg): void {
  const { tree } = dg.scpi;
  const small = dg.model.family === "DG1000Z";
  const choices: readonly Choice[] = [
    [small ? ":COUNter:COUPling" : ":COUNter:COUPing", ["AC", "DC"]],
    [":COUNter:GATEtime", [...gates, "AUTO"]],
    ...(small ? [] : [[":COUNter:ATTenuation", ["1X", "10X"]] as const, [":COUNter:IMPedance", ["1M", "50"]] as const]),
  ];
  for (const [pattern, words] of choices) choice(dg, pattern, words);
  // There is no signal to choose a gate time by.
  tree.command(
    ":COUNter:AUTO",
    takes([], () => undefined),
  );
  onOff(dg, ":COUNter:HF");
  onOff(dg, ":COUNter:STATIstics[:STATe]");
  for (const [pattern, unit, min, max, preset] of [
    [small ? ":COUNter:LEVEl" : ":COUNter:LEVE", "V", -2.5, 2.5, 0],
    [":COUNter:SENSitive", "PCT", 0, 100, small ? 25 : 50],
  ] as const) {
    let kept: number = preset;
    numberSetting(
      dg.scpi,
      pattern,
      unit,
      { min, max, default: preset },
      { get: () => kept, set: (v) => void (kept = v) },
    );
    dg.scpi.onReset(() => void (kept = preset));
  }
  if (small) choice(dg, ":COUNter[:STATe]", ["OFF", "ON", "RUN", "STOP", "SINGLE"], { ON: "RUN" });
  else onOff(dg, ":COUNter[:STATe]");
  tree.query(
    ":COUNter:MEASure",
    takes([], () => nothing),
  );
  tree.command(
    ":COUNter:STATIstics:CLEAr",
    takes([], () => undefined),
  );
}

function onOff({ scpi }: Dg, pattern: string): void {
  let on = false;
  scpi.tree.command(
    pattern,
    takes([boolean()], ([state]) => void (on = state)),
  );
  scpi.tree.query(
    pattern,
    takes([], () => (on ? "ON" : "OFF")),
  );
  scpi.onReset(() => void (on = false));
}

/** @param replies of words that are answered by another one */
function choice(
  { scpi }: Dg,
  pattern: string,
  words: readonly string[],
  replies: Readonly<Record<string, string>> = {},
): void {
  const [preset = ""] = words;
  let kept = preset;
  scpi.tree.command(
    pattern,
    takes([raw()], ([given]) => {
      const word = given.kind === "plain" ? given.text.toUpperCase() : "";
      if (!words.includes(word)) throw new ScpiError(-224);
      kept = replies[word] ?? word;
    }),
  );
  scpi.tree.query(
    pattern,
    takes([], () => kept),
  );
  scpi.onReset(() => void (kept = preset));
}
