import { messageOf } from "../../errors.js";
import type { Call } from "../call.js";
import { CallEnded } from "../call.js";
import { LinkError } from "../message-link.js";
import type { MessageLink, ReplyPiece } from "../message-link.js";
import type { ControlRequest, UsbPipe } from "./pipe.js";
import { CAPABILITIES_BYTES, HEADER_BYTES, nextStatusTag, nextTag, outTransfer } from "./protocol.js";
import { readCapabilities, readInHeader, Request, requestTransfer, Status, triggerTransfer } from "./protocol.js";
import type { Capabilities } from "./protocol.js";

const MOST_TRANSFER_BYTES = 1024 * 1024;
/** Between two questions whether an abort or a clear is over. */
const CHECK_MS = 5;
/** Transfers of nothing that may follow each other in a reply: a device that sends more is stuck. */
const MOST_EMPTY = 64;
const REQUESTED_SERVICE = 64;
const SERVICE_REQUEST = 0x81;

/**
 * USBTMC with the USB488 subclass. After a call that ended in mid-exchange the transfer under way is aborted and the device
 * is cleared before the next message.
 *
 * @see USB Test and Measurement Class, revision 1.0; USB488 subclass, revision 1.0
 */
export class UsbtmcLink implements MessageLink {
  readonly name = "USBTMC";
  private pipe: UsbPipe | undefined;
  private capabilities: Capabilities | undefined;
  private tag = 0;
  private statusTag = 1;
  private underWay: "out" | "in" | undefined;
  private unclear = false;
  private requested: (() => void) | undefined;
  /** A service request was told, and no status byte read since. */
  private requesting = false;
  private statusAnswer: ((packet: Uint8Array) => void) | undefined;

  /** @param open finds the device and claims its interface */
  constructor(private readonly open: (call: Call) => Promise<UsbPipe>) {}

  async ready(call: Call): Promise<void> {
    if (!this.pipe) {
      this.pipe = await told(this.open(call));
      if (this.pipe.interrupts) this.pipe.interrupts.listener = (packet) => this.interrupted(packet);
    }
    this.capabilities ??= readCapabilities(await this.control(Request.getCapabilities, 0, CAPABILITIES_BYTES, call));
    if (!this.unclear) return;
    await this.pipe.cancel();
    if (this.underWay === "out") await this.abortOut(call);
    if (this.underWay === "in") await this.abortIn(call);
    await this.clear(call);
  }

  async send(message: Uint8Array, call: Call): Promise<void> {
    if (message.length === 0) return; // a transfer of no bytes is not allowed
    this.underWay = "out";
    for (let at = 0; at < message.length; at += MOST_TRANSFER_BYTES) {
      const piece = message.subarray(at, at + MOST_TRANSFER_BYTES);
      const transfer = outTransfer(this.newTag(), piece, at + piece.length === message.length);
      await told(this.live().bulkOut(transfer, call));
    }
    this.underWay = undefined;
  }

  async receive(wanted: number, call: Call): Promise<ReplyPiece> {
    const pipe = this.live();
    const most = Math.max(1, Math.min(wanted, MOST_TRANSFER_BYTES));
    for (let empty = 0; empty <= MOST_EMPTY; empty++) {
      const tag = this.newTag();
      this.underWay = "in";
      await told(pipe.bulkOut(requestTransfer(tag, most), call));
      const first = await told(pipe.bulkIn(HEADER_BYTES + 4 * Math.ceil(most / 4), call));
      const { size, end } = readInHeader(first, tag, most);
      let bytes = first.subarray(HEADER_BYTES, HEADER_BYTES + size);
      while (bytes.length < size) {
        const more = await told(pipe.bulkIn(4 * Math.ceil((size - bytes.length) / 4), call));
        if (more.length === 0) throw new LinkError("bad-reply", `of ${size} bytes announced ${bytes.length} came`);
        bytes = Buffer.concat([bytes, more.subarray(0, size - bytes.length)]);
      }
      this.underWay = undefined;
      if (end || bytes.length > 0) return { bytes, end };
    }
    throw new LinkError("bad-reply", `${MOST_EMPTY} transfers of no bytes came, and no end`);
  }

  abandon(): void {
    this.unclear = true;
  }

  async clear(call: Call): Promise<void> {
    const pipe = this.live();
    const [status] = await this.control(Request.initiateClear, 0, 1, call);
    if (status !== Status.success) throw new LinkError("no-answer", `the device refuses a clear with status ${status}`);
    await this.untilOver(Request.checkClear, 2, undefined, call);
    await told(pipe.clearHalt("bulk-out", call));
    this.underWay = undefined;
    this.unclear = false;
  }

  async statusByte(call: Call): Promise<number> {
    this.statusTag = nextStatusTag(this.statusTag);
    const tag = this.statusTag;
    this.live().interrupts?.listen?.();
    const interrupt = this.live().interrupts && this.statusPacket(tag);
    const reply = await this.control(Request.readStatusByte, tag, 3, call);
    if (reply[0] !== Status.success || reply[1] !== tag) {
      throw new LinkError("bad-reply", `the status byte was asked for with tag ${tag}, ${[...reply].join(" ")} came`);
    }
    const bits = (interrupt ? (await call.wait(interrupt))[1] : reply[2]) ?? 0;
    const status = this.requesting ? bits | REQUESTED_SERVICE : bits;
    this.requesting = false;
    return status;
  }

  async trigger(call: Call): Promise<void> {
    if (!this.capabilities?.trigger) throw lacks("group execute trigger", "Send *TRG instead");
    this.underWay = "out";
    await told(this.live().bulkOut(triggerTransfer(this.newTag()), call));
    this.underWay = undefined;
  }

  async remote(call: Call): Promise<void> {
    if (!this.capabilities?.remote) throw lacks("remote control line", "Most go to remote with the next message");
    await this.control(Request.renControl, 1, 1, call);
  }

  async local(call: Call): Promise<void> {
    if (!this.capabilities?.remote) throw lacks("go to local", "Many take SYST:LOC");
    await this.control(Request.goToLocal, 0, 1, call);
  }

  enableServiceRequests(requested: () => void): Promise<void> {
    const { interrupts } = this.live();
    if (!interrupts) return Promise.reject(lacks("interrupt endpoint", "Ask *STB? or *OPC? instead"));
    interrupts.listen?.();
    this.requested = requested;
    if (this.requesting) requested();
    return Promise.resolve();
  }

  async close(): Promise<void> {
    const pipe = this.pipe;
    this.pipe = undefined;
    await pipe?.close();
  }

  private interrupted(packet: Uint8Array): void {
    if (packet[0] === SERVICE_REQUEST) {
      this.requesting = true;
      this.requested?.();
    } else {
      this.statusAnswer?.(packet);
    }
  }

  private statusPacket(tag: number): Promise<Uint8Array> {
    return new Promise((resolve) => {
      this.statusAnswer = (packet) => {
        if (packet[0] === (tag | 0x80)) resolve(packet);
      };
    });
  }

  private async abortOut(call: Call): Promise<void> {
    const [status] = await this.control(Request.initiateAbortBulkOut, this.tag, 2, call, "bulk-out");
    if (status !== Status.success) return; // the device knows of no transfer: the clear does the rest
    await this.untilOver(Request.checkAbortBulkOut, 8, "bulk-out", call);
    await told(this.live().clearHalt("bulk-out", call));
  }

  private async abortIn(call: Call): Promise<void> {
    const [status] = await this.control(Request.initiateAbortBulkIn, this.tag, 2, call, "bulk-in");
    if (status !== Status.success) return;
    await this.untilOver(Request.checkAbortBulkIn, 8, "bulk-in", call);
  }

  /** Asks until it is no longer pending; what the device still has to say meanwhile is read and dropped. */
  private async untilOver(request: number, length: number, endpoint: Endpoint, call: Call): Promise<void> {
    for (;;) {
      const [status, flags = 0] = await this.control(request, 0, length, call, endpoint);
      if (status !== Status.pending) return;
      if ((flags & 1) !== 0 && endpoint !== "bulk-out") {
        const dropped = await told(this.live().bulkIn(MOST_TRANSFER_BYTES, call));
        if (dropped.length > 0) continue;
      }
      await call.wait(new Promise((resolve) => setTimeout(resolve, CHECK_MS)));
    }
  }

  private control(
    request: number,
    value: number,
    length: number,
    call: Call,
    endpoint?: Endpoint,
  ): Promise<Uint8Array> {
    const to: Pick<ControlRequest, "requestType" | "endpoint"> = endpoint
      ? { requestType: 0xa2, endpoint }
      : { requestType: 0xa1 };
    return told(this.live().control({ ...to, request, value, length }, call));
  }

  private newTag(): number {
    this.tag = nextTag(this.tag);
    return this.tag;
  }

  private live(): UsbPipe {
    if (this.pipe) return this.pipe;
    throw new LinkError("no-answer", "the device is not open");
  }
}

type Endpoint = "bulk-out" | "bulk-in" | undefined;

function lacks(thing: string, instead: string): LinkError {
  return new LinkError("invalid-request", `this USB device has no ${thing}. Nothing was sent. ${instead}`);
}

/** What a USB library says, as a sentence. */
async function told<T>(transfer: Promise<T>): Promise<T> {
  try {
    return await transfer;
  } catch (error) {
    if (error instanceof CallEnded || error instanceof LinkError) throw error;
    throw new LinkError("no-answer", `the USB device does not answer: ${messageOf(error)}. Is it plugged in`, error);
  }
}
