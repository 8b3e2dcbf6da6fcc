import { ScpiError, raw, takes } from "../../scpi/index.js";
import { setting } from "../channel-setting.js";
import {
  type Keeper,
  type NumberRow,
  type WordRow,
  keepFlag,
  keepNumbers,
  keepSweepSpan,
  keepWidthDeviation,
  keepWords,
} from "../modulation/keeper.js";
import { leaveImpossible, plainAllows, switchMode } from "../modulation/state.js";
import type { AwgChannel } from "../channel.js";
import { frequencyMax_Hz } from "../rules.js";
import { word } from "../simple-settings.js";
import { switchSetting } from "./dg.js";
import type { Dg } from "./dg.js";

const root = "[:SOURce<1-2>]";
const kinds = ["AM", "FM", "PM", "PWM"] as const;
const keys = ["ASK", "FSK", "PSK"] as const;
const modulating = ["SINusoid", "SQUare", "TRIangle", "RAMP", "NRAMp", "NOISe", "USER"];
const sources = ["INTernal", "EXTernal"];
const types = ["AM", "FM", "PM", "ASK", "FSK", "PSK", "PWM"] as const;
/** Of a DG4000 only, and never played. */
const moreTypes = ["BPSK", "QPSK", "3FSK", "4FSK", "OSK"] as const;

/** Ranges and presets of the DG4000, and of the DG1000Z where its guide says otherwise. */
function numbers(dg: Dg): readonly NumberRow[] {
  const small = dg.model.family === "DG1000Z";
  const mod = small ? "[:MOD]:" : ":MOD:";
  const longest_s = small ? 500 : 300;
  const most_Hz = (c: AwgChannel) => frequencyMax_Hz(c.model, c.settings.fn);
  return [
    ["AM.depth_percent", `${mod}AM[:DEPTh]`, "PCT", 0, 120, 100],
    ["FM.deviation_Hz", `${mod}FM[:DEViation]`, "HZ", 0, (c) => c.settings.frequency_Hz, 1e3],
    ["PM.deviation_deg", `${mod}PM[:DEViation]`, "DEG", 0, 360, 90],
    ...kinds.map((kind): NumberRow => {
      return [`${kind}.rate_Hz`, `${mod}${kind}:INTernal:FREQuency`, "HZ", 2e-3, small ? 1e6 : 50e3, 100];
    }),
    ["ASK.level_Vpp", `${mod}ASKey:AMPLitude`, "VPP", 0, 10, 2],
    ["ASK.rate_Hz", `${mod}ASKey:INTernal[:RATE]`, "HZ", 2e-3, 1e6, 100],
    ["FSK.hop_Hz", `${mod}FSKey[:FREQuency]`, "HZ", 1e-6, most_Hz, small ? 10e3 : 100],
    ["FSK.rate_Hz", `${mod}FSKey:INTernal:RATE`, "HZ", 2e-3, 1e6, 100],
    ["PSK.phase_deg", `${mod}PSKey:PHASe`, "DEG", 0, 360, 180],
    ["PSK.rate_Hz", `${mod}PSKey:INTernal:RATE`, "HZ", 2e-3, 1e6, 100],
    ["SWEEP.time_s", ":SWEep:TIME", "S", 1e-3, longest_s, 1],
    ["SWEEP.startHold_s", ":SWEep:HTIMe:STARt", "S", 0, longest_s, 0],
    ["SWEEP.hold_s", ":SWEep:HTIMe[:STOP]", "S", 0, longest_s, 0],
    ["SWEEP.return_s", ":SWEep:RTIMe", "S", 0, longest_s, 0],
    ["sweepSteps", ":SWEep:STEP", undefined, 2, small ? 1024 : 2048, 2],
    ["marker_Hz", ":MARKer:FREQuency", "HZ", 1e-6, most_Hz, 550],
  ];
}

function words(dg: Dg): readonly WordRow[] {
  const small = dg.model.family === "DG1000Z";
  const mod = small ? "[:MOD]:" : ":MOD:";
  return [
    ...kinds.map((kind): WordRow => [`${kind}.shape`, `${mod}${kind}:INTernal:FUNCtion`, modulating]),
    ...kinds.map((kind): WordRow => [`${kind}.source`, `${mod}${kind}:SOURce`, sources]),
    ...keys.map((key): WordRow => [`${key}.source`, `${mod}${key}ey:SOURce`, sources]),
    ...keys.map((key): WordRow => [`${key}.polarity`, `${mod}${key}ey:POLarity`, ["POSitive", "NEGative"]]),
    ["SWEEP.spacing", ":SWEep:SPACing", ["LINear", "LOGarithmic", "STEp"]],
    ["SWEEP.source", ":SWEep:TRIGger:SOURce", ["INTernal", "EXTernal", "MANual"]],
    ["sweepSlope", ":SWEep:TRIGger:SLOPe", ["POSitive", "NEGative"]],
    [
      "sweepTrigger",
      ":SWEep:TRIGger:TRIGOut",
      small ? ["POSitive", "NEGative", "OFF"] : ["OFF", "POSitive", "NEGative"],
    ],
  ];
}

/**
 * Modulation and sweep: one at a time, and none beside a burst; what goes off for another goes off without a word.
 *
 * @see DG4000 Programming Guide, [:SOURce<n>]:MOD, :SWEep; DG1000Z Programming Guide, pages 2-116 to 2-170
 */
export function modulationCommands(dg: Dg): void {
  const keeper: Keeper = {
    channels: dg.channels,
    number: (node, spec) => setting(dg, `${root}${node}`, spec),
    word: (node, choices, access) => word(dg, `${root}${node}`, choices, access),
    flag: (node, { get, set, replays }) =>
      switchSetting(dg, `${root}${node}`, get, (c, on) => {
        set(c, on);
        if (replays?.(c) ?? true) c.refresh();
      }),
  };
  keepNumbers(keeper, numbers(dg));
  keepWords(keeper, words(dg));
  keepSweepSpan(keeper, (c) => frequencyMax_Hz(dg.model, c.settings.fn), { start_Hz: 100, stop_Hz: 1e3 }, true);
  const width = dg.model.family === "DG1000Z" ? "[:MOD]:PWM[:DEViation]" : ":MOD:PWM[:DEViation]";
  keepWidthDeviation(keeper, `${width}[:WIDTh]`, `${width}:DCYCle`, 200e-6);
  keepFlag(keeper, "marker", ":MARKer[:STATe]", false);
  if (dg.model.family === "DG1000Z") keepFlag(keeper, "AM.dssc", "[:MOD]:AM:DSSC", false);
  const turn = (c: AwgChannel, mode: string, on: boolean) => {
    switchMode(c, mode, on, plainAllows);
    c.refresh();
  };
  switchSetting(
    dg,
    `${root}:SWEep:STATe`,
    (c) => c.mode === "SWEEP",
    (c, on) => turn(c, "SWEEP", on),
  );
  const modulated = (c: AwgChannel) => c.mode !== undefined && c.mode !== "SWEEP";
  for (const c of dg.channels) c.kept.declare("type", "AM");
  switchSetting(dg, `${root}:MOD[:STATe]`, modulated, (c, on) => {
    if (on || modulated(c)) turn(c, c.kept.word("type"), on);
  });
  typeCommand(dg, modulated, turn);
  triggerCommand(dg);
  if (dg.model.family !== "DG1000Z") return;
  for (const kind of [...kinds, ...keys]) {
    const node = kind.endsWith("SK") ? `${kind}ey` : kind;
    const set = (c: AwgChannel, on: boolean) => {
      if (on) c.kept.set("type", kind);
      turn(c, kind, on);
    };
    switchSetting(dg, `${root}[:MOD]:${node}:STATe`, (c) => c.mode === kind, set);
  }
}

/** A sweep that waits for a trigger is not put out, so there is none to start. */
function triggerCommand(dg: Dg): void {
  dg.scpi.tree.command(
    `${root}:SWEep:TRIGger[:IMMediate]`,
    takes([], () => {
      throw new ScpiError(-211);
    }),
  );
}

function typeCommand(
  dg: Dg,
  modulated: (c: AwgChannel) => boolean,
  turn: (c: AwgChannel, mode: string, on: boolean) => void,
): void {
  const pattern = `${root}:MOD:TYPe`;
  const known: readonly string[] = dg.model.family === "DG4000" ? [...types, ...moreTypes] : types;
  dg.scpi.tree.command(
    pattern,
    takes([raw()], ([given], call) => {
      const type = given.kind === "plain" ? given.text.toUpperCase() : "";
      if (!known.includes(type)) throw new ScpiError(-224);
      const c = dg.channelOf(call);
      if (modulated(c)) turn(c, type, true);
      c.kept.set("type", type);
    }),
  );
  dg.scpi.tree.query(
    pattern,
    takes([], (_, call) => dg.channelOf(call).kept.word("type")),
  );
}

/** After another function was selected: what it can not have goes off. */
export const leaveForFunction = (c: AwgChannel): void => void leaveImpossible(c, plainAllows);
