import { ScpiError, raw, takes } from "../scpi/index.js";
import type { Call, RawParameter, ScpiInstrument, ScpiUnit } from "../scpi/index.js";
import { readNumber } from "./amount.js";
import type { AwgChannel } from "./channel.js";
import type { AwgModel } from "./models.js";
import { openPerShown } from "./settings.js";

/** What the command tree of a generator needs of it, whatever its dialect. */
export interface Host {
  readonly scpi: ScpiInstrument;
  readonly model: AwgModel;
  readonly channels: readonly AwgChannel[];
  /** The channel a header's first number speaks of. */
  channelOf(call: Call): AwgChannel;
}

/** Volts shown for a level at the open output, with the load that is set, and back. */
export const shown = (c: AwgChannel, open_V: number): number => open_V / openPerShown(c.settings.load_ohm);
export const open = (c: AwgChannel, shown_V: number): number => shown_V * openPerShown(c.settings.load_ohm);

type Bounded = number | ((c: AwgChannel) => number);

/** A numeric setting of a channel. What is beyond its bounds is refused with -222, and nothing changes. */
export interface Setting {
  readonly units: readonly ScpiUnit[];
  readonly min: Bounded;
  readonly max: Bounded;
  readonly default: number;
  get(c: AwgChannel): number;
  set(c: AwgChannel, value: number, unit: ScpiUnit | ""): void;
  /** False: it does not change what is being played; left out: it does. */
  replays?(c: AwgChannel): boolean;
}

/** Slack for decimal fractions that are not exact in binary. */
const ROUNDING = 1e-9;

export function setting(host: Host, pattern: string, spec: Setting): void {
  const at = (bound: Bounded, c: AwgChannel) => (typeof bound === "number" ? bound : bound(c));
  const rangeOf = (c: AwgChannel) => ({ min: at(spec.min, c), max: at(spec.max, c), default: spec.default });
  host.scpi.tree.command(
    pattern,
    takes([raw()], ([given], call) => {
      const c = host.channelOf(call);
      const range = rangeOf(c);
      const { value, unit } = readNumber(given, spec.units, range);
      const slack = ROUNDING * Math.max(Math.abs(range.min), Math.abs(range.max));
      if (!(value >= range.min - slack && value <= range.max + slack)) throw new ScpiError(-222);
      spec.set(c, value, unit);
      if (spec.replays?.(c) ?? true) c.refresh();
    }),
  );
  host.scpi.tree.query(pattern, {
    types: [{ ...raw(), optional: true, missing: () => undefined }],
    run: ([given], call) => {
      const c = host.channelOf(call);
      const asked = given as RawParameter | undefined;
      return host.scpi.dialect.formatNumber(asked ? readNumber(asked, [], rangeOf(c)).value : spec.get(c));
    },
  });
}
