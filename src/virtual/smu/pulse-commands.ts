import { boolean, integer, numberSetting, numeric, optional, rest, ScpiError, string, takes } from "../scpi/index.js";
import type { ScpiInstrument } from "../scpi/index.js";
import { pulseReach, reach } from "./models.js";
import { buildPulses, PULSE_WIDTH_S } from "./pulses.js";
import type { PulseTail } from "./pulses.js";
import type { SourceFunction } from "./settings.js";
import type { Smu } from "./smu.js";
import { linearLevels, logLevels, stepLevels } from "./sweep.js";
import type { TriggerModel } from "./trigger-model.js";

const MOST_LISTED = 2500;
const LISTED_AT_ONCE = 100;
const functions = [
  ["VOLT", "VOLTage"],
  ["CURR", "CURRent"],
] as const;

/** `:SOURce:PULSe` of a 2461: limits, levels, lists, sweeps and trains of pulses; INIT runs them. @see 2461-901-01 A, 6-104 ff. */
export function pulseCommands(scpi: ScpiInstrument, smu: Smu, model: TriggerModel): void {
  for (const [of, notation] of functions) {
    const root = `:SOURce<1-1>:PULSe:${notation}`;
    levelCommands(scpi, smu, of, root);
    const build = (name: string, levels: readonly number[], tail: PulseTail) =>
      buildPulses(smu, model, of, name, levels, tail);
    shapeCommands(scpi, smu, of, notation, build);
    listCommands(scpi, smu, of, notation, build);
  }
}

type Build = (name: string, levels: readonly number[], tail: PulseTail) => void;

function levelCommands(scpi: ScpiInstrument, smu: Smu, of: SourceFunction, root: string): void {
  const limits: SourceFunction = of === "VOLT" ? "CURR" : "VOLT";
  const settings = () => smu.settings.pulse[of];
  const most = pulseReach(smu.ranges(of));
  const level = { min: -most, max: most, default: 0 };
  numberSetting(scpi, `${root}[:LEVel][:IMMediate][:AMPLitude]`, "", level, {
    get: () => settings().level,
    set: (value) => {
      const { range } = smu.settings.source[of];
      if (range !== undefined && Math.abs(value) > range * 1.05 * (1 + 1e-9)) throw new ScpiError(-222);
      settings().level = value;
    },
  });
  const least = of === "VOLT" ? 1e-8 : 2e-3;
  const limit = { min: least, max: pulseReach(smu.ranges(limits)), default: of === "VOLT" ? 1.05e-4 : 7.35 };
  numberSetting(scpi, `${root}:${of === "VOLT" ? "ILIMit" : "VLIMit"}[:LEVel]`, "", limit, {
    get: () => settings().limit,
    set: (value) => {
      const fixed = smu.settings.sense[limits].range;
      if (fixed !== undefined && value < fixed * 1e-2) throw new ScpiError(-221);
      settings().limit = value;
    },
  });
}

function shapeCommands(scpi: ScpiInstrument, smu: Smu, of: SourceFunction, notation: string, build: Build): void {
  const { tree } = scpi;
  const root = `:SOURce<1-1>:PULSe:SWEep:${notation}`;
  const most = pulseReach(smu.ranges(of));
  const level = numeric("", { min: -most, max: most });
  const bias = numeric("", { min: -reach(smu.ranges(of)), max: reach(smu.ranges(of)) });
  const { width, measures, buffer, pause, failAbort } = parameters();
  const count = optional(integer({ min: 0, max: 268435455 }), 1);
  const limits: SourceFunction = of === "VOLT" ? "CURR" : "VOLT";
  const limit = optional(numeric("", { min: 0, max: pulseReach(smu.ranges(limits)) }), undefined);
  const dual = optional(boolean(), false);
  const points = integer({ min: 2, max: 1e6 });
  const tail = [width, measures, buffer, pause, pause, count, limit, limit, failAbort, dual] as const;
  const tailOf = (
    bias_: number,
    [width_s, on, name, delay_s, off_s, times, biasLimit, pulseLimit, abort, both]: Tail,
  ): PulseTail => ({
    bias: bias_,
    width_s,
    measures: on,
    buffer: name,
    delay_s,
    off_s,
    count: times,
    ...(biasLimit === undefined ? {} : { biasLimit }),
    ...(pulseLimit === undefined ? {} : { pulseLimit }),
    failAbort: abort,
    dual: both,
  });
  tree.command(
    `${root}:LINear`,
    takes([bias, level, level, points, ...tail], ([base, start, stop, n, ...more]) =>
      build("Linear", linearLevels(start, stop, n), tailOf(base, more)),
    ),
  );
  tree.command(
    `${root}:LINear:STEP`,
    takes([bias, level, level, numeric("", { min: Number.MIN_VALUE }), ...tail], ([base, start, stop, step, ...more]) =>
      build("Linear", stepLevels(start, stop, step), tailOf(base, more)),
    ),
  );
  tree.command(
    `${root}:LOG`,
    takes(
      [bias, level, level, points, ...tail, optional(numeric(""), 0)],
      ([base, start, stop, n, width_s, on, name, delay_s, off_s, times, low, high, abort, both, asymptote]) =>
        build(
          "Log",
          logLevels(start, stop, n, asymptote),
          tailOf(base, [width_s, on, name, delay_s, off_s, times, low, high, abort, both]),
        ),
    ),
  );
  tree.command(
    `:SOURce<1-1>:PULSe:TRain:${notation}`,
    takes(
      [bias, level, width, count, measures, buffer, pause, pause, limit, limit, failAbort],
      ([base, one, width_s, times, on, name, delay_s, off_s, low, high, abort]) =>
        build("Train", [one], tailOf(base, [width_s, on, name, delay_s, off_s, times, low, high, abort, false])),
    ),
  );
}

type Tail = readonly [
  width_s: number,
  on: boolean,
  buffer: string,
  delay_s: number,
  off_s: number,
  count: number,
  biasLimit: number | undefined,
  pulseLimit: number | undefined,
  failAbort: boolean,
  dual: boolean,
];

function parameters() {
  return {
    width: numeric("", { min: PULSE_WIDTH_S.min, max: PULSE_WIDTH_S.max }),
    measures: optional(boolean(), true),
    buffer: optional(string(), "defbuffer1"),
    pause: optional(numeric("", { min: 0, max: 1e4 }), 0),
    failAbort: optional(boolean(), true),
  };
}

/** The list form has no bias and no limits of its own: those of the moment count. */
function listCommands(scpi: ScpiInstrument, smu: Smu, of: SourceFunction, notation: string, build: Build): void {
  let levels: number[] = [];
  const { tree, dialect } = scpi;
  scpi.onReset(() => void (levels = []));
  const most = pulseReach(smu.ranges(of));
  const value = numeric("", { min: -most, max: most });
  const listed = [value, rest(value)] as const;
  const root = `:SOURce<1-1>:PULSe:LIST:${notation}`;
  const add = (first: number, more: readonly number[], before: readonly number[]) => {
    if (more.length + 1 > LISTED_AT_ONCE || before.length + more.length + 1 > MOST_LISTED) throw new ScpiError(-223);
    levels = [...before, first, ...more];
  };
  tree.command(
    root,
    takes(listed, ([first, more]) => add(first, more, [])),
  );
  tree.command(
    `${root}:APPend`,
    takes(listed, ([first, more]) => add(first, more, levels)),
  );
  tree.query(
    root,
    takes([], () => levels.map((level) => dialect.formatNumber(level)).join(",")),
  );
  tree.query(
    `${root}:POINts`,
    takes([], () => String(levels.length)),
  );
  const { width, measures, buffer, pause, failAbort } = parameters();
  const first = optional(integer({ min: 1 }), 1);
  const count = optional(integer({ min: 0, max: 268435455 }), 1);
  tree.command(
    `:SOURce<1-1>:PULSe:SWEep:${notation}:LIST`,
    takes(
      [width, measures, buffer, first, count, pause, pause, failAbort],
      ([width_s, on, name, from, times, delay_s, off_s, abort]) => {
        const pulses = levels.slice(from - 1);
        if (pulses.length === 0) throw new ScpiError(-222);
        const bias = smu.settings.source[of].level;
        const shape = { bias, width_s, measures: on, buffer: name, delay_s, off_s, count: times, failAbort: abort };
        build("Custom", pulses, { ...shape, dual: false });
      },
    ),
  );
}
