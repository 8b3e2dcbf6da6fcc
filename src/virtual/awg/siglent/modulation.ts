import type { AwgChannel } from "../channel.js";
import { plainAllows } from "../modulation/state.js";
import { frequencyMax_Hz } from "../rules.js";
import { type Key, type Keys, declareKeys, keyText, setKey } from "./keys.js";
import type { Sdg } from "./sdg.js";
import { carrierText, setCarrier } from "./wave.js";

const shapes = ["SINE", "SQUARE", "TRIANGLE", "UPRAMP", "DNRAMP", "NOISE", "ARB"];
const types = ["AM", "DSBAM", "FM", "PM", "PWM", "ASK", "FSK", "PSK"] as const;
type Type = (typeof types)[number];

/**
 * The keys of each type, in the order of the reply.
 *
 * @see SDG Series Programming Guide, MDWV; replies of an SDG1032X that others have printed
 */
export function modulationKeys(sdg: Sdg): ReadonlyMap<Type, Keys> {
  const small = sdg.model.family === "SDG1000X";
  const from = (type: string): Key => ({
    name: `${type}.source`,
    words: small ? ["INT", "EXT"] : ["INT", "EXT", "CH1", "CH2"],
  });
  const number = (name: string, unit: string, min: number, max: number | ((c: AwgChannel) => number), preset: number) =>
    ({ name, unit, min, max, preset }) satisfies Key;
  const shaped = (type: Type): [string, Key][] => [
    ["MDSP", { name: `${type}.shape`, words: shapes }],
    ["SRC", from(type)],
    ["FRQ", number(`${type}.rate_Hz`, "HZ", 1e-3, small ? 20e3 : 1e6, 100)],
  ];
  const keyed = (type: Type): [string, Key][] => [
    ["SRC", { name: `${type}.source`, words: ["INT", "EXT"] }],
    ["KFRQ", number(`${type}.rate_Hz`, "HZ", 1e-3, small ? 50e3 : 1e6, 100)],
  ];
  const most_Hz = (c: AwgChannel) => frequencyMax_Hz(c.model, c.settings.fn);
  const room_Hz = (c: AwgChannel) => Math.min(c.settings.frequency_Hz, most_Hz(c) - c.settings.frequency_Hz);
  return new Map<Type, Keys>([
    ["AM", new Map([...shaped("AM"), ["DEPTH", number("AM.depth_percent", "", 0, 120, 100)]])],
    ["DSBAM", new Map(shaped("DSBAM"))],
    ["FM", new Map([...shaped("FM"), ["DEVI", number("FM.deviation_Hz", "HZ", 0, room_Hz, 100)]])],
    ["PM", new Map([...shaped("PM"), ["DEVI", number("PM.deviation_deg", "", 0, 360, 100)]])],
    ["PWM", new Map([...shaped("PWM"), ["DEVI", number("PWM.deviation_s", "S", 0, pulseRoom_s, 190e-6)]])],
    ["ASK", new Map(keyed("ASK"))],
    ["FSK", new Map([...keyed("FSK"), ["HFRQ", number("FSK.hop_Hz", "HZ", 1e-6, most_Hz, 1e6)]])],
    ["PSK", new Map([...keyed("PSK"), ["PLRT", { name: "PSK.polarity", words: ["POS", "NEG"] }]])],
  ]);
}

/** A deviation of the width leaves something of the pulse, and of the pause. */
const pulseRoom_s = (c: AwgChannel): number =>
  Math.min(c.settings.pulse.width_s, 1 / c.settings.frequency_Hz - c.settings.pulse.width_s);

export function declareModulation(sdg: Sdg): void {
  for (const keys of modulationKeys(sdg).values()) declareKeys(sdg.channels, keys);
  for (const c of sdg.channels) c.kept.declare("type", "AM");
}

const isType = (word: string): word is Type => types.some((type) => type === word);
const modulated = (c: AwgChannel) => c.mode !== undefined && isType(c.mode);

/**
 * `MDWV`: `STATE,ON`, a type, keys behind their type, `CARR` and keys of the carrier. What comes while the state is off is
 * ignored. `STATE,OFF` ends the sweep or the burst too: so it was measured by others.
 */
export function setModulation(sdg: Sdg, c: AwgChannel, words: readonly string[]): void {
  const keys = modulationKeys(sdg);
  for (let i = 0; i < words.length;) {
    const word = (words[i] ?? "").toUpperCase();
    const value = words[i + 1] ?? "";
    if (word === "STATE") {
      if (/^ON$/i.test(value)) turnOn(c, c.kept.word("type"));
      if (/^OFF$/i.test(value)) allOff(c);
      i += 2;
    } else if (word === "CARR") {
      if (modulated(c)) setCarrier(sdg, c, words.slice(i + 1));
      break;
    } else if (isType(word)) {
      if (modulated(c)) turnOn(c, word);
      i += 1;
    } else {
      const key = modulated(c) ? keys.get(c.mode as Type)?.get(word) : undefined;
      if (key) setKey(c, key, value);
      i += 2;
    }
  }
  c.refresh();
}

/** A pulse can be modulated in its width only, and nothing else can. */
function turnOn(c: AwgChannel, asked: string): void {
  const type = c.settings.fn === "PULS" ? "PWM" : asked === "PWM" ? "AM" : asked;
  if (!plainAllows(c.settings.fn, type)) return;
  c.kept.set("type", type);
  c.enter(type);
}

export function allOff(c: AwgChannel): void {
  c.enter(undefined);
  c.setBurst(false);
}

/** What `MDWV?` tells: the state alone while it is off, and no shape and frequency of what comes from outside. */
export function modulationText(sdg: Sdg, c: AwgChannel): string {
  const type = c.mode;
  if (type === undefined || !isType(type)) return "STATE,OFF";
  const keys = modulationKeys(sdg).get(type);
  if (!keys) return "STATE,OFF";
  const inner = c.kept.word(`${type}.source`) === "INT";
  const wanted = [...keys.keys()].filter((key) => inner || !/^(MDSP|FRQ|KFRQ)$/.test(key));
  return `STATE,ON,${type},${keyText(c, keys, wanted)},CARR,${carrierText(sdg, c)}`;
}
