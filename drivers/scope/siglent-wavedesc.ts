import { MemrigError } from "../../src/errors.js";

/** Bytes of the descriptor; time stamps of a sequence follow it. */
const LENGTH = 346;
const STAMP_BYTES = 16;
/** Codes a division of 8-bit samples, where old firmware of the SDS2000X Plus leaves the field empty. */
const USUAL_CODES = 30;

/** What a descriptor says of the samples, and when each record of a sequence was triggered. */
export interface WaveDescriptor {
  /** Samples of one record. */
  readonly points: number;
  /** Records that were taken. */
  readonly records: number;
  readonly step_s: number;
  readonly perCode_V: number;
  /** Volts of code 0, at the probe's tip. */
  readonly atZero_V: number;
  /** Of the records that were asked for, in order; none where no sequence was taken. */
  readonly stamps: readonly Stamp[];
}

/** Whole minutes and the rest apart: seconds of the epoch would leave too few digits. */
export interface Stamp {
  readonly minute_ms: number;
  readonly second_s: number;
}

/**
 * Reads the descriptor of `:WAVeform:PREamble?` (little-endian).
 *
 * Offsets: SDS programming guide EN11F, which has an example of one; PyMeasure `SDS1000XHD` and ngscopeclient agree.
 *
 * @throws MemrigError `bad-reply`: no descriptor, or one with a step or a gain that can not be
 */
export function parseWaveDescriptor(label: string, block: Uint8Array): WaveDescriptor {
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const bad = (why: string) =>
    new MemrigError("bad-reply", `${label} gave a wave descriptor ${why}; the record can not be converted.`, {
      bytes: block.length,
    });
  if (block.length < LENGTH) throw bad(`of ${block.length} bytes, and it has ${LENGTH}`);
  if (Buffer.from(block.subarray(0, 8)).toString("latin1") !== "WAVEDESC") throw bad("that is none");
  const wide = view.getInt16(32, true) === 1;
  const probe = view.getFloat32(328, true);
  const division_V = view.getFloat32(156, true) * probe;
  const codes = codesPerDivision(view.getFloat32(164, true), wide);
  const step_s = view.getFloat32(176, true);
  if (!(step_s > 0) || !(division_V > 0) || !(codes > 0)) {
    throw bad(`with ${step_s} s a sample and ${division_V} V in ${codes} codes`);
  }
  const stamps: Stamp[] = [];
  for (let at = LENGTH; at + STAMP_BYTES <= block.length; at += STAMP_BYTES) stamps.push(stampAt(view, at));
  return {
    points: view.getInt32(116, true),
    records: view.getInt32(148, true),
    step_s,
    perCode_V: division_V / codes,
    atZero_V: -view.getFloat32(160, true) * probe,
    stamps,
  };
}

/** Counted in 8-bit codes by some firmware whatever the width, in 16-bit ones by other. */
function codesPerDivision(told: number, wide: boolean): number {
  const codes = told === 0 ? USUAL_CODES : told;
  if (wide) return codes < 256 ? codes * 256 : codes;
  return codes < 256 ? codes : codes / 256;
}

/** Seconds, minute, hour, day, month, year. */
function stampAt(view: DataView, at: number): Stamp {
  const [minute = 0, hour = 0, day = 1, month = 1] = [8, 9, 10, 11].map((offset) => view.getUint8(at + offset));
  const year = view.getInt16(at + 12, true);
  return { minute_ms: Date.UTC(year, month - 1, day, hour, minute), second_s: view.getFloat64(at, true) };
}

/** Seconds from the first stamp to each. */
export function sinceFirst(stamps: readonly Stamp[]): number[] {
  const [first] = stamps;
  if (!first) return [];
  return stamps.map(({ minute_ms, second_s }) => (minute_ms - first.minute_ms) / 1000 + (second_s - first.second_s));
}
