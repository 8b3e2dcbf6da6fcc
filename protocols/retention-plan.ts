import { z } from "zod";
import { complain, countOr, quantityOr } from "./parameters.js";

/** Most reads of one run: a year of one a minute. */
const mostReads = 600_000;

/** Parameters of the retention test. Defaults: a small read every minute for an hour. */
export const retentionParameters = z
  .strictObject({
    level: quantityOr(0.1, "V", "read voltage, other than 0; it is there during the reads only, unless hold=yes"),
    compliance: quantityOr(10e-6, "A", "largest current while reading", { above: 0 }),
    every: quantityOr(60, "s", "time from read to read; with spacing=log the time of the second read", { above: 0 }),
    duration: quantityOr(3600, "s", "time of the last read", { above: 0, max: 1e9 }),
    spacing: z
      .enum(["linear", "log"])
      .default("linear")
      .meta({ unit: "", description: "reads equally far apart, or in equal ratios of time" }),
    per_decade: countOr(5, "reads in a factor of ten of time with spacing=log", 1, 1000),
    readings: countOr(1, "readings averaged in each read", 1, 10_000),
    dwell: quantityOr(50e-3, "s", "time of a reading", { above: 0, max: 3600 }),
    hold: z
      .enum(["no", "yes"])
      .default("no")
      .meta({ unit: "", description: "yes: the read voltage stays on between the reads: retention under bias" }),
    fail_factor: quantityOr(2, "", "the state is lost when its resistance has changed by this factor, up or down", {
      above: 1,
    }),
  })
  .check((payload) => {
    if (payload.issues.length > 0) return;
    const plan = payload.value;
    if (plan.level === 0) complain(payload, "level", "at 0 V there is no current to read.");
    if (plan.duration < plan.every) complain(payload, "duration", "it ends before the second read.");
    else if (plan.spacing === "linear" && plan.duration / plan.every > mostReads)
      complain(payload, "every", `there would be more than ${mostReads} reads.`);
    if (plan.every <= plan.readings * plan.dwell)
      complain(
        payload,
        "every",
        `a read takes ${plan.readings * plan.dwell} s, and the next would begin before it ends.`,
      );
  });

/** In base units. */
export type RetentionPlan = z.output<typeof retentionParameters>;

/** When the reads begin, seconds since the first. Log-spaced ones are never closer than a read takes. */
export function readTimes({ every, duration, spacing, per_decade, readings, dwell }: RetentionPlan): number[] {
  if (spacing === "linear") {
    return Array.from({ length: Math.floor(duration / every + 1e-9) + 1 }, (_, k) => k * every);
  }
  const times = [0];
  for (let k = 0; every * 10 ** (k / per_decade) < duration * (1 - 1e-9); k++) {
    const next_s = every * 10 ** (k / per_decade);
    if (next_s > (times.at(-1) ?? 0) + readings * dwell) times.push(next_s);
  }
  return [...times, duration];
}
