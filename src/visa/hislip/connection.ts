import type { Call } from "../call.js";
import { LinkError } from "../message-link.js";
import type { ReplyPiece } from "../message-link.js";
import { Channel } from "./channel.js";
import { errorIn, fatalIn, unexpected } from "./complaints.js";
import type { MessagePart } from "./message-reader.js";
import {
  Feature,
  FIRST_ID,
  HEADER_BYTES,
  message,
  MOST_PAYLOAD_BYTES,
  nextId,
  readSize,
  RMT_DELIVERED,
  sizePayload,
  Type,
  VERSION,
} from "./protocol.js";
import { Replies } from "./replies.js";

export interface HislipAddress {
  readonly host: string;
  readonly port: number;
  /** Sub-address: `hislip0`. */
  readonly device: string;
}

/** Two ASCII letters; none are registered for this program. */
const VENDOR = 0x4d52;
const LEAST_PAYLOAD_BYTES = 256;
const ASYNC_RECEIVE_BYTES = 4096;

interface Awaited {
  readonly type: number;
  resolve(part: MessagePart): void;
  reject(error: Error): void;
}

/** Both channels to one instrument, and the numbering of messages on them. */
export class HislipConnection {
  readonly replies = new Replies();
  private sync: Channel | undefined;
  private async: Channel | undefined;
  private id = FIRST_ID;
  private mostPayload_bytes = MOST_PAYLOAD_BYTES;
  private readonly awaited: { sync: Awaited | undefined; async: Awaited | undefined } = {
    sync: undefined,
    async: undefined,
  };
  private lost: LinkError | undefined;

  /** @param requested is called for every service request */
  constructor(private readonly requested: () => void) {}

  /** Why the connection is gone; undefined while it is there. */
  get failure(): LinkError | undefined {
    return this.lost;
  }

  /** A request on the asynchronous channel waits for an answer that could be taken for that to a later one. */
  get outstanding(): boolean {
    const type = this.awaited.async?.type;
    return type !== undefined && !lateAnswers.has(type);
  }

  /**
   * Makes both channels and agrees on version, mode and message size.
   *
   * @param overlap the mode to be used; undefined: as the instrument prefers
   */
  async open({ host, port, device }: HislipAddress, overlap: boolean | undefined, call: Call): Promise<void> {
    try {
      const take = (part: MessagePart) => this.takeSync(part);
      this.sync = await Channel.connect(host, port, call, take, (why) => this.fail(why));
      const name = Buffer.from(device, "latin1");
      const begin = message(Type.initialize, 0, (VERSION << 16) | VENDOR, name);
      const begun = (await this.ask("sync", Type.initializeResponse, begin, call)).header;
      if ((begun.control & (Feature.encryptionMandatory | Feature.secureNow)) !== 0) {
        const instead = "Allow open connections in its network settings, or use VXI-11 or a raw socket";
        throw new LinkError("invalid-request", `the instrument takes encrypted connections only. ${instead}`);
      }
      const takeAsync = (part: MessagePart) => this.takeAsync(part);
      const fail = (why: LinkError) => this.fail(why);
      this.async = await Channel.connect(host, port, call, takeAsync, fail, ASYNC_RECEIVE_BYTES);
      const join = message(Type.asyncInitialize, 0, begun.parameter & 0xffff);
      await this.ask("async", Type.asyncInitializeResponse, join, call);
      await this.agreeOnSize(call);
      this.replies.reset((begun.control & Feature.overlap) !== 0);
      if (overlap !== undefined && overlap !== this.replies.overlap) await this.deviceClear(overlap, call);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Sends a whole message, in parts where the instrument takes no more at once. */
  async send(bytes: Uint8Array, call: Call): Promise<void> {
    if (!this.replies.overlap) this.dropUnread();
    let at = 0;
    do {
      const part = bytes.subarray(at, at + this.mostPayload_bytes);
      at += part.length;
      const flushed = this.writeNumbered(at === bytes.length ? Type.dataEnd : Type.data, part);
      if (!flushed) await call.wait(this.live("sync").drained());
    } while (at < bytes.length);
  }

  trigger(): void {
    if (!this.replies.overlap) this.dropUnread();
    this.writeNumbered(Type.trigger, new Uint8Array(0));
  }

  async receive(call: Call, into: Uint8Array | undefined): Promise<ReplyPiece> {
    const sync = this.live("sync");
    const piece = await call.wait(this.replies.next(into));
    sync.resume();
    return piece;
  }

  /** A request on the asynchronous channel. @returns the answer, which is of type `answer` */
  request(
    type: number,
    control: number,
    parameter: number,
    answer: number,
    call: Call,
    payload?: Uint8Array,
  ): Promise<MessagePart> {
    return this.ask("async", answer, message(type, control, parameter, payload), call);
  }

  /** For AsyncStatusQuery: told once that a whole reply was read. */
  takeDelivered(): number {
    const flag = this.replies.delivered ? RMT_DELIVERED : 0;
    this.replies.delivered = false;
    return flag;
  }

  /** Of the last message sent, which requests that must not overtake it name. */
  get lastSent(): number {
    return this.replies.lastSent;
  }

  /**
   * Device clear: when it resolves nothing is under way on either side, and ids begin anew.
   *
   * @param overlap the mode from now on; undefined: as it was
   */
  async deviceClear(overlap: boolean | undefined, call: Call): Promise<void> {
    const wanted = overlap ?? this.replies.overlap;
    this.replies.abandon();
    this.live("sync").resume();
    await this.request(Type.asyncDeviceClear, 0, 0, Type.asyncDeviceClearAcknowledge, call);
    const done = message(Type.deviceClearComplete, wanted ? Feature.overlap : 0);
    const agreed = (await this.ask("sync", Type.deviceClearAcknowledge, done, call)).header.control;
    this.id = FIRST_ID;
    this.replies.reset((agreed & Feature.overlap) !== 0);
    if (overlap !== undefined && overlap !== this.replies.overlap) {
      const mode = overlap ? "overlapped" : "synchronized";
      throw new LinkError("invalid-request", `the instrument does not take messages in ${mode} mode`);
    }
  }

  /** Sends what was written, and closes both channels. */
  async close(): Promise<void> {
    this.fail(new LinkError("no-answer", "the connection was closed"));
    await this.sync?.close();
    await this.async?.close();
  }

  private async agreeOnSize(call: Call): Promise<void> {
    const mine = sizePayload(MOST_PAYLOAD_BYTES);
    const answer = Type.asyncMaximumMessageSizeResponse;
    const size = readSize((await this.request(Type.asyncMaximumMessageSize, 0, 0, answer, call, mine)).bytes);
    if (size === undefined)
      throw new LinkError("bad-reply", "the instrument announced a message size that is no number");
    // Some count the header, some do not.
    this.mostPayload_bytes = Math.min(MOST_PAYLOAD_BYTES, Math.max(LEAST_PAYLOAD_BYTES, size - HEADER_BYTES));
  }

  private writeNumbered(type: number, payload: Uint8Array): boolean {
    const sync = this.live("sync");
    const { id } = this;
    this.id = nextId(id);
    this.replies.lastSent = id;
    return sync.writeMessage(type, this.takeDelivered(), id, payload);
  }

  private dropUnread(): void {
    this.replies.forget();
    this.live("sync").resume();
  }

  private ask(channel: "sync" | "async", type: number, question: Uint8Array, call: Call): Promise<MessagePart> {
    const { awaited } = this;
    const answer = new Promise<MessagePart>((resolve, reject) => {
      this.live(channel).write(question);
      awaited[channel] = { type, resolve, reject };
    });
    return call.wait(answer);
  }

  private takeSync(part: MessagePart): boolean {
    const { header } = part;
    switch (header.type) {
      case Type.data:
      case Type.dataEnd:
        return this.replies.take(part);
      case Type.interrupted:
        this.replies.interrupted();
        return true;
      case Type.error: {
        const error = errorIn(part);
        if (this.awaited.sync) this.answered("sync", error);
        else this.replies.fail(error);
        return true;
      }
      default:
        this.takeAnswer("sync", part);
        return true;
    }
  }

  private takeAsync(part: MessagePart): boolean {
    switch (part.header.type) {
      case Type.asyncServiceRequest:
        this.requested();
        break;
      case Type.asyncInterrupted:
        this.replies.announceInterruption();
        break;
      case Type.error:
        this.answered("async", errorIn(part));
        break;
      default:
        this.takeAnswer("async", part);
    }
    return true;
  }

  private takeAnswer(channel: "sync" | "async", part: MessagePart): void {
    const { type } = part.header;
    if (type === Type.fatalError) this.fail(fatalIn(part));
    else if (type === this.awaited[channel]?.type) this.answered(channel, part);
    else if (channel === "sync" || !lateAnswers.has(type)) this.fail(unexpected(type));
  }

  private answered(channel: "sync" | "async", outcome: MessagePart | LinkError): void {
    const waiting = this.awaited[channel];
    this.awaited[channel] = undefined;
    if (outcome instanceof LinkError) waiting?.reject(outcome);
    else waiting?.resolve(outcome);
  }

  private live(channel: "sync" | "async"): Channel {
    const open = this[channel];
    if (this.lost) throw this.lost;
    if (!open) throw new LinkError("no-answer", "there is no connection");
    return open;
  }

  private fail(why: LinkError): void {
    if (this.lost) return;
    this.lost = why;
    this.answered("sync", why);
    this.answered("async", why);
    this.replies.fail(why);
    void this.sync?.close();
    void this.async?.close();
    this.requested(); // who waits for service finds out that nothing can come
  }
}

/** May come for a request that was given up, and say nothing that holds any more. */
const lateAnswers = new Set<number>([Type.asyncLockInfoResponse]);
