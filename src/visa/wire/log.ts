import { open } from "node:fs/promises";
import { messageOf } from "../../errors.js";
import { keptBytes, lineOf, plain, sizeOf, WIRE_VERSION } from "./format.js";
import type { WireLine } from "./format.js";
import type { WireEvent } from "./event.js";

/** Where lines go. `append` resolves when the system has taken the text. */
export interface WireSink {
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

export interface WireReport {
  readonly file: string | undefined;
  /** Lines that are in the file. */
  readonly lines: number;
  /** Lines that are not: the disk was full or too slow. */
  readonly dropped: number;
  /** What the disk said last. */
  readonly failure?: string;
}

/** Lines that wait for the disk take at most this much memory; what comes beyond is dropped and counted. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;
/** Between two tries of a disk that refuses. */
const RETRY_MS = 1000;
/** Lines go to the disk together, up to about this many characters. */
const TOGETHER = 256 * 1024;
/** A block is put into base64 in pieces, so that nothing else waits for long; a multiple of three. */
const PIECE_BYTES = 192 * 1024;

/**
 * A log of what is said on any number of links. Recording never throws and never waits: lines are kept in memory and
 * written behind the program's back; a disk that is full or slow costs lines, which are counted, and nothing else.
 */
export class WireLog {
  private readonly start_ms = performance.now();
  /** The file's first line, until it is there. */
  private header: string;
  private readonly waiting: WireLine[] = [];
  private waiting_bytes = 0;
  private unwritten = 0;
  private lines = 0;
  private dropped = 0;
  private failure: string | undefined;
  private file: string | undefined;
  private writing: Promise<void> | undefined;
  private sink: WireSink | undefined;
  /** The file may end in the middle of a line. */
  private torn = false;
  private closed = false;
  private wake: () => void = () => undefined;

  constructor(
    software: string,
    private readonly openSink: (file: string) => Promise<WireSink> = fileSink,
    private readonly most_bytes = MOST_WAITING_BYTES,
  ) {
    this.header = plain({ wire: WIRE_VERSION, started: new Date().toISOString(), software }).head;
  }

  /** The listener for a session's `onWire`. */
  listener(instrument: string): (event: WireEvent) => void {
    return (event) => this.record(instrument, event);
  }

  record(instrument: string, event: WireEvent): void {
    if (this.closed) return;
    const block = event.kind === "sent" || event.kind === "received" ? (event.block?.length ?? 0) : 0;
    // Looked at first: what there is no room for need not be copied.
    if (this.waiting_bytes + keptBytes(block) > this.most_bytes) this.dropped += 1;
    else this.keep(lineOf(instrument, event, this.start_ms));
  }

  /** From now on lines go to this file, which is begun anew; those recorded before first. */
  writeTo(file: string): void {
    if (this.file !== undefined) return;
    this.file = file;
    this.writing = this.write(file);
  }

  /**
   * Ends the log. Waits for the disk no longer than `patience_ms`; what is not on it then counts as dropped.
   */
  async close(patience_ms = 2000): Promise<WireReport> {
    if (!this.closed) {
      this.closed = true;
      this.wake();
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, patience_ms)));
      await Promise.race([this.writing ?? Promise.resolve(), patience]);
      clearTimeout(timer);
    }
    const { file, lines, dropped, waiting, unwritten, failure } = this;
    return {
      file,
      lines,
      dropped: dropped + waiting.length + unwritten,
      ...(failure === undefined ? {} : { failure }),
    };
  }

  private keep(line: WireLine): void {
    const size = sizeOf(line);
    if (this.waiting_bytes + size > this.most_bytes) {
      this.dropped += 1;
      return;
    }
    this.waiting.push(line);
    this.waiting_bytes += size;
    this.wake();
  }

  private async write(file: string): Promise<void> {
    let told = 0;
    while (!this.closed || this.waiting.length > 0 || this.header !== "") {
      if (this.waiting.length === 0 && this.header === "") {
        await new Promise<void>((resolve) => (this.wake = resolve));
        continue;
      }
      try {
        this.sink ??= await this.openSink(file);
        const { dropped } = this;
        const gap = dropped > told ? `{"dropped":${dropped - told}}\n` : "";
        const before = `${this.torn ? "\n" : ""}${this.header}${gap}`;
        if (before !== "") await this.sink.append(before);
        this.torn = false;
        this.header = "";
        told = dropped;
        await this.writeSome(this.sink);
      } catch (error) {
        this.failure = messageOf(error);
        this.torn = this.sink !== undefined;
        this.dropped += this.unwritten;
        this.unwritten = 0;
        if (this.closed) break;
        await this.pause();
      }
    }
    await this.end();
  }

  /** The lines at the head of the queue, as many as go together. */
  private async writeSome(sink: WireSink): Promise<void> {
    let text = "";
    while (text.length < TOGETHER) {
      const line = this.waiting.shift();
      if (!line) break;
      this.waiting_bytes -= sizeOf(line);
      this.unwritten++;
      text += line.head;
      if (!line.block) continue;
      const block = Buffer.from(line.block.buffer, line.block.byteOffset, line.block.length);
      for (let at = 0; at < block.length; at += PIECE_BYTES) {
        text += block.toString("base64", at, Math.min(block.length, at + PIECE_BYTES));
        if (text.length < TOGETHER) continue;
        await sink.append(text);
        text = "";
      }
      text += line.tail;
    }
    if (text !== "") await sink.append(text);
    this.lines += this.unwritten;
    this.unwritten = 0;
  }

  private async end(): Promise<void> {
    const { sink, lines, start_ms } = this;
    if (!sink) return;
    try {
      const t_s = Math.round((performance.now() - start_ms) * 1e3) / 1e6;
      const dropped = this.dropped + this.waiting.length;
      await sink.append(`${this.torn ? "\n" : ""}${plain({ t_s, closed: true, lines, dropped }).head}`);
    } catch (error) {
      this.failure = messageOf(error);
    }
    await sink.close().catch((error: unknown) => (this.failure = messageOf(error)));
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS);
      this.wake = () => {
        if (!this.closed) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

async function fileSink(file: string): Promise<WireSink> {
  const handle = await open(file, "w");
  return { append: (text) => handle.appendFile(text, "utf8"), close: () => handle.close() };
}
