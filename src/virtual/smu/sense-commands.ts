import {
  booleanSetting,
  integerSetting,
  keywordSetting,
  numberSetting,
  ScpiError,
  name,
  takes,
} from "../scpi/index.js";
import type { ScpiInstrument } from "../scpi/index.js";
import { pulseReach, rangeFor, rangeNamed, reach } from "./models.js";
import type { RangeFacts } from "./models.js";
import { relativeCommands } from "./relative-commands.js";
import type { SenseFunction } from "./reading-buffer.js";
import type { SenseSettings } from "./settings.js";
import type { Smu } from "./smu.js";

const functions = [
  ["VOLT", "VOLTage[:DC]"],
  ["CURR", "CURRent[:DC]"],
  ["RES", "RESistance"],
] as const;

const replies: Readonly<Record<SenseFunction, string>> = { VOLT: '"VOLT:DC"', CURR: '"CURR:DC"', RES: '"RES"' };

const resistances: readonly RangeFacts[] = [20, 200, 2e3, 2e4, 2e5, 2e6, 2e7, 2e8].map((full) => ({
  full,
  sourceStep: full,
  readStep: full * 1e-6,
  noise: 0,
}));

/** `"CURR"`, `'VOLT:DC'`, `RES`, short or long. */
export function senseFunctionNamed(text: string): SenseFunction {
  const match = /^(VOLT(?:AGE)?|CURR(?:ENT)?|RES(?:ISTANCE)?)(?::DC)?$/i.exec(text.trim());
  if (!match) throw new ScpiError(-224);
  const word = (match[1] as string).toUpperCase();
  return word.startsWith("V") ? "VOLT" : word.startsWith("C") ? "CURR" : "RES";
}

/** Makes a function the one that is measured. Four-wire sensing goes off where it changes. */
export function chooseSense(smu: Smu, chosen: SenseFunction): void {
  const { settings } = smu;
  if (chosen === settings.senseFunction) return;
  settings.senseFunction = chosen;
  for (const [of] of functions) settings.sense[of].fourWire = false;
  smu.apply();
}

/** `:SENSe`: what is measured, on which range, for how long. */
export function senseCommands(scpi: ScpiInstrument, smu: Smu): void {
  const { tree } = scpi;
  tree.command(
    "[:SENSe<1-1>]:FUNCtion[:ON]",
    takes([name()], ([text]) => chooseSense(smu, senseFunctionNamed(text))),
  );
  tree.query(
    "[:SENSe<1-1>]:FUNCtion[:ON]",
    takes([], () => replies[smu.settings.senseFunction]),
  );
  tree.command(
    "[:SENSe<1-1>]:AZERo:ONCE",
    takes([], () => undefined),
  );
  integerSetting(
    scpi,
    "[:SENSe<1-1>]:COUNt",
    { min: 1, max: 300000, default: 1 },
    {
      get: () => smu.settings.senseCount,
      set: (count) => void (smu.settings.senseCount = count),
    },
  );
  // Nothing here has an offset voltage: compensated or not, a resistance reads the same.
  booleanSetting(scpi, "[:SENSe<1-1>]:RESistance:OCOMpensated", {
    get: () => smu.settings.sense.RES.offsetCompensation,
    set: (on) => void (smu.settings.sense.RES.offsetCompensation = on),
  });
  for (const [of, notation] of functions) {
    const root = `[:SENSe<1-1>]:${notation}`;
    const settings = () => smu.settings.sense[of];
    const ranges = of === "RES" ? resistances : smu.ranges(of);
    rangeCommands(scpi, smu, of, root, ranges);
    converterCommands(scpi, smu, root, settings);
    if (of !== "RES")
      keywordSetting(scpi, `${root}:UNIT`, ["OHM", "WATT", of === "VOLT" ? "VOLT" : "AMP"], unitOf(smu, of));
    relativeCommands(scpi, smu, of, root, reach(ranges));
  }
}

function unitOf(smu: Smu, of: SenseFunction) {
  return {
    get: () => smu.settings.sense[of].unit,
    set: (unit: string) => void (smu.settings.sense[of].unit = unit),
  };
}

function rangeCommands(
  scpi: ScpiInstrument,
  smu: Smu,
  of: SenseFunction,
  root: string,
  ranges: readonly RangeFacts[],
): void {
  const settings = () => smu.settings.sense[of];
  const most = pulseReach(ranges);
  const other = of === "VOLT" ? "CURR" : "VOLT";
  /** The range in use, also while it follows the reading: then the one that the limit needs. */
  const inUse = () => {
    const fixed = settings().range;
    if (fixed !== undefined) return fixed;
    if (of === "RES") return (ranges.at(-1) as RangeFacts).full;
    const { source } = smu.settings;
    return rangeFor(ranges, smu.settings.sourceFunction === of ? source[of].level : source[other].limit).full;
  };
  numberSetting(
    scpi,
    `${root}:RANGe[:UPPer]`,
    "",
    { min: -most, max: most, default: ranges[0]?.full ?? 0 },
    {
      get: inUse,
      set: (range) => {
        settings().range = rangeNamed(ranges, range).full;
        smu.apply();
      },
    },
  );
  booleanSetting(scpi, `${root}:RANGe:AUTO`, {
    get: () => settings().range === undefined,
    set: (auto) => {
      settings().range = auto ? undefined : inUse();
      smu.apply();
    },
  });
  numberSetting(
    scpi,
    `${root}:RANGe:AUTO:LLIMit`,
    "",
    { min: ranges[0]?.full ?? 0, max: most },
    {
      get: () => settings().lowerRange,
      set: (range) => void (settings().lowerRange = rangeNamed(ranges, range).full),
    },
  );
  scpi.tree.query(
    `${root}:RANGe:AUTO:ULIMit`,
    takes([], () => inUse()),
  );
}

function converterCommands(scpi: ScpiInstrument, smu: Smu, root: string, settings: () => SenseSettings): void {
  const kept = <K extends keyof SenseSettings>(key: K) => ({
    get: () => settings()[key],
    set: (value: SenseSettings[K]) => void (settings()[key] = value),
  });
  numberSetting(scpi, `${root}:NPLCycles`, "", { min: 0.01, max: 10, default: 1 }, kept("nplc"));
  booleanSetting(scpi, `${root}:AZERo[:STATe]`, kept("autozero"));
  booleanSetting(scpi, `${root}:RSENse`, {
    get: () => settings().fourWire,
    set: (on) => {
      settings().fourWire = on;
      smu.apply();
    },
  });
  booleanSetting(scpi, `${root}:AVERage[:STATe]`, kept("averaging"));
  integerSetting(scpi, `${root}:AVERage:COUNt`, { min: 1, max: 100, default: 10 }, kept("averageCount"));
  keywordSetting(scpi, `${root}:AVERage:TCONtrol`, ["REPeat", "MOVing"], kept("averageMode"));
  numberSetting(
    scpi,
    `${root}:DELay:USER<1-5>`,
    "",
    { min: 0, max: 1e4, default: 0 },
    {
      get: ({ suffixes }) => settings().userDelays_s[(suffixes.at(-1) ?? 1) - 1] ?? 0,
      set: (delay_s, { suffixes }) => void (settings().userDelays_s[(suffixes.at(-1) ?? 1) - 1] = delay_s),
    },
  );
}
