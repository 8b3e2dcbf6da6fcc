import { ScpiError } from "../../scpi/index.js";
import type { Held } from "../scope-core.js";
import type { Sds, SdsInput } from "./sds.js";

const DESCRIPTOR_BYTES = 346;
const STAMP_BYTES = 16;
/** When the virtual clock began, for time stamps. */
const EPOCH_MS = Date.UTC(2024, 0, 1);

/** Which records a question is about: `SEQ n,0` is one, `SEQ 0,n` all from one on, as many as go at once. */
export function framesOf(sds: Sds, held: Held<SdsInput>): number[] {
  if (held.records.length === 1 || held.reading.type === "AVER") return [0];
  const { frame, from } = sds.wave;
  if (frame > 0) return frame <= held.records.length ? [frame - 1] : [];
  const most = Math.max(1, Math.floor(sds.model.piece / held.reading.samples));
  const first = Math.max(1, from) - 1;
  return held.records.map((_, index) => index).slice(first, first + most);
}

/** `#9`, the length, the bytes, and one of the two line feeds that end every binary reply. */
export function block(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`#9${String(bytes.length).padStart(9, "0")}`), bytes, Buffer.from("\n")]);
}

/** Samples of some records, one after the other. @param wide 16-bit words, else bytes */
export function samples(
  sds: Sds,
  held: Held<SdsInput>,
  channel: number,
  frames: readonly number[],
  part: { readonly first: number; readonly step: number; readonly count: number },
  wide: boolean,
): Buffer {
  if (!held.channels[channel - 1]?.display) throw new ScpiError(-230);
  const words = new Uint16Array(held.reading.samples);
  const { first, step, count } = part;
  const each = Math.max(0, Math.min(count, Math.ceil((words.length - first) / step)));
  const size = wide ? 2 : 1;
  const bytes = Buffer.alloc(each * frames.length * size);
  for (const [k, frame] of frames.entries()) {
    sds.scope.wordsOf(held, channel, held.reading.type === "AVER" ? "average" : frame, words);
    for (let i = 0; i < each; i += 1) {
      const code = (words[first + i * step] as number) - 32_768;
      const at = (k * each + i) * size;
      if (wide) bytes.writeInt16LE(code, at);
      else bytes.writeInt8(Math.max(-128, Math.min(127, Math.round(code / 256))), at);
    }
  }
  return bytes;
}

/** The descriptor, with a time stamp for each record where a sequence was taken (programming guide EN11F). */
export function descriptor(sds: Sds, held: Held<SdsInput> | undefined): Buffer {
  const { wave, model } = sds;
  const { reading, channels } = held ?? sds.scope.present;
  const input = channels[wave.channel - 1];
  if (!input) throw new ScpiError(-114);
  const sequence = sds.sequence.on && held !== undefined;
  const frames = held ? framesOf(sds, held) : [];
  const stamps = sequence ? frames : [];
  const bytes = Buffer.alloc(DESCRIPTOR_BYTES + STAMP_BYTES * stamps.length);
  const wide = wave.width === "WORD";
  bytes.write("WAVEDESC", 0, "latin1");
  bytes.write("WAVEACE", 16, "latin1");
  bytes.writeInt16LE(wide ? 1 : 0, 32);
  bytes.writeInt32LE(DESCRIPTOR_BYTES, 36);
  bytes.writeInt32LE(STAMP_BYTES * stamps.length, 48);
  bytes.writeInt32LE((wave.points || reading.samples) * (wide ? 2 : 1), 60);
  bytes.write("Siglent SDS", 76, "latin1");
  bytes.writeInt32LE(reading.samples, 116);
  bytes.writeInt32LE(wave.start, 132);
  bytes.writeInt32LE(wave.interval, 136);
  bytes.writeInt32LE(frames.length, 144);
  bytes.writeInt32LE(held?.records.length ?? 0, 148);
  bytes.writeFloatLE(input.scale_V / input.probe, 156);
  bytes.writeFloatLE(input.shift_V / input.probe, 160);
  bytes.writeFloatLE(wide ? model.codes * 256 : model.codes, 164);
  bytes.writeInt16LE(model.bits, 172);
  bytes.writeInt16LE(wave.frame, 174);
  bytes.writeFloatLE(reading.window_s / reading.samples, 176);
  bytes.writeDoubleLE(reading.from_s + reading.window_s / 2, 180);
  bytes.writeInt16LE(scaleIndex(reading.window_s / model.divisions), 324);
  bytes.writeInt16LE(input.coupling === "AC" ? 1 : 0, 326);
  bytes.writeFloatLE(input.probe, 328);
  bytes.writeInt16LE(input.bandLimit ? 1 : 0, 334);
  bytes.writeInt16LE(wave.channel - 1, 344);
  for (const [k, frame] of stamps.entries()) {
    writeStamp(bytes, DESCRIPTOR_BYTES + STAMP_BYTES * k, held?.records[frame]?.trigger_s ?? NaN);
  }
  return bytes;
}

/** Seconds, minute, hour, day, month, year. */
function writeStamp(bytes: Buffer, at: number, trigger_s: number): void {
  const date = new Date(EPOCH_MS + 1000 * Math.floor(trigger_s / 60) * 60);
  bytes.writeDoubleLE(trigger_s - 60 * Math.floor(trigger_s / 60), at);
  bytes.writeUInt8(date.getUTCMinutes(), at + 8);
  bytes.writeUInt8(date.getUTCHours(), at + 9);
  bytes.writeUInt8(date.getUTCDate(), at + 10);
  bytes.writeUInt8(date.getUTCMonth() + 1, at + 11);
  bytes.writeInt16LE(date.getUTCFullYear(), at + 12);
}

/** In the table of time bases, which begins at 200 ps and goes by 1, 2, 5. */
function scaleIndex(scale_s: number): number {
  const decade = Math.floor(Math.log10(scale_s) + 1e-9);
  const step = [1, 2, 5].findIndex((one) => scale_s <= one * 10 ** decade * (1 + 1e-6));
  return 3 * (decade + 10) + (step < 0 ? 3 : step) - 1;
}
