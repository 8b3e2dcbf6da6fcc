import type { Command } from "commander";
import { parseQuantity } from "../units.js";
import type { DiscoverOptions } from "../visa/discovery/index.js";
import { MemrigError } from "../errors.js";
import { collect } from "./settings.js";

export interface LookOptions {
  readonly timeout: string;
  readonly interface?: readonly string[];
  readonly host?: readonly string[];
}

/** Where and how long to look: the same for every command that looks for instruments. */
export function addLookOptions(command: Command): Command {
  return command
    .option("--timeout <time>", "how long answers are waited for", "3 s")
    .option("--interface <name>", "network interface to look on, by name or address; repeat for several", collect)
    .option("--host <host>", "look at this host only, behind a router too; repeat for several", collect);
}

/** Longer, and nobody waits any more. */
const LONGEST_S = 600;

/** @throws MemrigError `invalid-request`: a time that is none */
export function lookOptions({ timeout, interface: interfaces, host }: LookOptions): DiscoverOptions {
  const timeout_s = parseQuantity(timeout, "s");
  if (!(timeout_s > 0 && timeout_s <= LONGEST_S)) {
    throw new MemrigError(
      "invalid-request",
      `--timeout ${timeout}: more than 0 s, up to ${LONGEST_S} s, can be waited. Nothing was looked for.`,
      { timeout_s, max_s: LONGEST_S },
    );
  }
  return {
    timeout_ms: 1000 * timeout_s,
    ...(interfaces ? { interfaces } : {}),
    ...(host ? { hosts: host } : {}),
  };
}
