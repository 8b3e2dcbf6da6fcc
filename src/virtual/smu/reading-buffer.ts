import { ScpiError } from "../scpi/index.js";

/** What a reading is of. */
export type SenseFunction = "VOLT" | "CURR" | "RES";

/** What its value is in. */
export type ReadingUnit = "VOLT" | "AMP" | "OHM" | "WATT";

/** Bit of the status: the first of the readings that one READ?, TRAC:TRIG or INIT takes. */
export const FIRST_OF_GROUP = 0x100;

/** One reading. Times on the instrument's clock. */
export interface Reading {
  value: number;
  source: number;
  /** Begin of its aperture, seconds of lab time. */
  at_s: number;
  status: number;
  sourceStatus: number;
  unit: ReadingUnit;
  sources: "VOLT" | "CURR";
}

const units: readonly ReadingUnit[] = ["VOLT", "AMP", "OHM", "WATT"];
const DOUBLES = 3;
const firstRoom = 256;

/** Readings in the order they were made: columns that grow up to the size of the buffer. */
export class ReadingBuffer {
  private doubles = new Float64Array(firstRoom * DOUBLES);
  private marks = new Uint16Array(firstRoom * 3);
  private made = 0;
  private capacity: number;
  /** True: goes on at the beginning when it is full. */
  continuous: boolean;

  constructor(
    readonly name: string,
    size: number,
    readonly style: string,
  ) {
    this.capacity = size;
    this.continuous = name.startsWith("defbuffer");
  }

  get size(): number {
    return this.capacity;
  }

  /** A new size empties it. */
  set size(size: number) {
    this.capacity = size;
    this.clear();
  }

  clear(): void {
    this.made = 0;
    this.doubles = new Float64Array(firstRoom * DOUBLES);
    this.marks = new Uint16Array(firstRoom * 3);
  }

  /** Readings in it. */
  get actual(): number {
    return Math.min(this.made, this.capacity);
  }

  /** Place of the oldest reading, from 1; 0 where there is none. */
  get first(): number {
    if (this.made === 0) return 0;
    return this.made <= this.capacity ? 1 : (this.made % this.capacity) + 1;
  }

  /** Place of the newest reading, from 1; 0 where there is none. */
  get last(): number {
    return this.made === 0 ? 0 : ((this.made - 1) % this.capacity) + 1;
  }

  get full(): boolean {
    return !this.continuous && this.made >= this.capacity;
  }

  /** @throws ScpiError 4915: it is full and may not overwrite; the reading is lost */
  append(reading: Reading): void {
    if (this.full) throw new ScpiError(4915, undefined, "Attempting to store past capacity of reading buffer");
    const place = this.made % this.capacity;
    this.grow(place + 1);
    this.doubles[place * DOUBLES] = reading.value;
    this.doubles[place * DOUBLES + 1] = reading.source;
    this.doubles[place * DOUBLES + 2] = reading.at_s;
    this.marks[place * 3] = reading.status;
    this.marks[place * 3 + 1] = reading.sourceStatus;
    this.marks[place * 3 + 2] = units.indexOf(reading.unit) * 2 + (reading.sources === "VOLT" ? 0 : 1);
    this.made++;
  }

  /**
   * @param place from 1 to `actual`
   * @param into filled and given back
   */
  read(place: number, into: Reading): Reading {
    const index = place - 1;
    into.value = this.doubles[index * DOUBLES] as number;
    into.source = this.doubles[index * DOUBLES + 1] as number;
    into.at_s = this.doubles[index * DOUBLES + 2] as number;
    into.status = this.marks[index * 3] as number;
    into.sourceStatus = this.marks[index * 3 + 1] as number;
    const kind = this.marks[index * 3 + 2] as number;
    into.unit = units[kind >> 1] as ReadingUnit;
    into.sources = (kind & 1) === 0 ? "VOLT" : "CURR";
    return into;
  }

  /** Time that RELative counts from: of the oldest reading. */
  get begin_s(): number {
    return this.made === 0 ? 0 : (this.doubles[(this.first - 1) * DOUBLES + 2] as number);
  }

  private grow(count: number): void {
    if (count * DOUBLES <= this.doubles.length) return;
    const room = Math.min(this.capacity, Math.max(count, (this.doubles.length / DOUBLES) * 2));
    const doubles = new Float64Array(room * DOUBLES);
    doubles.set(this.doubles);
    this.doubles = doubles;
    const marks = new Uint16Array(room * 3);
    marks.set(this.marks);
    this.marks = marks;
  }
}

export function emptyReading(): Reading {
  return { value: 0, source: 0, at_s: 0, status: 0, sourceStatus: 0, unit: "AMP", sources: "VOLT" };
}
