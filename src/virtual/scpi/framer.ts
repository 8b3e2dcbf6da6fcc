import { Scanner } from "./scanner.js";

const LF = 10;

/** What came out of the stream: a whole message without its line feed, or a message too long to be kept. */
export type Framed = { readonly message: Uint8Array } | { readonly overrun: true };

/** Cuts a byte stream, in whatever pieces it arrives, into program messages. */
export class Framer {
  private readonly scanner = new Scanner();
  private pieces: Uint8Array[] = [];
  private held_bytes = 0;
  private dropping = false;

  /** @param limit_bytes longest message that is kept; of a longer one only `overrun` is reported */
  constructor(private readonly limit_bytes: number) {}

  /** Forgets a message that has not ended yet. */
  clear(): void {
    this.scanner.reset();
    this.pieces = [];
    this.held_bytes = 0;
    this.dropping = false;
  }

  push(chunk: Uint8Array): Framed[] {
    const out: Framed[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length;) {
      if (this.dropping) {
        // What follows an overrun is not trusted to be a block or a string: the next line feed ends it.
        const feed = chunk.indexOf(LF, at);
        if (feed < 0) return out;
        this.clear();
        at = start = feed + 1;
        continue;
      }
      const skippable = Math.min(this.scanner.skippable, chunk.length - at);
      if (skippable > 0) {
        this.scanner.skip(skippable);
        at += skippable;
      } else if (this.scanner.next(chunk[at++] as number) === "message-end") {
        out.push({ message: this.take(chunk.subarray(start, at - 1)) });
        start = at;
      }
      if (this.held_bytes + at - start > this.limit_bytes) {
        out.push({ overrun: true });
        at = start + Math.max(0, this.limit_bytes - this.held_bytes); // the line feed may lie in what was skipped
        this.clear();
        this.dropping = true;
      }
    }
    if (!this.dropping && start < chunk.length) this.keep(chunk.subarray(start));
    return out;
  }

  private keep(piece: Uint8Array): void {
    this.pieces.push(piece);
    this.held_bytes += piece.length;
  }

  private take(last: Uint8Array): Uint8Array {
    if (this.pieces.length === 0) return last;
    this.keep(last);
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
