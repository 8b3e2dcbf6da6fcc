import { ScpiError, boolean, keyword, name, numberSetting, takes } from "../../scpi/index.js";
import type { Call, ScpiUnit } from "../../scpi/index.js";
import { setting } from "../channel-setting.js";
import type { AwgChannel } from "../channel.js";
import type { Afg } from "./afg.js";

const channel = "[:SOURce<1-2>]";
const modulations = ["AM", "FM", "PM", "PWM"] as const;

type Amount = readonly [node: string, unit: ScpiUnit | undefined, min: number, max: number, preset: number];

/** Settings of what is not simulated, with the presets of the programmer manual: they act on nothing while it is off. */
const numbers: readonly Amount[] = [
  ["AM[:DEPTh]", "PCT", 0, 120, 50],
  ["FM[:DEViation]", "HZ", 0, 120e6, 1e6],
  ["PM[:DEViation]", "DEG", 0, 180, 90],
  ["PWM[:DEViation]:DCYCle", "PCT", 0, 100, 5],
  ...modulations.map((one): Amount => [`${one}:INTernal:FREQuency`, "HZ", 2e-3, 50e3, 10e3]),
  ["FSKey:FREQuency", "HZ", 1e-6, 240e6, 1e6],
  ["FSKey:INTernal:RATE", "HZ", 2e-3, 1e6, 50],
  ["FREQuency:CENTer", "HZ", 1e-6, 240e6, 550e3],
  ["FREQuency:SPAN", "HZ", 0, 240e6, 900e3],
  ["FREQuency:STARt", "HZ", 1e-6, 240e6, 100e3],
  ["FREQuency:STOP", "HZ", 1e-6, 240e6, 1e6],
  ["SWEep:HTIMe", "S", 0, 300, 0],
  ["SWEep:RTIMe", "S", 0, 300, 1e-3],
  ["SWEep:TIME", "S", 1e-3, 300, 10e-3],
  ["PULSe:DELay", "S", 0, 1e6, 0],
];

const words: readonly (readonly [pattern: string, words: readonly string[]])[] = [
  ...modulations.flatMap((one) => [
    [
      `${channel}:${one}:INTernal:FUNCtion`,
      [
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
      ],
    ] as const,
    [`${channel}:${one}:SOURce`, ["INTernal", "EXTernal"]] as const,
  ]),
  [`${channel}:FSKey:SOURce`, ["INTernal", "EXTernal"]],
  [`${channel}:SWEep:MODE`, ["AUTO", "MANual"]],
  [`${channel}:SWEep:SPACing`, ["LINear", "LOGarithmic"]],
  [":OUTPut:TRIGger:MODE", ["TRIGger", "SYNC"]],
  [":SOURce:ROSCillator:SOURce", ["INTernal", "EXTernal"]],
];

/** Taken as off; on is refused: it would change what is played, and that is not simulated. */
const off: readonly string[] = [
  ...modulations.map((one) => `${channel}:${one}:STATe`),
  `${channel}:FSKey:STATe`,
  `${channel}:FREQuency:CONCurrent[:STATe]`,
  `${channel}:VOLTage:CONCurrent[:STATe]`,
];

/** What programs set and ask on their way: kept and read back, of each channel. */
export function keptCommands(afg: Afg): void {
  const { scpi } = afg;
  for (const [node, unit, min, max, preset] of numbers) {
    const kept = new Map<AwgChannel, number>();
    setting(afg, `${channel}:${node}`, {
      units: unit === undefined ? [] : [unit],
      min,
      max,
      default: preset,
      get: (c) => kept.get(c) ?? preset,
      set: (c, value) => void kept.set(c, value),
    });
    scpi.onReset(() => kept.clear());
  }
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
  for (const pattern of off) {
    scpi.tree.command(
      pattern,
      takes([boolean()], ([on]) => {
        if (on) throw new ScpiError(-241, "it is not simulated");
      }),
    );
    scpi.tree.query(
      pattern,
      takes([], () => false),
    );
  }
  // Files of the instrument: there are none.
  for (const node of [...modulations.map((one) => `${one}:INTernal:FUNCtion:EFILe`), "FUNCtion:EFILe"]) {
    scpi.tree.command(
      `${channel}:${node}`,
      takes([name()], () => {
        throw new ScpiError(-256);
      }),
    );
    scpi.tree.query(
      `${channel}:${node}`,
      takes([], () => '""'),
    );
  }
  scpi.tree.command(
    `${channel}:COMBine:FEED`,
    takes([name()], ([feed]) => {
      if (feed !== "") throw new ScpiError(-241, "adding signals is not simulated");
    }),
  );
  scpi.tree.query(
    `${channel}:COMBine:FEED`,
    takes([], () => '""'),
  );
}

function keepWord({ scpi }: Afg, pattern: string, choices: readonly string[]): void {
  const kept = new Map<number, string>();
  const numberOf = ({ suffixes }: Call) => suffixes[0] ?? 1;
  const [preset = ""] = choices.map((word) => word.replace(/[a-z]+/g, ""));
  scpi.tree.command(
    pattern,
    takes([keyword(...choices)], ([word], call) => void kept.set(numberOf(call), word === "USER" ? "USER1" : word)),
  );
  scpi.tree.query(
    pattern,
    takes([], (_, call) => kept.get(numberOf(call)) ?? preset),
  );
  scpi.onReset(() => kept.clear());
}
