import { z } from "zod";
import { complain, countOr, quantityOr } from "./parameters.js";

/**
 * Parameters of the shelf-life test: that of Knowm's Memristor Discovery (erase, read, write, read), with a read of what was kept before it.
 */
export const shelfLifeParameters = z
  .strictObject({
    write_level: quantityOr(1.5, "V", "voltage of the write pulse"),
    write_time: quantityOr(0.1, "s", "its length", { above: 0, max: 3600 }),
    write_compliance: quantityOr(100e-6, "A", "largest current while writing", { above: 0 }),
    erase_level: quantityOr(-1.5, "V", "voltage of the erase pulse"),
    erase_time: quantityOr(0.1, "s", "its length", { above: 0, max: 3600 }),
    erase_compliance: quantityOr(1e-3, "A", "largest current while erasing", { above: 0 }),
    read_level: quantityOr(0.1, "V", "read voltage, other than 0"),
    read_compliance: quantityOr(100e-6, "A", "largest current while reading", { above: 0 }),
    readings: countOr(3, "readings averaged in each read", 1, 10_000),
    dwell: quantityOr(50e-3, "s", "time of a reading", { above: 0, max: 3600 }),
    interval: quantityOr(3600, "s", "time from one round to the next, the device left alone between", {
      above: 0,
      max: 1e7,
    }),
    rounds: countOr(24, "how often it is erased and written", 1, 1_000_000),
    fail_ratio: quantityOr(10, "", "a round has failed when erased over written resistance is below this", {
      above: 1,
    }),
  })
  .check((payload) => {
    if (payload.issues.length > 0) return;
    const plan = payload.value;
    if (plan.read_level === 0) complain(payload, "read_level", "at 0 V there is no current to read.");
    const busy_s = roundTime_s(plan);
    if (plan.interval <= busy_s) complain(payload, "interval", `a round alone takes ${busy_s} s.`);
  });

/** In base units. */
export type ShelfLifePlan = z.output<typeof shelfLifeParameters>;

/** What is done in a round, without the rest. */
export function roundTime_s({ write_time, erase_time, readings, dwell }: ShelfLifePlan): number {
  return write_time + erase_time + 3 * readings * dwell;
}
