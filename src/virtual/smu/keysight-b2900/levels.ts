import { linearLevels, logLevels } from "../sweep.js";
import type { ChannelSettings } from "./settings.js";

/**
 * Levels that the triggers of one INIT step through; a trigger count beyond them begins anew. A double staircase takes its
 * turning point twice: n steps are 2n levels.
 *
 * @throws ScpiError -222: a logarithmic staircase through zero
 */
export function levelsOf(settings: ChannelSettings): readonly number[] {
  const { sourceFunction, source, points, spacing, direction, stair } = settings;
  const { mode, level, triggered, start, stop, list } = source[sourceFunction];
  if (mode === "LIST") return list.length === 0 ? [level] : list;
  if (mode !== "SWE") return [triggered ?? level];
  const up =
    points === 1 ? [start] : spacing === "LOG" ? logLevels(start, stop, points, 0) : linearLevels(start, stop, points);
  const single = direction === "UP" ? up : [...up].reverse();
  return stair === "DOUB" ? [...single, ...[...single].reverse()] : single;
}
