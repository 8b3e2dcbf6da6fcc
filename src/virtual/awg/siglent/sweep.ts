import type { AwgChannel } from "../channel.js";
import { frequencyMax_Hz } from "../rules.js";
import { type Keys, declareKeys, keyText, setKey } from "./keys.js";
import { allOff } from "./modulation.js";
import { amountOf, shownNumber } from "./sdg.js";
import type { Sdg } from "./sdg.js";
import { carrierText, setCarrier } from "./wave.js";

const most_Hz = (c: AwgChannel) => frequencyMax_Hz(c.model, c.settings.fn);
const hold = (name: string) => ({ name, unit: "S", min: 0, max: 300, preset: 0 }) as const;

/** @see SDG Series Programming Guide, SWWV; replies of an SDG that others have printed */
const keys: Keys = new Map([
  ["TIME", { name: "SWEEP.time_s", unit: "S", min: 1e-3, max: 500, preset: 1 }],
  ["STARTTIME", hold("SWEEP.startHold_s")],
  ["ENDTIME", hold("SWEEP.hold_s")],
  ["BACKTIME", hold("SWEEP.return_s")],
  ["TRSR", { name: "SWEEP.source", words: ["INT", "EXT", "MAN"] }],
  ["TRMD", { name: "sweepTrigger", words: ["OFF", "ON"] }],
  ["EDGE", { name: "sweepSlope", words: ["RISE", "FALL"] }],
  ["SWMD", { name: "SWEEP.spacing", words: ["LINE", "LOG", "STEP"] }],
  ["DIR", { name: "SWEEP.direction", words: ["UP", "DOWN", "UP_DOWN"] }],
  ["SYM", { name: "sweepSymmetry", unit: "", min: 0, max: 100, preset: 0 }],
  ["MARK_STATE", { name: "marker", words: ["OFF", "ON"] }],
  ["MARK_FREQ", { name: "marker_Hz", unit: "HZ", min: 1e-6, max: most_Hz, preset: 1000 }],
]);

export function declareSweep(sdg: Sdg): void {
  declareKeys(sdg.channels, keys);
  for (const c of sdg.channels) {
    c.kept.declare("SWEEP.start_Hz", 500);
    c.kept.declare("SWEEP.stop_Hz", 1500);
  }
}

/** `SWWV`: whatever comes while the state is off is ignored. A start beyond the stop is not taken, nor a stop before the start. */
export function setSweep(sdg: Sdg, c: AwgChannel, words: readonly string[]): void {
  for (let i = 0; i < words.length; i += 2) {
    const word = (words[i] ?? "").toUpperCase();
    const value = words[i + 1] ?? "";
    if (word === "STATE") {
      if (/^ON$/i.test(value) && /^(SIN|SQU|RAMP|ARB)$/.test(c.settings.fn)) c.enter("SWEEP");
      if (/^OFF$/i.test(value)) allOff(c);
    } else if (c.mode !== "SWEEP") {
      continue;
    } else if (word === "CARR") {
      setCarrier(sdg, c, words.slice(i + 1));
      break;
    } else {
      const key = keys.get(word);
      const odd = sdg.model.family === "SDG1000X" && /TIME$/.test(word) && word !== "TIME";
      if (key && !odd) setKey(c, key, value);
      else setSpan(c, word, amountOf(value));
    }
  }
  c.refresh();
}

const start = (c: AwgChannel) => c.kept.number("SWEEP.start_Hz") ?? 500;
const stop = (c: AwgChannel) => c.kept.number("SWEEP.stop_Hz") ?? 1500;

function setSpan(c: AwgChannel, word: string, value_Hz: number | undefined): void {
  if (value_Hz === undefined) return;
  const centre_Hz = (start(c) + stop(c)) / 2;
  const half_Hz = (stop(c) - start(c)) / 2;
  const place = (start_Hz: number, stop_Hz: number) => {
    if (!(start_Hz >= 1e-6 && start_Hz <= stop_Hz && stop_Hz <= most_Hz(c))) return;
    c.kept.set("SWEEP.start_Hz", start_Hz);
    c.kept.set("SWEEP.stop_Hz", stop_Hz);
  };
  if (word === "START") place(value_Hz, stop(c));
  else if (word === "STOP") place(start(c), value_Hz);
  else if (word === "CENTER") place(value_Hz - half_Hz, value_Hz + half_Hz);
  else if (word === "SPAN") place(centre_Hz - value_Hz / 2, centre_Hz + value_Hz / 2);
}

/** What `SWWV?` tells: the state alone while it is off. The edge is that of a trigger from outside. */
export function sweepText(sdg: Sdg, c: AwgChannel): string {
  if (c.mode !== "SWEEP") return "STATE,OFF";
  const hz = (value: number) => `${shownNumber(value)}HZ`;
  const span =
    `STOP,${hz(stop(c))},START,${hz(start(c))},CENTER,${hz((start(c) + stop(c)) / 2)},` +
    `SPAN,${hz(stop(c) - start(c))}`;
  const holds = sdg.model.family === "SDG1000X" ? [] : ["STARTTIME", "ENDTIME", "BACKTIME"];
  const source = c.kept.word("SWEEP.source");
  const trigger = source === "INT" ? ["TRMD"] : source === "EXT" ? ["EDGE"] : ["TRMD", "EDGE"];
  const rest = ["TRSR", ...trigger, "SWMD", "DIR", "SYM", "MARK_STATE", "MARK_FREQ"];
  const times = keyText(c, keys, ["TIME", ...holds]);
  return `STATE,ON,${times},${span},${keyText(c, keys, rest)},CARR,${carrierText(sdg, c)}`;
}
