import { createRandom } from "../../../simulator/random.js";
import type { Lab } from "../../lab.js";
import { ScpiInstrument, boolean, nr3, takes } from "../../scpi/index.js";
import type { AwgChannel } from "../channel.js";
import type { Host } from "../channel-setting.js";
import { type Coupling, couple } from "../coupling.js";
import { channelOf, channelsOf } from "../generator.js";
import type { DgModel } from "./models.js";

/** What a channel is set to beyond what all generators have. */
export interface DgState {
  /** Samples by their own clock, or repeated at the frequency. */
  clock: "FREQ" | "SRATE";
  /** Of the sample clock. */
  rate_Sa_per_s: number;
  /** Samples that came with CON and wait for the rest. */
  partial: number[];
  burstMode: "TRIG" | "INF" | "GAT";
  /** Cycles of a counted burst. */
  cycles: number;
}

/** What the parts of the command tree share. */
export interface Dg extends Host {
  readonly model: DgModel;
  readonly coupling: Coupling;
  stateOf(channel: AwgChannel): DgState;
  /** The channel that is selected on the front panel: a DG4000 gives it the samples. */
  current: number;
}

const resetState = (): DgState => ({
  clock: "FREQ",
  rate_Sa_per_s: 20e6,
  partial: [],
  burstMode: "TRIG",
  cycles: 1,
});

export function createDg(model: DgModel, lab: Lab, label: string, seed: number): Dg {
  const serial = String(Math.floor(createRandom(seed, `serial:${label}`).uniform() * 1e9)).padStart(9, "0");
  const scpi = new ScpiInstrument({
    identity:
      model.family === "DG1000Z"
        ? `Rigol Technologies,${model.name},DG1ZA${serial},03.01.12`
        : `Rigol Technologies,${model.name},DG4E${serial},00.01.14`,
    queueDepth: 20,
    errorTexts: new Map([[-113, "Undefined header; keyword cannot be found"]]),
    formatError: (entry) =>
      entry === undefined ? '0,"No error"' : `${entry.code},"${entry.text}${entry.detail ? `; ${entry.detail}` : ""}"`,
    formatNumber: (value) => nr3(value, 6),
    inputLimit_bytes: 1024 * 1024, // 64 Ki points as text are some 400 kB
  });
  const channels = channelsOf(model, lab, label, scpi, seed);
  const states = new Map(channels.map((c) => [c, resetState()]));
  return {
    scpi,
    model,
    channels,
    coupling: couple(channels),
    current: 1,
    channelOf: (call) => channelOf(channels, call),
    stateOf: (channel) => {
      const state = states.get(channel);
      if (!state) throw new Error("a channel of another generator");
      return state;
    },
  };
}

/** To the settings after `*RST`: 1 kHz sine of 5 Vpp, output off. */
export function preset(dg: Dg): void {
  dg.current = 1;
  for (const c of dg.channels) {
    Object.assign(dg.stateOf(c), resetState());
    c.reset();
    Object.assign(c.settings, { amplitude_Vpp: 10, rampSymmetry: 0.5 });
    Object.assign(c.settings.pulse, { width_s: 500e-6, lead_s: 20e-9, trail_s: 20e-9 });
    c.settings.arb.name = VOLATILE;
    c.settings.arb.filter = "OFF";
    c.settings.trigger.source = "IMM";
  }
}

export const VOLATILE = "VOLATILE";

/** Words, not digits: the family answers ON and OFF. */
export function switchSetting(
  dg: Dg,
  pattern: string,
  get: (c: AwgChannel) => boolean,
  set: (c: AwgChannel, on: boolean) => void,
): void {
  dg.scpi.tree.command(
    pattern,
    takes([boolean()], ([on], call) => set(dg.channelOf(call), on)),
  );
  dg.scpi.tree.query(
    pattern,
    takes([], (_, call) => (get(dg.channelOf(call)) ? "ON" : "OFF")),
  );
}
