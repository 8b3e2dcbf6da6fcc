import { boolean, either, keyword, name, numeric } from "../../scpi/index.js";
import type { ParameterType } from "../../scpi/index.js";
import type { OlderModel } from "./models.js";
import type { Mso } from "./mso.js";

type Kept = readonly [
  pattern: string,
  type: ParameterType<string | number | boolean>,
  factory: string | number | boolean,
];

const shapes = ["SINE", "SQUare", "PULSe", "RAMP", "NOISe", "DC", "SINC", "GAUSsian", "LORENtz", "ERISe", "EDECAy"];
const moreShapes = ["HAVERSINe", "CARDIac", "ARBitrary"];

/** Of the generator inside (MDO3000 programmer manual, AFG). What it plays is not simulated. */
const generator: readonly Kept[] = [
  ["AFG:OUTPut:STATE", boolean(), false],
  ["AFG:OUTPut:LOAd:IMPEDance", keyword("FIFty", "HIGHZ"), "HIGHZ"],
  ["AFG:FUNCtion", keyword(...shapes, ...moreShapes), "SINE"],
  ["AFG:FREQuency", numeric("HZ", { min: 0.1, max: 50e6 }), 100e3],
  ["AFG:AMPLitude", numeric("V", { min: 10e-3, max: 5 }), 0.5],
  ["AFG:OFFSet", numeric("V", { min: -2.5, max: 2.5 }), 0],
  ["AFG:PHASe", numeric("", { min: -180, max: 180 }), 0],
  ["AFG:SQUare:DUty", numeric("PCT", { min: 10, max: 90 }), 50],
  ["AFG:RAMP:SYMmetry", numeric("PCT", { min: 0, max: 100 }), 50],
  ["AFG:PULse:WIDth", numeric("S", { min: 30e-9, max: 10 }), 1e-6],
  ["AFG:NOISEAdd:STATE", boolean(), false],
  ["AFG:NOISEAdd:PERCent", numeric("PCT", { min: 0, max: 100 }), 0],
];

/** Of the screen, where there is no picture to see them in. */
const screen: readonly Kept[] = [
  ["ZOOm:STATE", boolean(), false],
  ["ZOOm:MODe", boolean(), false],
  ["ZOOm:ZOOM1:STATE", boolean(), false],
  ["ZOOm:ZOOM1:POSition", numeric("PCT", { min: 0, max: 100 }), 50],
  ["ZOOm:ZOOM1:SCAle", numeric("S", { min: 1e-12, max: 1000 }), 1e-6],
  ["DISplay:XY", keyword("OFF", "TRIGgered"), "OFF"],
  ["DISplay:STYle:DOTsonly", boolean(), false],
  ["DISplay:PERSistence", either(keyword("CLEAR", "AUTO", "INFInite", "OFF"), numeric("S", {})), "AUTO"],
  ["MESSage:SHOW", name(), ""],
  ["MESSage:STATE", boolean(), false],
];

/** Settings of the 3000 and 4000 series that are taken and answered, and change nothing else. */
export function keptCommands(mso: Mso, { hasGenerator }: OlderModel): void {
  const values = new Map<string, string | number | boolean>();
  for (const [pattern, type, factory] of [...screen, ...(hasGenerator ? generator : [])]) {
    mso.setting(pattern, type, {
      get: () => values.get(pattern) ?? factory,
      set: (value) => void values.set(pattern, typeof value === "string" ? longForm(pattern, value) : value),
    });
  }
  mso.scpi.onReset(() => values.clear());
}

/** Replies have the whole word. */
function longForm(pattern: string, word: string): string {
  if (pattern.startsWith("MESSage")) return `"${word}"`;
  const words = [...shapes, ...moreShapes, "FIFty", "HIGHZ", "TRIGgered", "INFInite"];
  return (words.find((one) => one.replace(/[a-z]+/g, "") === word) ?? word).toUpperCase();
}
