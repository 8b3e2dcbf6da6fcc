import { MemrigError } from "../../errors.js";

/**
 * The address `steps` further: only the last number counts up.
 *
 * @throws MemrigError `invalid-request`: not IPv4, or no room behind it
 */
export function nextAddress(address: string, steps: number): string {
  if (steps === 0) return address;
  const next = counted(address, steps);
  if (next !== undefined) return next;
  throw new MemrigError(
    "invalid-request",
    `"ports: standard" takes one address an instrument, counting up from ${address}: that does not go ${steps} further. ` +
      `Give an IPv4 address with room behind it, such as 127.0.0.1, or "ports: any".`,
    { address, steps },
  );
}

/** This computer's own addresses from `address` on: all of 127.0.0.0/8 are, of others only the one. */
export function* ownAddresses(address: string): Generator<string> {
  yield address;
  if (!address.startsWith("127.")) return;
  for (let steps = 1; ; steps++) {
    const next = counted(address, steps);
    if (next === undefined) return;
    yield next;
  }
}

function counted(address: string, steps: number): string | undefined {
  const match = /^(.*\.)(\d+)$/.exec(address);
  const last = Number(match?.[2]) + steps;
  return match && last <= 254 ? `${match[1]}${last}` : undefined;
}
