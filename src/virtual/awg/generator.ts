import { createRandom } from "../../simulator/random.js";
import type { Lab } from "../lab.js";
import { type Call, ScpiError, ScpiInstrument, nr3 } from "../scpi/index.js";
import { AwgChannel } from "./channel.js";
import { type Coupling, couple } from "./coupling.js";
import type { AwgModel } from "./models.js";
import type { Notice } from "./rules.js";

/** What the parts of the command tree share: the SCPI side, the channels, and the settings that both channels share. */
export interface Generator {
  readonly scpi: ScpiInstrument;
  readonly model: AwgModel;
  readonly channels: readonly AwgChannel[];
  readonly coupling: Coupling;
  /** Unit of angles. */
  angle: "DEG" | "RAD" | "SEC";
  /** Order of the bytes in a binary upload. */
  byteOrder: "NORM" | "SWAP";
  readonly notice: Notice;
  /** The channel a header's first number speaks of. */
  channelOf(call: Call): AwgChannel;
}

/** Keysight's number format: sixteen digits with a sign. A double holds fifteen of them for certain. */
export const keysightNumber = (value: number) => nr3(value, 14, true).replace("E", "0E");

/**
 * @param label of the bench file: its terminals are `label.1`, `label.2`
 * @param seed of the bench: serial number and noise
 */
export function createGenerator(model: AwgModel, lab: Lab, label: string, seed: number): Generator {
  const serial = Math.floor(createRandom(seed, `serial:${label}`).uniform() * 1e6);
  const digits = String(serial).padStart(6, "0");
  const scpi = new ScpiInstrument({
    identity: model.name.startsWith("336")
      ? `Keysight Technologies,${model.name},MY53${digits},A.02.03-3.15-03-64-02`
      : `Agilent Technologies,${model.name},MY52${digits},2.09-1.19-2.00-52-00`,
    queueDepth: 20,
    formatError: (entry) =>
      entry === undefined
        ? '+0,"No error"'
        : `${entry.code > 0 ? "+" : ""}${entry.code},"${entry.text}${entry.detail === undefined ? "" : `; ${entry.detail}`}"`,
    formatNumber: keysightNumber,
    inputLimit_bytes: 64 * 1024 * 1024,
  });
  const channels = channelsOf(model, lab, label, scpi, seed);
  return {
    scpi,
    model,
    channels,
    coupling: couple(channels),
    angle: "DEG",
    byteOrder: "NORM",
    notice: (number, extra) => scpi.raise(number, extra),
    channelOf: (call) => channelOf(channels, call),
  };
}

/** The channels of a generator, each on its terminal in the lab. */
export function channelsOf(
  model: AwgModel,
  lab: Lab,
  label: string,
  scpi: Pick<ScpiInstrument, "operations">,
  seed: number,
): readonly AwgChannel[] {
  const channels = Array.from({ length: model.channels }, (_, index) => {
    const terminal = `${label}.${index + 1}`;
    lab.wiring.addSource(terminal);
    const outlet = {
      get now_s() {
        return lab.now_s;
      },
      get watched() {
        return lab.watched;
      },
      drive: (source: Parameters<Lab["drive"]>[1]) => lab.drive(terminal, source),
      schedule: (at_s: number, action: () => void) => lab.schedule(at_s, action),
    };
    return new AwgChannel(model, outlet, () => scpi.operations.begin(), createRandom(seed, `noise:${terminal}`));
  });
  lab.onWatched(() => {
    for (const channel of channels) channel.watchedChanged();
  });
  return channels;
}

/** @throws ScpiError -114: the header's first number is no channel */
export function channelOf(channels: readonly AwgChannel[], call: Call): AwgChannel {
  const channel = channels[(call.suffixes[0] ?? 1) - 1];
  if (!channel) throw new ScpiError(-114);
  return channel;
}
