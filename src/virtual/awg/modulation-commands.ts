import { ScpiError } from "../scpi/index.js";
import { amount } from "./amount.js";
import type { AwgChannel } from "./channel.js";
import type { Generator } from "./generator.js";
import {
  type Keeper,
  type NumberRow,
  type WordRow,
  keepFlag,
  keepNumbers,
  keepSweepSpan,
  keepWidthDeviation,
  keepWords,
} from "./modulation/keeper.js";
import { type Allows, leaveImpossible } from "./modulation/state.js";
import { frequencyMax_Hz } from "./rules.js";
import { flag, word } from "./simple-settings.js";

const root = "[:SOURce<1-2>]";
const kinds = ["AM", "FM", "PM", "PWM", "SUM"] as const;
const modulating = ["SINusoid", "SQUare", "RAMP", "NRAMp", "TRIangle", "NOISe", "PRBS", "ARBitrary"];
/** Frequency of the inner modulating signal after `*RST`. */
const rates: Readonly<Record<(typeof kinds)[number], number>> = { AM: 100, FM: 10, PM: 10, PWM: 10, SUM: 100 };

const numbers: readonly NumberRow[] = [
  ["AM.depth_percent", ":AM[:DEPTh]", "PCT", 0, 120, 100],
  ["FM.deviation_Hz", ":FM[:DEViation]", "HZ", 1e-6, (c) => c.model.sineMax_Hz / 2, 100],
  ["PM.deviation_deg", ":PM[:DEViation]", "DEG", 0, 360, 180],
  ["SUM.amplitude_percent", ":SUM:AMPLitude", "PCT", 0, 100, 0.1],
  ...kinds.map((kind): NumberRow => {
    const most = (c: AwgChannel) => c.model.sineMax_Hz;
    return [`${kind}.rate_Hz`, `:${kind}:INTernal:FREQuency`, "HZ", 1e-6, most, rates[kind]];
  }),
  ["FSK.hop_Hz", ":FSKey:FREQuency", "HZ", 1e-6, (c) => frequencyMax_Hz(c.model, c.settings.fn), 100],
  ["FSK.rate_Hz", ":FSKey:INTernal:RATE", "HZ", 125e-6, 1e6, 10],
  ["PSK.phase_deg", ":BPSK[:PHASe]", "DEG", 0, 360, 180],
  ["PSK.rate_Hz", ":BPSK:INTernal:RATE", "HZ", 1e-3, 1e6, 10],
  ["SWEEP.time_s", ":SWEep:TIME", "S", 1e-3, 250e3, 1],
  ["SWEEP.hold_s", ":SWEep:HTIMe", "S", 0, 3600, 0],
  ["SWEEP.return_s", ":SWEep:RTIMe", "S", 0, 3600, 0],
  ["marker_Hz", ":MARKer:FREQuency", "HZ", 1e-6, (c) => c.model.sineMax_Hz, 500],
];
const words: readonly WordRow[] = [
  ...kinds.map((kind): WordRow => [`${kind}.shape`, `:${kind}:INTernal:FUNCtion`, modulating]),
  ...kinds.map((kind): WordRow => [`${kind}.source`, `:${kind}:SOURce`, ["INTernal", "EXTernal", "CH1", "CH2"]]),
  ["FSK.source", ":FSKey:SOURce", ["INTernal", "EXTernal"]],
  ["PSK.source", ":BPSK:SOURce", ["INTernal", "EXTernal"]],
  ["SWEEP.spacing", ":SWEep:SPACing", ["LINear", "LOGarithmic"]],
];
/** Two words of one setting: going from one to the other turns nothing off. */
const frequencyModes = new Set(["SWEEP", "LIST"]);
/** Names of the modes as they are kept, and their nodes. */
const states: readonly (readonly [mode: string, node: string])[] = [
  ...kinds.map((kind) => [kind, kind] as const),
  ["FSK", "FSKey"],
  ["PSK", "BPSK"],
  ["SWEEP", "SWEep"],
];

/** Levels can not be modulated, noise only in its amplitude, and only pulses in their width. */
const allows: Allows = (fn, mode) => {
  if (fn === "DC") return false;
  if (mode === "PWM") return fn === "PULS";
  if (fn === "NOIS") return mode === "AM" || mode === "SUM";
  return fn !== "PRBS" || mode !== "SWEEP";
};

/**
 * Modulation and sweep: kept, read back, one at a time. What goes off for another, or for a function, is told with -221.
 *
 * @see Agilent 33500 Series Operating and Service Guide; for the notices 33220A User's Guide, error messages: of the 33500 no
 *   page was seen
 */
export function modulationCommands(generator: Generator): void {
  const keeper: Keeper = {
    channels: generator.channels,
    number: (node, spec) => amount(generator, `${root}${node}`, spec),
    word: (node, choices, access) => word(generator, `${root}${node}`, choices, access),
    flag: (node, access) => flag(generator, `${root}${node}`, access),
  };
  keepNumbers(keeper, numbers);
  keepWords(keeper, words);
  keepWidthDeviation(keeper, ":PWM[:DEViation]", ":PWM[:DEViation]:DCYCle", 1e-5);
  keepFlag(keeper, "AM.dssc", ":AM:DSSC", false);
  keepSweepSpan(keeper, (c) => frequencyMax_Hz(generator.model, c.settings.fn), { start_Hz: 100, stop_Hz: 1000 });
  for (const [mode, node] of states) {
    flag(generator, `${root}:${node}:STATe`, {
      get: (c) => c.mode === mode,
      set: (c, on) => (on ? turnOn(generator, c, mode) : c.mode === mode && c.enter(undefined)),
    });
  }
  word(generator, `${root}:FREQuency:MODE`, ["CW", "FIXed", "LIST", "SWEep"], {
    get: (c) => (c.mode === "SWEEP" ? "SWE" : c.mode === "LIST" ? "LIST" : c.settings.frequencyMode),
    set: (c, mode) => {
      if (mode === "SWE" || mode === "LIST") turnOn(generator, c, mode === "SWE" ? "SWEEP" : mode);
      else if (c.mode === "SWEEP" || c.mode === "LIST") c.enter(undefined);
      c.settings.frequencyMode = mode === "FIX" ? "FIX" : "CW";
    },
  });
}

function turnOn({ notice }: Generator, c: AwgChannel, mode: string): void {
  if (!allows(c.settings.fn, mode)) throw new ScpiError(-221, `not able to turn on ${mode} with this function`);
  const other = c.settings.burst.on ? "burst" : c.mode;
  const sameSetting = frequencyModes.has(mode) && frequencyModes.has(other ?? "");
  if (other !== undefined && other !== mode && !sameSetting) {
    notice(-221, `${other} turned off by selection of other mode or modulation`);
  }
  c.enter(mode);
}

/** After another function was selected. */
export function leaveImpossibleMode({ notice }: Generator, c: AwgChannel): void {
  const left = leaveImpossible(c, allows);
  if (left !== undefined) notice(-221, `not able to use ${left} with this function, ${left} turned off`);
}

/** Turns the burst on or off, and a modulation or sweep off for it. */
export function setBurst({ notice }: Generator, c: AwgChannel, on: boolean): void {
  if (on && c.mode !== undefined) notice(-221, `${c.mode} turned off by selection of other mode or modulation`);
  c.setBurst(on);
}
