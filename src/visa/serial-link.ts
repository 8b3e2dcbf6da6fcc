import type { BytePipe } from "./byte-pipe.js";
import type { Call } from "./call.js";
import { LinkError } from "./message-link.js";
import type { MessageLink, ReplyPiece } from "./message-link.js";
import { readReply, withoutLineEnd } from "./reply.js";
import { ReplyScanner } from "./reply-scanner.js";
import { openSerialPort } from "./serial-port.js";
import type { SerialSettings } from "./serial-port.js";

export interface SerialOptions extends SerialSettings {
  /** What ends a message and a reply; LF where left out. */
  readonly termination?: "\n" | "\r" | "\r\n";
  /**
   * What stands for device clear, before the line is drained. `ctrl-c` (where left out): the byte 03 and the termination;
   * an instrument that does not know it queues an error and loses nothing. `break`: the line is held in break. `drain`:
   * nothing; a reply that comes late, after the line was quiet, may then answer the next question.
   */
  readonly clear?: "ctrl-c" | "break" | "drain";
}

/** So long must nothing come for the line to count as drained. 9600 baud: about a hundred characters. */
const QUIET_MS = 100;
const LF = 10;
const CR = 13;

/**
 * A serial line. It carries no END: a reply ends with the termination, and a definite block with its announced length and
 * the termination behind it. An indefinite block ends at the first byte that is the termination's last.
 *
 * A reply nobody read is dropped by the next message, as on a link with END, as far as it has come by then.
 */
export class SerialLink implements MessageLink {
  readonly name = "A serial line";
  private readonly termination: Buffer;
  private readonly scanner: ReplyScanner;
  private pipe: BytePipe | undefined;
  private unclear = false;

  constructor(
    private readonly path: string,
    private readonly options: SerialOptions,
  ) {
    this.termination = Buffer.from(options.termination ?? "\n", "latin1");
    this.scanner = new ReplyScanner(this.termination.at(-1) ?? LF);
  }

  async ready(call: Call): Promise<void> {
    const failure = this.pipe?.reader.failure;
    if (failure) {
      await this.close();
      throw new LinkError("no-answer", `${failure.message}. The next call opens it anew`, failure);
    }
    if (this.pipe?.writing) await this.close(); // a message that was given up is still going out
    this.pipe ??= await openSerialPort(this.path, this.options, call);
    if (this.unclear) await this.clear(call);
  }

  async send(message: Uint8Array, call: Call): Promise<void> {
    const { reader } = this.live();
    reader.drop();
    this.scanner.reset();
    await this.transmit(this.terminated(message), call);
  }

  async receive(_wanted: number, call: Call): Promise<ReplyPiece> {
    const { reader } = this.live();
    const bytes = await reader.next(call);
    const end = this.scanner.end(bytes);
    if (end === undefined) return { bytes, end: false };
    reader.putBack(bytes.subarray(end));
    const last = Uint8Array.from(bytes.subarray(0, end));
    if (last[end - 1] === CR) last[end - 1] = LF; // what reads on knows one line end
    return { bytes: last, end: true };
  }

  abandon(): void {
    this.unclear = true;
  }

  async clear(call: Call): Promise<void> {
    const pipe = this.live();
    const how = this.options.clear ?? "ctrl-c";
    if (how === "ctrl-c") await this.transmit(Buffer.concat([Buffer.from([3]), this.termination]), call);
    if (how === "break") await call.wait(pipe.sendBreak?.() ?? Promise.resolve());
    await pipe.reader.dropUntilQuiet(QUIET_MS, call);
    this.scanner.reset();
    this.unclear = false;
  }

  /** There is no serial poll: the instrument is asked, and its bit 6 is MSS, which reading does not clear. */
  async statusByte(call: Call): Promise<number> {
    await this.send(Buffer.from("*STB?\n"), call);
    const reply = withoutLineEnd(await readReply(this, call));
    const status = /^\s*\+?\d{1,3}\s*$/.test(reply) ? Number(reply) : NaN;
    if (status <= 255) return status;
    throw new LinkError("bad-reply", `a status byte from 0 to 255 was expected, "${reply}" came`);
  }

  async close(): Promise<void> {
    const pipe = this.pipe;
    this.pipe = undefined;
    pipe?.reader.fail(new LinkError("no-answer", "the serial port was closed"));
    await pipe?.close();
  }

  private terminated(message: Uint8Array): Uint8Array {
    if (message.at(-1) !== LF || this.termination.equals(Buffer.from("\n"))) return message;
    return Buffer.concat([message.subarray(0, -1), this.termination]);
  }

  private async transmit(bytes: Uint8Array, call: Call): Promise<void> {
    await call.wait(this.live().write(bytes));
  }

  private live(): BytePipe {
    if (this.pipe) return this.pipe;
    throw new LinkError("no-answer", "the serial port is not open");
  }
}
