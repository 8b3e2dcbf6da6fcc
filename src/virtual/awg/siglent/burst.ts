import type { AwgChannel } from "../channel.js";
import { type Keys, declareKeys, keyText, setKey } from "./keys.js";
import { allOff } from "./modulation.js";
import { amountOf, shownNumber } from "./sdg.js";
import type { Sdg } from "./sdg.js";
import { carrierText, setCarrier } from "./wave.js";

const MOST_CYCLES = 1_000_000;
/** The words of the trigger source, and what the core calls them. */
const sources = { INT: "IMM", EXT: "EXT", MAN: "BUS" } as const;
/** Shortest delay, which zero becomes. */
const LEAST_DELAY_S = 240e-9;
/** What leads nowhere here: the trigger's output, and the edge and number of triggers from outside. */
const kept: Keys = new Map([
  ["TRMD", { name: "burstTrigger", words: ["OFF", "RISE", "FALL"] }],
  ["EDGE", { name: "burstSlope", words: ["RISE", "FALL"] }],
  ["COUNT", { name: "burstCount", unit: "", min: 1, max: MOST_CYCLES, preset: 1 }],
]);

export const declareBurst = (sdg: Sdg): void => declareKeys(sdg.channels, kept);

/** `BTWV`: whatever comes while the state is off is ignored, and nobody is told. */
export function setBurst(sdg: Sdg, c: AwgChannel, words: readonly string[]): void {
  for (let i = 0; i < words.length; i += 2) {
    const key = (words[i] ?? "").toUpperCase();
    const value = (words[i + 1] ?? "").toUpperCase();
    if (key === "MTRIG") {
      if (c.settings.burst.on && c.settings.trigger.source === "BUS" && c.settings.output) c.trigger();
      i--;
    } else if (key === "CARR") {
      if (c.settings.burst.on) setCarrier(sdg, c, words.slice(i + 1));
      return;
    } else if (key === "STATE") {
      const possible = c.settings.fn !== "DC" && c.settings.fn !== "NOIS";
      if (value === "OFF") allOff(c);
      if (value === "ON" && possible) c.setBurst(true);
      c.refresh();
    } else if (c.settings.burst.on) {
      setOne(c, key, value);
      c.refresh();
    }
  }
}

function setOne(c: AwgChannel, key: string, value: string): void {
  const { burst, trigger } = c.settings;
  const amount = amountOf(value);
  const one = kept.get(key);
  if (one) setKey(c, one, value);
  else if (key === "GATE_NCYC" && (value === "NCYC" || value === "GATE"))
    burst.mode = value === "GATE" ? "GAT" : "TRIG";
  else if (key === "TRSR" && value in sources) trigger.source = sources[value as keyof typeof sources];
  else if (key === "TIME") {
    if (value === "INF") burst.cycles = Infinity;
    else if (amount !== undefined && amount >= 1 && amount <= MOST_CYCLES) burst.cycles = Math.round(amount);
  } else if (key === "PRD" && amount !== undefined && amount > 0) burst.period_s = amount;
  else if (key === "STPS" && amount !== undefined) burst.phase_deg = amount;
  else if (key === "DLAY" && amount !== undefined) trigger.delay_s = Math.max(amount, LEAST_DELAY_S);
  else if (key === "PLRT") burst.gatePolarity = value === "NEG" ? "INV" : "NORM";
}

/** What `BTWV?` tells: the state alone while it is off. */
export function burstText(sdg: Sdg, c: AwgChannel): string {
  const { burst, trigger } = c.settings;
  if (!burst.on) return "STATE,OFF";
  const source = trigger.source === "BUS" ? "MAN" : trigger.source === "EXT" ? "EXT" : "INT";
  const start = `STATE,ON,PRD,${shownNumber(burst.period_s)}S,STPS,${shownNumber(burst.phase_deg)},TRSR,${source}`;
  const carrier = `CARR,${carrierText(sdg, c)}`;
  if (burst.mode === "GAT") {
    return `${start},GATE_NCYC,GATE,PLRT,${burst.gatePolarity === "INV" ? "NEG" : "POS"},${carrier}`;
  }
  const cycles = burst.cycles === Infinity ? "INF" : String(burst.cycles);
  const told = keyText(c, kept, source === "EXT" ? ["EDGE"] : source === "MAN" ? ["TRMD", "EDGE"] : ["TRMD"]);
  return `${start},${told},TIME,${cycles},DLAY,${shownNumber(trigger.delay_s)}S,GATE_NCYC,NCYC,${carrier}`;
}
