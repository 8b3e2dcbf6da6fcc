import {
  booleanSetting,
  integerSetting,
  keyword,
  keywordSetting,
  numberSetting,
  numeric,
  property,
  rest,
  ScpiError,
  takes,
} from "../../scpi/index.js";
import type { ScpiInstrument } from "../../scpi/index.js";
import { OVERRANGE, rangeFor, reach } from "../models.js";
import type { SourceFunction } from "../settings.js";
import type { Smu } from "../smu.js";
import type { Sequencer } from "./sequencer.js";
import { MOST_READINGS } from "./state.js";
import type { SourceMode } from "./state.js";

const functions = [
  ["VOLT", "VOLTage"],
  ["CURR", "CURRent"],
] as const;
/** Values in one command of a list. */
const LISTED_AT_ONCE = 100;

/** High voltage goes with low current only. @throws ScpiError 826 */
export function checkPower(smu: Smu, of: SourceFunction, level: number, limit: number): void {
  const [voltage_V, current_A] = of === "VOLT" ? [level, limit] : [limit, level];
  const { corner_V, highVoltageCurrent_A } = smu.model;
  if (Math.abs(voltage_V) > corner_V && Math.abs(current_A) > highVoltageCurrent_A * (1 + 1e-9)) {
    throw new ScpiError(826);
  }
}

/** `:SOURce` and `:OUTPut`. */
export function sourceCommands(scpi: ScpiInstrument, smu: Smu, sequencer: Sequencer): void {
  const { tree } = scpi;
  const { state } = sequencer;
  const root = ":SOURce<1-1>";
  tree.command(
    `${root}:FUNCtion[:MODE]`,
    takes([keyword("VOLTage", "CURRent")], ([of]) => {
      if (of === smu.settings.sourceFunction) return;
      smu.outputOff();
      sequencer.programmed = undefined;
      smu.settings.sourceFunction = of as SourceFunction;
    }),
  );
  tree.query(
    `${root}:FUNCtion[:MODE]`,
    takes([], () => smu.settings.sourceFunction),
  );
  for (const [of, notation] of functions) {
    levelCommands(scpi, smu, sequencer, of, `${root}:${notation}`);
    staircaseCommands(scpi, smu, sequencer, of, `${root}:${notation}`);
    listCommands(scpi, smu, sequencer, of, notation);
  }
  integerSetting(
    scpi,
    `${root}:SWEep:POINts`,
    { min: 2, max: MOST_READINGS, default: MOST_READINGS },
    property(state, "points"),
  );
  keywordSetting(scpi, `${root}:SWEep:SPACing`, ["LINear", "LOGarithmic"], property(state, "spacing"));
  keywordSetting(scpi, `${root}:SWEep:DIRection`, ["UP", "DOWN"], property(state, "direction"));
  keywordSetting(scpi, `${root}:SWEep:RANGing`, ["BEST", "AUTO", "FIXed"], property(state, "ranging"));
  keywordSetting(scpi, `${root}:SWEep:CABort`, ["NEVer", "EARLy", "LATE"], property(state, "abortOnCompliance"));
  delayCommands(scpi, smu, root);
  protectionCommands(scpi, smu, root);
  outputCommands(scpi, smu, sequencer, root);
}

function levelCommands(scpi: ScpiInstrument, smu: Smu, sequencer: Sequencer, of: SourceFunction, root: string): void {
  const most = reach(smu.ranges(of));
  const settings = () => smu.settings.source[of];
  const level = {
    // While a sweep has the source elsewhere, this is still the level that was programmed.
    get: () => (smu.settings.sourceFunction === of ? sequencer.programmed : undefined) ?? settings().level,
    set: (asked: number) => {
      const { range } = settings();
      if (range !== undefined && Math.abs(asked) > range * OVERRANGE * (1 + 1e-9)) throw new ScpiError(-221);
      checkPower(smu, of, asked, settings().limit);
      if (sequencer.programmed !== undefined && smu.settings.sourceFunction === of) sequencer.programmed = asked;
      else smu.setLevel(of, asked);
    },
  };
  const range = { min: -most, max: most, default: 0 };
  numberSetting(scpi, `${root}[:LEVel][:IMMediate][:AMPLitude]`, "", range, level);
  numberSetting(scpi, `${root}[:LEVel]:TRIGgered[:AMPLitude]`, "", range, level);
  numberSetting(
    scpi,
    `${root}:RANGe`,
    "",
    { min: -most, max: most, default: smu.ranges(of)[0]?.full ?? 0 },
    {
      get: () => smu.sourceRange(of).full,
      set: (asked) => {
        const named = rangeFor(smu.ranges(of), asked).full;
        if (Math.abs(settings().level) > named * OVERRANGE) smu.setLevel(of, 0);
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
  keywordSetting(scpi, `${root}:MODE`, ["FIXed", "SWEep", "LIST"], {
    get: () => sequencer.state.source[of].mode,
    set: (mode) => {
      sequencer.state.source[of].mode = mode as SourceMode;
      if (mode === "FIX" && smu.settings.sourceFunction === of) sequencer.fix();
    },
  });
}

/** Start, stop and step; points and step follow from each other. */
function staircaseCommands(
  scpi: ScpiInstrument,
  smu: Smu,
  { state }: Sequencer,
  of: SourceFunction,
  root: string,
): void {
  const most = reach(smu.ranges(of));
  const range = { min: -most, max: most, default: 0 };
  const values = () => state.source[of];
  numberSetting(scpi, `${root}:STARt`, "", range, {
    get: () => values().start,
    set: (start) => void (values().start = start),
  });
  numberSetting(scpi, `${root}:STOP`, "", range, {
    get: () => values().stop,
    set: (stop) => void (values().stop = stop),
  });
  numberSetting(scpi, `${root}:CENTer`, "", range, {
    get: () => (values().start + values().stop) / 2,
    set: (center) => {
      const half = (values().stop - values().start) / 2;
      values().start = center - half;
      values().stop = center + half;
    },
  });
  numberSetting(
    scpi,
    `${root}:SPAN`,
    "",
    { min: -2 * most, max: 2 * most, default: 0 },
    {
      get: () => values().stop - values().start,
      set: (span) => {
        const center = (values().start + values().stop) / 2;
        values().start = center - span / 2;
        values().stop = center + span / 2;
      },
    },
  );
  numberSetting(
    scpi,
    `${root}:STEP`,
    "",
    { min: -2 * most, max: 2 * most, default: 0 },
    {
      get: () => (values().stop - values().start) / (state.points - 1),
      set: (step) => {
        const points = step === 0 ? NaN : Math.round((values().stop - values().start) / step) + 1;
        if (!(points >= 2 && points <= MOST_READINGS)) throw new ScpiError(-222);
        state.points = points;
      },
    },
  );
}

function listCommands(
  scpi: ScpiInstrument,
  smu: Smu,
  { state }: Sequencer,
  of: SourceFunction,
  notation: string,
): void {
  const { tree, dialect } = scpi;
  const root = `:SOURce<1-1>:LIST:${notation}`;
  const most = reach(smu.ranges(of));
  const value = numeric("", { min: -most, max: most });
  const values = () => state.source[of];
  const add = (before: readonly number[], first: number, more: readonly number[]) => {
    if (more.length + 1 > LISTED_AT_ONCE || before.length + more.length + 1 > MOST_READINGS) throw new ScpiError(-223);
    values().list = [...before, first, ...more];
  };
  tree.command(
    root,
    takes([value, rest(value)], ([first, more]) => add([], first, more)),
  );
  tree.command(
    `${root}:APPend`,
    takes([value, rest(value)], ([first, more]) => add(values().list, first, more)),
  );
  tree.query(
    root,
    takes([], () =>
      values()
        .list.map((level) => dialect.formatNumber(level))
        .join(","),
    ),
  );
  tree.query(
    `${root}:POINts`,
    takes([], () => String(values().list.length)),
  );
  integerSetting(
    scpi,
    `${root}:STARt`,
    { min: 1, max: MOST_READINGS, default: 1 },
    { get: () => values().listStart, set: (start) => void (values().listStart = start) },
  );
}

/** One delay for both source functions. */
function delayCommands(scpi: ScpiInstrument, smu: Smu, root: string): void {
  const both = () => [smu.settings.source.VOLT, smu.settings.source.CURR];
  numberSetting(
    scpi,
    `${root}:DELay`,
    "",
    { min: 0, max: 9999.999, default: 0 },
    {
      get: () => smu.settings.source.VOLT.delay_s,
      set: (delay_s) => {
        for (const source of both()) {
          source.delay_s = delay_s;
          source.delayAuto = false;
        }
      },
    },
  );
  booleanSetting(scpi, `${root}:DELay:AUTO`, {
    get: () => smu.settings.source.VOLT.delayAuto,
    set: (auto) => both().forEach((source) => void (source.delayAuto = auto)),
  });
}

/** A value between two steps takes the lower one, below the first the first, above the last none. The sign is ignored. */
function protectionCommands(scpi: ScpiInstrument, smu: Smu, root: string): void {
  const steps_V = smu.model.protection_V;
  const largest_V = reach(smu.model.voltage);
  numberSetting(
    scpi,
    `${root}:VOLTage:PROTection[:LEVel]`,
    "",
    { min: -largest_V, max: largest_V, default: largest_V },
    {
      get: () => (smu.settings.protection_V === Infinity ? largest_V : smu.settings.protection_V),
      set: (asked_V) => {
        const wanted_V = Math.abs(asked_V);
        const beyond = wanted_V > (steps_V.at(-1) ?? 0);
        const step_V = steps_V.findLast((each) => each <= wanted_V) ?? steps_V[0] ?? Infinity;
        smu.settings.protection_V = beyond ? Infinity : step_V;
        smu.apply();
      },
    },
  );
  scpi.tree.query(
    `${root}:VOLTage:PROTection[:LEVel]:TRIPped`,
    takes([], () => smu.overvoltageTripped),
  );
}

function outputCommands(scpi: ScpiInstrument, smu: Smu, sequencer: Sequencer, root: string): void {
  const { tree } = scpi;
  const { state } = sequencer;
  // Nothing is on the output enable line: where it is heeded, it blocks the output.
  let enable = false;
  scpi.onReset(() => void (enable = false));
  booleanSetting(scpi, ":OUTPut<1-1>[:STATe]", {
    get: () => smu.outputIsOn,
    set: (on) => {
      if (on && enable) throw new ScpiError(802);
      if (on) smu.outputOn();
      else smu.outputOff();
      if (!on) sequencer.fix();
    },
  });
  keywordSetting(scpi, ":OUTPut<1-1>:SMODe", ["HIMPedance", "NORMal", "ZERO", "GUARd"], property(state, "offState"));
  booleanSetting(scpi, ":OUTPut<1-1>:ENABle[:STATe]", { get: () => enable, set: (on) => void (enable = on) });
  tree.query(
    ":OUTPut<1-1>:ENABle:TRIPped",
    takes([], () => enable),
  );
  tree.command(
    `${root}:CLEar[:IMMediate]`,
    takes([], () => smu.outputOff()),
  );
  booleanSetting(scpi, `${root}:CLEar:AUTO`, property(state, "autoOff"));
  tree.command(
    ":ROUTe:TERMinals",
    takes([keyword("FRONt", "REAR")], ([terminals]) => {
      smu.outputOff();
      smu.settings.terminals = terminals;
    }),
  );
  tree.query(
    ":ROUTe:TERMinals",
    takes([], () => smu.settings.terminals),
  );
}
