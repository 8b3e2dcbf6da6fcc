import { type RawParameter, ScpiError, type ScpiUnit, namedBound, parseNumber, raw, takes } from "../scpi/index.js";
import type { AwgChannel } from "./channel.js";
import type { Generator } from "./generator.js";
import { type Notice, clip } from "./rules.js";

/** A numeric setting of a channel as the front panel shows it. A value beyond the bounds is clipped, with a notice. */
export interface Amount {
  readonly units: readonly ScpiUnit[];
  readonly min: number | ((channel: AwgChannel) => number);
  readonly max: number | ((channel: AwgChannel) => number);
  readonly default: number;
  /** From a unit that was written to the one that bare numbers are in; left out: they are the same. */
  convert?(channel: AwgChannel, value: number, unit: ScpiUnit | ""): number;
  get(channel: AwgChannel): number;
  set(channel: AwgChannel, value: number, notice: Notice): void;
  /** False: it does not change what is being played; left out: it does. */
  replays?(channel: AwgChannel): boolean;
}

/** Declares the command and the query of such a setting. The first number in the header is the channel. */
export function amount(generator: Generator, pattern: string, spec: Amount): void {
  const { tree, dialect } = generator.scpi;
  const bound = (channel: AwgChannel, which: "min" | "max") => {
    const value = spec[which];
    return typeof value === "number" ? value : value(channel);
  };
  const rangeOf = (channel: AwgChannel) => ({
    min: bound(channel, "min"),
    max: bound(channel, "max"),
    default: spec.default,
  });
  tree.command(
    pattern,
    takes([raw()], ([given], call) => {
      const channel = generator.channelOf(call);
      const written = readNumber(given, spec.units, rangeOf(channel));
      const value = spec.convert?.(channel, written.value, written.unit) ?? written.value;
      spec.set(channel, clip(value, bound(channel, "min"), bound(channel, "max"), generator.notice), generator.notice);
      if (spec.replays?.(channel) ?? true) channel.refresh();
    }),
  );
  tree.query(pattern, {
    types: [{ ...raw(), optional: true, missing: () => undefined }],
    run: ([given], call) => {
      const channel = generator.channelOf(call);
      const word = given as RawParameter | undefined;
      return dialect.formatNumber(word?.kind === "plain" ? namedBound(word.text, rangeOf(channel)) : spec.get(channel));
    },
  });
}

/**
 * A number with its unit, or MIN, MAX, DEF.
 *
 * @throws ScpiError as the parameter types of the framework
 */
export function readNumber(
  given: RawParameter,
  units: readonly ScpiUnit[],
  range: { readonly min: number; readonly max: number; readonly default: number },
): { readonly value: number; readonly unit: ScpiUnit | "" } {
  if (given.kind !== "plain") throw new ScpiError(-104);
  return parseNumber(given.text, units) ?? { value: namedBound(given.text, range), unit: "" };
}
