import {
  booleanSetting,
  either,
  keyword,
  keywordSetting,
  numberSetting,
  numeric,
  ScpiError,
  takes,
} from "../scpi/index.js";
import type { ScpiInstrument } from "../scpi/index.js";
import { pulseReach, rangeNamed, reach } from "./models.js";
import type { SourceFunction, SourceSettings } from "./settings.js";
import type { Smu } from "./smu.js";
import { sweepCommands } from "./sweep-commands.js";
import type { TriggerModel } from "./trigger-model.js";

const functions = [
  ["VOLT", "VOLTage"],
  ["CURR", "CURRent"],
] as const;
const offStates = ["NORMal", "HIMPedance", "ZERO", "GUARd"];

/** `:SOURce` and `:OUTPut`: what is forced, how it is limited, and sweeps of it. */
export function sourceCommands(scpi: ScpiInstrument, smu: Smu, model: TriggerModel): void {
  const { tree } = scpi;
  tree.command(
    ":SOURce<1-1>:FUNCtion[:MODE]",
    takes([keyword("VOLTage", "CURRent")], ([of]) => {
      if (of === smu.settings.sourceFunction) return;
      smu.outputOff(); // the relay opens while the source changes over
      smu.settings.sourceFunction = of as SourceFunction;
    }),
  );
  tree.query(
    ":SOURce<1-1>:FUNCtion[:MODE]",
    takes([], () => smu.settings.sourceFunction),
  );
  for (const [of, notation] of functions) {
    const root = `:SOURce<1-1>:${notation}`;
    levelCommands(scpi, smu, of, root);
    delayCommands(scpi, root, () => smu.settings.source[of]);
    limitCommands(scpi, smu, of, root);
    sweepCommands(scpi, smu, model, of, notation);
    keywordSetting(scpi, `:OUTPut<1-1>:${notation}:SMODe`, offStates, {
      get: () => smu.settings.source[of].offState,
      set: (state) => void (smu.settings.source[of].offState = state),
    });
  }
  protectionCommands(scpi, smu);
  outputCommands(scpi, smu);
}

function levelCommands(scpi: ScpiInstrument, smu: Smu, of: SourceFunction, root: string): void {
  const most = reach(smu.ranges(of));
  const widest = pulseReach(smu.ranges(of));
  const settings = () => smu.settings.source[of];
  numberSetting(
    scpi,
    `${root}[:LEVel][:IMMediate][:AMPLitude]`,
    "",
    { min: -most, max: most, default: 0 },
    {
      get: () => settings().level,
      set: (level) => {
        const { range } = settings();
        if (range !== undefined && Math.abs(level) > range * 1.05 * (1 + 1e-9)) throw new ScpiError(-222);
        checkPower(smu, of, level, settings().limit);
        smu.setLevel(of, level);
      },
    },
  );
  numberSetting(
    scpi,
    `${root}:RANGe[:UPPer]`,
    "",
    { min: -widest, max: widest, default: smu.ranges(of)[0]?.full ?? 0 },
    {
      get: () => smu.sourceRange(of).full,
      set: (range) => {
        const named = rangeNamed(smu.ranges(of), range).full;
        if (Math.abs(settings().level) > named * 1.05) smu.setLevel(of, 0);
        settings().range = named;
        smu.apply();
      },
    },
  );
  booleanSetting(scpi, `${root}:RANGe:AUTO`, {
    get: () => settings().range === undefined,
    set: (auto) => {
      settings().range = auto ? undefined : smu.sourceRange(of).full;
      smu.apply();
    },
  });
  booleanSetting(scpi, `${root}:READ:BACK`, {
    get: () => settings().readBack,
    set: (on) => void (settings().readBack = on),
  });
  booleanSetting(scpi, `${root}:HIGH:CAPacitance`, {
    get: () => settings().highCapacitance,
    set: (on) => void (settings().highCapacitance = on),
  });
}

/** High voltage goes with low current only: 20 W for the 2450. */
function checkPower(smu: Smu, of: SourceFunction, level: number, limit: number): void {
  const [voltage_V, current_A] = of === "VOLT" ? [level, limit] : [limit, level];
  if (Math.abs(voltage_V) > smu.model.corner_V && Math.abs(current_A) > smu.model.highVoltageCurrent_A * (1 + 1e-9)) {
    throw new ScpiError(-221);
  }
}

function delayCommands(scpi: ScpiInstrument, root: string, settings: () => SourceSettings): void {
  numberSetting(
    scpi,
    `${root}:DELay`,
    "",
    { min: 0, max: 1e4, default: 0 },
    {
      get: () => settings().delay_s,
      set: (delay_s) => {
        settings().delay_s = delay_s;
        settings().delayAuto = false;
      },
    },
  );
  booleanSetting(scpi, `${root}:DELay:AUTO`, {
    get: () => settings().delayAuto,
    set: (auto) => void (settings().delayAuto = auto),
  });
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

function limitCommands(scpi: ScpiInstrument, smu: Smu, of: SourceFunction, root: string): void {
  const node = of === "VOLT" ? "ILIMit" : "VLIMit";
  const limits: SourceFunction = of === "VOLT" ? "CURR" : "VOLT";
  const least = of === "VOLT" ? smu.model.leastLimit_A : (smu.model.voltage[0]?.full ?? 0);
  const range = { min: least, max: reach(smu.ranges(limits)), default: of === "VOLT" ? 1.05e-4 : 21 };
  numberSetting(scpi, `${root}:${node}[:LEVel]`, "", range, {
    get: () => smu.settings.source[of].limit,
    set: (limit) => {
      const fixed = smu.settings.sense[limits].range;
      if (fixed !== undefined && limit < fixed * 1e-3) throw new ScpiError(-221);
      checkPower(smu, of, smu.settings.source[of].level, limit);
      smu.settings.source[of].limit = limit;
      smu.apply();
    },
  });
  scpi.tree.query(
    `${root}:${node}[:LEVel]:TRIPped`,
    takes([], () => smu.settings.sourceFunction === of && smu.limitTripped),
  );
}

function protectionCommands(scpi: ScpiInstrument, smu: Smu): void {
  const steps = smu.model.protection_V.map((level) => `PROTection${level}`);
  const level = either(numeric(""), keyword("NONE", ...steps));
  scpi.tree.command(
    ":SOURce<1-1>:VOLTage:PROTection[:LEVel]",
    takes([level], ([asked]) => {
      const asked_V = asked === "NONE" ? Infinity : Number(String(asked).replace(/^PROT/, ""));
      const step = asked_V === Infinity ? Infinity : smu.model.protection_V.find((step_V) => step_V >= asked_V);
      if (step === undefined || asked_V <= 0) throw new ScpiError(-222);
      smu.settings.protection_V = step;
      smu.apply();
    }),
  );
  scpi.tree.query(
    ":SOURce<1-1>:VOLTage:PROTection[:LEVel]",
    takes([], () => (smu.settings.protection_V === Infinity ? "NONE" : `PROT${smu.settings.protection_V}`)),
  );
  scpi.tree.query(
    ":SOURce<1-1>:VOLTage:PROTection[:LEVel]:TRIPped",
    takes([], () => smu.overvoltageTripped),
  );
}

function outputCommands(scpi: ScpiInstrument, smu: Smu): void {
  booleanSetting(scpi, ":OUTPut<1-1>[:STATe]", {
    get: () => smu.outputIsOn,
    set: (on) => (on ? smu.outputOn() : smu.outputOff()),
  });
  scpi.tree.command(
    ":OUTPut<1-1>:SMODe",
    takes([keyword(...offStates)], ([state]) => {
      smu.settings.source.VOLT.offState = smu.settings.source.CURR.offState = state;
    }),
  );
  scpi.tree.query(
    ":OUTPut<1-1>:INTerlock:STATe",
    takes([], () => false),
  );
  scpi.tree.query(
    ":OUTPut<1-1>:INTerlock:TRIPped",
    takes([], () => false),
  );
}
