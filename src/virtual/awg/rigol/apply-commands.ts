import { ScpiError, keyword, numeric, optional, takes } from "../../scpi/index.js";
import type { AwgChannel } from "../channel.js";
import { open, shown } from "../channel-setting.js";
import { PEAK_V, ROUNDING_V, place } from "../plain-levels.js";
import type { FunctionName } from "../settings.js";
import type { Dg } from "./dg.js";
import { frequencyOf, play, replyOf, select, setFrequency } from "./function-commands.js";

const shapes: readonly (readonly [node: string, fn: FunctionName])[] = [
  ["SINusoid", "SIN"],
  ["SQUare", "SQU"],
  ["RAMP", "RAMP"],
  ["PULSe", "PULS"],
  ["USER", "ARB"],
];

/** Shape, frequency, amplitude, offset and phase (delay of a pulse) in one command, and what is in force as one reply. */
export function applyCommands(dg: Dg, least_Vpp: number): void {
  const { tree } = dg.scpi;
  const root = "[:SOURce<1-2>]:APPLy";
  const value = optional(numeric());
  for (const [node, fn] of shapes) {
    tree.command(
      `${root}:${node}`,
      takes([value, value, value, value], ([frequency_Hz, amplitude, offset, phase_deg], call) => {
        const c = dg.channelOf(call);
        select(dg, c, fn);
        if (frequency_Hz !== undefined) setFrequency(dg, c, frequency_Hz);
        level(c, amplitude, offset, least_Vpp);
        if (phase_deg !== undefined && fn !== "PULS") c.settings.phase_deg = phase_deg;
        play(dg, c);
      }),
    );
  }
  tree.command(
    `${root}:NOISe`,
    takes([value, value], ([amplitude, offset], call) => {
      const c = dg.channelOf(call);
      select(dg, c, "NOIS");
      level(c, amplitude, offset, least_Vpp);
      play(dg, c);
    }),
  );
  if (dg.model.family === "DG1000Z") {
    tree.command(
      `${root}:ARBitrary`,
      takes([value, value, value], ([rate_Sa_per_s, amplitude, offset], call) => {
        const c = dg.channelOf(call);
        if (rate_Sa_per_s !== undefined && !(rate_Sa_per_s > 0 && rate_Sa_per_s <= dg.model.arbMax_Sa_per_s)) {
          throw new ScpiError(-222);
        }
        const state = dg.stateOf(c);
        state.clock = "SRATE";
        state.rate_Sa_per_s = rate_Sa_per_s ?? state.rate_Sa_per_s;
        select(dg, c, "ARB");
        level(c, amplitude, offset, least_Vpp);
        play(dg, c);
      }),
    );
  }
  // Frequency and amplitude have a place, and no meaning: DEF is usual.
  const ignored = keyword("DEFault");
  tree.command(
    `${root}:DC`,
    takes([either(ignored), either(ignored), value], ([, , offset], call) => {
      const c = dg.channelOf(call);
      select(dg, c, "DC");
      level(c, undefined, offset, least_Vpp);
      play(dg, c);
    }),
  );
  tree.query(
    root,
    takes([], (_, call) => {
      const c = dg.channelOf(call);
      const number = (amount: number) => dg.scpi.dialect.formatNumber(amount);
      const { amplitude_Vpp, offset_V, phase_deg, fn } = c.settings;
      const times = fn === "DC" || fn === "NOIS" ? ["DEF"] : [number(frequencyOf(dg, c))];
      const span = fn === "DC" ? "DEF" : number(shown(c, amplitude_Vpp));
      const phase = fn === "DC" || fn === "NOIS" ? "DEF" : number(fn === "PULS" ? 0 : phase_deg);
      return `"${[replyOf(c), ...times, span, number(shown(c, offset_V)), phase].join(",")}"`;
    }),
  );
}

/** A word that is passed over, or a number that is. */
function either(word: ReturnType<typeof keyword>) {
  const number = numeric();
  return {
    ...optional(word),
    read: (raw: Parameters<typeof word.read>[0]) => {
      if (raw.kind === "plain" && /^[+-.\d]/.test(raw.text)) number.read(raw);
      else word.read(raw);
    },
  };
}

/** @throws ScpiError -222 beyond what the output can */
function level(c: AwgChannel, amplitude: number | undefined, offset: number | undefined, least_Vpp: number): void {
  const half_V = (amplitude === undefined ? c.settings.amplitude_Vpp : open(c, amplitude)) / 2;
  const middle_V = offset === undefined ? c.settings.offset_V : open(c, offset);
  if (c.settings.fn === "DC") {
    if (Math.abs(middle_V) > PEAK_V + ROUNDING_V) throw new ScpiError(-222);
    c.settings.offset_V = middle_V;
    return;
  }
  place(c, middle_V - half_V, middle_V + half_V, least_Vpp);
}
