import { Call } from "../call.js";
import type { MessageLink, ReplyPiece } from "../message-link.js";
import type { PrologixController } from "./controller.js";

const POLL_MS = 20;
const POLL_LIMIT_MS = 2000;

/** An instrument on a GPIB bus, behind a Prologix-type controller. Locks are not known there. */
export class PrologixLink implements MessageLink {
  readonly name = "GPIB behind a Prologix-type controller";
  private unclear = false;
  private closed = false;
  private polling: Promise<void> | undefined;

  /** @param address as `busAddress` writes it */
  constructor(
    private readonly controller: PrologixController,
    private readonly address: string,
  ) {
    controller.join();
  }

  async ready(call: Call): Promise<void> {
    if (this.unclear) await this.clear(call);
    else await this.controller.ready(call);
  }

  async send(message: Uint8Array, call: Call): Promise<void> {
    if (message.length > 0) await this.controller.send(this.address, message, call);
  }

  async receive(_wanted: number, call: Call): Promise<ReplyPiece> {
    return { bytes: await this.controller.receive(this.address, call), end: true };
  }

  abandon(): void {
    this.unclear = true;
  }

  async clear(call: Call): Promise<void> {
    await this.controller.tell(this.address, "++clr", call);
    this.unclear = false;
  }

  statusByte(call: Call): Promise<number> {
    return this.controller.ask(this.address, "++spoll", call);
  }

  trigger(call: Call): Promise<void> {
    return this.controller.tell(this.address, "++trg", call);
  }

  local(call: Call): Promise<void> {
    return this.controller.tell(this.address, "++loc", call);
  }

  /** The controller does not report SRQ by itself: the line is asked for again and again. Any instrument may pull it. */
  enableServiceRequests(requested: () => void): Promise<void> {
    this.polling ??= this.poll(requested);
    return Promise.resolve();
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.polling;
    await this.controller.leave();
  }

  private async poll(requested: () => void): Promise<void> {
    while (!this.closed) {
      const call = new Call("++srq", POLL_LIMIT_MS, undefined);
      try {
        if ((await this.controller.ask(this.address, "++srq", call)) !== 0) requested();
      } catch {
        requested(); // who waits polls the status byte next, and is told what is wrong
      } finally {
        call.end();
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
