import type { BytePipe } from "../byte-pipe.js";
import type { Call } from "../call.js";
import { LinkError } from "../message-link.js";
import { ReplyScanner } from "../reply-scanner.js";
import { escaped } from "./protocol.js";

/** Put behind a reply by the controller when EOI came with its last byte: text never has it, blocks are read by length. */
const END_MARK = 0;
/** The controller gives a read up after so long without a byte. A slow reply is asked for again. */
const READ_MS = 500;
/** After READ_MS and this nothing of the read asked for can be under way any more. */
const SPARE_MS = 250;
const QUIET_MS = 30;

/**
 * One Prologix-type GPIB controller, shared by the sessions of all instruments behind it: one exchange at a time, in the
 * order asked. Settings are made once a connection and not kept in its EEPROM.
 */
export class PrologixController {
  private pipe: BytePipe | undefined;
  private turn: Promise<void> = Promise.resolve();
  private unclear = false;
  private users = 0;
  private address: string | undefined;
  private readonly scanner = new ReplyScanner(END_MARK);

  /**
   * @param connect opens the way to the controller
   * @param unused told when the last user has left
   */
  constructor(
    private readonly connect: (call: Call) => Promise<BytePipe>,
    private readonly unused: () => void,
  ) {}

  join(): void {
    this.users++;
  }

  /** The last user closes the connection. */
  async leave(): Promise<void> {
    if (--this.users > 0) return;
    this.unused();
    await this.disconnect();
  }

  /** Connected, and free of what a failed exchange left behind. */
  async ready(call: Call): Promise<void> {
    await this.exclusive(call, () => Promise.resolve());
  }

  /** A message for the instrument at `address`, EOI with its last byte. */
  async send(address: string, message: Uint8Array, call: Call): Promise<void> {
    await this.exclusive(call, async (pipe) => {
      await this.addressed(pipe, address, call);
      await call.wait(pipe.write(escaped(message)));
    });
  }

  /** The whole reply of the instrument at `address`, up to EOI. */
  async receive(address: string, call: Call): Promise<Uint8Array> {
    return this.exclusive(call, async (pipe) => {
      await this.addressed(pipe, address, call);
      this.scanner.reset();
      const pieces: Uint8Array[] = [];
      await this.command(pipe, "++read eoi", call);
      for (;;) {
        const piece = await pipe.reader.nextWithin(READ_MS + SPARE_MS, call);
        if (!piece) {
          await this.command(pipe, "++read eoi", call);
          continue;
        }
        const end = this.scanner.end(piece);
        pieces.push(end === undefined ? piece : piece.subarray(0, end - 1));
        if (end === undefined) continue;
        pipe.reader.putBack(piece.subarray(end));
        return Buffer.concat(pieces);
      }
    });
  }

  /** A command of the controller's own that nothing answers. */
  async tell(address: string, command: string, call: Call): Promise<void> {
    await this.exclusive(call, async (pipe) => {
      await this.addressed(pipe, address, call);
      await this.command(pipe, command, call);
    });
  }

  /** A command that is answered with a number. */
  async ask(address: string, command: string, call: Call): Promise<number> {
    return this.exclusive(call, async (pipe) => {
      await this.addressed(pipe, address, call);
      pipe.reader.drop();
      await this.command(pipe, command, call);
      const line = (await this.line(pipe, call)).trim();
      if (/^\d{1,3}$/.test(line) && Number(line) <= 255) return Number(line);
      throw new LinkError("bad-reply", `the controller was asked ${command}, "${line}" is no number from 0 to 255`);
    });
  }

  private async exclusive<T>(call: Call, action: (pipe: BytePipe) => Promise<T>): Promise<T> {
    const before = this.turn;
    let passOn: () => void = () => undefined;
    this.turn = new Promise<void>((resolve) => (passOn = resolve));
    try {
      await call.wait(before);
    } catch (error) {
      void before.then(passOn); // given up while others had the bus: nothing was sent
      throw error;
    }
    try {
      return await action(await this.connected(call));
    } catch (error) {
      this.unclear = true;
      throw error;
    } finally {
      passOn();
    }
  }

  private async connected(call: Call): Promise<BytePipe> {
    const failure = this.pipe?.reader.failure;
    if (failure) {
      await this.disconnect();
      throw new LinkError("no-answer", `${failure.message}. The next call connects anew`, failure);
    }
    if (this.pipe?.writing && this.unclear) await this.disconnect(); // half a message stands in the way
    if (this.pipe) {
      if (this.unclear) await this.synchronise(this.pipe, call);
      return this.pipe;
    }
    const pipe = await this.connect(call);
    this.pipe = pipe;
    this.unclear = true; // what a program before us left half-said
    const setup = [
      "++savecfg 0",
      "++mode 1",
      "++auto 0",
      "++eoi 1",
      "++eos 3",
      "++eot_enable 1",
      `++eot_char ${END_MARK}`,
    ];
    for (const command of ["", ...setup, `++read_tmo_ms ${READ_MS}`]) await this.command(pipe, command, call);
    await this.synchronise(pipe, call);
    return pipe;
  }

  /** The controller works line by line: when it answers this question, what was asked before is over. */
  private async synchronise(pipe: BytePipe, call: Call): Promise<void> {
    this.address = undefined;
    pipe.reader.drop();
    await this.command(pipe, "++auto", call);
    let tail = "";
    for (;;) {
      const piece = await pipe.reader.nextWithin(QUIET_MS, call);
      if (piece) tail = (tail + Buffer.from(piece).toString("latin1")).slice(-8);
      else if (/(^|[^\d])0\r?\n$/.test(tail)) break;
    }
    this.unclear = false;
  }

  private async addressed(pipe: BytePipe, address: string, call: Call): Promise<void> {
    if (this.address === address) return;
    this.address = undefined;
    await this.command(pipe, `++addr ${address}`, call);
    this.address = address;
  }

  private async command(pipe: BytePipe, command: string, call: Call): Promise<void> {
    await call.wait(pipe.write(Buffer.from(`${command}\n`, "latin1")));
  }

  private async line(pipe: BytePipe, call: Call): Promise<string> {
    let text = "";
    while (!text.endsWith("\n")) {
      text += Buffer.from(await pipe.reader.next(call)).toString("latin1");
      if (text.length > 200) throw new LinkError("bad-reply", "the controller answers with more than a line");
    }
    return text;
  }

  private async disconnect(): Promise<void> {
    const pipe = this.pipe;
    this.pipe = undefined;
    this.address = undefined;
    await pipe?.close();
  }
}
