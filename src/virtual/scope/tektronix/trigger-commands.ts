import { ScpiError, keyword, numeric } from "../../scpi/index.js";
import type { Call } from "../../scpi/index.js";
import type { Mso } from "./mso.js";

/** Edges only; the other types are refused. */
export function triggerCommands(mso: Mso): void {
  const { scope } = mso;
  const { older } = mso.model;
  const trigger = () => scope.settings.trigger;
  const inputs = scope.settings.channels.map((_, index) => `CH${index + 1}`);
  mso.setting("TRIGger:A:TYPe", keyword("EDGE"), { get: () => "EDGE", set: () => undefined });
  mso.setting("TRIGger:A:EDGE:SOUrce", keyword(...inputs, "AUXiliary", "LINE"), {
    get: () => trigger().source,
    set: (source) => (trigger().source = source),
  });
  mso.setting("TRIGger:A:EDGE:SLOpe", keyword("RISe", "FALL", "EITher", ...(older ? [] : ["ANY"])), {
    get: () => ({ POS: "RISE", NEG: "FALL", EITH: "EITHER" })[trigger().slope],
    set: (word) => (trigger().slope = word === "RIS" ? "POS" : word === "FALL" ? "NEG" : "EITH"),
  });
  let coupling = "DC";
  const couplings: Readonly<Record<string, string>> = { HFR: "HFREJ", LFR: "LFREJ", NOISE: "NOISEREJ" };
  mso.setting("TRIGger:A:EDGE:COUPling", keyword("DC", "HFRej", "LFRej", "NOISErej", ...(older ? ["AC"] : [])), {
    get: () => coupling,
    set: (word) => (coupling = couplings[word] ?? word),
  });
  const level = (channel: number, set_V?: number): number => {
    const { levels_V } = trigger();
    if (levels_V[channel - 1] === undefined) throw new ScpiError(-114);
    if (set_V !== undefined) levels_V[channel - 1] = set_V;
    return levels_V[channel - 1] ?? 0;
  };
  const numberOf = (call: Call) => call.suffixes[0] ?? 1;
  mso.setting("TRIGger:A:LEVel:CH<1-8>", numeric("V", {}), {
    get: (call) => level(numberOf(call)),
    set: (value, call) => void level(numberOf(call), value),
  });
  mso.setting("TRIGger:A:LEVel", numeric("V", {}), {
    get: () => level(scope.triggerChannel ?? 1),
    set: (value) => void level(scope.triggerChannel ?? 1, value),
  });
  let aux_V = 0;
  mso.setting(older ? "TRIGger:A:LEVel:AUXin" : "TRIGger:AUXLevel", numeric("V", {}), {
    get: () => aux_V,
    set: (value) => (aux_V = value),
  });
  mso.setting("TRIGger:A:MODe", keyword("AUTO", "NORMal"), {
    get: () => (trigger().auto ? "AUTO" : "NORMAL"),
    set: (word) => (trigger().auto = word === "AUTO"),
  });
  if (older) mso.answer("TRIGger:A:HOLDoff", () => trigger().holdoff_s);
  mso.setting("TRIGger:A:HOLDoff:TIMe", numeric("S", { min: 0, max: 10 }), {
    get: () => trigger().holdoff_s,
    set: (value) => (trigger().holdoff_s = value),
  });
}
