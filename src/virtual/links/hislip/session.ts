import type net from "node:net";
import type { MessagePart, MessageReader } from "../../../visa/hislip/message-reader.js";
import {
  ErrorCode,
  FatalCode,
  Feature,
  FIRST_ID,
  HEADER_BYTES,
  message,
  MOST_PAYLOAD_BYTES,
  nextId,
  NO_ID,
  putHeader,
  RMT_DELIVERED,
  Type,
} from "../../../visa/hislip/protocol.js";
import type { LinkEndpoint } from "../endpoint.js";
import type { MessageExchange } from "../exchange.js";
import { fatal, readPart, refuse, refuseUnknown } from "./refusals.js";
import { answerRequest } from "./requests.js";

const INTERRUPTED = -410;
const MESSAGE_AVAILABLE = 16;
const LEAST_PAYLOAD_BYTES = 256;
/** Some clients count the header as part of the size that was agreed on, some do not. */
const MOST_TAKEN_BYTES = MOST_PAYLOAD_BYTES + HEADER_BYTES;
/** Replies up to this are copied behind their header, so that they are one write of one buffer. */
const COPIED_BYTES = 64 * 1024;
/** What a client has sent when it closes is still run, if it arrives within this. */
const FAREWELL_MS = 2000;
/** A message that a request names, and that never comes, is waited for so long. */
const MISSING_MS = 500;

/** One client: its synchronous channel here, the requests of its asynchronous one in `requests.ts`. */
export class HislipServerSession {
  readonly exchange: MessageExchange;
  /** Aborted when the client is gone. */
  readonly gone = new AbortController();
  /** Requests of the asynchronous channel that are not answered yet. */
  requestsWaiting = 0;
  private async: net.Socket | undefined;
  private timer: NodeJS.Timeout | undefined;
  private replyPayload_bytes = MOST_PAYLOAD_BYTES;
  /** Of the last Data, DataEnd or Trigger. */
  private lastReceived = NO_ID;
  /** A reply was sent whole, and the client has not said that it was read. */
  private rmtExpected = false;
  private replyId = FIRST_ID;
  private lastReplied = NO_ID;
  private clearing = false;
  /** Counts device clears: a reply that is being sent ends with the next. */
  private clears = 0;
  private held: MessagePart | undefined;
  private blocked: AbortController | undefined;
  private dropping = false;
  private readonly arrivals = new Set<() => void>();

  /** @param ended is called once when the client is gone */
  constructor(
    readonly endpoint: LinkEndpoint,
    private overlap: boolean,
    private readonly sync: net.Socket,
    private readonly reader: MessageReader,
    ended: () => void,
  ) {
    const mode = () => (this.overlap ? "queue" : "interrupt");
    this.exchange = endpoint.connect({
      get unread() {
        return mode();
      },
      deliver: (reply, tag) => this.deliver(reply, tag),
      interrupted: (tag) => this.tellInterrupted(tag),
    });
    sync.on("data", (chunk: Buffer) => {
      this.reader.push(chunk);
      this.pump();
    });
    sync.on("close", () => {
      clearTimeout(this.timer);
      this.async?.destroySoon();
      this.gone.abort();
      this.unblock();
      this.exchange.close();
      ended();
    });
  }

  /** Both channels are there. */
  get complete(): boolean {
    return this.async !== undefined;
  }

  /** The second channel has so long to come. */
  expectPartner(limit_ms: number): void {
    this.timer = setTimeout(() => this.sync.destroy(), limit_ms);
    this.pump(); // what came with the first message is refused: there is one channel only
  }

  /** The asynchronous channel is here. */
  join(socket: net.Socket, reader: MessageReader): void {
    clearTimeout(this.timer);
    this.async = socket;
    const answer = () => {
      for (let part = readPart(reader, socket); part; part = readPart(reader, socket))
        answerRequest(this, socket, part);
      if (!socket.writableNeedDrain) return;
      socket.pause();
      socket.once("drain", () => socket.resume());
    };
    socket.on("data", (chunk: Buffer) => {
      reader.push(chunk);
      answer();
    });
    this.exchange.service.onRequest((status) => {
      // Who does not read them is not told again until the earlier ones are gone.
      if (!socket.destroyed && !socket.writableNeedDrain) socket.write(message(Type.asyncServiceRequest, status));
    });
    socket.on("close", () => (this.timer = setTimeout(() => this.sync.destroy(), FAREWELL_MS)));
    answer();
  }

  /** @param size_bytes longest message that the client takes on the synchronous channel */
  agreeOnSize(size_bytes: number): void {
    this.replyPayload_bytes = Math.min(MOST_PAYLOAD_BYTES, Math.max(LEAST_PAYLOAD_BYTES, size_bytes - HEADER_BYTES));
  }

  /**
   * Serial poll.
   *
   * @param id synchronized: of the last message sent; overlapped: of the last reply that was read
   * @param delivered all replies up to now were read
   */
  statusByte(id: number, delivered: boolean): number {
    if (delivered) this.rmtExpected = false;
    if (this.overlap) this.exchange.messageAvailable = this.lastReplied !== NO_ID && id !== this.lastReplied;
    else if (delivered) this.exchange.messageAvailable = false;
    const status = this.exchange.statusByte();
    // A message that has not come yet will interrupt the reply there is.
    return this.overlap || id === this.lastReceived ? status : status & ~MESSAGE_AVAILABLE;
  }

  /** The first half of device clear: all is dropped until DeviceClearComplete. @returns the features we prefer */
  beginClear(): number {
    this.clearing = true;
    this.clears++;
    this.exchange.clear();
    this.unblock();
    this.pump();
    return this.overlap ? Feature.overlap : 0;
  }

  /** Resolves when the message of this id, and those before it, have been run; at once where it is not even under way. */
  async finished(id: number): Promise<void> {
    if (!this.hasReceived(id)) await this.arrival(id);
    if (this.exchange.busy) await this.exchange.idle(this.gone.signal);
  }

  private pump(): void {
    if (this.blocked) return;
    let part = this.held ?? readPart(this.reader, this.sync);
    this.held = undefined;
    for (; part; part = readPart(this.reader, this.sync)) {
      if (!this.take(part)) {
        this.held = part;
        void this.blockUntil((signal) => this.endpoint.locks.whenAllowed(this.exchange, signal));
        return;
      }
      if (this.exchange.full && !this.clearing) {
        void this.blockUntil((signal) => this.exchange.room(signal));
        return;
      }
    }
  }

  /** What the client sends meanwhile waits in its own network stack. */
  private async blockUntil(free: (signal: AbortSignal) => Promise<boolean>): Promise<void> {
    const block = new AbortController();
    this.blocked = block;
    this.sync.pause();
    await free(block.signal);
    if (this.blocked !== block) return; // cleared, or gone
    this.unblock();
    this.pump();
  }

  private unblock(): void {
    const block = this.blocked;
    this.blocked = undefined;
    block?.abort();
    if (!this.sync.destroyed) this.sync.resume();
  }

  /** @returns false where a lock keeps the message out for now */
  private take(part: MessagePart): boolean {
    const { type, control, parameter } = part.header;
    switch (type) {
      case Type.data:
      case Type.dataEnd:
        return this.clearing || this.takeData(part);
      case Type.trigger:
        if (this.clearing) return true;
        if (!this.admit(part)) return false;
        if (this.async) this.exchange.trigger(parameter);
        return true;
      case Type.deviceClearComplete:
        this.finishClear(control);
        return true;
      case Type.fatalError:
        this.sync.destroy();
        return true;
      case Type.error:
        return true;
      default:
        refuseUnknown(this.sync, type);
        return true;
    }
  }

  private takeData(part: MessagePart): boolean {
    const { type, parameter, length } = part.header;
    if (part.first) {
      this.dropping = length > MOST_TAKEN_BYTES;
      if (this.dropping) refuse(this.sync, ErrorCode.tooLarge, `at most ${MOST_PAYLOAD_BYTES} bytes are taken at once`);
      else if (!this.admit(part)) return false;
    }
    if (!this.dropping && this.async) this.exchange.receive(part.bytes, part.last && type === Type.dataEnd, parameter);
    return true;
  }

  /** Notes that a message begins. @returns false where a lock keeps it out for now */
  private admit({ header }: MessagePart): boolean {
    if (!this.async) {
      fatal(this.sync, FatalCode.channelsNotUp, "the asynchronous channel is not open yet");
      return true;
    }
    if (!this.endpoint.locks.allows(this.exchange)) return false;
    this.lastReceived = header.parameter;
    if (!this.overlap && this.rmtExpected) {
      this.rmtExpected = false;
      this.exchange.messageAvailable = false;
      // Some clients set the flag on messages where nothing was delivered; that harms nobody.
      if ((header.control & RMT_DELIVERED) === 0) this.endpoint.instrument.raise(INTERRUPTED);
    }
    for (const arrived of [...this.arrivals]) arrived();
    return true;
  }

  private finishClear(features: number): void {
    this.exchange.clear();
    this.clearing = this.rmtExpected = false;
    this.overlap = (features & Feature.overlap) !== 0;
    this.lastReceived = this.lastReplied = NO_ID;
    this.replyId = FIRST_ID;
    this.sync.write(message(Type.deviceClearAcknowledge, this.overlap ? Feature.overlap : 0));
  }

  private deliver(reply: Uint8Array, tag: number): Promise<void> | void {
    if (reply.length > this.replyPayload_bytes) return this.deliverParts(reply, tag);
    if (!this.sendPart(Type.dataEnd, reply, tag)) return drained(this.sync);
  }

  /** Sends a long reply, unless the device is cleared or the client goes on to something else meanwhile. */
  private async deliverParts(reply: Uint8Array, tag: number): Promise<void> {
    const { clears, lastReceived } = this;
    for (let at = 0; at < reply.length; at += this.replyPayload_bytes) {
      const part = reply.subarray(at, at + this.replyPayload_bytes);
      const last = at + part.length === reply.length;
      if (!this.sendPart(last ? Type.dataEnd : Type.data, part, tag)) await drained(this.sync);
      if (last || this.clears !== clears || this.sync.destroyed) return;
      if (!this.overlap && this.lastReceived !== lastReceived) {
        this.endpoint.instrument.raise(INTERRUPTED);
        this.tellInterrupted(this.lastReceived);
        return;
      }
    }
  }

  /** @returns false when the next has to wait for the network */
  private sendPart(type: number, bytes: Uint8Array, tag: number): boolean {
    if (this.sync.destroyed) return true;
    const id = this.overlap ? this.replyId : tag;
    if (this.overlap) this.replyId = nextId(id);
    const flushed = writeMessage(this.sync, type, id, bytes);
    this.lastReplied = id;
    this.rmtExpected = !this.overlap && type === Type.dataEnd;
    this.exchange.messageAvailable = true;
    return flushed;
  }

  private tellInterrupted(id: number): void {
    this.exchange.messageAvailable = false;
    if (!this.async || this.async.destroyed || this.sync.destroyed) return;
    this.async.write(message(Type.asyncInterrupted, 0, id));
    this.sync.write(message(Type.interrupted, 0, id));
  }

  private hasReceived(id: number): boolean {
    return ((this.lastReceived - id) | 0) >= 0;
  }

  private arrival(id: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.hasReceived(id)) finish();
      };
      const finish = () => {
        clearTimeout(timer);
        this.arrivals.delete(look);
        resolve();
      };
      const timer = setTimeout(finish, MISSING_MS);
      this.arrivals.add(look);
    });
  }
}

function writeMessage(socket: net.Socket, type: number, id: number, payload: Uint8Array): boolean {
  if (payload.length <= COPIED_BYTES) return socket.write(message(type, 0, id, payload));
  const head = Buffer.allocUnsafe(HEADER_BYTES);
  putHeader(head, type, 0, id, payload.length);
  socket.cork();
  socket.write(head);
  const flushed = socket.write(payload);
  socket.uncork();
  return flushed;
}

function drained(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => {
    if (!socket.writableNeedDrain || socket.destroyed) {
      resolve();
      return;
    }
    const done = () => {
      socket.off("drain", done);
      socket.off("close", done);
      resolve();
    };
    socket.on("drain", done);
    socket.on("close", done);
  });
}
