import { NOT_A_NUMBER, integer, keyword } from "../../scpi/index.js";
import type { Measurement } from "../measure.js";
import { measureScreen } from "../screen-measure.js";
import type { Mso } from "./mso.js";

/** Names of the manual by those of the core, with their units. */
const kinds: Readonly<Record<string, readonly [kind: Measurement, unit: string]>> = {
  AMPlitude: ["VAMP", "V"],
  FALL: ["FALL", "s"],
  FREQuency: ["FREQ", "Hz"],
  HIGH: ["VTOP", "V"],
  LOW: ["VBAS", "V"],
  MAXimum: ["VMAX", "V"],
  MEAN: ["VAV", "V"],
  MINImum: ["VMIN", "V"],
  NDUty: ["DUTY", "%"],
  NWIdth: ["NWID", "s"],
  PDUty: ["DUTY", "%"],
  PERIod: ["PER", "s"],
  PK2Pk: ["VPP", "V"],
  POVershoot: ["OVER", "%"],
  PWIdth: ["PWID", "s"],
  RISe: ["RIS", "s"],
  RMS: ["VRMS", "V"],
};

/** Where edges begin, are counted and end, percent of the swing. */
const factoryLevels = { HIGH: 90, MID: 50, LOW: 10 };

/**
 * Immediate measurements of one channel, on the 3000 and 4000 series. Not simulated: those of two channels, of whole cycles,
 * areas, counts, histograms and what is shown on the screen.
 *
 * @see MDO4000/B/C, MSO/DPO4000B and MDO3000 programmer manual, MEASUrement:IMMed
 */
export function measureCommands(mso: Mso): void {
  const { scope } = mso;
  const names = Object.keys(kinds);
  const type = keyword(...names);
  const shortOf = (notation: string) => notation.replace(/[a-z]+/g, "");
  let name = "PERIod";
  const [first = "CH1", ...others] = scope.settings.channels.map((_, index) => `CH${index + 1}`);
  let source = first;
  const levels = { ...factoryLevels };
  mso.setting("MEASUrement:IMMed:SOUrce<1-1>", keyword(first, ...others), {
    get: () => source,
    set: (word) => (source = word),
  });
  mso.setting("MEASUrement:IMMed:TYPe", type, {
    get: () => name.toUpperCase(),
    set: (word) => (name = names.find((one) => shortOf(one) === word) ?? name),
  });
  mso.answer("MEASUrement:IMMed:UNIts", () => `"${kinds[name]?.[1] ?? ""}"`);
  mso.answer("MEASUrement:IMMed:VALue", async (call) => {
    const [kind = "PER"] = kinds[name] ?? [];
    const [lower, middle, upper] = [levels.LOW / 100, levels.MID / 100, levels.HIGH / 100];
    const thresholds = { lower, middle, upper };
    const value = await measureScreen(scope, { kind, channel: Number(source.slice(2)), thresholds }, call.signal);
    const shown = name === "NDUty" && value !== undefined ? 100 - value : value;
    return mso.scpi.dialect.formatNumber(shown ?? NOT_A_NUMBER);
  });
  const percent = integer({ min: 0, max: 100 });
  for (const level of ["HIGH", "MID", "LOW"] as const) {
    // MID2 is for the second source of a measurement of two.
    mso.setting(`MEASUrement:REFLevel:PERCent:${level}${level === "MID" ? "<1-2>" : ""}`, percent, {
      get: () => levels[level],
      set: (value) => (levels[level] = value),
    });
  }
  mso.setting("MEASUrement:REFLevel:METHod", keyword("PERCent"), { get: () => "PERCENT", set: () => undefined });
  mso.scpi.onReset(() => {
    name = "PERIod";
    source = first;
    Object.assign(levels, factoryLevels);
  });
}
