import { ScpiError } from "../../scpi/index.js";
import type { AwgChannel } from "../channel.js";
import type { FunctionName } from "../settings.js";

/** Which functions a family lets be modulated, and swept. `mode` as it is kept. */
export type Allows = (fn: FunctionName, mode: string) => boolean;

/** Noise and levels can not be modulated, pulses only in their width; a sweep has no pulses. */
export const plainAllows: Allows = (fn, mode) => {
  if (fn === "DC" || fn === "NOIS" || fn === "PRBS") return false;
  return (fn === "PULS") === (mode === "PWM");
};

/**
 * Turns a modulation or sweep on or off. Turning off what is not on does nothing.
 *
 * @throws ScpiError -221: not with this function; nothing changed
 */
export function switchMode(c: AwgChannel, mode: string, on: boolean, allows: Allows): void {
  if (on && !allows(c.settings.fn, mode)) {
    throw new ScpiError(-221, `${mode} is not available with the function ${c.settings.fn}`);
  }
  if (on) c.enter(mode);
  else if (c.mode === mode) c.enter(undefined);
}

/** After another function was selected: what can not go with it goes off. @returns what went off */
export function leaveImpossible(c: AwgChannel, allows: Allows): string | undefined {
  const { mode } = c;
  if (mode === undefined || allows(c.settings.fn, mode)) return undefined;
  c.enter(undefined);
  return mode;
}
