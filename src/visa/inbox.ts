import type { BlockSink } from "./block-sink.js";

const LF = 0x0a;
const CR = 0x0d;

/**
 * Bytes that came and nobody has read yet. A reader that knows how many bytes are to come has them poured into a sink of
 * its own, straight from the socket's memory: nothing of a 20 MB record is kept here.
 */
export class Inbox {
  #store = Buffer.allocUnsafe(16 * 1024);
  #start = 0;
  #end = 0;
  /** How far the search for a line end has got. */
  #searched = 0;
  #sink: BlockSink | undefined;
  #due = 0;
  #received = 0;
  #lineEnd: string = "\n";

  /** What the last line given by `line` ended with. */
  get lineEnd(): string {
    return this.#lineEnd;
  }

  /** Bytes taken in since `clear`, read or not. */
  get received(): number {
    return this.#received;
  }

  /** Bytes waiting to be read. */
  get waiting(): number {
    return this.#end - this.#start;
  }

  /** Takes the first `count` bytes of `memory`, which may be used again after this. */
  push(memory: Buffer, count: number): void {
    this.#received += count;
    let taken = 0;
    if (this.#sink && this.#due > 0) {
      taken = Math.min(count, this.#due);
      this.#due -= taken;
      this.#sink.take(memory.subarray(0, taken));
    }
    if (taken < count) this.#keep(memory, taken, count);
  }

  /** The next line without its end (LF, or CR LF, or another byte); undefined while the end has not come. */
  line(end = LF): string | undefined {
    if (this.#searched === this.#end) return undefined;
    const store = this.#store;
    // Where the last byte that came is a line end, the search can not run into what lay there before, and needs no view.
    const within = store[this.#end - 1] === end ? store : store.subarray(0, this.#end);
    const at = within.indexOf(end, this.#searched);
    if (at < 0) {
      this.#searched = this.#end;
      return undefined;
    }
    const stop = at > this.#start && store[at - 1] === CR ? at - 1 : at;
    this.#lineEnd = stop < at ? "\r\n" : end === LF ? "\n" : String.fromCharCode(end);
    const text = store.toString("latin1", this.#start, stop);
    this.#skipTo(at + 1);
    return text;
  }

  /** Up to `count` bytes without taking them, as text. */
  peek(count: number): string {
    return this.#store.toString("latin1", this.#start, Math.min(this.#end, this.#start + count));
  }

  skip(count: number): void {
    this.#skipTo(Math.min(this.#end, this.#start + count));
  }

  /** The next `count` bytes go to `sink`: those waiting now, the others as they come. */
  pour(count: number, sink: BlockSink): void {
    const ready = Math.min(count, this.waiting);
    sink.take(this.#store.subarray(this.#start, this.#start + ready));
    this.#skipTo(this.#start + ready);
    this.#sink = sink;
    this.#due = count - ready;
  }

  /** True once the sink has been given all; it is let go then. */
  poured(): boolean {
    if (this.#due > 0) return false;
    this.#sink = undefined;
    return true;
  }

  clear(): void {
    this.#start = this.#end = this.#searched = this.#due = this.#received = 0;
    this.#sink = undefined;
  }

  #skipTo(position: number): void {
    this.#start = position;
    this.#searched = position;
    if (this.#start === this.#end) this.#start = this.#end = this.#searched = 0;
  }

  #keep(memory: Buffer, from: number, to: number): void {
    if (this.#end + to - from > this.#store.length) this.#makeRoom(to - from);
    memory.copy(this.#store, this.#end, from, to);
    this.#end += to - from;
  }

  #makeRoom(extra: number): void {
    const waiting = this.waiting;
    const larger = waiting + extra > this.#store.length;
    const store = larger ? Buffer.allocUnsafe(2 * (waiting + extra)) : this.#store;
    this.#store.copy(store, 0, this.#start, this.#end);
    this.#store = store;
    this.#searched -= this.#start;
    this.#start = 0;
    this.#end = waiting;
  }
}
