import { DeviceClear, ScpiError } from "../scpi/errors.js";
import { Framer } from "../scpi/framer.js";
import type { MessageDevice } from "../scpi/index.js";
import { parseProgramMessage } from "../scpi/program-message.js";
import { ServiceRequest } from "./service-request.js";

const INTERRUPTED = -410;
const UNTERMINATED = -420;
const DEADLOCKED = -430;
const OVERRUN = -363;

const defaultInputLimit_bytes = 16 * 1024 * 1024;
/** Messages that may wait for the parser before the sender is made to wait. */
const MOST_WAITING = 64;

export interface ExchangeOptions {
  /**
   * `interrupt`: a new message while a reply is unread drops the reply and queues -410, as IEEE 488.2 has it. `queue`:
   * replies wait in line (raw socket, HiSLIP in overlap mode).
   */
  readonly unread: "interrupt" | "queue";
  /** The link tells where a message ends. False where only a line feed does: raw socket, serial line. */
  readonly end?: boolean;
  /**
   * For links where the instrument speaks first: takes a whole reply, and resolves when there is room for the next.
   * Left out: the reply waits for `read`.
   *
   * @param tag of the message whose end produced the reply
   */
  readonly deliver?: (reply: Uint8Array, tag: number) => Promise<void> | void;
  /** A reply was dropped, because more input is here. @param tag of that input */
  readonly interrupted?: (tag: number) => void;
}

/** What a controller took out of the output queue. */
export interface ReadResult {
  readonly bytes: Uint8Array;
  /** The last byte of the reply is among them. */
  readonly end: boolean;
  /** The reading stopped at the byte it was told to stop at. */
  readonly matched: boolean;
}

interface Waiting {
  readonly message: Uint8Array;
  readonly tag: number;
}

/**
 * The message exchange of IEEE 488.2, chapter 6, between one controller and an instrument: input buffer, output queue,
 * message available, service request, device clear, and the query errors. Every server uses this one.
 *
 * A message is run when it is whole, not unit by unit as it comes. So a message that outgrows the input buffer is lost:
 * with -430 where it holds a question (its reply and the rest of the message would block each other), else with -363.
 */
export class MessageExchange {
  readonly service: ServiceRequest;
  private readonly framer: Framer;
  private waiting: Waiting[] = [];
  private waiting_bytes = 0;
  private output: { readonly bytes: Uint8Array; at: number }[] = [];
  private running = false;
  private given = new AbortController();
  private announced = false;
  private readonly wakers = new Set<() => void>();

  constructor(
    private readonly instrument: MessageDevice,
    private readonly options: ExchangeOptions,
    private readonly closed: () => void,
  ) {
    this.framer = new Framer(
      this.inputLimit_bytes,
      options.end ?? true,
      instrument.plainLines,
      instrument.rawData?.bind(instrument),
    );
    this.service = new ServiceRequest(instrument.status, () => this.bits());
  }

  /** Whole messages are still to be run, or one is running. */
  get busy(): boolean {
    return this.running || this.waiting.length > 0;
  }

  /** More messages wait than should: the sender is to wait for `room`. */
  get full(): boolean {
    return this.waiting.length > MOST_WAITING;
  }

  /** What waits for the parser fills the input buffer: a link that can not make the sender wait drops what comes now. */
  get overflowing(): boolean {
    return this.waiting_bytes > this.inputLimit_bytes;
  }

  /** The next byte is data of a block, whatever it looks like. */
  get inBlock(): boolean {
    return this.framer.inBlock;
  }

  private get inputLimit_bytes(): number {
    return this.instrument.inputLimit_bytes ?? defaultInputLimit_bytes;
  }

  /** Where replies are delivered, the link knows when the controller has them: it keeps the bit. */
  set messageAvailable(available: boolean) {
    this.announced = available;
    this.service.evaluate();
  }

  /**
   * Bytes of program messages, which become the exchange's. Those that make a message whole set it going; this does not
   * wait for it.
   *
   * @param end END came with the last byte
   * @param tag given back with the reply
   */
  receive(bytes: Uint8Array, end: boolean, tag = 0): void {
    if (bytes.length > 0 && this.options.unread === "interrupt" && this.output.length > 0) this.interrupt(tag);
    const framed = this.framer.push(bytes);
    if (end) framed.push(...this.framer.end());
    for (const one of framed) {
      if ("overrun" in one) this.instrument.raise(asks(one.overrun) ? DEADLOCKED : OVERRUN);
      else this.enqueue(one.message, tag);
    }
    if (!this.running && this.waiting.length > 0) void this.run(this.given.signal);
  }

  /** Resolves when the instrument takes more, or with false when the signal aborts first. */
  async room(signal: AbortSignal): Promise<boolean> {
    while (this.full) {
      if (!(await this.woken(signal))) return false;
    }
    return true;
  }

  /** Resolves when everything received so far has been run, or with false when the signal aborts first. */
  async idle(signal: AbortSignal): Promise<boolean> {
    while (this.busy) {
      if (!(await this.woken(signal))) return false;
    }
    return true;
  }

  /**
   * The controller reads. Where no question was asked, or it is not whole, -420 is queued and nothing comes.
   *
   * @param most bytes to be taken
   * @param until reading stops behind this byte
   * @param signal ends the waiting
   * @returns undefined when the signal aborted first
   */
  async read(most: number, signal: AbortSignal, until?: number): Promise<ReadResult | undefined> {
    let told = false;
    while (this.output.length === 0) {
      if (!this.busy && !told) {
        told = true;
        this.framer.clear();
        this.instrument.raise(UNTERMINATED);
      }
      if (!(await this.woken(signal))) return undefined;
    }
    return this.take(most, until);
  }

  /** Serial poll: bit 6 is RQS, which goes with the reading. */
  statusByte(): number {
    return this.service.poll();
  }

  /** Group execute trigger, in its place among the messages. */
  trigger(tag = 0): void {
    if (this.framer.partial) {
      this.framer.clear();
      this.instrument.raise(-105);
      return;
    }
    this.receive(Buffer.from("*TRG\n"), true, tag);
  }

  /** Device clear: input, output and a waiting command are given up; settings and status stay. */
  clear(): void {
    this.given.abort(new DeviceClear());
    this.given = new AbortController();
    this.waiting = [];
    this.waiting_bytes = 0;
    this.output = [];
    this.running = false;
    this.announced = false;
    this.framer.clear();
    this.service.evaluate();
    this.wake();
  }

  /** The controller is gone. Messages that are whole still run, as far as they need no waiting; replies are dropped. */
  close(): void {
    this.given.abort();
    this.output = [];
    this.service.close();
    this.wake();
    this.closed();
  }

  private bits(): number {
    const replies = this.output.length > 0 || this.announced;
    return this.instrument.status.statusByte({ errors: this.instrument.errors.errorCount > 0, replies });
  }

  private enqueue(message: Uint8Array, tag: number): void {
    this.instrument.arrived?.(message);
    this.waiting.push({ message, tag });
    this.waiting_bytes += message.length;
  }

  private next(): Waiting | undefined {
    const next = this.waiting.shift();
    if (next) this.waiting_bytes -= next.message.length;
    return next;
  }

  /** Runs what waits, until nothing does or the device is cleared. */
  private async run(signal: AbortSignal): Promise<void> {
    this.running = true;
    for (let next = this.next(); next; next = this.next()) {
      if (this.options.unread === "interrupt" && this.output.length > 0) this.interrupt(next.tag);
      const reply = await this.instrument.execute(next.message, signal);
      if (signal.reason instanceof DeviceClear) return; // what came after belongs to another run
      if (reply && !signal.aborted) await this.answer(reply, next.tag, signal);
      if (signal.reason instanceof DeviceClear) return;
      this.wake();
    }
    this.running = false;
    this.wake();
  }

  private async answer(reply: Uint8Array, tag: number, signal: AbortSignal): Promise<void> {
    const following = this.waiting[0];
    if (this.options.unread === "interrupt" && (following || this.framer.partial)) {
      this.interrupt(following?.tag ?? tag);
      return;
    }
    if (this.options.deliver) {
      await this.options.deliver(reply, tag);
      return;
    }
    this.output.push({ bytes: reply, at: 0 });
    this.service.evaluate();
    this.wake();
    while (this.options.unread === "queue" && this.output.length > MOST_WAITING) {
      if (!(await this.woken(signal))) return;
    }
  }

  private interrupt(tag: number): void {
    this.output = [];
    this.instrument.raise(INTERRUPTED);
    this.service.evaluate();
    this.options.interrupted?.(tag);
  }

  private take(most: number, until: number | undefined): ReadResult {
    const head = this.output[0];
    if (!head) throw new Error("nothing to be taken");
    let stop = Math.min(head.bytes.length, head.at + most);
    const match = until === undefined ? -1 : head.bytes.subarray(head.at, stop).indexOf(until);
    if (match >= 0) stop = head.at + match + 1;
    const bytes = head.bytes.subarray(head.at, stop);
    head.at = stop;
    const end = stop === head.bytes.length;
    if (end) {
      this.output.shift();
      this.service.evaluate();
      this.wake();
    }
    return { bytes, end, matched: match >= 0 };
  }

  private wake(): void {
    for (const wake of [...this.wakers]) wake();
  }

  /** Waits until something happened. @returns false when the signal aborted */
  private woken(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const finish = (going: boolean) => {
        this.wakers.delete(wake);
        signal.removeEventListener("abort", stop);
        resolve(going);
      };
      const wake = () => finish(true);
      const stop = () => finish(false);
      this.wakers.add(wake);
      signal.addEventListener("abort", stop, { once: true });
    });
  }
}

/** A complete question is in the beginning of a message. */
function asks(beginning: Uint8Array): boolean {
  const units = parseProgramMessage(beginning).slice(0, -1); // the last one is cut
  return units.some((unit) => !(unit instanceof ScpiError) && unit.query);
}
