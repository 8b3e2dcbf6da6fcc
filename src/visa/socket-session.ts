import { MemrigError } from "../errors.js";
import { bytesPerValue, ValueSink } from "./binary.js";
import { KeepingSink, MemorySink } from "./block-sink.js";
import type { BlockSink, SinkFor } from "./block-sink.js";
import { Call } from "./call.js";
import type { MessageSessionSettings } from "./message-session.js";
import type { BinaryFormat, BlockOptions, CallOptions, Session } from "./session.js";
import { readSocketBlock } from "./socket-block.js";
import { SocketConnection } from "./socket-connection.js";
import { Turns } from "./turns.js";
import { shorten } from "./wire-text.js";
import { WireTeller } from "./wire/teller.js";

/** How a raw socket speaks where it is not lines that end with LF, each answered only where it asks. */
export interface SocketOptions {
  /** Ends each message and each reply; LF where left out. */
  readonly termination?: "\n" | "\0";
  /** What answers a message that asks nothing: a write waits for it. Left out: nothing does. */
  readonly acknowledge?: string;
}

export interface SocketSettings extends MessageSessionSettings, SocketOptions {
  readonly host: string;
  readonly port: number;
}

/** Of what nobody asked for, so much goes into the log. */
const DROPPED_SHOWN_BYTES = 200;

/** A raw TCP link: no framing, LF (or what the settings say) ends a line, a block tells its own length. */
export class SocketSession implements Session {
  readonly resource: string;
  readonly #settings: SocketSettings;
  readonly #wire: WireTeller;
  readonly #connection: SocketConnection;
  readonly #turns = new Turns();
  #closed = false;

  constructor(settings: SocketSettings) {
    this.#settings = settings;
    this.resource = settings.resource;
    this.#wire = new WireTeller(settings.resource, settings.onWire);
    this.#connection = new SocketConnection(settings, this.#wire);
  }

  /** Connects now, so that a wrong address is found before anything is asked. */
  async open(options: CallOptions): Promise<void> {
    await this.#inTurn("connecting", options, (call) => this.#connection.connect(call));
  }

  write(message: string | Uint8Array, options: CallOptions = {}): Promise<void> {
    return this.#inTurn(message, options, async (call) => {
      const { acknowledge } = this.#settings;
      if (acknowledge === undefined) {
        await this.#connection.connect(call);
        await this.#send(message, call);
        return;
      }
      await this.#ask(message, call);
      const reply = await this.#text(call);
      if (reply.trim() === acknowledge) return;
      const why = `"${shorten(reply)}" came where ${acknowledge} was due`;
      throw this.#connection.error("bad-reply", call.what, why);
    });
  }

  read(options: CallOptions = {}): Promise<string> {
    return this.#inTurn("a read", options, async (call) => {
      await this.#connection.connect(call);
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
      this.#connection.giveUp();
      this.#wire.act("clear");
      await this.#connection.connect(call);
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
    this.#connection.close();
    await this.#turns.over;
    this.#wire.act("close");
  }

  #inTurn<T>(doing: string | Uint8Array, options: CallOptions, action: (call: Call) => Promise<T>): Promise<T> {
    return this.#turns.take(() => this.#run(doing, options, action));
  }

  /** Runs `action` within the time limit and signal of its own. */
  async #run<T>(doing: string | Uint8Array, options: CallOptions, action: (call: Call) => Promise<T>): Promise<T> {
    const { signal } = options;
    const connection = this.#connection;
    if (this.#closed) throw connection.error("no-answer", shorten(doing), "this session is closed");
    if (signal?.aborted) throw connection.error("aborted", shorten(doing), "it was stopped before anything was sent");
    const call = new Call(doing, options.timeout_ms ?? this.#settings.timeout_ms, signal);
    call.onEnd(connection.poke);
    try {
      return await action(call);
    } catch (error) {
      // The connection may hold half a reply now. It is given up; the next call starts on a new one.
      connection.giveUp();
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
      if (!this.#wire.listening) return (await readSocketBlock(this.#connection, call, bytes, sinkFor)).sink;
      const keeping = (length: number) => new KeepingSink(sinkFor(length), length);
      const { head, sink, rest } = await readSocketBlock(this.#connection, call, bytes, keeping);
      this.#wire.received(head, false, { block: sink.block, after: rest + this.#connection.inbox.lineEnd });
      return sink.sink;
    });
  }

  /** @returns undefined where the question is on its way already */
  #ask(message: string | Uint8Array, call: Call): Promise<void> | undefined {
    if (this.#connection.ready) return this.#askNow(message, call);
    return this.#connection.connect(call).then(() => this.#askNow(message, call));
  }

  #askNow(message: string | Uint8Array, call: Call): Promise<void> | undefined {
    const { inbox } = this.#connection;
    if (inbox.waiting > 0) {
      this.#wire.received(inbox.peek(DROPPED_SHOWN_BYTES), false, { dropped: true });
      inbox.clear();
    }
    return this.#send(message, call);
  }

  /** @returns undefined where the system has taken the message at once */
  #send(message: string | Uint8Array, call: Call): Promise<void> | undefined {
    this.#connection.live(call);
    const end = this.#settings.termination ?? "\n";
    const data = typeof message === "string" && !message.endsWith(end) ? `${message}${end}` : message;
    this.#wire.sent(data, false);
    return this.#connection.send(data, call);
  }

  async #text(call: Call): Promise<string> {
    const line = await this.#connection.line(call);
    if (this.#wire.listening) this.#wire.received(line + this.#connection.inbox.lineEnd, false);
    return line;
  }

  #hasNo(thing: string, instead: string): MemrigError {
    return new MemrigError(
      "invalid-request",
      `${this.resource}: a raw socket has no ${thing}. Nothing was sent. ${instead}`,
      { resource: this.resource, missing: thing },
    );
  }
}
