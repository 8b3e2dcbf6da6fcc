import type { Call } from "./call.js";
import type { LinkError } from "./message-link.js";

/** A stream of bytes both ways, without messages: a serial port, a TCP connection. */
export interface BytePipe {
  readonly reader: PipeReader;
  /** Bytes handed over and not taken yet. */
  readonly writing: boolean;
  /** Resolves when the system has taken the bytes. */
  write(bytes: Uint8Array): Promise<void>;
  /** Serial ports: holds the line in break. */
  sendBreak?(): Promise<void>;
  close(): Promise<void>;
}

/** What came over a pipe and nobody has read yet. */
export class PipeReader {
  private chunks: Uint8Array[] = [];
  private wake: (() => void) | undefined;
  private lost: LinkError | undefined;

  /** Why nothing more can come. */
  get failure(): LinkError | undefined {
    return this.lost;
  }

  push(chunk: Uint8Array): void {
    this.chunks.push(chunk);
    this.wake?.();
  }

  fail(why: LinkError): void {
    this.lost ??= why;
    this.wake?.();
  }

  /**
   * The next bytes, at least one. What came before the loss of the pipe can still be read.
   *
   * @throws LinkError the pipe is lost; CallEnded
   */
  async next(call: Call): Promise<Uint8Array> {
    for (;;) {
      const chunk = this.chunks.shift();
      if (chunk) return chunk;
      if (this.lost) throw this.lost;
      await call.wait(this.something());
    }
  }

  /** The same, or undefined when nothing comes for `patience_ms`. */
  async nextWithin(patience_ms: number, call: Call): Promise<Uint8Array | undefined> {
    if (this.chunks.length === 0 && !this.lost) {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, patience_ms)));
      try {
        await call.wait(Promise.race([this.something(), patience]));
      } finally {
        clearTimeout(timer);
      }
      if (this.chunks.length === 0 && !this.failure) return undefined;
    }
    return this.next(call);
  }

  /** Gives back what was read too far. */
  putBack(bytes: Uint8Array): void {
    if (bytes.length > 0) this.chunks.unshift(bytes);
  }

  drop(): void {
    this.chunks = [];
  }

  /** Drops what is here and what comes, until nothing comes for `quiet_ms`. */
  async dropUntilQuiet(quiet_ms: number, call: Call): Promise<void> {
    while ((await this.nextWithin(quiet_ms, call)) !== undefined) this.drop();
  }

  private something(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }
}
