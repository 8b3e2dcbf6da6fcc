import { keyword, nr3, ScpiError } from "../scpi/index.js";
import { emptyReading } from "./reading-buffer.js";
import type { Reading, ReadingBuffer, ReadingUnit } from "./reading-buffer.js";
import type { SmuSettings } from "./settings.js";

/** What may be asked of each reading. */
export const element = keyword(
  "READing",
  "SOURce",
  "RELative",
  "STATus",
  "SOURSTATus",
  "TSTamp",
  "FRACtional",
  "SEConds",
  "DATE",
  "TIME",
  "UNIT",
  "FORMatted",
  "SOURFORMatted",
  "SOURUNIT",
  "EXTRa",
);

const MOST_ELEMENTS = 14;
const binaryElements = new Set(["READ", "REL", "SOUR", "EXTR"]);

interface Frame {
  readonly reading: Reading;
  readonly begin_s: number;
  readonly epoch_ms: number;
  readonly digits: number;
}

const units: Readonly<Record<ReadingUnit, string>> = { VOLT: "Volt DC", AMP: "Amp DC", OHM: "Ohm", WATT: "Watt" };
const symbols: Readonly<Record<ReadingUnit, string>> = { VOLT: "V", AMP: "A", OHM: "Ohm", WATT: "W" };
const sourceUnits: Readonly<Record<Reading["sources"], ReadingUnit>> = { VOLT: "VOLT", CURR: "AMP" };

const writers: Readonly<Record<string, (frame: Frame) => string>> = {
  READ: ({ reading, digits }) => nr3(reading.value, digits),
  SOUR: ({ reading, digits }) => nr3(reading.source, digits),
  REL: ({ reading, begin_s, digits }) => nr3(reading.at_s - begin_s, digits),
  STAT: ({ reading }) => String(reading.status),
  SOURSTAT: ({ reading }) => String(reading.sourceStatus),
  EXTR: () => "0",
  SEC: (frame) => String(Math.floor(wall_s(frame))),
  FRAC: (frame) => nr3(wall_s(frame) % 1, 6),
  DATE: (frame) => calendar(frame).date,
  TIME: (frame) => calendar(frame).time,
  TST: (frame) => `${calendar(frame).date} ${calendar(frame).time}${(wall_s(frame) % 1).toFixed(6).slice(1)}`,
  UNIT: ({ reading }) => units[reading.unit],
  SOURUNIT: ({ reading }) => units[sourceUnits[reading.sources]],
  FORM: ({ reading }) => formatted(reading.value, symbols[reading.unit]),
  SOURFORM: ({ reading }) => formatted(reading.source, symbols[sourceUnits[reading.sources]]),
};

/**
 * Readings of a buffer in the format that is set, all elements of one reading together.
 *
 * @param elements short forms; none: the reading alone
 * @param epoch_ms wall-clock time at which the instrument's clock was 0
 * @throws ScpiError 1133: an element that has no binary form; -223: too many elements
 */
export function formatReadings(
  buffer: ReadingBuffer,
  from: number,
  to: number,
  elements: readonly string[],
  settings: SmuSettings,
  epoch_ms: number,
): string | Uint8Array {
  const asked = elements.length === 0 ? ["READ"] : elements;
  if (asked.length > MOST_ELEMENTS) throw new ScpiError(-223);
  return settings.format === "ASC"
    ? asciiReadings(buffer, from, to, asked, settings.precision, epoch_ms)
    : binaryReadings(buffer, from, to, asked, settings);
}

function asciiReadings(
  buffer: ReadingBuffer,
  from: number,
  to: number,
  elements: readonly string[],
  precision: number,
  epoch_ms: number,
): string {
  const reading = emptyReading();
  const frame: Frame = { reading, begin_s: buffer.begin_s, epoch_ms, digits: precision === 0 ? 6 : precision - 1 };
  const chosen = elements.map((name) => writers[name] as (frame: Frame) => string);
  const texts: string[] = [];
  for (let place = from; place <= to; place++) {
    buffer.read(place, reading);
    for (const write of chosen) texts.push(write(frame));
  }
  return texts.join(",");
}

function binaryReadings(
  buffer: ReadingBuffer,
  from: number,
  to: number,
  elements: readonly string[],
  settings: SmuSettings,
): Uint8Array {
  if (!elements.every((name) => binaryElements.has(name))) {
    throw new ScpiError(1133, undefined, "Buffer element has no binary format");
  }
  const width = settings.format === "REAL" ? 8 : 4;
  const count = Math.max(0, to - from + 1) * elements.length;
  const bytes = new Uint8Array(2 + count * width);
  bytes.set([35, 48]); // #0: as long as the message
  const view = new DataView(bytes.buffer, 2);
  const little = settings.byteOrder === "SWAP";
  const reading = emptyReading();
  const begin_s = buffer.begin_s;
  let at = 0;
  for (let place = from; place <= to; place++) {
    buffer.read(place, reading);
    for (const name of elements) {
      const value =
        name === "READ"
          ? reading.value
          : name === "SOUR"
            ? reading.source
            : name === "REL"
              ? reading.at_s - begin_s
              : 0;
      if (width === 8) view.setFloat64(at, value, little);
      else view.setFloat32(at, value, little);
      at += width;
    }
  }
  return bytes;
}

function wall_s({ reading, epoch_ms }: Frame): number {
  return epoch_ms / 1000 + reading.at_s;
}

function calendar(frame: Frame): { date: string; time: string } {
  const iso = new Date(wall_s(frame) * 1000).toISOString();
  return { date: `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)}`, time: iso.slice(11, 19) };
}

/** As the front panel shows it: `+1.00012 mA`. */
function formatted(value: number, symbol: string): string {
  const steps = ["p", "n", "u", "m", "", "k", "M"];
  const third = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)) / 3);
  const index = Math.min(steps.length - 1, Math.max(0, third + 4));
  const mantissa = value / 1000 ** (index - 4);
  return `${mantissa >= 0 ? "+" : ""}${mantissa.toPrecision(6)} ${steps[index]}${symbol}`;
}
