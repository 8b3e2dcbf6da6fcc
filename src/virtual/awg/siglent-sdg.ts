import { createRandom } from "../../simulator/random.js";
import { Operations } from "../scpi/operations.js";
import type { InstrumentContext, VirtualInstrument } from "../virtual-instrument.js";
import { channelsOf } from "./generator.js";
import { SdgDevice } from "./siglent/device.js";
import { defaultSdgModel, sdgModel } from "./siglent/models.js";
import { preset, resetState } from "./siglent/sdg.js";
import type { Sdg } from "./siglent/sdg.js";

/**
 * A simulated Siglent SDG1000X or SDG2000X: standard shapes, pulses, waveforms of the user and bursts behind 50 ohm.
 * Modulation and sweeps are put out as far as `modulatedShape` says. Not simulated: harmonics, built-in waveforms, PRBS and IQ.
 *
 * @throws MemrigError `invalid-request`: a model that is not of the families
 * @see SDG Series Programming Guide
 */
export function createSiglentSdg({ plan, lab, seed }: InstrumentContext): VirtualInstrument {
  const model = sdgModel(plan.model ?? defaultSdgModel);
  const channels = channelsOf(model, lab, plan.label, { operations: new Operations() }, seed);
  const states = new Map(channels.map((c) => [c, resetState()]));
  const sdg: Sdg = {
    model,
    channels,
    stateOf: (channel) => {
      const state = states.get(channel);
      if (!state) throw new Error("a channel of another generator");
      return state;
    },
  };
  preset(sdg);
  const serial = String(Math.floor(createRandom(seed, `serial:${plan.label}`).uniform() * 1e4)).padStart(4, "0");
  const identity =
    model.family === "SDG1000X"
      ? `Siglent Technologies,${model.name},SDG1XCAX1R${serial},1.01.01.33R8`
      : `Siglent Technologies,${model.name},SDG2XCAC1R${serial},2.01.01.35R3B2`;
  return { device: new SdgDevice(identity, sdg), socketPort: 5025 };
}
