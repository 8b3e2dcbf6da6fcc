import { MemrigError } from "../errors.js";
import { si } from "../units.js";
import type { Bound } from "./bounds.js";

/** What rounding in `start + k·step` may add; no instrument resolves it. */
const rounding = 1e-9;

/**
 * Holds a magnitude to a limit of the bench.
 *
 * @throws MemrigError `limit-refused`: what it would reach, what is allowed, and the line that says so
 */
export function hold(
  bound: Bound | undefined,
  asked: number | undefined,
  unit: string,
  who: string,
  what: string,
  advice = "",
): void {
  if (bound === undefined || asked === undefined) return;
  if (asked <= bound.max * (1 + rounding)) return; // false for NaN too
  throw new MemrigError(
    "limit-refused",
    `${who}: ${what} ${Number.isFinite(asked) ? si(asked, unit) : `no end (${unit})`} was asked for; the bench allows ${si(bound.max, unit)} (${bound.where}). ` +
      `Nothing was sent. Ask for less, or change that line if the device can take it.${advice}`,
    { asked, allowed: bound.max, unit, where: bound.where },
  );
}

export function invalid(who: string, what: string): MemrigError {
  return new MemrigError(
    "invalid-request",
    `${who}: ${what} was asked for, which is not possible. Nothing was sent.`,
    {},
  );
}

/** The types ask for numbers; JSON, scripts and mistakes bring texts, NaN and nothing. @throws MemrigError `invalid-request` */
export function finite(who: string, what: string, value: unknown): void {
  if (!Number.isFinite(value)) throw invalid(who, `${what} of ${shown(value)}`);
}

/** @throws MemrigError `invalid-request` */
export function above0(who: string, what: string, value: unknown): void {
  if (!(typeof value === "number" && Number.isFinite(value) && value > 0)) {
    throw invalid(who, `${what} of ${shown(value)}`);
  }
}

/** @throws MemrigError `invalid-request` */
export function whole(who: string, what: string, value: unknown): void {
  if (!(Number.isSafeInteger(value) && Number(value) >= 1)) throw invalid(who, `${what} of ${shown(value)}`);
}

/** @throws MemrigError `invalid-request` */
export function oneOf(who: string, what: string, value: unknown, allowed: readonly unknown[]): void {
  if (!allowed.includes(value)) throw invalid(who, `${what} of ${shown(value)}`);
}

/** @throws MemrigError `invalid-request`: a channel the instrument does not have */
export function channelOf(who: string, channel: unknown, channels: number): void {
  if (Number.isSafeInteger(channel) && Number(channel) >= 1 && Number(channel) <= channels) return;
  throw new MemrigError(
    "invalid-request",
    `${who}: channel ${shown(channel)} was asked for; it has ${channels === 1 ? "channel 1 only" : `channels 1 to ${channels}`}. Nothing was sent.`,
    { channel, channels },
  );
}

function shown(value: unknown): string {
  return typeof value === "string" ? `"${value.slice(0, 40)}" (a text)` : String(value);
}
