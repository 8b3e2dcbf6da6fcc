import { messageOf } from "../../errors.js";
import { commonCommands } from "./common-commands.js";
import { ErrorQueue } from "./error-queue.js";
import type { QueuedError } from "./error-queue.js";
import { DeviceClear, esrBit, ScpiError, standardErrors } from "./errors.js";
import { Operations } from "./operations.js";
import type { MessageDevice } from "./device.js";
import { parseProgramMessage } from "./program-message.js";
import type { ProgramUnit } from "./program-message.js";
import { StatusModel } from "./status.js";
import { CommandTree, Indefinite } from "./tree.js";
import type { HeaderPath, ResponseData } from "./tree.js";

/** How one family of instruments speaks. */
export interface Dialect {
  /** Reply of `*IDN?`. */
  readonly identity: string;
  /** Reply of `*OPT?`. */
  readonly options?: string;
  /** Entries of the error queue. */
  readonly queueDepth: number;
  /** An entry as `SYST:ERR?` gives it; undefined: the queue is empty. */
  formatError(entry: QueuedError | undefined): string;
  formatNumber(value: number): string;
  /** Texts that differ from the standard ones. */
  readonly errorTexts?: ReadonlyMap<number, string>;
  /** Bit of the status byte that tells of queued errors: 4 where left out, 0 for none. */
  readonly errorBit?: number;
  /** True: units behind a faulty one of the same message still run. The standard and the default discard them. */
  readonly continuesAfterError?: boolean;
  /** True: words of a header between the short and the long form are heard too. The standard knows none. */
  readonly partialWords?: boolean;
  /** Longest program message that is kept; 16 MiB where left out. */
  readonly inputLimit_bytes?: number;
}

/**
 * The SCPI side of one instrument: command tree, status, error queue, and one parser that all its controllers share. A
 * handler may return a promise: this parser waits for it, other instruments go on.
 */
export class ScpiInstrument implements MessageDevice {
  readonly tree: CommandTree;
  readonly status: StatusModel;
  readonly errors: ErrorQueue;
  readonly operations = new Operations();
  /** True for a header that is not executed while something overlapped is under way: the parser waits there. */
  waits: (header: string) => boolean = () => false;
  /** Clock of the error queue. */
  clock: () => Date = () => new Date();
  private readonly resetActions: (() => void)[] = [];
  private readonly triggerActions: (() => void)[] = [];
  private readonly raisedListeners: ((code: number) => void)[] = [];
  private turn: Promise<unknown> = Promise.resolve();
  private response: Uint8Array[] = [];

  constructor(readonly dialect: Dialect) {
    this.tree = new CommandTree(dialect.partialWords === true);
    this.status = new StatusModel(dialect.errorBit ?? 4);
    this.errors = new ErrorQueue(dialect.queueDepth);
    commonCommands(this);
  }

  get identity(): string {
    return this.dialect.identity;
  }

  get inputLimit_bytes(): number | undefined {
    return this.dialect.inputLimit_bytes;
  }

  /** Done by `*RST`, in the order of registration. */
  onReset(action: () => void): void {
    this.resetActions.push(action);
  }

  /** Done by `*TRG` and group execute trigger. May throw ScpiError -211. With none registered -211 is queued. */
  onTrigger(action: () => void): void {
    this.triggerActions.push(action);
  }

  /** Told of every number that is queued or logged. */
  onRaised(listener: (code: number) => void): void {
    this.raisedListeners.push(listener);
  }

  reset(): void {
    for (const action of this.resetActions) action();
  }

  trigger(): void {
    if (this.triggerActions.length === 0) throw new ScpiError(-211);
    for (const action of this.triggerActions) action();
  }

  /** Queues an error, a notice or a log entry and sets its event bit, without ending the command. */
  raise(code: number, detail?: string, text?: string, severity: QueuedError["severity"] = "error"): void {
    const worded = text ?? this.dialect.errorTexts?.get(code) ?? standardErrors.get(code) ?? "Unknown error";
    this.errors.push({ code, text: worded, detail, severity, at: this.clock() });
    if (severity === "error") this.status.setEvent(esrBit(code));
    for (const tell of this.raisedListeners) tell(code);
  }

  /** The status byte as `*STB?` gives it. */
  statusByte(): number {
    return this.status.statusByte({ errors: this.errors.errorCount > 0, replies: this.response.length > 0 });
  }

  /**
   * Runs one program message after all that came before it, from whomever.
   *
   * @param message without its line feed
   * @param signal aborted when its sender is gone or clears the device: a wait is given up with the rest of its message.
   *   What needs no waiting still runs: an OUTP OFF counts, also when its sender hung up right after it
   * @returns the response message with its line feed; undefined where nothing was asked
   */
  execute(message: Uint8Array, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const mine = this.turn.then(() => {
      if (signal.reason instanceof DeviceClear) return undefined; // cleared before its turn came
      return this.run(message, signal);
    });
    this.turn = mine;
    return mine;
  }

  private async run(message: Uint8Array, signal: AbortSignal): Promise<Uint8Array | undefined> {
    this.response = [];
    let path: HeaderPath = this.tree.top;
    let indefinite = false;
    for (const unit of parseProgramMessage(message)) {
      try {
        if (unit instanceof ScpiError) throw unit;
        if (unit.query && indefinite) throw new ScpiError(-440);
        const found = this.tree.find(unit.header, unit.query, path);
        if (!unit.header.includes("*")) path = found.path;
        if (this.operations.pending && this.waits(unit.header)) await this.operations.idle(signal);
        const outcome = found.run(unit.parameters, signal);
        const reply: unknown = outcome instanceof Promise ? await outcome : outcome;
        if (unit.query) indefinite = this.append(reply, unit) || indefinite;
      } catch (error) {
        if (error instanceof DeviceClear) return undefined;
        this.report(error);
        if (this.dialect.continuesAfterError !== true) break;
      }
    }
    const reply = this.response;
    this.response = [];
    this.status.changed(); // the error queue, and bits of the instrument's own
    return reply.length === 0 ? undefined : joined(reply);
  }

  /** @returns whether nothing may follow it */
  private append(reply: unknown, unit: ProgramUnit): boolean {
    const data = reply instanceof Indefinite ? reply.data : (reply as ResponseData);
    let bytes: Uint8Array;
    if (typeof data === "string") bytes = Buffer.from(data, "latin1");
    else if (typeof data === "number") bytes = Buffer.from(this.dialect.formatNumber(data));
    else if (typeof data === "boolean") bytes = Buffer.from(data ? "1" : "0");
    else if (data instanceof Uint8Array) bytes = data;
    else throw new Error(`${unit.header}? gave no reply`);
    this.response.push(bytes);
    return reply instanceof Indefinite;
  }

  private report(error: unknown): void {
    if (error instanceof ScpiError) this.raise(error.code, error.detail, error.text);
    else this.raise(-310, messageOf(error).replaceAll('"', "'"));
  }
}

function joined(units: readonly Uint8Array[]): Uint8Array {
  let size = units.length;
  for (const unit of units) size += unit.length;
  const whole = Buffer.allocUnsafe(size);
  let at = 0;
  for (const [index, unit] of units.entries()) {
    whole.set(unit, at);
    at += unit.length;
    whole[at++] = index === units.length - 1 ? 10 : 59;
  }
  return whole;
}
