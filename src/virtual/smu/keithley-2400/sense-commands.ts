import {
  booleanSetting,
  integerSetting,
  keyword,
  keywordSetting,
  name,
  numberSetting,
  property,
  rest,
  ScpiError,
  takes,
} from "../../scpi/index.js";
import type { ScpiInstrument } from "../../scpi/index.js";
import { OVERRANGE, rangeFor, reach } from "../models.js";
import type { RangeFacts } from "../models.js";
import type { SenseFunction } from "../reading-buffer.js";
import { senseFunctionNamed } from "../sense-commands.js";
import type { SenseSettings, SourceFunction } from "../settings.js";
import type { Smu } from "../smu.js";
import type { Sequencer } from "./sequencer.js";
import { checkPower } from "./source-commands.js";

const functions: readonly (readonly [SenseFunction, string])[] = [
  ["VOLT", "VOLTage[:DC]"],
  ["CURR", "CURRent[:DC]"],
  ["RES", "RESistance"],
];
const replies: Readonly<Record<SenseFunction, string>> = { VOLT: '"VOLT:DC"', CURR: '"CURR:DC"', RES: '"RES"' };
const root = "[:SENSe<1-1>]";

const resistances: readonly RangeFacts[] = [20, 200, 2e3, 2e4, 2e5, 2e6, 2e7, 2e8].map((full) => ({
  full,
  sourceStep: full,
  readStep: full * 1e-5,
  noise: 0,
}));

/** `:SENSe`: what is measured, within which compliance, on which range, for how long. */
export function senseCommands(scpi: ScpiInstrument, smu: Smu, { state }: Sequencer): void {
  functionCommands(scpi, state);
  /** Of all functions: a converter that is set for one is set for all. */
  const shared = <K extends keyof SenseSettings>(key: K) => ({
    get: () => smu.settings.sense.VOLT[key],
    set: (value: SenseSettings[K]) => {
      for (const [of] of functions) smu.settings.sense[of][key] = value;
    },
  });
  for (const [of, notation] of functions) {
    numberSetting(scpi, `${root}:${notation}:NPLCycles`, "", { min: 0.01, max: 10, default: 1 }, shared("nplc"));
    rangeCommands(scpi, smu, of, `${root}:${notation}`);
    if (of !== "RES") protectionCommands(scpi, smu, of, `${root}:${notation}`);
  }
  keywordSetting(scpi, `${root}:RESistance:MODE`, ["AUTO", "MANual"], property(state, "ohmsMode"));
  booleanSetting(scpi, `${root}:RESistance:OCOMpensated`, {
    get: () => smu.settings.sense.RES.offsetCompensation,
    set: (on) => void (smu.settings.sense.RES.offsetCompensation = on),
  });
  booleanSetting(scpi, `${root}:AVERage[:STATe]`, shared("averaging"));
  integerSetting(scpi, `${root}:AVERage:COUNt`, { min: 1, max: 100, default: 10 }, shared("averageCount"));
  keywordSetting(scpi, `${root}:AVERage:TCONtrol`, ["REPeat", "MOVing"], shared("averageMode"));
  const azero = ["ON", "OFF", "ONCE"];
  scpi.tree.command(
    ":SYSTem:AZERo[:STATe]",
    takes([name()], ([word]) => {
      const asked = word.toUpperCase();
      if (!azero.includes(asked) && !/^[01]$/.test(asked)) throw new ScpiError(-224);
      if (asked !== "ONCE") shared("autozero").set(asked === "ON" || asked === "1");
    }),
  );
  scpi.tree.query(
    ":SYSTem:AZERo[:STATe]",
    takes([], () => shared("autozero").get()),
  );
  booleanSetting(scpi, ":SYSTem:RSENse", {
    get: shared("fourWire").get,
    set: (on) => {
      shared("fourWire").set(on);
      smu.apply();
    },
  });
}

function functionCommands({ tree }: ScpiInstrument, state: Sequencer["state"]): void {
  const { functions: chosen } = state;
  const listed = () => {
    const on = functions.filter(([of]) => state.functions.has(of)).map(([of]) => replies[of]);
    return on.length === 0 ? '""' : on.join(",");
  };
  const choose = (names: readonly string[]) => {
    const asked = names.map(senseFunctionNamed);
    if (!state.concurrent) {
      if (asked.length > 1) throw new ScpiError(-108);
      state.functions.clear();
    }
    for (const of of asked) state.functions.add(of);
  };
  tree.command(
    `${root}:FUNCtion[:ON]`,
    takes([name(), rest(name())], ([first, more]) => choose([first, ...more])),
  );
  tree.query(`${root}:FUNCtion[:ON]`, takes([], listed));
  tree.query(
    `${root}:FUNCtion[:ON]:COUNt`,
    takes([], () => String(state.functions.size)),
  );
  tree.command(
    `${root}:FUNCtion[:ON]:ALL`,
    takes([], () => {
      for (const [of] of functions) if (state.concurrent || of === "CURR") state.functions.add(of);
    }),
  );
  tree.command(
    `${root}:FUNCtion:OFF`,
    takes([name(), rest(name())], ([first, more]) => {
      for (const text of [first, ...more]) state.functions.delete(senseFunctionNamed(text));
    }),
  );
  tree.query(
    `${root}:FUNCtion:OFF`,
    takes([], () => {
      const off = functions.filter(([of]) => !state.functions.has(of)).map(([of]) => replies[of]);
      return off.length === 0 ? '""' : off.join(",");
    }),
  );
  tree.command(
    `${root}:FUNCtion:OFF:ALL`,
    takes([], () => chosen.clear()),
  );
  tree.command(
    `${root}:FUNCtion:CONCurrent`,
    takes([keyword("ON", "OFF", "1", "0")], ([word]) => {
      state.concurrent = word === "ON" || word === "1";
    }),
  );
  tree.query(
    `${root}:FUNCtion:CONCurrent`,
    takes([], () => state.concurrent),
  );
}

/** The quantity that is sourced is measured on the range it is sourced on. */
function rangeCommands(scpi: ScpiInstrument, smu: Smu, of: SenseFunction, at: string): void {
  const ranges = of === "RES" ? resistances : smu.ranges(of);
  const most = reach(ranges);
  const settings = () => smu.settings.sense[of];
  const other: SourceFunction = of === "VOLT" ? "CURR" : "VOLT";
  const limit = () => smu.settings.source[other].limit;
  const inUse = () => {
    if (of !== "RES" && smu.settings.sourceFunction === of) return smu.sourceRange(of).full;
    return settings().range ?? (of === "RES" ? most / OVERRANGE : rangeFor(ranges, limit()).full);
  };
  numberSetting(
    scpi,
    `${at}:RANGe[:UPPer]`,
    "",
    { min: -most, max: most, default: ranges[0]?.full ?? 0 },
    {
      get: inUse,
      set: (asked) => {
        const named = rangeFor(ranges, asked).full;
        if (of !== "RES" && smu.settings.sourceFunction !== of && named > rangeFor(ranges, limit()).full) {
          throw new ScpiError(824);
        }
        settings().range = named;
        smu.apply();
      },
    },
  );
  booleanSetting(scpi, `${at}:RANGe:AUTO`, {
    get: () => settings().range === undefined,
    set: (auto) => {
      settings().range = auto ? undefined : inUse();
      smu.apply();
    },
  });
  numberSetting(
    scpi,
    `${at}:RANGe:AUTO:LLIMit`,
    "",
    { min: 0, max: most, default: ranges[0]?.full ?? 0 },
    { get: () => settings().lowerRange, set: (range) => void (settings().lowerRange = rangeFor(ranges, range).full) },
  );
  scpi.tree.query(
    `${at}:RANGe:AUTO:ULIMit`,
    takes([], () => inUse()),
  );
}

/** Compliance: of the current while a voltage is sourced, of the voltage while a current is. Signs are ignored. */
function protectionCommands(scpi: ScpiInstrument, smu: Smu, of: SourceFunction, at: string): void {
  const forced: SourceFunction = of === "VOLT" ? "CURR" : "VOLT";
  const most = reach(smu.ranges(of));
  const source = () => smu.settings.source[forced];
  numberSetting(
    scpi,
    `${at}:PROTection[:LEVel]`,
    "",
    { min: -most, max: most, default: of === "CURR" ? 1.05e-4 : 21 },
    {
      get: () => source().limit,
      set: (asked) => {
        const limit = Math.abs(asked);
        // 0.1 % of the measuring range at least; of the smallest one where it follows the reading.
        const range = smu.settings.sense[of].range ?? smu.ranges(of)[0]?.full ?? 0;
        if (limit < range * 1e-3) throw new ScpiError(822);
        checkPower(smu, forced, source().level, limit);
        source().limit = limit;
        smu.apply();
      },
    },
  );
  scpi.tree.query(
    `${at}:PROTection[:LEVel]:TRIPped`,
    takes([], () => smu.settings.sourceFunction === forced && smu.limitTripped),
  );
}
