import type { ControllerLine } from "../../../visa/prologix/protocol.js";
import type { LinkEndpoint } from "../endpoint.js";
import type { MessageExchange } from "../exchange.js";
import { applySetting, initialSettings } from "./settings.js";

const PIECE_BYTES = 64 * 1024;
const REQUEST = 64;
const lineEnds = ["\r\n", "\r", "\n", ""] as const;

/** Sends bytes to the program; resolves when there is room for more. */
export type Answer = (bytes: Uint8Array) => Promise<void>;

/** One program's view of the controller and the bus behind it. Lines are worked off one after the other. */
export class ControllerClient {
  private readonly settings = initialSettings();
  private readonly exchanges = new Map<string, MessageExchange>();
  private readonly requesting = new Set<string>();
  private readonly gone = new AbortController();

  /** @param devices by bus address: `12`, `12 96` */
  constructor(
    private readonly devices: ReadonlyMap<string, LinkEndpoint>,
    private readonly answer: Answer,
  ) {}

  async take(line: ControllerLine): Promise<void> {
    if (this.gone.signal.aborted) return;
    if (line.command) await this.command(Buffer.from(line.bytes).toString("latin1").slice(2).trim());
    else await this.message(line.bytes);
  }

  close(): void {
    this.gone.abort();
    for (const exchange of this.exchanges.values()) exchange.close();
  }

  private async message(bytes: Uint8Array): Promise<void> {
    const exchange = this.device(this.settings.address);
    if (!exchange) return; // nobody at this address takes it: the bus times out, and the controller says nothing
    const end = Buffer.from(lineEnds[this.settings.eos as 0 | 1 | 2 | 3], "latin1");
    await exchange.room(this.gone.signal);
    exchange.receive(Buffer.concat([bytes, end]), this.settings.eoi === 1);
    if (this.settings.auto === 1) await this.read(undefined);
  }

  private async command(text: string): Promise<void> {
    const [name = "", ...words] = text.toLowerCase().split(/\s+/);
    const reply = applySetting(this.settings, name, words) ?? (await this.action(name, words));
    if (reply !== "") await this.answer(Buffer.from(`${reply}\r\n`, "latin1"));
  }

  private async action(name: string, words: readonly string[]): Promise<string> {
    const device = this.device(this.settings.address);
    switch (name) {
      case "read":
        await this.read(words[0]);
        return "";
      case "spoll": {
        const address = words.length > 0 ? words.join(" ") : this.settings.address;
        this.requesting.delete(address);
        return String(this.device(address)?.statusByte() ?? 0);
      }
      case "srq":
        return this.requesting.size > 0 ? "1" : "0";
      case "clr":
        device?.clear();
        return "";
      case "trg":
        for (const address of words.length > 0 ? words : [this.settings.address]) this.device(address)?.trigger();
        return "";
      case "ver":
        return "memrig virtual GPIB controller, Prologix command set";
      case "ifc":
      case "loc":
      case "llo":
      case "savecfg":
        return "";
      default:
        return "Unrecognized command";
    }
  }

  /** Reads until EOI, or a given byte, or nothing came for the time set. */
  private async read(until: string | undefined): Promise<void> {
    const exchange = this.device(this.settings.address);
    const stop = until !== undefined && /^\d{1,3}$/.test(until) ? Number(until) & 255 : undefined;
    for (;;) {
      const piece = await this.patiently((signal) =>
        exchange ? exchange.read(PIECE_BYTES, signal, stop) : aborted(signal),
      );
      if (!piece) return;
      await this.answer(piece.bytes);
      if (piece.end && this.settings.eotEnable === 1) await this.answer(Uint8Array.of(this.settings.eotChar));
      if (piece.matched || (piece.end && until !== undefined)) return;
    }
  }

  /** As long as the time set, and as the program is there. */
  private async patiently<T>(wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const over = new AbortController();
    const stop = () => over.abort();
    const timer = setTimeout(stop, this.settings.readTimeout_ms);
    this.gone.signal.addEventListener("abort", stop, { once: true });
    if (this.gone.signal.aborted) stop();
    try {
      return await wait(over.signal);
    } finally {
      clearTimeout(timer);
      this.gone.signal.removeEventListener("abort", stop);
    }
  }

  private device(address: string): MessageExchange | undefined {
    const known = this.exchanges.get(address);
    if (known) return known;
    const made = this.devices.get(address)?.connect({ unread: "interrupt" });
    if (!made) return undefined;
    this.exchanges.set(address, made);
    made.service.onRequest((status) => {
      if ((status & REQUEST) !== 0) this.requesting.add(address);
    });
    return made;
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
