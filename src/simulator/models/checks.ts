import { MemrigError } from "../../errors.js";

/**
 * Refuses a pair of parameters that are each within range but in the wrong order.
 *
 * @throws MemrigError `invalid-request`: names both and their values
 */
export function mustExceed<K extends string>(
  model: string,
  k: Readonly<Record<K, number>>,
  larger: K,
  smaller: K,
): void {
  if (k[larger] > k[smaller]) return;
  throw new MemrigError(
    "invalid-request",
    `${larger} of ${model} is ${k[larger]} and ${smaller} is ${k[smaller]}; ${larger} must be the larger one.`,
    { model, [larger]: k[larger], [smaller]: k[smaller] },
  );
}
