import type { LinkEndpoint } from "../endpoint.js";
import type { MessageExchange } from "../exchange.js";
import type { InterruptChannel } from "./interrupt-channel.js";

/** A link that a client created: its exchange with the instrument, and what device_abort ends. */
export class Vxi11ServerLink {
  readonly exchange: MessageExchange;
  private underWay: AbortController | undefined;
  private stopRequests: (() => void) | undefined;

  constructor(
    readonly id: number,
    readonly endpoint: LinkEndpoint,
  ) {
    this.exchange = endpoint.connect({ unread: "interrupt" });
  }

  /**
   * Runs a call that may wait.
   *
   * @param timeout_ms after this its signal aborts
   * @param gone the client's connection has ended
   * @returns what the call gave, and whether device_abort ended it
   */
  async waiting<T>(timeout_ms: number, gone: AbortSignal, action: (signal: AbortSignal) => Promise<T>) {
    const own = new AbortController();
    this.underWay = own;
    const timer = setTimeout(() => own.abort("late"), Math.min(timeout_ms, 0x7fffffff));
    const leave = () => own.abort("gone");
    if (gone.aborted) leave();
    gone.addEventListener("abort", leave, { once: true });
    try {
      const result = await action(own.signal);
      return { result, aborted: own.signal.reason === "device_abort" };
    } finally {
      clearTimeout(timer);
      gone.removeEventListener("abort", leave);
      this.underWay = undefined;
    }
  }

  /** Ends the call that waits now. */
  abort(): void {
    this.underWay?.abort("device_abort");
  }

  /** Reports service requests over a channel, or no longer. */
  requestsTo(channel: InterruptChannel | undefined, handle: Buffer): void {
    this.stopRequests?.();
    this.stopRequests = channel && this.exchange.service.onRequest(() => channel.request(handle));
  }

  destroy(): void {
    this.abort();
    this.stopRequests?.();
    this.exchange.close();
  }
}
