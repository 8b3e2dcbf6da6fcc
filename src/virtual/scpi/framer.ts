import { Scanner } from "./scanner.js";

const LF = 10;
const COMMA = 44;
/** Pieces below this are copied together: kept one by one, each would hold the whole chunk it came in. */
const SMALL_BYTES = 4096;

/** What came out of the stream: a whole message without its line feed, or the beginning of one too long to be kept. */
export type Framed = { readonly message: Uint8Array } | { readonly overrun: Uint8Array };

/** Cuts a byte stream, in whatever pieces it arrives, into program messages. */
export class Framer {
  private readonly scanner: Scanner;
  private pieces: Uint8Array[] = [];
  /** Memory that small pieces are put together in, and how much of it is used. */
  private together = new Uint8Array(0);
  private together_bytes = 0;
  private held_bytes = 0;
  private dropping = false;
  /** Data without a block's header that are still to come. */
  private raw_bytes = 0;

  /**
   * @param limit_bytes longest message that is kept; of a longer one only its beginning is reported
   * @param hasEnd the link tells where a message ends (`end` is called); line feeds in indefinite blocks are data then
   * @param plain every line feed ends a message
   * @param rawData of what has come of a message, up to a comma: bytes of data that follow, whatever they look like; Infinity: all to
   *   the end of the message, where the link tells of that
   */
  constructor(
    private readonly limit_bytes: number,
    private readonly hasEnd = false,
    private readonly plain = false,
    private readonly rawData?: (head: Uint8Array) => number,
  ) {
    this.scanner = new Scanner(!hasEnd);
  }

  /** Some of a message that has not ended yet is here. */
  get partial(): boolean {
    return this.held_bytes > 0 || this.dropping;
  }

  /** The next byte is data of a block, whatever it looks like. */
  get inBlock(): boolean {
    return this.scanner.skippable > 0 || this.raw_bytes > 0;
  }

  /** Forgets a message that has not ended yet. */
  clear(): void {
    this.scanner.reset();
    this.pieces = [];
    this.together_bytes = this.held_bytes = this.raw_bytes = 0;
    this.dropping = false;
  }

  /** END came with the last byte: what is held is a message, however it looks. */
  end(): Framed[] {
    if (this.held_bytes === 0) {
      this.clear();
      return [];
    }
    const whole = this.take(new Uint8Array(0));
    this.clear();
    return [{ message: whole[whole.length - 1] === LF ? whole.subarray(0, -1) : whole }];
  }

  push(chunk: Uint8Array): Framed[] {
    const out: Framed[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length;) {
      if (this.dropping) {
        // What follows an overrun is not trusted to be a block or a string: the next line feed ends it.
        const feed = this.hasEnd ? -1 : chunk.indexOf(LF, at);
        if (feed < 0) return out;
        this.clear();
        at = start = feed + 1;
        continue;
      }
      const raw = Math.min(this.raw_bytes, chunk.length - at);
      const skippable = Math.min(this.scanner.skippable, chunk.length - at);
      if (raw > 0) {
        this.raw_bytes -= raw;
        at += raw;
      } else if (skippable > 0) {
        this.scanner.skip(skippable);
        at += skippable;
      } else if (this.endsMessage(chunk[at++] as number)) {
        out.push({ message: this.take(chunk.subarray(start, at - 1)) });
        start = at;
      } else if (this.rawData && chunk[at - 1] === COMMA) {
        this.keep(chunk.subarray(start, at));
        start = at;
        const head = this.take(new Uint8Array(0));
        this.keep(head);
        const raw_bytes = this.rawData(head);
        this.raw_bytes = raw_bytes === Infinity && !this.hasEnd ? 0 : raw_bytes;
      }
      if (this.held_bytes + at - start > this.limit_bytes) {
        const kept = start + Math.max(0, this.limit_bytes - this.held_bytes);
        out.push({ overrun: this.take(chunk.subarray(start, kept)) });
        at = kept; // the line feed may lie in what was skipped
        this.clear();
        this.dropping = true;
      }
    }
    if (!this.dropping && start < chunk.length) this.keep(chunk.subarray(start));
    return out;
  }

  private endsMessage(byte: number): boolean {
    return this.plain ? byte === LF : this.scanner.next(byte) === "message-end";
  }

  private keep(piece: Uint8Array): void {
    this.held_bytes += piece.length;
    if (piece.length >= SMALL_BYTES) {
      this.closeTogether();
      this.pieces.push(piece);
      return;
    }
    if (this.together_bytes + piece.length > this.together.length) {
      this.closeTogether();
      this.together = new Uint8Array(this.pieces.length === 0 ? SMALL_BYTES : 16 * SMALL_BYTES);
    }
    this.together.set(piece, this.together_bytes);
    this.together_bytes += piece.length;
  }

  private closeTogether(): void {
    if (this.together_bytes === 0) return;
    this.pieces.push(this.together.subarray(0, this.together_bytes));
    this.together = this.together.subarray(this.together_bytes);
    this.together_bytes = 0;
  }

  private take(last: Uint8Array): Uint8Array {
    if (this.held_bytes === 0) return last;
    this.keep(last);
    this.closeTogether();
    const whole = new Uint8Array(this.held_bytes);
    let at = 0;
    for (const piece of this.pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    this.pieces = [];
    this.held_bytes = 0;
    return whole;
  }
}
