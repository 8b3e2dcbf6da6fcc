import { boolean, either, keyword, name, numeric, string } from "../../scpi/index.js";
import type { Call } from "../../scpi/index.js";
import { bandLimit_Hz } from "../front-end.js";
import { nearestOf } from "./mso.js";
import type { Mso, MsoInput } from "./mso.js";
import { olderChannelCommands, olderOffsetMax_V } from "./older-channel-commands.js";
import { triggerCommands } from "./trigger-commands.js";

/** Largest scale of the two inputs (data sheets), volts a division with a probe of 1. */
const scaleMax_V = { ONEM: 10, FIFT: 1 };

const clip = (value: number, min: number, max: number) => Math.min(max, Math.max(min, value));

/** Largest offset by scale (data sheet, 1 MΩ and 50 Ω). Beyond it the nearest is set without a word. */
function offsetMax_V({ model }: Mso, input: MsoInput): number {
  if (model.older) return olderOffsetMax_V(input);
  const { scale_V, impedance, probe } = input;
  const per = scale_V / probe;
  if (impedance === "FIFT") return probe * (per < 0.1 ? 1 : 10);
  return probe * (per < 0.064 ? 1 : per < 1 ? 10 : 100);
}

function fit(mso: Mso, input: MsoInput): void {
  const min_V = mso.model.older ? 1e-3 : 500e-6;
  input.scale_V = clip(input.scale_V, min_V * input.probe, scaleMax_V[input.impedance] * input.probe);
  const most_V = offsetMax_V(mso, input);
  input.shift_V = clip(input.shift_V, -most_V, most_V);
  mso.fit(input);
}

/** Analog inputs. */
export function channelCommands(mso: Mso): void {
  const { scope } = mso;
  const { older } = mso.model;
  /** Divisions that a trace can be moved by (programmer manuals). */
  const most = older ? 8 : 5;
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
  number("SCAle", "V", (k) => k.scale_V, (k, v) => (k.scale_V = v)); // prettier-ignore
  if (older) number("VOLts", "V", (k) => k.scale_V, (k, v) => (k.scale_V = v)); // prettier-ignore
  number("OFFSet", "V", (k) => k.shift_V, (k, v) => (k.shift_V = v)); // prettier-ignore
  number("POSition", "", (k) => k.position_div, (k, v) => (k.position_div = clip(v, -most, most))); // prettier-ignore
  number("DESKew", "S", (k) => k.deskew_s, (k, v) => (k.deskew_s = v)); // prettier-ignore
  mso.setting("CH<1-8>:COUPling", keyword("DC", "AC", "DCREJect"), {
    get: (call) => scope.channelOf(call).coupling,
    set: (word, call) => (scope.channelOf(call).coupling = word === "DC" ? "DC" : "AC"),
  });
  mso.setting("CH<1-8>:INVert", boolean(), {
    get: (call) => scope.channelOf(call).invert,
    set: (on, call) => (scope.channelOf(call).invert = on),
  });
  // The older ones take words for both, and say numbers.
  for (const node of older ? ["TERmination", "IMPedance"] : ["TERmination"]) {
    mso.setting(`CH<1-8>:${node}`, either(keyword(...(older ? ["FIFty", "MEG"] : [])), numeric("OHM", {})), {
      get: (call) => (scope.channelOf(call).impedance === "FIFT" ? 50 : 1e6),
      set: (value, call) => {
        const fifty = typeof value === "string" ? value === "FIF" : Math.abs(value - 50) < 1;
        scope.setImpedance(call.suffixes[0] ?? 1, fifty ? "FIFT" : "ONEM");
        fit(mso, scope.channelOf(call));
      },
    });
  }
  const full_Hz = older?.bandwidth_Hz ?? 1e9;
  const limits_Hz: Readonly<Record<string, number>> = { FUL: full_Hz, TWE: 20e6, ONE: 150e6, TWO: 250e6 };
  const limits = keyword("FULl", ...(older ? ["TWEnty", "ONEfifty", "TWOfifty"] : []));
  mso.setting("CH<1-8>:BANdwidth", either(limits, numeric("HZ", {})), {
    get: (call) => Math.min(full_Hz, scope.channelOf(call).bandwidth_Hz),
    set: (value, call) => {
      const input = scope.channelOf(call);
      const named_Hz = typeof value === "string" ? (limits_Hz[value] ?? full_Hz) : undefined;
      input.bandwidth_Hz = named_Hz ?? limitNear(Number(value), full_Hz, older !== undefined);
      input.bandLimit = input.bandwidth_Hz <= bandLimit_Hz;
    },
  });
  const probe = (call: Call, value: number) => {
    const input = scope.channelOf(call);
    input.probe = value;
    fit(mso, input);
  };
  // In the virtual lab a plain cable is connected.
  const cable = {
    "PRObe:ID:TYPe": older ? '"No Probe Detected"' : '"1X"',
    "PRObe:ID:SERnumber": '"N/A"',
    "PRObe:UNIts": '"V"',
    "PRObe:RESistance": 1e6,
    ...(older ? { YUNits: '"V"' } : { PROBETYPE: "ANALOG" }),
  };
  for (const [node, value] of Object.entries(cable)) mso.answer(`CH<1-8>:${node}`, () => value);
  mso.answer("CH<1-8>:PRObe:ID", () => `${cable["PRObe:ID:TYPe"]};${cable["PRObe:ID:SERnumber"]}`);
  if (older) olderChannelCommands(mso, probe);
  else newerChannelCommands(mso, probe);
  triggerCommands(mso);
}

/** A limit is the nearest there is; the newer ones have one between theirs and none, too. */
function limitNear(asked_Hz: number, full_Hz: number, older: boolean): number {
  if (!older) return asked_Hz <= bandLimit_Hz ? bandLimit_Hz : 250e6;
  return nearestOf([bandLimit_Hz, 250e6, full_Hz], asked_Hz);
}

function newerChannelCommands(mso: Mso, probe: (call: Call, value: number) => void): void {
  const { scope } = mso;
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
  mso.setting("CH<1-8>:PROBEFunc:EXTAtten", numeric("", {}), {
    get: (call) => scope.channelOf(call).probe,
    set: (value, call) => probe(call, value),
  });
  mso.answer("CH<1-8>:PRObe:GAIN", (call) => 1 / scope.channelOf(call).probe);
  mso.setting("CH<1-8>:LABel:NAMe", either(string(), name()), {
    get: (call) => `"${scope.channelOf(call).name}"`,
    set: (text, call) => (scope.channelOf(call).name = text),
  });
}
