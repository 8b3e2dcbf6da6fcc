import type { SafeReport } from "../bench/index.js";

/** One line an instrument: what happened when its outputs were turned off. */
export function safeLines(reports: readonly SafeReport[]): string[] {
  return reports.map(({ label, state, note }) => `${state === "safe" ? "✓" : "✗"} ${label}: ${note}`);
}
