import net from "node:net";
import { MemrigError } from "../errors.js";
import { bytesPerValue, decodeValues } from "./binary.js";
import { Call } from "./call.js";
import { Inbox } from "./inbox.js";
import type { BinaryFormat, BlockOptions, CallOptions, Session, WireEvent } from "./session.js";
import { describeConnectError } from "./tcp.js";
import { describeMessage, shorten } from "./wire-text.js";

/** How a raw socket speaks where it is not lines that end with LF, each answered only where it asks. */
export interface SocketOptions {
  /** Ends each message and each reply; LF where left out. */
  readonly termination?: "\n" | "\0";
  /** What answers a message that asks nothing: a write waits for it. Left out: nothing does. */
  readonly acknowledge?: string;
}

export interface SocketSettings extends SocketOptions {
  readonly resource: string;
  readonly host: string;
  readonly port: number;
  readonly timeout_ms: number;
  readonly onWire: ((event: WireEvent) => void) | undefined;
}

const RECEIVE_BYTES = 256 * 1024;

/** A raw TCP link: no framing, LF (or what the settings say) ends a line, a block tells its own length. */
export class SocketSession implements Session {
  readonly resource: string;
  readonly #settings: SocketSettings;
  readonly #inbox = new Inbox();
  /** The socket reads into this one piece of memory; nothing is allocated for what comes. */
  readonly #receive = Buffer.allocUnsafe(RECEIVE_BYTES);
  #socket: net.Socket | undefined;
  /** Why the connection went, until a call has said so. */
  #lost: string | undefined;
  #closed = false;
  #turn: Promise<unknown> = Promise.resolve();
  #wake: (() => void) | undefined;

  constructor(settings: SocketSettings) {
    this.#settings = settings;
    this.resource = settings.resource;
  }

  /** Connects now, so that a wrong address is found before anything is asked. */
  async open(options: CallOptions): Promise<void> {
    await this.#inTurn("connecting", options, async (call) => this.#connect(call));
  }

  async write(message: string | Uint8Array, options: CallOptions = {}): Promise<void> {
    await this.#inTurn(shorten(message), options, async (call) => {
      const { acknowledge } = this.#settings;
      if (acknowledge === undefined) {
        await this.#connect(call);
        await this.#send(message, call);
        return;
      }
      await this.#ask(message, call);
      const reply = await this.#line(call);
      if (reply.trim() === acknowledge) return;
      throw this.#error("bad-reply", call.what, `"${shorten(reply)}" came where ${acknowledge} was due`);
    });
  }

  async read(options: CallOptions = {}): Promise<string> {
    return this.#inTurn("a read", options, async (call) => {
      await this.#connect(call);
      return this.#line(call);
    });
  }

  async query(message: string, options: CallOptions = {}): Promise<string> {
    return this.#inTurn(shorten(message), options, async (call) => {
      await this.#ask(message, call);
      return this.#line(call);
    });
  }

  async queryBlock(message: string, options: BlockOptions = {}): Promise<Uint8Array> {
    return this.#inTurn(shorten(message), options, async (call) => {
      await this.#ask(message, call);
      return this.#block(call, options);
    });
  }

  async queryBinaryValues(message: string, format: BinaryFormat, options: CallOptions = {}): Promise<Float64Array> {
    const bytes = format.count === undefined ? {} : { bytes: format.count * bytesPerValue(format.type) };
    return decodeValues(await this.queryBlock(message, { ...options, ...bytes }), format);
  }

  /** A raw socket carries no device clear. Most instruments forget a message they have half when the connection ends. */
  async clear(options: CallOptions = {}): Promise<void> {
    await this.#inTurn("clearing", options, async (call) => {
      this.#giveUp(undefined);
      await this.#connect(call);
    });
  }

  async readStatusByte(): Promise<number> {
    throw this.#hasNo("serial poll", "Ask *STB? instead.");
  }

  async waitForServiceRequest(): Promise<number> {
    throw this.#hasNo("service request", "Ask *STB? or *OPC? instead.");
  }

  async trigger(): Promise<void> {
    throw this.#hasNo("group execute trigger", "Send *TRG instead.");
  }

  async lock(): Promise<void> {
    throw this.#hasNo("lock", "See that no other program uses the instrument, or open it over VXI-11 or HiSLIP.");
  }

  async unlock(): Promise<void> {
    throw this.#hasNo("lock", "There is none to be released.");
  }

  async remote(): Promise<void> {
    throw this.#hasNo("remote control line", "Most instruments go to remote with the next message.");
  }

  async local(): Promise<void> {
    throw this.#hasNo("go to local", "Many instruments take SYST:LOC.");
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#giveUp(undefined);
    await this.#turn;
  }

  /** Runs `action` when all earlier calls are over, within its own time limit and signal. */
  #inTurn<T>(what: string, options: CallOptions, action: (call: Call) => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      if (this.#closed) throw this.#error("no-answer", what, "this session is closed");
      if (options.signal?.aborted) throw this.#error("aborted", what, "it was stopped before anything was sent");
      const call = new Call(what, options.timeout_ms ?? this.#settings.timeout_ms, options.signal);
      call.onEnd(() => this.#poke());
      try {
        return await action(call);
      } catch (error) {
        // The connection may hold half a reply now. It is given up; the next call starts on a new one.
        this.#giveUp(undefined);
        throw error;
      } finally {
        call.end();
      }
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  get #termination(): string {
    return this.#settings.termination ?? "\n";
  }

  async #connect(call: Call): Promise<void> {
    if (this.#lost !== undefined) {
      const why = this.#lost;
      this.#lost = undefined;
      throw this.#error("no-answer", call.what, `${why}. Its settings may have been lost; the next call connects anew`);
    }
    if (this.#socket) return;
    this.#inbox.clear();
    const { host, port } = this.#settings;
    const socket = net.connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: this.#receive,
        callback: (count, memory) => {
          if (this.#socket === socket) this.#inbox.push(memory.subarray(0, count));
          this.#poke();
          return true;
        },
      },
    });
    let connected = false;
    let failure: NodeJS.ErrnoException | undefined;
    socket.once("connect", () => {
      connected = true;
      this.#poke();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      failure = error;
    });
    socket.on("close", () => {
      failure ??= Object.assign(new Error("the instrument closed the connection"), { code: "CLOSED" });
      if (this.#socket === socket) this.#giveUp(describeConnectError(failure));
      this.#poke();
    });
    try {
      await this.#until(call, () => {
        if (failure) throw this.#error("no-answer", call.what, describeConnectError(failure), failure);
        return connected;
      });
    } catch (error) {
      socket.destroy();
      throw error;
    }
    this.#socket = socket;
  }

  async #ask(message: string | Uint8Array, call: Call): Promise<void> {
    await this.#connect(call);
    if (this.#inbox.waiting > 0) {
      this.#tell("received", `${this.#inbox.peek(200)} (nobody had asked for this: dropped)`);
      this.#inbox.clear();
    }
    await this.#send(message, call);
  }

  async #send(message: string | Uint8Array, call: Call): Promise<void> {
    const socket = this.#live(call);
    const end = this.#termination;
    const data = typeof message === "string" && !message.endsWith(end) ? `${message}${end}` : message;
    this.#tell("sent", describeMessage(message));
    const flushed = typeof data === "string" ? socket.write(data, "latin1") : socket.write(data);
    if (flushed) return;
    const poke = () => this.#poke();
    socket.on("drain", poke);
    try {
      await this.#until(call, () => !this.#live(call).writableNeedDrain);
    } finally {
      socket.off("drain", poke);
    }
  }

  async #line(call: Call): Promise<string> {
    const end = this.#termination.charCodeAt(0);
    let line = this.#inbox.line(end);
    if (line === undefined) {
      await this.#until(call, () => {
        line = this.#inbox.line(end);
        if (line === undefined) this.#live(call);
        return line !== undefined;
      });
    }
    const text = line ?? "";
    this.#tell("received", text);
    return text;
  }

  async #block(call: Call, options: BlockOptions): Promise<Uint8Array> {
    const length = await this.#blockLength(call, options);
    const block =
      options.into && options.into.length >= length ? options.into.subarray(0, length) : new Uint8Array(length);
    this.#inbox.fillNext(block);
    await this.#until(call, () => {
      const done = this.#inbox.filled();
      if (!done) this.#live(call);
      return done;
    });
    const rest = await this.#line(call);
    if (rest.trim() !== "") {
      throw this.#error("bad-reply", call.what, `after a block of ${length} bytes came "${shorten(rest)}"`);
    }
    this.#tell("received", `#<block of ${length} bytes>`);
    return block;
  }

  /** Reads `#<d><d digits>` or `#0`. */
  async #blockLength(call: Call, options: BlockOptions): Promise<number> {
    const need = async (count: number) => {
      await this.#until(call, () => {
        if (this.#inbox.waiting >= count) return true;
        this.#live(call);
        return false;
      });
      return this.#inbox.peek(count);
    };
    const head = await need(2);
    if (!/^#\d$/.test(head)) {
      throw this.#error("bad-reply", call.what, `a block was expected, "${shorten(this.#inbox.peek(80))}" came`);
    }
    const digits = Number(head.charAt(1));
    if (digits === 0) {
      if (options.bytes === undefined) {
        const why = "a block without a length (#0) came; on a raw socket its end can not be seen";
        throw this.#error("bad-reply", call.what, `${why}. Ask for a definite block, or say how many bytes are due`);
      }
      this.#inbox.skip(2);
      return options.bytes;
    }
    const header = await need(2 + digits);
    if (!/^#\d+$/.test(header)) {
      throw this.#error("bad-reply", call.what, `"${shorten(header)}" does not begin a block`);
    }
    this.#inbox.skip(2 + digits);
    return Number(header.slice(2));
  }

  /** Waits until `ready`, which may throw; looks again whenever something happened. */
  async #until(call: Call, ready: () => boolean): Promise<void> {
    for (;;) {
      if (ready()) return;
      if (call.ended === "stopped") {
        throw this.#error("aborted", call.what, "it was stopped; the reply, if one comes, is dropped");
      }
      if (call.ended === "late") throw this.#tooLate(call);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #poke(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #live(call: Call): net.Socket {
    if (this.#socket) return this.#socket;
    const why = this.#closed ? "the session was closed meanwhile" : (this.#lost ?? "the connection was lost");
    this.#lost = undefined;
    throw this.#error("no-answer", call.what, why);
  }

  #giveUp(why: string | undefined): void {
    this.#lost = why;
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#poke();
  }

  #tooLate(call: Call): MemrigError {
    const { received } = this.#inbox;
    const came = received === 0 ? "nothing came" : `${received} bytes came, "${shorten(this.#inbox.peek(80))}"`;
    const guess = !this.#socket
      ? "Nobody answers at this address: is the instrument on, and is the address right?"
      : received === 0
        ? "It may be busy (a running sweep, a trigger it waits for), or did not know the question and queued an error."
        : "The reply did not end with a line feed, or is still under way.";
    const text = `no answer within ${call.timeout_ms / 1000} s, ${came}. ${guess} The connection was given up`;
    return this.#error("no-answer", call.what, text);
  }

  #error(kind: "no-answer" | "bad-reply" | "aborted", what: string, why: string, cause?: unknown): MemrigError {
    const details = { resource: this.resource, command: what, received_bytes: this.#inbox.received };
    return new MemrigError(kind, `${this.resource}, ${what}: ${why}.`, details, cause);
  }

  #hasNo(thing: string, instead: string): MemrigError {
    return new MemrigError(
      "invalid-request",
      `${this.resource}: a raw socket has no ${thing}. Nothing was sent. ${instead}`,
      { resource: this.resource, missing: thing },
    );
  }

  #tell(direction: WireEvent["direction"], text: string): void {
    this.#settings.onWire?.({ at_ms: Date.now(), resource: this.resource, direction, text });
  }
}
