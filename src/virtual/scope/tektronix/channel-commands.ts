import { ScpiError, boolean, either, keyword, name, numeric } from "../../scpi/index.js";
import type { Call } from "../../scpi/index.js";
import { bandLimit_Hz } from "../front-end.js";
import type { Mso, MsoInput } from "./mso.js";

/** Scales of the two inputs (data sheet), volts a division with a probe of 1. */
const scales_V = { ONEM: { min: 500e-6, max: 10 }, FIFT: { min: 500e-6, max: 1 } };

const clip = (value: number, min: number, max: number) => Math.min(max, Math.max(min, value));

/** Largest offset by scale (data sheet, 1 MΩ and 50 Ω). Beyond it the nearest is set without a word. */
function offsetMax_V({ scale_V, impedance, probe }: MsoInput): number {
  const per = scale_V / probe;
  if (impedance === "FIFT") return probe * (per < 0.1 ? 1 : 10);
  return probe * (per < 0.064 ? 1 : per < 1 ? 10 : 100);
}

function fit(mso: Mso, input: MsoInput): void {
  const { min, max } = scales_V[input.impedance];
  input.scale_V = clip(input.scale_V, min * input.probe, max * input.probe);
  const most_V = offsetMax_V(input);
  input.shift_V = clip(input.shift_V, -most_V, most_V);
  mso.fit(input);
}

/** Analog inputs. */
export function channelCommands(mso: Mso): void {
  const { scope } = mso;
  const number = (
    node: string,
    unit: "V" | "HZ" | "S" | "",
    get: (k: MsoInput) => number,
    set: (k: MsoInput, v: number) => void,
  ) =>
    mso.setting(`CH<1-8>:${node}`, numeric(unit, {}), {
      get: (call) => get(scope.channelOf(call)),
      set: (value, call) => {
        const input = scope.channelOf(call);
        set(input, value);
        fit(mso, input);
      },
    });
  // DISP and GLOB are longer than the shortest forms, and other people's drivers send them.
  for (const pattern of [
    "DISplay:GLObal:CH<1-8>:STATE",
    "DISPlay:GLOBal:CH<1-8>:STATE",
    "DISplay:WAVEView:CH<1-8>:STATE",
  ]) {
    mso.setting(pattern, boolean(), {
      get: (call) => scope.channelOf(call).display,
      set: (on, call) => (scope.channelOf(call).display = on),
    });
  }
  mso.setting("DISplay:WAVEView<1-1>:CH<1-8>:STATE", boolean(), {
    get: (call) => scope.channel(call.suffixes[1] ?? 1).display,
    set: (on, call) => (scope.channel(call.suffixes[1] ?? 1).display = on),
  });
  number("SCAle", "V", (k) => k.scale_V, (k, v) => (k.scale_V = v)); // prettier-ignore
  number("OFFSet", "V", (k) => k.shift_V, (k, v) => (k.shift_V = v)); // prettier-ignore
  number("POSition", "", (k) => k.position_div, (k, v) => (k.position_div = clip(v, -5, 5))); // prettier-ignore
  number("DESKew", "S", (k) => k.deskew_s, (k, v) => (k.deskew_s = v)); // prettier-ignore
  number("PROBEFunc:EXTAtten", "", (k) => k.probe, (k, v) => (k.probe = v)); // prettier-ignore
  mso.answer("CH<1-8>:PRObe:GAIN", (call) => 1 / scope.channelOf(call).probe);
  mso.setting("CH<1-8>:TERmination", numeric("OHM", {}), {
    get: (call) => (scope.channelOf(call).impedance === "FIFT" ? 50 : 1e6),
    set: (value, call) => {
      scope.setImpedance(call.suffixes[0] ?? 1, Math.abs(value - 50) < 1 ? "FIFT" : "ONEM");
      fit(mso, scope.channelOf(call));
    },
  });
  mso.setting("CH<1-8>:COUPling", keyword("DC", "AC", "DCREJect"), {
    get: (call) => scope.channelOf(call).coupling,
    set: (word, call) => (scope.channelOf(call).coupling = word === "DC" ? "DC" : "AC"),
  });
  mso.setting("CH<1-8>:BANdwidth", either(keyword("FULl"), numeric("HZ", {})), {
    get: (call) => scope.channelOf(call).bandwidth_Hz,
    set: (value, call) => {
      const input = scope.channelOf(call);
      input.bandwidth_Hz = typeof value === "string" ? 1e9 : value <= bandLimit_Hz ? bandLimit_Hz : 250e6;
      input.bandLimit = input.bandwidth_Hz <= bandLimit_Hz;
    },
  });
  mso.setting("CH<1-8>:INVert", boolean(), {
    get: (call) => scope.channelOf(call).invert,
    set: (on, call) => (scope.channelOf(call).invert = on),
  });
  mso.setting("CH<1-8>:LABel:NAMe", name(), {
    get: (call) => `"${scope.channelOf(call).name}"`,
    set: (text, call) => (scope.channelOf(call).name = text),
  });
  triggerCommands(mso);
}

function triggerCommands(mso: Mso): void {
  const { scope } = mso;
  const trigger = () => scope.settings.trigger;
  const inputs = scope.settings.channels.map((_, index) => `CH${index + 1}`);
  // Only edges are simulated; the other types are refused.
  mso.setting("TRIGger:A:TYPe", keyword("EDGE"), { get: () => "EDGE", set: () => undefined });
  mso.setting("TRIGger:A:EDGE:SOUrce", keyword(...inputs, "AUXiliary", "LINE"), {
    get: () => trigger().source,
    set: (source) => (trigger().source = source),
  });
  mso.setting("TRIGger:A:EDGE:SLOpe", keyword("RISe", "FALL", "EITher", "ANY"), {
    get: () => ({ POS: "RISE", NEG: "FALL", EITH: "EITHER" })[trigger().slope],
    set: (word) => (trigger().slope = word === "RIS" ? "POS" : word === "FALL" ? "NEG" : "EITH"),
  });
  let coupling = "DC";
  mso.setting("TRIGger:A:EDGE:COUPling", keyword("DC", "HFRej", "LFRej", "NOISErej"), {
    get: () => coupling,
    set: (word) => (coupling = word),
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
  mso.setting("TRIGger:AUXLevel", numeric("V", {}), { get: () => aux_V, set: (value) => (aux_V = value) });
  mso.setting("TRIGger:A:MODe", keyword("AUTO", "NORMal"), {
    get: () => (trigger().auto ? "AUTO" : "NORMAL"),
    set: (word) => (trigger().auto = word === "AUTO"),
  });
  mso.setting("TRIGger:A:HOLDoff:TIMe", numeric("S", { min: 0, max: 10 }), {
    get: () => trigger().holdoff_s,
    set: (value) => (trigger().holdoff_s = value),
  });
}
