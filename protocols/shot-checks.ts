import type { z } from "zod";
import type { Unit } from "../src/units.js";
import { complain, settleList } from "./parameters.js";

/** A read at 0 V has no current to read. */
export function refuseZeroRead<Plan extends { read_amplitude: number }>(payload: z.core.ParsePayload<Plan>): void {
  if (payload.value.read_amplitude === 0) complain(payload, "read_amplitude", "a read at 0 V has no current to read.");
}

/** Set and reset of one sign would drive a two-terminal memory the same way twice. @param product of the two levels */
export function refuseEqualSigns<Plan extends object>(
  payload: z.core.ParsePayload<Plan>,
  product: number,
  name: keyof Plan & string,
): void {
  if (product < 0) return;
  complain(payload, name, "set and reset need levels of opposite sign, neither of them 0: one of them is negative.");
}

/** A ladder must rise. */
export function refuseFallingLadder<Plan extends object>(
  payload: z.core.ParsePayload<Plan>,
  start: number,
  stop: number,
  name: keyof Plan & string,
): void {
  if (stop < start)
    complain(payload, name, `the ladder would end at ${stop}, below its start of ${start}; it must rise.`);
}

/** Reads a list of quantities in place; one that is empty, or has a 0 where there must be none, is refused. */
export function settleFilled<Plan extends object>(
  payload: z.core.ParsePayload<Plan>,
  name: keyof Plan & string,
  unit: Unit,
  range: { above?: number; nonZero?: boolean } = {},
): void {
  const { nonZero, ...bounds } = range;
  settleList(payload, name, unit, bounds);
  if (payload.issues.length > 0) return;
  const values = payload.value[name] as readonly number[];
  if (values.length === 0)
    complain(payload, name, "the list is empty; give one value at least, with ; between several.");
  if (nonZero === true && values.includes(0))
    complain(payload, name, "there is a 0 in the list; each value must be other than 0.");
}
