import type { StatusModel } from "../scpi/status.js";

const REQUEST = 64;

/**
 * Whether one controller's view of an instrument asks for service (IEEE 488.2, 11.3.3): a bit of the status byte that
 * `*SRE` enables went from 0 to 1. RQS stays until a serial poll or until no enabled bit is left.
 */
export class ServiceRequest {
  private requesting = false;
  private seen = 0;
  private readonly listeners = new Set<(statusByte: number) => void>();
  private readonly unwatch: () => void;

  /** @param statusByte as this controller sees it, bit 6 whatever it is */
  constructor(
    private readonly status: StatusModel,
    private readonly statusByte: () => number,
  ) {
    this.unwatch = status.watch(() => this.evaluate());
  }

  /** Told of every new request, with the status byte that a serial poll would give. @returns takes the listener back */
  onRequest(listener: (statusByte: number) => void): () => void {
    this.listeners.add(listener);
    if (this.requesting) listener(this.statusByte() | REQUEST);
    return () => this.listeners.delete(listener);
  }

  /** The status byte with RQS in bit 6, which goes with the reading. */
  poll(): number {
    const bits = this.statusByte() & ~REQUEST;
    const answer = this.requesting ? bits | REQUEST : bits;
    this.requesting = false;
    return answer;
  }

  /** To be called when this controller's own bit, message available, has changed. */
  evaluate(): void {
    const bits = this.statusByte() & ~REQUEST;
    const enabled = bits & this.status.sre;
    const fresh = enabled & ~this.seen;
    this.seen = enabled;
    if (enabled === 0) this.requesting = false;
    if (fresh === 0) return;
    this.requesting = true;
    for (const tell of this.listeners) tell(bits | REQUEST);
  }

  close(): void {
    this.unwatch();
    this.listeners.clear();
  }
}
