import type { MemrigError } from "../../errors.js";
import type { WireAct, WireEvent, WireFault, WireMessage } from "./event.js";

type Plain<Event> = Omit<Event, "at_ms" | "resource">;

/** Tells one listener what a session does. Without a listener nothing is put together. */
export class WireTeller {
  constructor(
    private readonly resource: string,
    private readonly listener: ((event: WireEvent) => void) | undefined,
  ) {}

  /** Somebody listens: it is worth while to put together what is told. */
  get listening(): boolean {
    return this.listener !== undefined;
  }

  /** @param message as it goes out, line end included @param end the link sends END with it */
  sent(message: string | Uint8Array, end: boolean): void {
    if (!this.listener) return;
    const parts = typeof message === "string" ? { text: message } : splitAtBlock(message);
    this.tell({ kind: "sent", ...parts, end });
  }

  received(text: string, end: boolean, more: Pick<WireMessage, "block" | "after" | "dropped"> = {}): void {
    if (this.listener) this.tell({ kind: "received", text, end, ...more });
  }

  act(act: WireAct["act"], value?: number): void {
    if (this.listener) this.tell({ kind: "act", act, ...(value === undefined ? {} : { value }) });
  }

  fault(asked: string, { kind, message }: MemrigError): void {
    if (this.listener) this.tell({ kind: "fault", error: kind, asked, message });
  }

  private tell(event: Plain<WireMessage> | Plain<WireAct> | Plain<WireFault>): void {
    this.listener?.({ at_ms: performance.now(), resource: this.resource, ...event });
  }
}

const HASH = 0x23;
const ZERO = 0x30;

/** A message at its definite block; where it has none, all of it is text. */
function splitAtBlock(message: Uint8Array): Pick<WireMessage, "text" | "block" | "after"> {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
  for (let at = bytes.indexOf(HASH); at >= 0; at = bytes.indexOf(HASH, at + 1)) {
    const digits = (bytes[at + 1] ?? 0) - ZERO;
    const start = at + 2 + digits;
    if (digits < 1 || digits > 9) continue;
    const length = bytes.toString("latin1", at + 2, start);
    if (!/^\d+$/.test(length) || start + Number(length) > bytes.length) continue;
    const stop = start + Number(length);
    return {
      text: bytes.toString("latin1", 0, start),
      block: bytes.subarray(start, stop),
      after: bytes.toString("latin1", stop),
    };
  }
  return { text: bytes.toString("latin1") };
}
