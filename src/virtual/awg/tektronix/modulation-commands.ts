import { boolean, takes } from "../../scpi/index.js";
import { setting } from "../channel-setting.js";
import {
  type Keeper,
  type NumberRow,
  type WordRow,
  keepNumbers,
  keepSweepSpan,
  keepWords,
} from "../modulation/keeper.js";
import { amRest } from "../modulation/played.js";
import { plainAllows, switchMode } from "../modulation/state.js";
import { frequencyMax_Hz } from "../rules.js";
import { flag, word } from "../simple-settings.js";
import type { Afg } from "./afg.js";

const root = "[:SOURce<1-2>]";
const kinds = ["AM", "FM", "PM", "PWM"] as const;
const modulating = [
  "SINusoid",
  "SQUare",
  "TRIangle",
  "RAMP",
  "NRAMp",
  "PRNoise",
  "USER",
  "USER1",
  "USER2",
  "USER3",
  "USER4",
  "EMEMory",
  "EFILe",
];

const numbers: readonly NumberRow[] = [
  ["AM.depth_percent", ":AM[:DEPTh]", "PCT", 0, 120, 50],
  ["FM.deviation_Hz", ":FM[:DEViation]", "HZ", 0, (c) => c.model.sineMax_Hz / 2, 1e6],
  ["PM.deviation_deg", ":PM[:DEViation]", "DEG", 0, 180, 90],
  ["PWM.deviation_percent", ":PWM[:DEViation]:DCYCle", "PCT", 0, 100, 5],
  ...kinds.map((kind): NumberRow => [`${kind}.rate_Hz`, `:${kind}:INTernal:FREQuency`, "HZ", 2e-3, 50e3, 10e3]),
  ["FSK.hop_Hz", ":FSKey:FREQuency", "HZ", 1e-6, (c) => frequencyMax_Hz(c.model, c.settings.fn), 1e6],
  ["FSK.rate_Hz", ":FSKey:INTernal:RATE", "HZ", 2e-3, 1e6, 50],
  ["SWEEP.hold_s", ":SWEep:HTIMe", "S", 0, 300, 0],
  ["SWEEP.return_s", ":SWEep:RTIMe", "S", 0, 300, 1e-3],
  ["SWEEP.time_s", ":SWEep:TIME", "S", 1e-3, 300, 10e-3],
];
const words: readonly WordRow[] = [
  ...kinds.map((kind): WordRow => [`${kind}.shape`, `:${kind}:INTernal:FUNCtion`, modulating]),
  ...kinds.map((kind): WordRow => [`${kind}.source`, `:${kind}:SOURce`, ["INTernal", "EXTernal"]]),
  ["FSK.source", ":FSKey:SOURce", ["INTernal", "EXTernal"]],
  ["SWEEP.source", ":SWEep:MODE", ["AUTO", "MANual"]],
  ["SWEEP.spacing", ":SWEep:SPACing", ["LINear", "LOGarithmic"]],
];

/**
 * Modulation and sweep: run modes of a channel, one at a time. What a function can not have is refused with -221.
 *
 * @see AFG3000 Series Programmer Manual, 071-1639, SOURce:AM to SOURce:SWEep
 */
export function modulationCommands(afg: Afg): void {
  const keeper: Keeper = {
    channels: afg.channels,
    number: (node, spec) => setting(afg, `${root}${node}`, spec),
    word: (node, choices, { get, set, replays }) =>
      word(afg, `${root}${node}`, choices, {
        get,
        set: (c, one) => set(c, one === "USER" ? "USER1" : one),
        ...(replays && { replays }),
      }),
    flag: (node, access) => flag(afg, `${root}${node}`, access),
  };
  keepNumbers(keeper, numbers);
  keepWords(keeper, words);
  keepSweepSpan(keeper, (c) => frequencyMax_Hz(afg.model, c.settings.fn), { start_Hz: 100e3, stop_Hz: 1e6 });
  // At a depth of 120 % the output reaches the set amplitude, at none it has 1 / 2.2 of it.
  for (const c of afg.channels) c.kept.declare(amRest, 1 / 2.2);
  for (const [mode, node] of [...kinds.map((kind) => [kind, kind] as const), ["FSK", "FSKey"] as const]) {
    flag(afg, `${root}:${node}:STATe`, {
      get: (c) => c.mode === mode,
      set: (c, on) => switchMode(c, mode, on, plainAllows),
    });
  }
  word(afg, `${root}:FREQuency:MODE`, ["CW", "FIXed", "SWEep"], {
    get: (c) => (c.mode === "SWEEP" ? "SWE" : c.settings.frequencyMode),
    set: (c, mode) => {
      switchMode(c, "SWEEP", mode === "SWE", plainAllows);
      c.settings.frequencyMode = mode === "FIX" ? "FIX" : "CW";
    },
  });
  concurrentCommands(afg);
}

/** The channel that is told leads from then on. */
function concurrentCommands(afg: Afg): void {
  const { tree } = afg.scpi;
  for (const [node, part] of [
    ["FREQuency", "frequency"],
    ["VOLTage", "levels"],
  ] as const) {
    const pattern = `${root}:${node}:CONCurrent[:STATe]`;
    tree.command(
      pattern,
      takes([boolean()], ([on], call) => {
        afg.coupling[part] = on;
        afg.coupling.from(afg.channelOf(call));
      }),
    );
    tree.query(
      pattern,
      takes([], (_, call) => {
        afg.channelOf(call);
        return afg.coupling[part];
      }),
    );
  }
}
