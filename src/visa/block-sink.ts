/** Where the bytes of a block go as they come, in pieces of any size. */
export interface BlockSink {
  /** Memory that the next bytes may be laid into before they are given to `take`, to save a copy. Never empty before the end. */
  room(): Uint8Array;
  /** The next bytes of the block. They are not kept. */
  take(bytes: Uint8Array): void;
}

/** Makes the place for a block when its length is known. */
export type SinkFor<S extends BlockSink> = (bytes: number) => S;

/** Lays a block into one piece of memory. */
export class MemorySink implements BlockSink {
  readonly block: Uint8Array;
  #filled = 0;

  /** @param into used where the block fits */
  constructor(bytes: number, into?: Uint8Array) {
    this.block = into && into.length >= bytes ? into.subarray(0, bytes) : new Uint8Array(bytes);
  }

  room(): Uint8Array {
    return this.block.subarray(this.#filled);
  }

  take(bytes: Uint8Array): void {
    const { block } = this;
    const inPlace = bytes.buffer === block.buffer && bytes.byteOffset === block.byteOffset + this.#filled;
    if (!inPlace) block.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }
}

/** Gives a sink its bytes and keeps a copy of them all, for a log. */
export class KeepingSink<S extends BlockSink> implements BlockSink {
  readonly #kept: MemorySink;

  constructor(
    readonly sink: S,
    bytes: number,
  ) {
    this.#kept = new MemorySink(bytes);
  }

  get block(): Uint8Array {
    return this.#kept.block;
  }

  room(): Uint8Array {
    return this.#kept.room();
  }

  take(bytes: Uint8Array): void {
    this.#kept.take(bytes);
    this.sink.take(bytes);
  }
}
