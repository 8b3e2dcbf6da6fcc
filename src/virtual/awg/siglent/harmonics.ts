import type { AwgChannel } from "../channel.js";
import { type Keys, declareKeys, keyText, setKey } from "./keys.js";
import type { Sdg } from "./sdg.js";

const keys: Keys = new Map([
  ["HARMTYPE", { name: "harmonicType", words: ["EVEN", "ODD", "ALL"] }],
  ["HARMORDER", { name: "harmonicOrder", unit: "", min: 2, max: 10, preset: 2 }],
  ["HARMAMP", { name: "harmonic_Vpp", unit: "V", min: 0, max: 20, preset: 0 }],
  ["HARMDBC", { name: "harmonic_dBc", unit: "dBc", min: -200, max: 0, preset: -200 }],
  ["HARMPHASE", { name: "harmonic_deg", unit: "", min: 0, max: 360, preset: 0 }],
]);

/** A sine with harmonics and a sum of both channels: set and told again, and never put out. */
export function declareHarmonics(sdg: Sdg): void {
  declareKeys(sdg.channels, keys);
  for (const c of sdg.channels) {
    c.kept.declare("harmonic", false, "a sine with harmonics");
    c.kept.declare("combined", false, "the sum of both channels");
  }
}

/** `HARM`: of sines only; whatever comes while the state is off is ignored. */
export function setHarmonics(c: AwgChannel, words: readonly string[]): void {
  for (let i = 0; i + 1 < words.length; i += 2) {
    const word = (words[i] ?? "").toUpperCase();
    const value = words[i + 1] ?? "";
    const key = keys.get(word);
    if (word === "HARMSTATE" && /^OFF$/i.test(value)) c.kept.set("harmonic", false);
    if (word === "HARMSTATE" && /^ON$/i.test(value) && c.settings.fn === "SIN") c.kept.set("harmonic", true);
    if (key && c.kept.on("harmonic")) setKey(c, key, value);
  }
  c.refresh();
}

export function harmonicsText(c: AwgChannel): string {
  if (!c.kept.on("harmonic")) return "HARMSTATE,OFF";
  return `,HARMSTATE,ON,${keyText(c, keys, [...keys.keys()])}`; // the comma is the instrument's
}
