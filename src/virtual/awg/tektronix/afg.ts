import { createRandom } from "../../../simulator/random.js";
import type { Lab } from "../../lab.js";
import { ScpiInstrument, nr3 } from "../../scpi/index.js";
import type { AwgChannel } from "../channel.js";
import type { Host } from "../channel-setting.js";
import { type Coupling, couple } from "../coupling.js";
import { channelOf, channelsOf } from "../generator.js";
import type { AfgModel } from "./models.js";

/** What the parts of the command tree share. */
export interface Afg extends Host {
  readonly model: AfgModel;
  readonly coupling: Coupling;
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
  const coupling = couple(channels);
  return { scpi, model, channels, coupling, memory: new Map(), channelOf: (call) => channelOf(channels, call) };
}
