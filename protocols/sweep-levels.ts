/** A level and the number of the straight piece it belongs to, from 0. */
export interface SweepLevels {
  readonly levels: readonly number[];
  readonly branches: readonly number[];
}

/** What the levels of one cycle follow from. */
export interface LevelPlan {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly shape: "single" | "double" | "loop" | "list";
  readonly spacing?: "linear" | "log";
  readonly per_decade?: number;
  readonly levels?: readonly number[];
}

/** The levels of one cycle in order. Turning points are taken once. */
export function levelsOf(plan: LevelPlan): SweepLevels {
  const { start, stop, step } = plan;
  if (plan.shape === "list") return { levels: plan.levels ?? [], branches: branchesOf(plan.levels ?? []) };
  const corners = {
    single: [start, stop],
    double: [start, stop, start],
    loop: [0, stop, 0, start === 0 ? -stop : start, 0],
  }[plan.shape];
  const piece = (from: number, to: number) =>
    plan.spacing === "log" ? logRamp(from, to, step, plan.per_decade ?? 10) : ramp(from, to, step);
  const levels: number[] = [];
  const branches: number[] = [];
  for (const [branch, to] of corners.slice(1).entries()) {
    const straight = piece(corners[branch] ?? 0, to);
    for (const level of branch === 0 ? straight : straight.slice(1)) {
      levels.push(level);
      branches.push(branch);
    }
  }
  return { levels, branches };
}

/** Levels of a cycle, without listing them: a mistyped step would ask for more than there is memory. */
export function mostLevelsOf(plan: LevelPlan): number {
  const ends = [plan.start, plan.stop].map(Math.abs);
  if (plan.shape === "list") return plan.levels?.length ?? 0;
  if (plan.spacing !== "log") return ends.reduce((sum, end) => sum + end / plan.step, 0);
  const decades = ends.map((end) => Math.max(0, Math.log10(end / plan.step)));
  return decades.reduce((sum, one) => sum + one * (plan.per_decade ?? 10), 0);
}

/**
 * From one level to another in equal steps, both ends included; a last step that does not fit is shorter. Levels are counted
 * from the end nearer to 0 whichever way they are passed, so that the way back has the levels of the way out.
 */
function ramp(from: number, to: number, step: number): number[] {
  if (Math.abs(from) > Math.abs(to) || (from === -to && from > 0)) return ramp(to, from, step).reverse();
  const whole = Math.floor(Math.abs(to - from) / step + 1e-9);
  const sense = Math.sign(to - from);
  // Twelve digits: 30 steps of 5 mV are 0.15 V, not 0.15000000000000002 V.
  const levels = Array.from({ length: whole + 1 }, (_, k) => rounded(from + sense * k * step));
  const short = Math.abs(to - (levels.at(-1) ?? from)) > 1e-6 * step;
  return short ? [...levels, to] : [...levels.slice(0, -1), to];
}

/**
 * From one level to another in equal ratios, both ends included. Counted from the end nearer to 0, or where that is 0 from `least`,
 * the smallest level there is besides 0; across 0 it goes down to 0 and up again.
 */
function logRamp(from: number, to: number, least: number, perDecade: number): number[] {
  if (from * to < 0) return [...logRamp(from, 0, least, perDecade), ...logRamp(0, to, least, perDecade).slice(1)];
  if (Math.abs(from) > Math.abs(to)) return logRamp(to, from, least, perDecade).reverse();
  const [first, top] = [from === 0 ? least : Math.abs(from), Math.abs(to)];
  const between: number[] = [];
  for (let k = from === 0 ? 0 : 1; first * 10 ** (k / perDecade) < top * (1 - 1e-6); k++) {
    between.push(rounded(Math.sign(to) * first * 10 ** (k / perDecade)));
  }
  return [from, ...between, to];
}

const rounded = (level: number): number => Number(level.toPrecision(12));

/** A list changes its branch where it turns. */
function branchesOf(levels: readonly number[]): number[] {
  let [branch, sense] = [0, 0];
  return levels.map((level, k) => {
    const turn = Math.sign(level - (levels[k - 1] ?? level));
    if (turn !== 0 && sense !== 0 && turn !== sense) branch++;
    if (turn !== 0) sense = turn;
    return branch;
  });
}
