import { boolean, integer, keyword, numeric, optional, rest, ScpiError, string, takes } from "../scpi/index.js";
import type { ScpiInstrument } from "../scpi/index.js";
import { reach } from "./models.js";
import type { SourceFunction } from "./settings.js";
import type { Smu } from "./smu.js";
import { buildSweep, linearLevels, logLevels, stepLevels } from "./sweep.js";
import type { SweepTail } from "./sweep.js";
import type { TriggerModel } from "./trigger-model.js";

const MOST_LISTED = 2500;
const LISTED_AT_ONCE = 100;

/** `:SOURce:SWEep` and `:SOURce:LIST` of one source function: they build, INIT runs. */
export function sweepCommands(
  scpi: ScpiInstrument,
  smu: Smu,
  model: TriggerModel,
  of: SourceFunction,
  notation: string,
): void {
  const { tree } = scpi;
  const root = `:SOURce<1-1>:SWEep:${notation}`;
  const points = integer({ min: 2, max: 1e6 });
  const count = optional(integer({ min: 0, max: 268435455 }), 1);
  const delay = optional(numeric(""), -1);
  const rangeType = optional(keyword("AUTO", "BEST", "FIXed"), "BEST");
  const failAbort = optional(boolean(), true);
  const dual = optional(boolean(), false);
  const buffer = optional(string(), "defbuffer1");
  const level = numeric("");
  const tailOf = (
    delay_s: number,
    times: number,
    type: string,
    abort: boolean,
    both: boolean,
    name: string,
  ): SweepTail => ({
    delay_s,
    count: times,
    rangeType: type,
    failAbort: abort,
    dual: both,
    buffer: name,
  });
  const build = (name: string, levels: readonly number[], tail: SweepTail) =>
    buildSweep(smu, model, of, name, levels, tail);
  tree.command(
    `${root}:LINear`,
    takes([level, level, points, delay, count, rangeType, failAbort, dual, buffer], ([start, stop, n, ...tail]) =>
      build("Linear", linearLevels(start, stop, n), tailOf(...tail)),
    ),
  );
  tree.command(
    `${root}:LINear:STEP`,
    takes(
      [level, level, numeric("", { min: Number.MIN_VALUE }), delay, count, rangeType, failAbort, dual, buffer],
      ([start, stop, step, ...tail]) => build("Linear", stepLevels(start, stop, step), tailOf(...tail)),
    ),
  );
  tree.command(
    `${root}:LOG`,
    takes(
      [level, level, points, delay, count, rangeType, failAbort, dual, buffer, optional(numeric(""), 0)],
      ([start, stop, n, delay_s, times, type, abort, both, name, asymptote]) =>
        build("Log", logLevels(start, stop, n, asymptote), tailOf(delay_s, times, type, abort, both, name)),
    ),
  );
  listCommands(scpi, smu, of, notation, (levels, delay_s, times, abort, name) =>
    build("Custom", levels, tailOf(delay_s, times, "BEST", abort, false, name)),
  );
}

function listCommands(
  scpi: ScpiInstrument,
  smu: Smu,
  of: SourceFunction,
  notation: string,
  build: (levels: readonly number[], delay_s: number, count: number, failAbort: boolean, buffer: string) => void,
): void {
  let levels: number[] = [];
  const { tree, dialect } = scpi;
  scpi.onReset(() => void (levels = []));
  const most = reach(smu.ranges(of));
  const value = numeric("", { min: -most, max: most });
  const listed = [value, rest(value)] as const;
  const root = `:SOURce<1-1>:LIST:${notation}`;
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
  tree.command(
    `:SOURce<1-1>:SWEep:${notation}:LIST`,
    takes(
      [
        optional(integer({ min: 1 }), 1),
        optional(numeric(""), -1),
        optional(integer({ min: 0, max: 268435455 }), 1),
        optional(boolean(), true),
        optional(string(), "defbuffer1"),
      ],
      ([start, delay_s, count, failAbort, buffer]) => {
        const from = levels.slice(start - 1);
        if (from.length === 0) throw new ScpiError(-222);
        build(from, delay_s, count, failAbort, buffer);
      },
    ),
  );
}
