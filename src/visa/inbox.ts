/**
 * Bytes that came and nobody has read yet. A reader that knows how many bytes are to come gives them a place of their
 * own with `fillNext`, and they are copied there straight from the socket: a 20 MB record is copied once.
 */
export class Inbox {
  #store = Buffer.allocUnsafe(16 * 1024);
  #start = 0;
  #end = 0;
  /** How far the search for a line end has got. */
  #searched = 0;
  #sink: Uint8Array | undefined;
  #filled = 0;
  #received = 0;

  /** Bytes taken in since `clear`, read or not. */
  get received(): number {
    return this.#received;
  }

  /** Bytes waiting to be read. */
  get waiting(): number {
    return this.#end - this.#start;
  }

  push(chunk: Uint8Array): void {
    this.#received += chunk.length;
    let taken = 0;
    if (this.#sink && this.#filled < this.#sink.length) {
      taken = Math.min(chunk.length, this.#sink.length - this.#filled);
      this.#sink.set(taken === chunk.length ? chunk : chunk.subarray(0, taken), this.#filled);
      this.#filled += taken;
    }
    if (taken < chunk.length) this.#keep(taken === 0 ? chunk : chunk.subarray(taken));
  }

  /** The next line without its end (LF or another byte, a CR before it too); undefined while the end has not come. */
  line(end = 0x0a): string | undefined {
    const at = this.#store.subarray(0, this.#end).indexOf(end, this.#searched);
    if (at < 0) {
      this.#searched = this.#end;
      return undefined;
    }
    const stop = at > this.#start && this.#store[at - 1] === 0x0d ? at - 1 : at;
    const text = this.#store.toString("latin1", this.#start, stop);
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

  /** The next `target.length` bytes go to `target`: those waiting now, the others as they come. */
  fillNext(target: Uint8Array): void {
    const ready = Math.min(target.length, this.waiting);
    target.set(this.#store.subarray(this.#start, this.#start + ready));
    this.#skipTo(this.#start + ready);
    this.#sink = target;
    this.#filled = ready;
  }

  /** True once the target of `fillNext` is full; the target is let go then. */
  filled(): boolean {
    if (!this.#sink || this.#filled < this.#sink.length) return false;
    this.#sink = undefined;
    return true;
  }

  clear(): void {
    this.#start = this.#end = this.#searched = this.#filled = this.#received = 0;
    this.#sink = undefined;
  }

  #skipTo(position: number): void {
    this.#start = position;
    this.#searched = position;
    if (this.#start === this.#end) this.#start = this.#end = this.#searched = 0;
  }

  #keep(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#store.length) this.#makeRoom(bytes.length);
    this.#store.set(bytes, this.#end);
    this.#end += bytes.length;
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
