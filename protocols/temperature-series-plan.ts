import { z } from "zod";
import { complain, countOr, listOr, quantityOr, settleList } from "./parameters.js";

/**
 * Parameters of the temperature series. Defaults: the conductance of VO2 near zero bias, 50 mV, below its transition (Yi et al. 2018,
 * Suppl. Fig. 6c); when the stage counts as settled is the project's choice.
 */
export const temperatureSeriesParameters = z
  .strictObject({
    temperatures: listOr("K", "set-points in order, with ; between", [298, 303, 308, 313, 318, 323, 328]),
    band: quantityOr(0.1, "K", "the stage is settled while within this of the set-point", { above: 0 }),
    settle: quantityOr(60, "s", "and has been for this long", { min: 0, max: 86_400 }),
    deadline: quantityOr(1800, "s", "longest wait for it; then the reading is taken and marked", {
      above: 0,
      max: 604_800,
    }),
    poll: quantityOr(2, "s", "time between two looks at the stage", { min: 0.1, max: 60 }),
    ramp: quantityOr(0, "", "rate of the way to a set-point in K/min; 0: as fast as the loop can", {
      min: 0,
      max: 100,
    }),
    heater: countOr(3, "heater range: 1 low, 2 medium, 3 high", 1, 3),
    limit: quantityOr(0, "K", "the controller's own over-temperature limit; 0: 10 K above the highest set-point", {
      min: 0,
    }),
    level: quantityOr(50e-3, "V", "voltage the conductance is read at; other than 0"),
    compliance: quantityOr(1e-3, "A", "largest current while reading", { above: 0 }),
    readings: countOr(10, "readings averaged at each temperature", 1, 10_000),
    dwell: quantityOr(50e-3, "s", "time of a reading", { above: 0, max: 3600 }),
    stop: quantityOr(0, "V", "also sweep 0 to this and back at each temperature; 0: no sweep"),
    step: quantityOr(10e-3, "V", "step of that sweep", { above: 0 }),
    fit_to: quantityOr(0, "K", "hottest reading in the Arrhenius fit; 0: all", { min: 0 }),
  })
  .check((payload) => {
    settleList(payload, "temperatures", "K", { above: 0 });
    if (payload.issues.length > 0) return;
    const { temperatures, limit, level, stop, step, settle, deadline } = payload.value;
    if (temperatures.length === 0) complain(payload, "temperatures", 'give at least one, for example "300 K; 310 K".');
    if (level === 0) complain(payload, "level", "at 0 V there is no current to read.");
    if (limit !== 0 && limit <= Math.max(...temperatures))
      complain(payload, "limit", `the limit must be above the highest set-point, ${Math.max(...temperatures)} K.`);
    if (deadline < settle) complain(payload, "deadline", "it ends before the stage can have settled.");
    if (Math.abs(stop) / step > 100_000) complain(payload, "step", "the sweep would have more than 200000 levels.");
  });

/** In base units; `ramp` in K/min. */
export type TemperatureSeriesPlan = z.output<typeof temperatureSeriesParameters>;

/** Above the highest set-point: room for the overshoot of a loop. */
const headroom_K = 10;

/** The controller's own limit. */
export function limitOf({ limit, temperatures }: TemperatureSeriesPlan): number {
  return limit === 0 ? Math.max(...temperatures) + headroom_K : limit;
}
