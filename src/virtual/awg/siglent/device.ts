import { ScpiError } from "../../scpi/index.js";
import type { MessageDevice } from "../../scpi/index.js";
import { StatusModel } from "../../scpi/status.js";
import { type AwgChannel } from "../channel.js";
import { burstText, declareBurst, setBurst } from "./burst.js";
import { Common } from "./common.js";
import { declareHarmonics, harmonicsText, setHarmonics } from "./harmonics.js";
import { declareModulation, modulationText, setModulation } from "./modulation.js";
import { amountOf, preset, shownNumber } from "./sdg.js";
import type { Sdg, SdgState } from "./sdg.js";
import { declareSweep, setSweep, sweepText } from "./sweep.js";
import { declareWave, play, setWave, waveText } from "./wave.js";
import { Waveforms, lengthOf } from "./waveforms.js";

const DATA = "WAVEDATA,";
/** Refusals that are kept until somebody asks. */
const QUEUE = 20;
/** Short headers by their long forms, as far as they are simulated. */
const longForms: Readonly<Record<string, string>> = {
  OUTP: "OUTPUT",
  BSWV: "BASIC_WAVE",
  BTWV: "BURSTWAVE",
  ARWV: "ARBWAVE",
  MDWV: "MODULATEWAVE",
  SWWV: "SWEEPWAVE",
  SRATE: "SAMPLERATE",
};
const shortOf = (written: string) => {
  const upper = written.toUpperCase();
  return Object.keys(longForms).find((short) => longForms[short] === upper) ?? upper;
};

/**
 * The flat language of the family. There is no error queue: what is not understood, or can not be, is passed over in silence.
 * Data of a waveform come bare behind `WAVEDATA,`: as many bytes as `LENGTH` says, else all to the END of a link that has one,
 * else up to the first line feed, as scripts on a raw socket find out.
 */
export class SdgDevice implements MessageDevice {
  readonly inputLimit_bytes = 64 * 1024 * 1024;
  readonly status = new StatusModel(0);
  readonly errors = { errorCount: 0 };
  readonly #waveforms: Waveforms;
  readonly #common: Common;
  /** What an output was refused for, the oldest first: `SYST:ERR?` of newer firmware. */
  readonly #refused: string[] = [];
  #header: "SHORT" | "LONG" | "OFF" = "SHORT";

  constructor(
    readonly identity: string,
    private readonly sdg: Sdg,
  ) {
    this.#waveforms = new Waveforms(sdg);
    this.#common = new Common(sdg);
    for (const declare of [declareWave, declareModulation, declareSweep, declareBurst, declareHarmonics]) declare(sdg);
  }

  raise(): void {
    // no queue to put it in
  }

  rawData(head: Uint8Array): number {
    const text = Buffer.from(head).toString("latin1").toUpperCase();
    return text.endsWith(DATA) ? (lengthOf(text) ?? Infinity) : 0;
  }

  execute(message: Uint8Array): Promise<Uint8Array | undefined> {
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
    const at = bytes.toString("latin1", 0, 400).toUpperCase().indexOf(DATA);
    if (at >= 0) {
      const data = at + DATA.length;
      this.#waveforms.store(bytes.toString("latin1", 0, data), bytes.subarray(data));
      return Promise.resolve(undefined);
    }
    const replies = bytes
      .toString("latin1")
      .split(";")
      .map((unit) => this.#unit(unit.trim()))
      .filter((reply) => reply !== undefined);
    if (replies.length === 0) return Promise.resolve(undefined);
    const parts = replies.map((reply) => (typeof reply === "string" ? Buffer.from(reply, "latin1") : reply));
    return Promise.resolve(Buffer.concat(parts.flatMap((part) => [part, Buffer.from("\n")])));
  }

  #unit(unit: string): string | Uint8Array | undefined {
    // Newer firmware answers, and drivers of others ask; what was ignored is not in it.
    if (/^:?SYST(em)?:ERR(or)?\?$/i.test(unit) && this.sdg.model.family === "SDG2000X") {
      return this.#refused.shift() ?? '0,"No error"';
    }
    const match = /^(?:C([12]):)?(\*?\w+)(\?)?\s*(.*)$/is.exec(unit);
    if (!match) return undefined;
    const c = this.sdg.channels[Number(match[1] ?? 1) - 1];
    const header = shortOf(match[2] ?? "");
    const words = (match[4] ?? "").split(",").map((word) => word.trim());
    if (!c) return undefined;
    if (match[3]) return this.#asked(c, Number(match[1] ?? 1), header, words);
    try {
      this.#told(c, header, words);
    } catch (error) {
      if (!(error instanceof ScpiError)) throw error; // beyond a range: passed over in silence
      if (error.code === -241 && this.#refused.length < QUEUE)
        this.#refused.push(`-241,"Hardware missing; ${error.detail}"`);
    }
    return undefined;
  }

  #told(c: AwgChannel, header: string, words: readonly string[]): void {
    const [first = "", second = ""] = words;
    if (header === "*RST") {
      this.#common.reset();
      preset(this.sdg);
    } else if (this.#common.told(header, words)) return;
    else if (header === "CHDR" && /^(SHORT|LONG|OFF)$/i.test(first)) {
      this.#header = first.toUpperCase() as "SHORT" | "LONG" | "OFF";
    } else if (header === "OUTP") setOutput(c, words);
    else if (header === "BSWV") {
      for (let i = 0; i + 1 < words.length; i += 2)
        setWave(this.sdg, c, (words[i] ?? "").toUpperCase(), words[i + 1] ?? "");
    } else if (header === "BTWV") setBurst(this.sdg, c, words);
    else if (header === "MDWV") setModulation(this.sdg, c, words);
    else if (header === "SWWV") setSweep(this.sdg, c, words);
    else if (header === "HARM") setHarmonics(c, words);
    else if (header === "CMBN" && /^(ON|OFF)$/i.test(first)) {
      c.kept.set("combined", /^ON$/i.test(first));
      c.refresh();
    } else if (header === "INVT")
      setOutput(c, ["PLRT", /^ON$/i.test(first) ? "INVT" : /^OFF$/i.test(first) ? "NOR" : ""]);
    else if (header === "SYNC") setSync(this.sdg.stateOf(c).sync, words);
    else if (header === "ARWV") this.#waveforms.select(c, first.toUpperCase(), second);
    else if (header === "SRATE" && this.sdg.model.family === "SDG2000X") this.#setClock(c, words);
  }

  #setClock(c: AwgChannel, words: readonly string[]): void {
    const state = this.sdg.stateOf(c);
    for (let i = 0; i + 1 < words.length; i += 2) {
      const value = words[i + 1] ?? "";
      if (/^MODE$/i.test(words[i] ?? "") && /^(DDS|TARB)$/i.test(value))
        state.clock = value.toUpperCase() as "DDS" | "TARB";
      const rate = amountOf(value);
      if (/^VALUE$/i.test(words[i] ?? "") && rate !== undefined && rate <= this.sdg.model.arbMax_Sa_per_s) {
        state.rate_Sa_per_s = rate;
      }
    }
    play(this.sdg, c);
  }

  #asked(c: AwgChannel, channel: number, header: string, words: readonly string[]): string | Uint8Array | undefined {
    if (header === "*IDN") return this.identity;
    if (header === "*OPC") return "1";
    if (header === "CHDR") return `${this.#header === "OFF" ? "" : "CHDR "}${this.#header}`;
    if (header === "STL") {
      const names = this.#waveforms.names;
      return `STL WVNM${/^USER$/i.test(words[0] ?? "") ? names.map((name) => `,${name}`).join("") : ""}`;
    }
    if (header === "WVDT") return this.#waveforms.read(words[1] ?? "");
    const shared = this.#common.asked(header);
    if (shared !== undefined) return this.#header === "OFF" || header === "VOLTPRT" ? shared : `${header} ${shared}`;
    const text = this.#channelText(c, header);
    if (text === undefined || this.#header === "OFF") return text;
    return `C${channel}:${this.#header === "LONG" ? (longForms[header] ?? header) : header} ${text}`;
  }

  #channelText(c: AwgChannel, header: string): string | undefined {
    const { output, load_ohm, polarity } = c.settings;
    switch (header) {
      case "OUTP": {
        const load = load_ohm === Infinity ? "HZ" : shownNumber(load_ohm);
        return `${output ? "ON" : "OFF"},LOAD,${load},PLRT,${polarity === "INV" ? "INVT" : "NOR"}`;
      }
      case "INVT": // the same as the polarity of the output
        return polarity === "INV" ? "ON" : "OFF";
      case "SYNC": {
        const { on, type } = this.sdg.stateOf(c).sync;
        return on ? `ON,TYPE,${type}` : "OFF";
      }
      case "BSWV":
        return waveText(this.sdg, c);
      case "BTWV":
        return burstText(this.sdg, c);
      case "ARWV":
        return this.#waveforms.selected(c);
      case "MDWV":
        return modulationText(this.sdg, c);
      case "SWWV":
        return sweepText(this.sdg, c);
      case "HARM":
        return harmonicsText(c);
      case "CMBN":
        return c.kept.on("combined") ? "ON" : "OFF";
      case "SRATE": {
        if (this.sdg.model.family !== "SDG2000X") return undefined;
        const { clock, rate_Sa_per_s } = this.sdg.stateOf(c);
        return clock === "DDS" ? "MODE,DDS" : `MODE,TARB,VALUE,${shownNumber(rate_Sa_per_s)}Sa/s,INTER,LINE`;
      }
      default:
        return undefined;
    }
  }
}

/** What the sync output follows: it leads nowhere here. */
function setSync(sync: SdgState["sync"], words: readonly string[]): void {
  const [first = ""] = words;
  if (/^(ON|OFF)$/i.test(first)) sync.on = /^ON$/i.test(first);
  const at = words.findIndex((word) => /^TYPE$/i.test(word));
  const type = (words[at + 1] ?? "").toUpperCase();
  if (at >= 0 && /^(MOD_)?CH[12]$/.test(type)) sync.type = type;
}

/** `ON`, `OFF`, and pairs after it or alone. The load rescales what is shown, and changes nothing that comes out. */
function setOutput(c: AwgChannel, words: readonly string[]): void {
  const pairs = [...words];
  const state = /^(ON|OFF)$/i.test(pairs[0] ?? "") ? pairs.shift() : undefined;
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const key = (pairs[i] ?? "").toUpperCase();
    const value = (pairs[i + 1] ?? "").toUpperCase();
    const load_ohm = value === "HZ" ? Infinity : Number(value);
    if (key === "LOAD" && (load_ohm === Infinity || (load_ohm >= 50 && load_ohm <= 100e3)))
      c.settings.load_ohm = load_ohm;
    if (key === "PLRT" && /^(NOR|INVT)$/.test(value)) c.settings.polarity = value === "INVT" ? "INV" : "NORM";
  }
  c.refresh();
  if (state !== undefined) c.setOutput(/^ON$/i.test(state));
}
