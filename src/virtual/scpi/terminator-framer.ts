import type { Framed } from "./framer.js";

/** Cuts a byte stream, in whatever pieces it arrives, at one byte that nothing else in it may be: no blocks, no strings. */
export class TerminatorFramer {
  private held = Buffer.alloc(0);
  private dropping = false;

  /** @param limit_bytes longest message that is kept; of a longer one only its beginning is reported */
  constructor(
    private readonly limit_bytes: number,
    private readonly terminator: number,
  ) {}

  push(chunk: Uint8Array): Framed[] {
    const out: Framed[] = [];
    let start = 0;
    for (let end = chunk.indexOf(this.terminator); end >= 0; end = chunk.indexOf(this.terminator, start)) {
      const message = Buffer.concat([this.held, chunk.subarray(start, end)]);
      start = end + 1;
      this.held = Buffer.alloc(0);
      if (this.dropping) this.dropping = false;
      else out.push(message.length > this.limit_bytes ? { overrun: message } : { message });
    }
    if (!this.dropping) this.held = Buffer.concat([this.held, chunk.subarray(start)]);
    if (this.held.length > this.limit_bytes) {
      out.push({ overrun: this.held });
      this.held = Buffer.alloc(0);
      this.dropping = true;
    }
    return out;
  }
}
