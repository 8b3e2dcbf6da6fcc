import { ScpiError } from "../scpi/index.js";
import { ReadingBuffer } from "./reading-buffer.js";

/** Readings that all buffers together may be made to hold. */
export const TOTAL_READINGS = 6_875_000;
const defaultSize = 100_000;
const defaultNames = ["defbuffer1", "defbuffer2"];

/** The reading buffers of the instrument, by name. */
export class Buffers {
  private readonly byName = new Map<string, ReadingBuffer>();

  constructor() {
    this.reset();
  }

  /** Back to the two default ones, empty. */
  reset(): void {
    this.byName.clear();
    for (const name of defaultNames) this.byName.set(name, new ReadingBuffer(name, defaultSize, "STAN"));
  }

  /** @throws ScpiError -224: there is none of this name */
  get(name = "defbuffer1"): ReadingBuffer {
    const buffer = this.byName.get(name);
    if (!buffer) throw new ScpiError(-224, undefined, `Illegal parameter value, reading buffer ${name} does not exist`);
    return buffer;
  }

  /** @throws ScpiError -224 the name is taken, -225 no memory left */
  make(name: string, size: number, style: string): void {
    if (this.byName.has(name)) {
      throw new ScpiError(-224, undefined, `Illegal parameter value, reading buffer ${name} already exists`);
    }
    this.checkMemory(size, 0);
    this.byName.set(name, new ReadingBuffer(name, size, style));
  }

  /** Empties it, too. */
  resize(name: string | undefined, size: number): void {
    const buffer = this.get(name);
    this.checkMemory(size, buffer.size);
    buffer.size = size;
  }

  delete(name: string): void {
    this.get(name);
    if (defaultNames.includes(name)) throw new ScpiError(-221);
    this.byName.delete(name);
  }

  private checkMemory(more: number, less: number): void {
    const taken = [...this.byName.values()].reduce((sum, buffer) => sum + buffer.size, 0);
    if (taken + more - less > TOTAL_READINGS) throw new ScpiError(-225);
  }
}
