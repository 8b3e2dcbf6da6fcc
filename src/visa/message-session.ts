import { MemrigError, messageOf } from "../errors.js";
import { bytesPerValue, ValueSink } from "./binary.js";
import { KeepingSink, MemorySink } from "./block-sink.js";
import type { BlockSink, SinkFor } from "./block-sink.js";
import { Call, CallEnded } from "./call.js";
import { LinkError } from "./message-link.js";
import type { MessageLink } from "./message-link.js";
import { readBlock, readReply, withoutLineEnd } from "./reply.js";
import type { BinaryFormat, BlockOptions, CallOptions, LockOptions, Session } from "./session.js";
import { Turns } from "./turns.js";
import { shorten } from "./wire-text.js";
import type { WireAct, WireEvent } from "./wire/event.js";
import { WireTeller } from "./wire/teller.js";

export interface MessageSessionSettings {
  readonly resource: string;
  readonly timeout_ms: number;
  readonly onWire: ((event: WireEvent) => void) | undefined;
}

const REQUESTED_SERVICE = 64;

/** A session on any link whose messages have an end: one call after the other, each with its time limit and signal. */
export class MessageSession implements Session {
  readonly resource: string;
  readonly #link: MessageLink;
  readonly #settings: MessageSessionSettings;
  readonly #wire: WireTeller;
  readonly #turns = new Turns();
  #closed = false;
  #serviceEnabled = false;
  #serviceRequested = false;
  #wakeWaiter: (() => void) | undefined;

  constructor(link: MessageLink, settings: MessageSessionSettings) {
    this.#link = link;
    this.#settings = settings;
    this.resource = settings.resource;
    this.#wire = new WireTeller(settings.resource, settings.onWire);
  }

  /** Connects now, so that a wrong address is found before anything is asked. */
  async open(options: CallOptions = {}): Promise<void> {
    await this.#inTurn("connecting", options, async () => this.#wire.act("connect"));
  }

  write(message: string | Uint8Array, options: CallOptions = {}): Promise<void> {
    return this.#inTurn(message, options, (call) => this.#send(message, call));
  }

  read(options: CallOptions = {}): Promise<string> {
    return this.#inTurn("a read", options, (call) => this.#text(call));
  }

  query(message: string, options: CallOptions = {}): Promise<string> {
    return this.#inTurn(message, options, async (call) => {
      await this.#send(message, call);
      return await this.#text(call); // awaited: a promise given back as it is takes three turns of the queue, not one
    });
  }

  async queryBlock(message: string, options: BlockOptions = {}): Promise<Uint8Array> {
    const sink = (length: number) => new MemorySink(length, options.into);
    return (await this.#queryInto(message, options, options.bytes, sink)).block;
  }

  async queryBinaryValues(message: string, format: BinaryFormat, options: CallOptions = {}): Promise<Float64Array> {
    const bytes = format.count === undefined ? undefined : format.count * bytesPerValue(format.type);
    return (await this.#queryInto(message, options, bytes, (length) => new ValueSink(format, length))).values();
  }

  async clear(options: CallOptions = {}): Promise<void> {
    const clear = this.#means("clear", "device clear", "Close the session and open it again.");
    await this.#act("device clear", "clear", options, clear);
  }

  async readStatusByte(options: CallOptions = {}): Promise<number> {
    const statusByte = this.#means("statusByte", "serial poll", "Ask *STB? instead.");
    return this.#inTurn("serial poll", options, async (call) => {
      const status = await statusByte(call);
      this.#wire.act("status byte", status);
      return status;
    });
  }

  async trigger(options: CallOptions = {}): Promise<void> {
    const trigger = this.#means("trigger", "group execute trigger", "Send *TRG instead.");
    await this.#act("group execute trigger", "trigger", options, trigger);
  }

  async lock(options: LockOptions = {}): Promise<void> {
    const lock = this.#means("lock", "locks", "See that no other program uses the instrument.");
    await this.#act("lock", "lock", options, (call) => lock(options.key, call));
  }

  async unlock(options: CallOptions = {}): Promise<void> {
    const unlock = this.#means("unlock", "locks", "There is none to be released.");
    await this.#act("unlock", "unlock", options, unlock);
  }

  async remote(options: CallOptions = {}): Promise<void> {
    const remote = this.#means("remote", "remote control line", "Most instruments go to remote with the next message.");
    await this.#act("remote", "remote", options, remote);
  }

  async local(options: CallOptions = {}): Promise<void> {
    const local = this.#means("local", "go to local", "Many instruments take SYST:LOC.");
    await this.#act("go to local", "local", options, local);
  }

  async waitForServiceRequest(options: CallOptions = {}): Promise<number> {
    const what = "waiting for a service request";
    const enable = this.#means("enableServiceRequests", "service requests", "Ask *STB? or *OPC? instead.");
    const call = new Call(what, options.timeout_ms ?? this.#settings.timeout_ms, options.signal);
    const rest = () => ({
      timeout_ms: Math.max(1, call.left_ms),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    try {
      if (!this.#serviceEnabled) {
        await this.#inTurn(what, rest(), (turn) => enable(() => this.#noteRequest(), turn));
        this.#serviceEnabled = true;
      }
      for (;;) {
        if (!this.#serviceRequested) await call.wait(new Promise<void>((resolve) => (this.#wakeWaiter = resolve)));
        this.#serviceRequested = false;
        this.#wire.act("service request");
        const status = await this.readStatusByte(rest());
        if ((status & REQUESTED_SERVICE) !== 0) return status;
      }
    } catch (error) {
      throw error instanceof MemrigError ? error : this.#named(what, call, error);
    } finally {
      call.end();
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#noteRequest();
    await this.#link.close();
    await this.#turns.over;
    this.#wire.act("close");
  }

  #act(what: string, act: WireAct["act"], options: CallOptions, action: (call: Call) => Promise<void>): Promise<void> {
    return this.#inTurn(what, options, async (call) => {
      await action(call);
      this.#wire.act(act);
    });
  }

  #noteRequest(): void {
    this.#serviceRequested = true;
    const wake = this.#wakeWaiter;
    this.#wakeWaiter = undefined;
    wake?.();
  }

  #queryInto<S extends BlockSink>(
    message: string,
    options: CallOptions,
    bytes: number | undefined,
    sinkFor: SinkFor<S>,
  ): Promise<S> {
    return this.#inTurn(message, options, async (call) => {
      await this.#send(message, call);
      if (!this.#wire.listening) return (await readBlock(this.#link, call, bytes, sinkFor)).sink;
      const keeping = (length: number) => new KeepingSink(sinkFor(length), length);
      const { head, sink, after } = await readBlock(this.#link, call, bytes, keeping);
      this.#wire.received(head, true, { block: sink.block, after });
      return sink.sink;
    });
  }

  #send(message: string | Uint8Array, call: Call): Promise<void> {
    const whole = typeof message === "string" && !message.endsWith("\n") ? `${message}\n` : message;
    this.#wire.sent(whole, true);
    return this.#link.send(typeof whole === "string" ? Buffer.from(whole, "latin1") : whole, call);
  }

  async #text(call: Call): Promise<string> {
    const reply = await readReply(this.#link, call);
    this.#wire.received(reply, true);
    return withoutLineEnd(reply);
  }

  /** The link's method, or why there is none. */
  #means<K extends OptionalMethod>(method: K, thing: string, instead: string): NonNullable<MessageLink[K]> {
    const has = this.#link[method];
    if (has) return has.bind(this.#link) as NonNullable<MessageLink[K]>;
    throw new MemrigError(
      "invalid-request",
      `${this.resource}: ${this.#link.name} has no ${thing}. Nothing was sent. ${instead}`,
      { resource: this.resource, missing: method },
    );
  }

  #inTurn<T>(doing: string | Uint8Array, options: CallOptions, action: (call: Call) => Promise<T>): Promise<T> {
    return this.#turns.take(() => this.#run(doing, options, action));
  }

  /** Runs `action` when the link is ready, within the time limit and signal of its own. */
  async #run<T>(doing: string | Uint8Array, options: CallOptions, action: (call: Call) => Promise<T>): Promise<T> {
    const { signal } = options;
    if (this.#closed) throw this.#error("no-answer", shorten(doing), "this session is closed");
    if (signal?.aborted) throw this.#error("aborted", shorten(doing), "it was stopped before anything was sent");
    const call = new Call(doing, options.timeout_ms ?? this.#settings.timeout_ms, signal, this.#link.grace_ms);
    try {
      await this.#link.ready(call);
      return await action(call);
    } catch (error) {
      const nothingWasSent = error instanceof LinkError && (error.kind === "busy" || error.kind === "invalid-request");
      if (!nothingWasSent) this.#link.abandon();
      const named = this.#named(call.what, call, error);
      this.#wire.fault(call.what, named);
      throw named;
    } finally {
      call.end();
    }
  }

  #named(what: string, call: Call, error: unknown): MemrigError {
    if (error instanceof MemrigError) return error;
    if (error instanceof LinkError) return this.#error(error.kind, what, error.message, error);
    if (!(error instanceof CallEnded)) return this.#error("no-answer", what, messageOf(error), error);
    if (this.#closed) return this.#error("no-answer", what, "the session was closed meanwhile");
    if (error.how === "stopped") {
      return this.#error("aborted", what, "it was stopped; the reply, if one comes, is dropped");
    }
    const limit = `no answer within ${call.timeout_ms / 1000} s`;
    const guess =
      "It may be busy (a running sweep, a trigger it waits for), or did not know the question and queued an error";
    return this.#error("no-answer", what, `${limit}. ${guess}. What was under way is dropped`, error);
  }

  #error(kind: MemrigError["kind"], what: string, why: string, cause?: unknown): MemrigError {
    return new MemrigError(
      kind,
      `${this.resource}, ${what}: ${why}.`,
      { resource: this.resource, command: what },
      cause,
    );
  }
}

type OptionalMethod =
  "clear" | "statusByte" | "trigger" | "lock" | "unlock" | "remote" | "local" | "enableServiceRequests";
