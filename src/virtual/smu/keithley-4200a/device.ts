import { messageOf } from "../../../errors.js";
import { DeviceClear } from "../../scpi/index.js";
import type { MessageDevice } from "../../scpi/index.js";
import { StatusModel } from "../../scpi/status.js";
import { commandsOf, KxciFault, nameOf, wholeAt } from "./arguments.js";
import type { Command } from "./arguments.js";
import type { Channel } from "./models.js";
import type { TestRun } from "./test-run.js";
import { emptySetup } from "./test-setup.js";

/** Bits of the status byte. */
const Bit = { dataReady: 1, syntaxError: 2, busy: 16, request: 64 } as const;

/** With `time: fast` a poll waits for the end of a test, and no longer than this: who asks again later waits no simulated time. */
const LONGEST_WAIT_MS = 1000;

/** What follows a page's two letters belongs to it. */
type Page = "US" | "DE" | "SS" | "SM" | "MD";
const pages: ReadonlySet<string> = new Set(["US", "DE", "SS", "SM", "MD"]);

type Action = (given: readonly string[], signal: AbortSignal) => string | void | Promise<string>;

/** Executed while a test runs; all else is refused then. */
const whileRunning = new Set([
  "MD",
  "ME",
  "SP",
  "AB",
  "BC",
  "*RST",
  "*IDN?",
  ":ERROR:LAST:GET",
  ":ERROR:LAST:CLEAR",
  ":PMU:TEST:STATUS?",
  ":PMU:ABORT",
  ":PMU:OUTPUT:STATE",
]);

/** The status byte of KXCI has nothing of IEEE 488.2. */
class KxciStatus extends StatusModel {
  constructor() {
    super(0);
  }

  override statusByte(): number {
    return this.deviceBits();
  }
}

/** KXCI: pages of two-letter commands. Every message gets one reply on Ethernet, which says that it came and no more. */
export class KxciDevice implements MessageDevice {
  readonly rawSocket = { terminator: 0, acknowledge: "ACK" };
  readonly inputLimit_bytes = 1024 * 1024;
  readonly status = new KxciStatus();
  readonly errors = { errorCount: 0 };
  readonly setup = emptySetup();
  private page: Page | undefined;
  private lastError = "";
  private bits = 0;
  private requests = false;
  private readonly commands = new Map<string, { readonly pages: readonly Page[]; readonly run: Action }>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    readonly identity: string,
    readonly options: string,
    readonly channels: ReadonlyMap<number, Channel>,
  ) {
    this.status.deviceBits = () => this.bits;
  }

  /** @param on pages that know it; none: it is known everywhere */
  on(head: string, on: readonly Page[], run: Action): void {
    this.commands.set(head, { pages: on, run });
  }

  /** @throws KxciFault there is no SMU of that number */
  channel(given: readonly string[], at: number): Channel {
    const found = this.channels.get(wholeAt(given, at, 1, 9));
    if (found) return found;
    throw new KxciFault(`SMU${given[at] ?? ""} is not there`);
  }

  raise(code: number): void {
    this.fail(new KxciFault("Message exchange error", true, code));
  }

  /** What `:ERROR:LAST:GET` says until it is cleared. */
  fail(error: unknown): void {
    const fault = error instanceof KxciFault ? error : new KxciFault(messageOf(error));
    this.lastError = `${fault.message} (${fault.code})`;
    if (fault.syntax) this.mark(Bit.syntaxError | Bit.request, true);
  }

  execute(message: Uint8Array, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const mine = this.turn.then(() => {
      if (signal.reason instanceof DeviceClear) return undefined;
      return this.run(Buffer.from(message).toString("latin1"), signal);
    });
    this.turn = mine;
    return mine;
  }

  /** The commands that are not of a page's own. */
  commonCommands(test: TestRun): void {
    this.on("*IDN?", [], () => this.identity);
    this.on("ID", [], () => "KI4200A V1.14");
    this.on("*OPT?", [], () => this.options);
    this.on("*RST", [], () => {
      test.stop();
      for (const { smu } of this.channels.values()) smu.reset();
      Object.assign(this.setup, emptySetup());
      test.columns.clear();
      this.page = undefined;
    });
    this.on("EM", [], (given) => void wholeAt(given, 0, 0, 1));
    this.on("BC", [], () => {
      test.columns.clear();
      this.mark(Bit.dataReady, false);
    });
    this.on("DR", [], (given) => void (this.requests = wholeAt(given, 0, 0, 1) === 1));
    this.on("EC", [], (given) => void wholeAt(given, 0, 0, 1));
    this.on("SP", [], async (_, signal) => {
      await test.inNoTime(LONGEST_WAIT_MS, signal);
      const bits = this.bits;
      this.mark(Bit.dataReady | Bit.syntaxError | Bit.request, false);
      return String(bits);
    });
    this.on(":ERROR:LAST:GET", [], () => (this.lastError === "" ? "No error. (0)" : this.lastError));
    this.on(":ERROR:LAST:CLEAR", [], () => void (this.lastError = ""));
    this.on("AB", [], () => test.stop());
    this.on("ME", ["MD"], (given) => {
      const form = wholeAt(given, 0, 1, 4);
      if (form === 4) test.stop();
      else if (test.running) throw new KxciFault("A test is running");
      else {
        this.mark(Bit.dataReady, false);
        test.start(form === 3);
        this.mark(Bit.busy, true);
      }
    });
    this.on("DO", [], (given) => {
      this.mark(Bit.dataReady, false);
      return column(test, given[0]).join(",");
    });
    this.on("RD", [], (given) => {
      const text = column(test, given[0])[wholeAt(given, 1, 1, 1e6) - 1];
      return text === undefined ? "0" : text.replace(/^[A-Z]/, "");
    });
  }

  /** A test has ended: by itself, or because it was told to. */
  testEnded(): void {
    this.mark(Bit.busy, false);
    this.mark(Bit.dataReady | (this.requests ? Bit.request : 0), true);
  }

  private mark(bits: number, on: boolean): void {
    this.bits = on ? this.bits | bits : this.bits & ~bits;
    this.status.changed();
  }

  private async run(message: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const replies: string[] = [];
    try {
      for (const command of commandsOf(message)) {
        const reply = await this.command(command, signal);
        if (typeof reply === "string") replies.push(reply);
      }
    } catch (error) {
      if (error instanceof DeviceClear) return undefined;
      this.fail(error);
      // A question has its one reply also where there is no answer.
      const asks = /^\s*(\w{2}\s*;\s*)*(\*|:ERROR:LAST:GET|:PMU:[A-Z:]*\?|:PMU:DATA:GET|SP|DO|RD|ID|TV|TI)/i.test(
        message,
      );
      if (asks && replies.length === 0) replies.push("");
    }
    return replies.length === 0 ? undefined : Buffer.from(`${replies.join(";")}\n`, "latin1");
  }

  private command({ head, given }: Command, signal: AbortSignal): string | void | Promise<string> {
    if ((this.bits & Bit.busy) !== 0 && !whileRunning.has(head)) throw new KxciFault("A test is running");
    if (pages.has(head)) {
      this.page = head as Page;
      return;
    }
    const known = this.commands.get(head);
    if (!known) throw new KxciFault(`"${head}" is no command`, true);
    const { page } = this;
    if (known.pages.length > 0 && !(page !== undefined && known.pages.includes(page))) {
      throw new KxciFault(`"${head}" belongs to ${known.pages.join(" and ")}`, true);
    }
    return known.run(given, signal);
  }
}

function column(test: TestRun, name: string | undefined): readonly string[] {
  const values = test.columns.get(nameOf(name));
  if (values) return values;
  throw new KxciFault(`${name ?? ""} has no data`);
}
