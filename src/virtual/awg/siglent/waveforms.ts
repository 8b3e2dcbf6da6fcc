import { type ArbWave, arbWave, levelAt } from "../arb-memory.js";
import type { AwgChannel } from "../channel.js";
import type { Sdg } from "./sdg.js";
import { play } from "./wave.js";

const FULL_SCALE = 32_767;
const LEAST = 8;
const LONGEST_NAME = 30;
/** Index of the first waveform that a user has stored. */
const FIRST_INDEX = 60;
/** For so long by the wall clock a waveform that has just come can not be selected. */
const STORING_MS = 200;

/** Waveforms of the user: both channels play from the same ones. */
export class Waveforms {
  readonly #names: string[] = [];
  readonly #ready_ms = new Map<string, number>();

  constructor(private readonly sdg: Sdg) {}

  get names(): readonly string[] {
    return this.#names;
  }

  /** Keeps what `WVDT` brought. Half a code too much, as a link's line feed makes it, is cut off. */
  store(head: string, data: Uint8Array): void {
    const name = /WVNM\s*,\s*([^,]+)/i.exec(head)?.[1]?.trim() ?? "";
    const bytes = data.subarray(0, Math.min(lengthOf(head) ?? Infinity, data.length & ~1));
    const samples = bytes.length >> 1;
    const { memory_Sa, family } = this.sdg.model;
    if (name === "" || name.length > LONGEST_NAME || name.includes(".")) return;
    if (samples < LEAST || samples > memory_Sa) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const level = (k: number) => Math.max(-1, view.getInt16(2 * Math.min(k, samples - 1), true) / FULL_SCALE);
    const points = family === "SDG1000X" ? memory_Sa : samples;
    const wave = arbWave(
      Float64Array.from({ length: points }, (_, i) => {
        const at = (i * samples) / points;
        const first = Math.floor(at);
        return level(first) + (level(first + 1) - level(first)) * (at - first);
      }),
    );
    if (!this.#names.includes(name)) this.#names.push(name);
    this.#ready_ms.set(name, performance.now() + STORING_MS);
    for (const c of this.sdg.channels) {
      c.memory.set(name, wave);
      if (c.settings.arb.name === name) play(this.sdg, c);
    }
  }

  get(name: string): ArbWave | undefined {
    return this.sdg.channels[0]?.memory.get(name);
  }

  /** `ARWV NAME,abc` or `INDEX,60`; one that is not there, or not there yet, is not taken. */
  select(c: AwgChannel, key: string, value: string): void {
    const name = key === "INDEX" ? (this.#names[Number(value) - FIRST_INDEX] ?? "") : value.replaceAll('"', "");
    if (!this.#names.includes(name) || performance.now() < (this.#ready_ms.get(name) ?? 0)) return;
    c.settings.arb.name = name;
    play(this.sdg, c);
  }

  selected(c: AwgChannel): string {
    const index = this.#names.indexOf(c.settings.arb.name);
    return index < 0 ? "INDEX,2,NAME,StairUp" : `INDEX,${FIRST_INDEX + index},NAME,${c.settings.arb.name}`;
  }

  /** Reply to `WVDT? USER,name`; undefined where there is none. */
  read(name: string): Uint8Array | undefined {
    const index = this.#names.indexOf(name);
    const wave = this.get(name);
    if (index < 0 || !wave) return undefined;
    const bytes = Buffer.alloc(2 * wave.samples);
    for (let k = 0; k < wave.samples; k++) bytes.writeInt16LE(Math.round(levelAt(wave, k) * FULL_SCALE), 2 * k);
    const head = `WVDT POS,M${FIRST_INDEX + index},WVNM,${name},LENGTH,${bytes.length}B,TYPE,5,WAVEDATA,`;
    return Buffer.concat([Buffer.from(head), bytes]);
  }
}

/** Bytes of data that a head tells of with `LENGTH`; `KB` are 1024. */
export function lengthOf(head: string): number | undefined {
  const match = /LENGTH\s*,\s*(\d+)\s*(K?)B?\s*,/i.exec(head);
  return match ? Number(match[1]) * (match[2] ? 1024 : 1) : undefined;
}
