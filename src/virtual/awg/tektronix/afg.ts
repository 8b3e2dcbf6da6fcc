import { createRandom } from "../../../simulator/random.js";
import type { Lab } from "../../lab.js";
import { ScpiError, ScpiInstrument, nr3, raw, takes } from "../../scpi/index.js";
import type { Call, RawParameter, ScpiUnit } from "../../scpi/index.js";
import { readNumber } from "../amount.js";
import type { AwgChannel } from "../channel.js";
import { channelOf, channelsOf } from "../generator.js";
import { openPerShown } from "../settings.js";
import type { AfgModel } from "./models.js";

/** What the parts of the command tree share. */
export interface Afg {
  readonly scpi: ScpiInstrument;
  readonly model: AfgModel;
  readonly channels: readonly AwgChannel[];
  channelOf(call: Call): AwgChannel;
  /** Of every channel: which memory it plays from; `EMEM`, `EMEM1`, `USER1`. */
  readonly memory: Map<AwgChannel, string>;
}

export function createAfg(model: AfgModel, lab: Lab, label: string, seed: number): Afg {
  const serial = String(Math.floor(createRandom(seed, `serial:${label}`).uniform() * 1e6)).padStart(6, "0");
  const firmware = model.memories === "each" ? "SCPI:99.0 FV:1.6.1" : "SCPI:99.0 FV:3.0.2";
  const scpi = new ScpiInstrument({
    identity: `TEKTRONIX,${model.name},C${serial},${firmware}`,
    queueDepth: 20,
    formatError: (entry) =>
      entry === undefined ? '0,"No error"' : `${entry.code},"${entry.text}${entry.detail ? `; ${entry.detail}` : ""}"`,
    formatNumber: (value) => nr3(value, 10),
    inputLimit_bytes: 1024 * 1024,
  });
  const channels = channelsOf(model, lab, label, scpi, seed);
  return { scpi, model, channels, memory: new Map(), channelOf: (call) => channelOf(channels, call) };
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
}

/** Slack for decimal fractions that are not exact in binary. */
const ROUNDING = 1e-9;

export function setting(afg: Afg, pattern: string, spec: Setting): void {
  const at = (bound: Bounded, c: AwgChannel) => (typeof bound === "number" ? bound : bound(c));
  const rangeOf = (c: AwgChannel) => ({ min: at(spec.min, c), max: at(spec.max, c), default: spec.default });
  afg.scpi.tree.command(
    pattern,
    takes([raw()], ([given], call) => {
      const c = afg.channelOf(call);
      const range = rangeOf(c);
      const { value, unit } = readNumber(given, spec.units, range);
      const slack = ROUNDING * Math.max(Math.abs(range.min), Math.abs(range.max));
      if (!(value >= range.min - slack && value <= range.max + slack)) throw new ScpiError(-222);
      spec.set(c, value, unit);
      c.refresh();
    }),
  );
  afg.scpi.tree.query(pattern, {
    types: [{ ...raw(), optional: true, missing: () => undefined }],
    run: ([given], call) => {
      const c = afg.channelOf(call);
      const asked = given as RawParameter | undefined;
      return afg.scpi.dialect.formatNumber(asked ? readNumber(asked, [], rangeOf(c)).value : spec.get(c));
    },
  });
}
