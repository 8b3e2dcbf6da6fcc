import { keyword, nr3, numeric, optional, takes } from "../scpi/index.js";
import { type OtherTrigger, neverComes } from "./basic-scope.js";
import { pulseOf } from "./pulse-trigger.js";
import type { Scope } from "./scope.js";

const glitch = ":TRIGger:GLITch";
const polarities = "POSitive NEGative";
const conditions = { GRE: "longer", LESS: "shorter", RANG: "within" } as const;

/**
 * Triggers that are no edges. The pulse width trigger acts; the others are set, asked back, and never come.
 *
 * @see InfiniiVision 2000 X, 3000 X and 3000T Programmer's Guides, :TRIGger
 */
export function otherTriggerCommands(scope: Scope): void {
  const { kept, model } = scope;
  const sources = scope.settings.channels.map((_, index) => `CHANnel${index + 1}`).join(" ");
  const small = model.name.includes("-X 2");
  kept.words({
    ":TRIGger:MODE": `EDGE GLITch PATTern TV${small ? "" : " DELay EBURst OR RUNT SHOLd TRANsition"}`,
    [`${glitch}:SOURce`]: sources,
    [`${glitch}:POLarity`]: polarities,
    [`${glitch}:QUALifier`]: "GREaterthan LESSthan RANGe",
    ":TRIGger:TV:SOURce": sources,
    ":TRIGger:TV:POLarity": "NEGative POSitive",
    ":TRIGger:TV:MODE": "AFIelds ALINes FIEld1 FIEld2 LFIeld1 LFIeld2 LALTernate LINE",
    ":TRIGger:TV:STANdard": "NTSC PAL PALM SECam",
    ":TRIGger:PATTern:QUALifier": "ENTered GREaterthan LESSthan INRange OUTRange TIMeout",
    ":TRIGger:PATTern:FORMat": "ASCii HEX",
  });
  kept.wholes({ ":TRIGger:TV:LINE": [1, 625, 1] });
  kept.texts({ ":TRIGger:PATTern": "X".repeat(model.channels) });
  kept.numbers("S", {
    [`${glitch}:GREaterthan`]: [2e-9, 10, 30e-9],
    [`${glitch}:LESSthan`]: [2e-9, 10, 30e-9],
    ":TRIGger:PATTern:GREaterthan": [2e-9, 10, 30e-9],
    ":TRIGger:PATTern:LESSthan": [2e-9, 10, 30e-9],
  });
  for (const root of [glitch, ":TRIGger:PATTern"]) range(scope, root);
  glitchLevel(scope);
  if (!small) largerCommands(scope, sources);
  scope.otherTrigger = () => selected(scope);
}

/** What the 2000 X does not have. */
function largerCommands({ kept }: Scope, sources: string): void {
  kept.words({
    ":TRIGger:RUNT:SOURce": sources,
    ":TRIGger:RUNT:POLarity": "POSitive NEGative EITHer",
    ":TRIGger:RUNT:QUALifier": "NONE GREaterthan LESSthan",
    ":TRIGger:TRANsition:SOURce": sources,
    ":TRIGger:TRANsition:SLOPe": polarities,
    ":TRIGger:TRANsition:QUALifier": "GREaterthan LESSthan",
    ":TRIGger:EBURst:SOURce": sources,
    ":TRIGger:EBURst:SLOPe": polarities,
    ":TRIGger:DELay:ARM:SOURce": sources,
    ":TRIGger:DELay:ARM:SLOPe": polarities,
    ":TRIGger:DELay:TRIGger:SOURce": sources,
    ":TRIGger:DELay:TRIGger:SLOPe": polarities,
    ":TRIGger:SHOLd:SLOPe": polarities,
    ":TRIGger:SHOLd:SOURce:CLOCk": sources,
    ":TRIGger:SHOLd:SOURce:DATA": sources,
  });
  kept.numbers("S", {
    ":TRIGger:RUNT:TIME": [2e-9, 10, 30e-9],
    ":TRIGger:TRANsition:TIME": [1e-9, 10, 30e-9],
    ":TRIGger:EBURst:IDLE": [10e-9, 10, 1e-6],
    ":TRIGger:DELay:TDELay:TIME": [4e-9, 10, 1e-6],
    ":TRIGger:SHOLd:TIME:HOLD": [0, 10, 1e-9],
    ":TRIGger:SHOLd:TIME:SETup": [0, 10, 1e-9],
  });
  kept.wholes({ ":TRIGger:EBURst:COUNt": [1, 65_535, 1], ":TRIGger:DELay:TRIGger:COUNt": [1, 65_535, 1] });
}

/** Both times at once, in any order; the query gives the longer one first. */
function range(scope: Scope, root: string): void {
  const { scpi, kept } = scope;
  const time = numeric("S", { min: 2e-9, max: 10 });
  scpi.tree.command(
    `${root}:RANGe`,
    takes([time, time], ([a, b]) => {
      kept.set(Math.max(a, b), `${root}:LESSthan`);
      kept.set(Math.min(a, b), `${root}:GREaterthan`);
      scope.changed();
    }),
  );
  scpi.tree.query(
    `${root}:RANGe`,
    takes([], () => ["LESSthan", "GREaterthan"].map((node) => nr3(kept.number(`${root}:${node}`), 5, true)).join(",")),
  );
}

/** Each channel has one level, whatever the kind of trigger. */
function glitchLevel(scope: Scope): void {
  const { tree } = scope.scpi;
  const analog = scope.settings.channels.map((_, index) => `CHANnel${index + 1}`);
  const index = (source: string | undefined) => Number((source ?? scope.kept.word(`${glitch}:SOURce`)).slice(4)) - 1;
  tree.command(
    `${glitch}:LEVel`,
    takes([numeric("V", {}), optional(keyword(...analog))], ([level_V, source]) => {
      scope.settings.trigger.levels_V[index(source)] = level_V;
      scope.changed();
    }),
  );
  tree.query(
    `${glitch}:LEVel`,
    takes([optional(keyword(...analog))], ([source]) => scope.settings.trigger.levels_V[index(source)] ?? 0),
  );
}

function selected({ kept, settings }: Scope): OtherTrigger | undefined {
  const mode = kept.word(":TRIGger:MODE");
  if (mode === "EDGE") return undefined;
  if (mode !== "GLIT") return neverComes;
  const channel = Number(kept.word(`${glitch}:SOURce`).slice(4));
  const condition = conditions[kept.word(`${glitch}:QUALifier`) as keyof typeof conditions];
  const [least_s, most_s] = [kept.number(`${glitch}:GREaterthan`), kept.number(`${glitch}:LESSthan`)];
  const polarity = kept.word(`${glitch}:POLarity`) === "NEG" ? "NEG" : "POS";
  return {
    channel,
    level_V: settings.trigger.levels_V[channel - 1] ?? 0,
    pulse: pulseOf(polarity, condition, least_s, most_s),
  };
}
