import net from "node:net";
import { MemrigError } from "../errors.js";
import { bytesPerValue, ValueSink } from "./binary.js";
import { blockAt } from "./block-head.js";
import { KeepingSink, MemorySink } from "./block-sink.js";
import type { BlockSink, SinkFor } from "./block-sink.js";
import { Call } from "./call.js";
import { Inbox } from "./inbox.js";
import type { BinaryFormat, BlockOptions, CallOptions, Session } from "./session.js";
import { describeConnectError } from "./tcp.js";
import { shorten } from "./wire-text.js";
import type { WireEvent } from "./wire/event.js";
import { WireTeller } from "./wire/teller.js";

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
/** Of what nobody asked for, so much goes into the log. */
const DROPPED_SHOWN_BYTES = 200;
/** Enough to see where a block begins. */
const HEAD_BYTES = 80;
/** Bytes that nobody waits for, beyond which the connection is not read any further until somebody does. */
const MOST_UNREAD_BYTES = 8 * 1024 * 1024;

/** A raw TCP link: no framing, LF (or what the settings say) ends a line, a block tells its own length. */
export class SocketSession implements Session {
  readonly resource: string;
  readonly #settings: SocketSettings;
  readonly #wire: WireTeller;
  readonly #inbox = new Inbox();
  /** The socket reads into this one piece of memory; nothing is allocated for what comes. */
  readonly #receive = Buffer.allocUnsafe(RECEIVE_BYTES);
  #socket: net.Socket | undefined;
  /** Why the connection went, until a call has said so. */
  #lost: string | undefined;
  #closed = false;
  /** The socket is not read for now: nobody takes what comes. */
  #paused = false;
  /** Resolves when the call made last is over. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Calls that are not over. */
  #calls = 0;
  #wake: (() => void) | undefined;
  /** Byte that ends a reply. */
  readonly #lineEnd: number;

  constructor(settings: SocketSettings) {
    this.#settings = settings;
    this.#lineEnd = (settings.termination ?? "\n").charCodeAt(0);
    this.resource = settings.resource;
    this.#wire = new WireTeller(settings.resource, settings.onWire);
  }

  /** Connects now, so that a wrong address is found before anything is asked. */
  async open(options: CallOptions): Promise<void> {
    await this.#inTurn("connecting", options, async (call) => this.#connect(call));
  }

  write(message: string | Uint8Array, options: CallOptions = {}): Promise<void> {
    return this.#inTurn(message, options, async (call) => {
      const { acknowledge } = this.#settings;
      if (acknowledge === undefined) {
        await this.#connect(call);
        await this.#send(message, call);
        return;
      }
      await this.#ask(message, call);
      const reply = await this.#text(call);
      if (reply.trim() === acknowledge) return;
      throw this.#error("bad-reply", call.what, `"${shorten(reply)}" came where ${acknowledge} was due`);
    });
  }

  read(options: CallOptions = {}): Promise<string> {
    return this.#inTurn("a read", options, async (call) => {
      await this.#connect(call);
      return await this.#text(call);
    });
  }

  query(message: string, options: CallOptions = {}): Promise<string> {
    return this.#inTurn(message, options, (call) => this.#answerTo(message, call));
  }

  async queryBlock(message: string, options: BlockOptions = {}): Promise<Uint8Array> {
    const sink = (length: number) => new MemorySink(length, options.into);
    return (await this.#queryInto(message, options, options.bytes, sink)).block;
  }

  async queryBinaryValues(message: string, format: BinaryFormat, options: CallOptions = {}): Promise<Float64Array> {
    const bytes = format.count === undefined ? undefined : format.count * bytesPerValue(format.type);
    return (await this.#queryInto(message, options, bytes, (length) => new ValueSink(format, length))).values();
  }

  /** A raw socket carries no device clear. Most instruments forget a message they have half when the connection ends. */
  async clear(options: CallOptions = {}): Promise<void> {
    await this.#inTurn("clearing", options, async (call) => {
      this.#giveUp(undefined);
      this.#wire.act("clear");
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
    if (this.#closed) return;
    this.#closed = true;
    this.#giveUp(undefined);
    await this.#turn;
    this.#wire.act("close");
  }

  /** Runs `action` when all earlier calls are over, at once where there are none. */
  #inTurn<T>(doing: string | Uint8Array, options: CallOptions, action: (call: Call) => Promise<T>): Promise<T> {
    const run = () => this.#run(doing, options, action);
    const result = this.#calls === 0 ? run() : this.#turn.then(run);
    this.#calls++;
    this.#turn = result.then(this.#over, this.#over);
    return result;
  }

  readonly #over = () => void this.#calls--;

  /** Runs `action` within the time limit and signal of its own. */
  async #run<T>(doing: string | Uint8Array, options: CallOptions, action: (call: Call) => Promise<T>): Promise<T> {
    const { signal } = options;
    if (this.#closed) throw this.#error("no-answer", shorten(doing), "this session is closed");
    if (signal?.aborted) throw this.#error("aborted", shorten(doing), "it was stopped before anything was sent");
    const call = new Call(doing, options.timeout_ms ?? this.#settings.timeout_ms, signal);
    call.onEnd(this.#poke);
    try {
      return await action(call);
    } catch (error) {
      // The connection may hold half a reply now. It is given up; the next call starts on a new one.
      this.#giveUp(undefined);
      if (error instanceof MemrigError) this.#wire.fault(call.what, error);
      throw error;
    } finally {
      call.end();
    }
  }

  async #answerTo(message: string, call: Call): Promise<string> {
    const waiting = this.#ask(message, call);
    if (waiting) await waiting;
    return await this.#text(call); // awaited: a promise given back as it is takes three turns of the queue, not one
  }

  #queryInto<S extends BlockSink>(
    message: string,
    options: CallOptions,
    bytes: number | undefined,
    sinkFor: SinkFor<S>,
  ): Promise<S> {
    return this.#inTurn(message, options, async (call) => {
      await this.#ask(message, call);
      return await this.#block(call, bytes, sinkFor);
    });
  }

  async #connect(call: Call): Promise<void> {
    if (this.#lost !== undefined) {
      const why = this.#lost;
      this.#lost = undefined;
      throw this.#error("no-answer", call.what, `${why}. Its settings may have been lost; the next call connects anew`);
    }
    if (this.#socket) return;
    this.#inbox.clear();
    this.#paused = false;
    const { host, port } = this.#settings;
    const socket = net.connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: this.#receive,
        callback: (count) => {
          if (this.#socket === socket) this.#inbox.push(this.#receive, count);
          const awaited = this.#wake !== undefined;
          this.#poke();
          this.#paused = !awaited && this.#inbox.waiting >= MOST_UNREAD_BYTES;
          return !this.#paused;
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
    this.#wire.act("connect");
  }

  /** @returns undefined where the question is on its way already */
  #ask(message: string | Uint8Array, call: Call): Promise<void> | undefined {
    if (!this.#socket || this.#lost !== undefined) {
      return this.#connect(call).then(() => this.#askNow(message, call));
    }
    return this.#askNow(message, call);
  }

  #askNow(message: string | Uint8Array, call: Call): Promise<void> | undefined {
    if (this.#inbox.waiting > 0) {
      this.#wire.received(this.#inbox.peek(DROPPED_SHOWN_BYTES), false, { dropped: true });
      this.#inbox.clear();
    }
    return this.#send(message, call);
  }

  /** @returns undefined where the system has taken the message at once */
  #send(message: string | Uint8Array, call: Call): Promise<void> | undefined {
    const socket = this.#live(call);
    const end = this.#settings.termination ?? "\n";
    const data = typeof message === "string" && !message.endsWith(end) ? `${message}${end}` : message;
    this.#wire.sent(data, false);
    const flushed = typeof data === "string" ? socket.write(data, "latin1") : socket.write(data);
    return flushed ? undefined : this.#drained(socket, call);
  }

  async #drained(socket: net.Socket, call: Call): Promise<void> {
    socket.on("drain", this.#poke);
    try {
      await this.#until(call, () => !this.#live(call).writableNeedDrain);
    } finally {
      socket.off("drain", this.#poke);
    }
  }

  async #text(call: Call): Promise<string> {
    const line = await this.#line(call);
    if (this.#wire.listening) this.#wire.received(line + this.#inbox.lineEnd, false);
    return line;
  }

  async #line(call: Call): Promise<string> {
    for (;;) {
      const line = this.#inbox.line(this.#lineEnd);
      if (line !== undefined) return line;
      this.#live(call);
      this.#goOn(call);
      await this.#something();
    }
  }

  async #block<S extends BlockSink>(call: Call, due_bytes: number | undefined, sinkFor: SinkFor<S>): Promise<S> {
    const { head, length } = await this.#blockHead(call, due_bytes);
    const sink = sinkFor(length);
    const keeping = this.#wire.listening ? new KeepingSink(sink, length) : undefined;
    this.#inbox.pour(length, keeping ?? sink);
    await this.#until(call, () => {
      const done = this.#inbox.poured();
      if (!done) this.#live(call);
      return done;
    });
    const rest = await this.#line(call);
    if (rest.trim() !== "") {
      throw this.#error("bad-reply", call.what, `after a block of ${length} bytes came "${shorten(rest)}"`);
    }
    if (keeping) this.#wire.received(head, false, { block: keeping.block, after: rest + this.#inbox.lineEnd });
    return sink;
  }

  /** Reads `#<d><d digits>` or `#0`, and the response header before it where there is one. */
  async #blockHead(call: Call, due_bytes: number | undefined): Promise<{ head: string; length: number }> {
    const need = async (count: number) => {
      await this.#until(call, () => {
        if (this.#inbox.waiting >= count) return true;
        this.#live(call);
        return false;
      });
      return this.#inbox.peek(count);
    };
    let at: number | undefined;
    for (let bytes = 1; at === undefined; bytes = this.#inbox.waiting + 1) {
      await need(bytes);
      at = blockAt(this.#inbox.peek(HEAD_BYTES));
    }
    const before = at > 0 ? this.#inbox.peek(at) : "";
    this.#inbox.skip(before.length);
    const head = at < 0 ? "" : await need(2);
    if (!/^#\d$/.test(head)) {
      throw this.#error("bad-reply", call.what, `a block was expected, "${shorten(this.#inbox.peek(80))}" came`);
    }
    const digits = Number(head.charAt(1));
    if (digits === 0) {
      if (due_bytes === undefined) {
        const why = "a block without a length (#0) came; on a raw socket its end can not be seen";
        throw this.#error("bad-reply", call.what, `${why}. Ask for a definite block, or say how many bytes are due`);
      }
      this.#inbox.skip(2);
      return { head: `${before}#0`, length: due_bytes };
    }
    const header = await need(2 + digits);
    if (!/^#\d+$/.test(header)) {
      throw this.#error("bad-reply", call.what, `"${shorten(header)}" does not begin a block`);
    }
    this.#inbox.skip(2 + digits);
    return { head: before + header, length: Number(header.slice(2)) };
  }

  /** Waits until `ready`, which may throw; looks again whenever something happened. */
  async #until(call: Call, ready: () => boolean): Promise<void> {
    while (!ready()) {
      this.#goOn(call);
      await this.#something();
    }
  }

  /** @throws MemrigError the call has been stopped, or is too late */
  #goOn(call: Call): void {
    if (call.ended === undefined) return;
    if (call.ended === "late") throw this.#tooLate(call);
    throw this.#error("aborted", call.what, "it was stopped; the reply, if one comes, is dropped");
  }

  /** Resolves when bytes came, the connection changed or the call under way ended. What comes is taken again. */
  #something(): Promise<void> {
    if (this.#paused) this.#socket?.resume();
    this.#paused = false;
    return new Promise(this.#setWake);
  }

  readonly #setWake = (wake: () => void) => void (this.#wake = wake);

  readonly #poke = () => {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  };

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
}
