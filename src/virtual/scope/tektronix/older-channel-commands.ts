import { boolean, either, keyword, name, numeric, string } from "../../scpi/index.js";
import type { Call } from "../../scpi/index.js";
import type { Mso, MsoInput } from "./mso.js";

/** Largest offset by scale in volts a division: 1 MΩ, 50 Ω (DPO4032 specifications, offset ranges). */
const offsets_V = [
  { upTo_V: 50e-3, ONEM: 1, FIFT: 1 },
  { upTo_V: 99.5e-3, ONEM: 0.5, FIFT: 0.5 },
  { upTo_V: 500e-3, ONEM: 10, FIFT: 10 },
  { upTo_V: 995e-3, ONEM: 5, FIFT: 5 },
  { upTo_V: 5, ONEM: 100, FIFT: 5 },
  { upTo_V: 10, ONEM: 50, FIFT: 5 },
] as const;

export function olderOffsetMax_V({ scale_V, impedance, probe }: MsoInput): number {
  const row = offsets_V.find(({ upTo_V }) => scale_V / probe <= upTo_V * (1 + 1e-6)) ?? offsets_V[5];
  return probe * row[impedance];
}

/**
 * What inputs of the 3000 and 4000 series are asked with words of their own: which are shown, probes, labels.
 *
 * @param setProbe what a probe divides by; scale and offset follow
 */
export function olderChannelCommands(mso: Mso, setProbe: (call: Call, value: number) => void): void {
  const { scope } = mso;
  mso.setting("SELect:CH<1-4>", boolean(), {
    get: (call) => scope.channelOf(call).display,
    set: (on, call) => (scope.channelOf(call).display = on),
  });
  let control = "CH1";
  const inputs = scope.settings.channels.map((_, index) => `CH${index + 1}`);
  mso.setting("SELect:CONTROl", keyword(...inputs), { get: () => control, set: (word) => (control = word) });
  mso.setting("CH<1-4>:PRObe:GAIN", numeric("", { min: 1e-4, max: 1000 }), {
    get: (call) => 1 / scope.channelOf(call).probe,
    set: (value, call) => setProbe(call, 1 / value),
  });
  mso.setting("CH<1-4>:LABel", either(string(), name()), {
    get: (call) => `"${scope.channelOf(call).name}"`,
    set: (text, call) => (scope.channelOf(call).name = text.slice(0, 30)),
  });
}
