import net from "node:net";
import { MemrigError } from "../errors.js";
import type { Call } from "./call.js";
import { Inbox } from "./inbox.js";
import { describeConnectError } from "./tcp.js";
import { shorten } from "./wire-text.js";
import type { WireTeller } from "./wire/teller.js";

const RECEIVE_BYTES = 256 * 1024;
/** Bytes that nobody waits for, beyond which the connection is not read any further until somebody does. */
const MOST_UNREAD_BYTES = 8 * 1024 * 1024;

export interface ConnectionSettings {
  readonly resource: string;
  readonly host: string;
  readonly port: number;
  /** Ends each reply; LF where left out. */
  readonly termination?: "\n" | "\0";
}

/**
 * A TCP connection that is made when it is needed, and made anew after it was lost or given up. All waiting is done here:
 * it ends with what is waited for, with the connection, or with the call.
 */
export class SocketConnection {
  readonly inbox = new Inbox();
  readonly #settings: ConnectionSettings;
  readonly #wire: WireTeller;
  /** The socket reads into this one piece of memory; nothing is allocated for what comes. */
  readonly #receive = Buffer.allocUnsafe(RECEIVE_BYTES);
  /** Byte that ends a reply. */
  readonly #lineEnd: number;
  #socket: net.Socket | undefined;
  /** Why the connection went, until a call has said so. */
  #lost: string | undefined;
  #closed = false;
  /** The socket waits until somebody takes what came: more than MOST_UNREAD_BYTES of it lie here. */
  #paused = false;
  #wake: (() => void) | undefined;

  constructor(settings: ConnectionSettings, wire: WireTeller) {
    this.#settings = settings;
    this.#wire = wire;
    this.#lineEnd = (settings.termination ?? "\n").charCodeAt(0);
  }

  /** Messages can be sent as it is. */
  get ready(): boolean {
    return this.#socket !== undefined && this.#lost === undefined;
  }

  /**
   * Connects where there is no connection.
   *
   * @throws MemrigError `no-answer`: nobody answers, or the connection was lost since the last call, which is said once
   */
  async connect(call: Call): Promise<void> {
    if (this.#lost !== undefined) {
      const why = this.#lost;
      this.#lost = undefined;
      throw this.error("no-answer", call.what, `${why}. Its settings may have been lost; the next call connects anew`);
    }
    if (this.#socket) return;
    this.inbox.clear();
    this.#paused = false;
    this.#socket = await this.#connected(call);
    this.#wire.act("connect");
  }

  /** @returns undefined where the system has taken the message at once */
  send(data: string | Uint8Array, call: Call): Promise<void> | undefined {
    const socket = this.live(call);
    const flushed = typeof data === "string" ? socket.write(data, "latin1") : socket.write(data);
    return flushed ? undefined : this.#drained(socket, call);
  }

  /** The next line, without what ends it. */
  async line(call: Call): Promise<string> {
    for (;;) {
      const line = this.inbox.line(this.#lineEnd);
      if (line !== undefined) return line;
      this.live(call);
      this.#goOn(call);
      await this.#something();
    }
  }

  /** Waits until `ready`, which may throw; looks again whenever something happened. */
  async until(call: Call, ready: () => boolean): Promise<void> {
    while (!ready()) {
      this.#goOn(call);
      await this.#something();
    }
  }

  /** Lets those who wait look again. */
  readonly poke = (): void => {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  };

  /** @throws MemrigError `no-answer`: there is no connection any more */
  live(call: Call): net.Socket {
    if (this.#socket) return this.#socket;
    const why = this.#closed ? "the session was closed meanwhile" : (this.#lost ?? "the connection was lost");
    this.#lost = undefined;
    throw this.error("no-answer", call.what, why);
  }

  /** @param why said by the next call; undefined: nobody needs to know */
  giveUp(why?: string): void {
    this.#lost = why;
    this.#socket?.destroy();
    this.#socket = undefined;
    this.poke();
  }

  /** For good. */
  close(): void {
    this.#closed = true;
    this.giveUp();
  }

  error(kind: "no-answer" | "bad-reply" | "aborted", what: string, why: string, cause?: unknown): MemrigError {
    const { resource } = this.#settings;
    const details = { resource, command: what, received_bytes: this.inbox.received };
    return new MemrigError(kind, `${resource}, ${what}: ${why}.`, details, cause);
  }

  async #connected(call: Call): Promise<net.Socket> {
    const { host, port } = this.#settings;
    const onread = { buffer: this.#receive, callback: (count: number) => this.#take(socket, count) };
    const socket: net.Socket = net.connect({ host, port, noDelay: true, onread });
    let connected = false;
    let failure: NodeJS.ErrnoException | undefined;
    socket.once("connect", () => {
      connected = true;
      this.poke();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      failure = error;
    });
    socket.on("close", () => {
      failure ??= Object.assign(new Error("the instrument closed the connection"), { code: "CLOSED" });
      if (this.#socket === socket) this.giveUp(describeConnectError(failure));
      this.poke();
    });
    try {
      await this.until(call, () => {
        if (failure) throw this.error("no-answer", call.what, describeConnectError(failure), failure);
        if (this.#closed) this.live(call);
        return connected;
      });
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return socket;
  }

  /** @returns whether the socket may read on */
  #take(socket: net.Socket, count: number): boolean {
    if (this.#socket === socket) this.inbox.push(this.#receive, count);
    const awaited = this.#wake !== undefined;
    this.poke();
    this.#paused = !awaited && this.inbox.waiting >= MOST_UNREAD_BYTES;
    return !this.#paused;
  }

  async #drained(socket: net.Socket, call: Call): Promise<void> {
    socket.on("drain", this.poke);
    try {
      await this.until(call, () => !this.live(call).writableNeedDrain);
    } finally {
      socket.off("drain", this.poke);
    }
  }

  /** @throws MemrigError the call has been stopped, or is too late */
  #goOn(call: Call): void {
    if (call.ended === undefined) return;
    if (call.ended === "late") throw this.#tooLate(call);
    throw this.error("aborted", call.what, "it was stopped; the reply, if one comes, is dropped");
  }

  /** Resolves when bytes came, the connection changed or the call under way ended. What comes is taken again. */
  #something(): Promise<void> {
    if (this.#paused) this.#socket?.resume();
    this.#paused = false;
    return new Promise(this.#setWake);
  }

  readonly #setWake = (wake: () => void) => void (this.#wake = wake);

  #tooLate(call: Call): MemrigError {
    const { received } = this.inbox;
    const came = received === 0 ? "nothing came" : `${received} bytes came, "${shorten(this.inbox.peek(80))}"`;
    const guess = !this.#socket
      ? "Nobody answers at this address: is the instrument on, and is the address right?"
      : received === 0
        ? "It may be busy (a running sweep, a trigger it waits for), or did not know the question and queued an error."
        : "The reply did not end with a line feed, or is still under way.";
    const text = `no answer within ${call.timeout_ms / 1000} s, ${came}. ${guess} The connection was given up`;
    return this.error("no-answer", call.what, text);
  }
}
