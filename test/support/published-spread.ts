import assert from "node:assert/strict";
import type { Metric } from "../../src/store/shapes.js";

/**
 * Wang et al. 2025, Fig. 2g: σ/µ of the threshold over 30 devices × 10 sweeps is 4.67 %.
 *
 * @param thresholds of each device, over its ten sweeps
 */
export function spreadsAsPublished(thresholds: readonly Metric[]): void {
  assert.deepEqual(
    thresholds.map(({ n }) => n),
    Array<number>(30).fill(10),
  );
  const mean = thresholds.reduce((sum, metric) => sum + metric.mean, 0) / 30;
  const variance =
    thresholds.reduce((sum, metric) => sum + 9 * metric.sd ** 2 + 10 * (metric.mean - mean) ** 2, 0) / 299;
  const spread = Math.sqrt(variance) / mean;
  assert.ok(Math.abs(spread - 0.0467) <= 0.01, `σ/µ over 300 sweeps: ${spread}, published 0.0467 ± 0.01`);
}
