import type { AwgChannel } from "../channel.js";
import { type Coupling, couple } from "../coupling.js";
import { amountOf, shownNumber } from "./sdg.js";
import type { Sdg } from "./sdg.js";

/** Settings of one word: what it takes, and with what it begins. They survive `*RST`, as settings of the system do. */
const words: ReadonlyMap<string, readonly string[]> = new Map([
  ["ROSC", ["INT", "EXT"]],
  ["MODE", ["PHASE-LOCKED", "INDEPENDENT"]],
  ["VOLTPRT", ["OFF", "ON"]],
  ["BUZZ", ["ON", "OFF"]],
]);
const switches = { FCOUP: "frequency", PCOUP: "phase", ACOUP: "levels" } as const;
const amounts = { FDEV: "deviation_Hz", FRAT: "ratio", PDEV: "deviation_deg", ADEV: "deviation_Vpp" } as const;
const units = { FDEV: "HZ", FRAT: "", PDEV: "", ADEV: "V" } as const;

/** What belongs to no channel: coupling, copies, the counter that nothing is connected to, and words that are kept. */
export class Common {
  readonly #kept = new Map<string, string>();
  readonly #coupling: Coupling;
  #traces = false;
  #counting = false;

  constructor(private readonly sdg: Sdg) {
    this.#coupling = couple(sdg.channels);
  }

  reset(): void {
    this.#coupling.reset();
    this.#traces = false;
    this.#counting = false;
  }

  /** @returns false: no header of these */
  told(header: string, given: readonly string[]): boolean {
    const [first = "", second = ""] = given.map((word) => word.toUpperCase());
    const choices = words.get(header);
    if (choices) {
      const word = first === "PHASELOCKED" ? "PHASE-LOCKED" : first;
      if (choices.includes(word)) this.#kept.set(header, word);
      return true;
    }
    switch (header) {
      case "COUP":
        this.#couple(given);
        return true;
      case "FCNT":
        if (first === "STATE" && /^(ON|OFF)$/.test(second)) this.#counting = second === "ON";
        return true;
      case "PACP": {
        const [to, from] = [first, second].map((one) => this.#channel(one));
        if (to && from && to !== from) {
          Object.assign(this.sdg.stateOf(to), structuredClone(this.sdg.stateOf(from)));
          to.copyFrom(from);
        }
        return true;
      }
      case "EQPHASE":
        for (const c of this.sdg.channels) c.refresh();
        return true;
      default:
        return false;
    }
  }

  /** Reply without its header; undefined: no header of these. */
  asked(header: string): string | undefined {
    const choices = words.get(header);
    if (choices) return this.#kept.get(header) ?? choices[0];
    if (header === "COUP") return this.#coupled();
    if (header !== "FCNT") return undefined;
    if (!this.#counting) return "STATE,OFF";
    return "STATE,ON,FRQ,0HZ,DUTY,0,REFQ,1e+07HZ,TRG,0V,PW,0S,NW,0S,FRQDEV,0ppm,MODE,AC,HFR,OFF";
  }

  #channel = (name: string): AwgChannel | undefined => this.sdg.channels[name === "C1" ? 0 : name === "C2" ? 1 : -1];

  #couple(given: readonly string[]): void {
    const coupling = this.#coupling;
    for (let i = 0; i + 1 < given.length; i += 2) {
      const key = (given[i] ?? "").toUpperCase();
      const value = given[i + 1] ?? "";
      const on = /^ON$/i.test(value);
      const amount = amountOf(value);
      if (key === "TRACE" && /^(ON|OFF)$/i.test(value)) {
        // Traced channels are the same in all that couples.
        this.#traces = on;
        Object.assign(coupling, { ratio: 1, deviation_Hz: 0, deviation_deg: 0, deviation_Vpp: 0 });
        Object.assign(coupling, { frequency: on, phase: on, levels: on });
      } else if (key in switches && /^(ON|OFF)$/i.test(value)) {
        coupling[switches[key as keyof typeof switches]] = on;
      } else if (key in amounts && amount !== undefined) {
        coupling[amounts[key as keyof typeof amounts]] = amount;
      }
    }
    const [first] = this.sdg.channels;
    if (first) coupling.from(first);
  }

  #coupled(): string {
    const coupling = this.#coupling;
    const word = (on: boolean) => (on ? "ON" : "OFF");
    if (this.#traces) return "TRACE,ON";
    const told = Object.entries(switches).map(([key, part]) => `${key},${word(coupling[part])}`);
    const deviations = Object.entries(amounts)
      .filter(([, part]) => (part === "ratio" ? coupling.ratio !== 1 : coupling[part] !== 0))
      .map(([key, part]) => `${key},${shownNumber(coupling[part])}${units[key as keyof typeof units]}`);
    return ["TRACE,OFF", ...told, ...deviations].join(",");
  }
}
