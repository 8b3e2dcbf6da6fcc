import { DeviceClear, esrBit } from "../scpi/errors.js";
import type { MessageDevice } from "../scpi/index.js";
import { Operations } from "../scpi/operations.js";
import { StatusModel } from "../scpi/status.js";
import { isCommon, runCommon } from "./common-commands.js";
import { severities, TspErrorQueue } from "./errors.js";
import { EventBus } from "./events.js";
import { defaultFormat } from "./format.js";
import { installGlobals } from "./globals.js";
import { LuaInterpreter } from "./interpreter.js";
import { prelude } from "./prelude.js";

/** The clock of an instrument: that of the lab. */
export interface Clock {
  readonly now_s: number;
  readonly time: "fast" | "real";
  schedule(at_s: number, action: () => void): () => void;
  /** Real time only: what happened since anybody looked has happened. */
  catchUp(): void;
}

/** Time that a breath of a script takes where nothing else passes time: some thousand instructions of the real one. */
const BREATH_S = 5e-3;
/** Bit 2 of the status byte: the error queue is not empty. */
const ERROR_BIT = 4;

/** A script that is being sent line by line. */
interface Upload {
  readonly name: string;
  readonly runs: boolean;
  readonly lines: string[];
}

/**
 * The TSP side of an instrument: each message is a chunk of Lua, whose globals stay. Beside Lua there are the common
 * commands, `loadscript` and `loadandrunscript`, and the word `abort`, which ends what runs.
 *
 * Departures: Lua is 5.3 and not 5.0 (its old function names are there; whole-number arithmetic beyond 2^31 wraps; `..`
 * writes a computed whole number as "3.0"). What a message prints goes out when the message ends.
 */
export class TspInstrument implements MessageDevice {
  readonly plainLines = true;
  readonly status = new StatusModel(ERROR_BIT);
  readonly errors = new TspErrorQueue();
  readonly operations = new Operations();
  readonly events = new EventBus();
  readonly format = defaultFormat();
  readonly lua: LuaInterpreter;
  /** Of `localnode`: an answer to each message, and errors as they come. */
  readonly chat = { prompts: 0, showerrors: 0 };
  /** Done by `reset()` and `*RST`. */
  onReset: () => void = () => undefined;
  /** Event of `*TRG`. */
  readonly commandTrigger = this.events.number();
  private turn: Promise<unknown> = Promise.resolve();
  private out: Uint8Array[] = [];
  private upload: Upload | undefined;
  private running: AbortController | undefined;
  private aborts = 0;
  /** How many aborts had come when a message came. */
  private readonly abortsBefore = new WeakMap<Uint8Array, number>();

  constructor(
    readonly identity: string,
    readonly clock: Clock,
  ) {
    this.lua = new LuaInterpreter({
      breathe: (resume) => {
        if (clock.time === "fast") return clock.schedule(clock.now_s + BREATH_S, resume);
        const timer = setImmediate(resume);
        return () => clearImmediate(timer);
      },
      report: ({ code, text }) => this.queue(code, text),
    });
    this.lua.prepare(prelude);
    installGlobals(this);
  }

  raise(code: number): void {
    this.queue(code);
  }

  /** Queues an error and sets its event bit. */
  queue(code: number, text?: string, severity?: number): void {
    this.errors.push(code, text, severity);
    this.status.setEvent(esrBit(code));
  }

  output(bytes: Uint8Array): void {
    this.out.push(bytes);
  }

  reset(): void {
    Object.assign(this.format, defaultFormat());
    this.onReset();
  }

  trigger(): void {
    this.events.fire(this.commandTrigger);
  }

  /** `*OPC`: tells when all that is under way has ended. */
  noteComplete(): void {
    void this.operations.idle(new AbortController().signal).then(() => this.status.setEvent(1));
  }

  statusByte(): number {
    return this.status.statusByte({ errors: this.errors.errorCount > 0, replies: this.out.length > 0 });
  }

  /** The word `abort` is not queued behind what it is to end: all that came before it and waits, or runs on. */
  arrived(message: Uint8Array): void {
    if (message.length <= 8 && textOf(message).trim() === "abort") {
      this.aborts++;
      this.running?.abort(new DeviceClear());
    } else {
      this.abortsBefore.set(message, this.aborts);
    }
  }

  execute(message: Uint8Array, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const mine = this.turn.then(() => {
      if (signal.reason instanceof DeviceClear) return undefined; // cleared before its turn came
      const aborted = (this.abortsBefore.get(message) ?? this.aborts) < this.aborts;
      return this.run(textOf(message), signal, aborted);
    });
    this.turn = mine;
    return mine;
  }

  /** @param aborted it may do what needs no waiting */
  private async run(text: string, signal: AbortSignal, aborted: boolean): Promise<Uint8Array | undefined> {
    this.out = [];
    const running = new AbortController();
    this.running = running;
    const stop = () => running.abort(signal.reason);
    if (aborted) running.abort(new DeviceClear());
    else if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    const before = this.errors.errorCount;
    this.clock.catchUp();
    try {
      await this.take(text, running.signal);
    } catch (error) {
      if (!(error instanceof DeviceClear)) throw error;
    } finally {
      signal.removeEventListener("abort", stop);
      this.running = undefined;
    }
    if (signal.reason instanceof DeviceClear) this.out = [];
    this.prompt(this.errors.errorCount > before);
    const reply = this.out;
    this.out = [];
    this.status.changed();
    return reply.length === 0 ? undefined : Buffer.concat(reply);
  }

  private async take(text: string, signal: AbortSignal): Promise<void> {
    const command = text.trim();
    const begins = /^(loadscript|loadandrunscript)\b\s*(\w*)$/.exec(command);
    if (this.upload) await this.takeLine(this.upload, text, signal);
    else if (begins) this.upload = { name: begins[2] ?? "", runs: begins[1] !== "loadscript", lines: [] };
    else if (command.startsWith("*") && isCommon(command)) await runCommon(this, command, signal);
    else if (command !== "" && command !== "abort") await this.runChunk(text, signal);
  }

  private async takeLine(upload: Upload, text: string, signal: AbortSignal): Promise<void> {
    if (text.trim() !== "endscript") {
      upload.lines.push(text);
      return;
    }
    this.upload = undefined;
    const source = upload.lines.join("\n");
    const fault = this.lua.syntaxFault(Buffer.from(source, "latin1"));
    if (fault !== undefined) {
      this.queue(-285, worded("TSP Syntax Error", fault));
      return;
    }
    this.lua.setGlobal("_source", source);
    const made = await this.lua.run(Buffer.from(`script.new(_source, "${upload.name}") _source = nil`), signal);
    if (made.kind === "done" && upload.runs) await this.runChunk(source, signal);
  }

  private async runChunk(text: string, signal: AbortSignal): Promise<void> {
    const outcome = await this.lua.run(Buffer.from(text, "latin1"), signal);
    if (outcome.kind === "syntax") this.queue(-285, worded("TSP Syntax Error", outcome.message));
    if (outcome.kind === "runtime")
      this.queue(-286, worded("TSP Runtime Error", outcome.message), severities.recoverable);
  }

  private prompt(failed: boolean): void {
    if (this.chat.showerrors === 1) {
      for (let shown = this.errors.next(); shown.code !== 0; shown = this.errors.next()) {
        this.output(Buffer.from(`${shown.code}\t${shown.text}\n`, "latin1"));
      }
    }
    if (this.chat.prompts !== 1) return;
    this.output(Buffer.from(this.upload ? ">>>>\n" : failed ? "TSP?\n" : "TSP>\n"));
  }
}

function textOf(message: Uint8Array): string {
  return Buffer.from(message.buffer, message.byteOffset, message.length).toString("latin1").replace(/\r$/, "");
}

/** `chunk:3: unexpected symbol near 'x'` as these instruments word it. */
function worded(what: string, fault: string): string {
  const [, line = "1", message = fault] = /^chunk:(\d+):\s*(.*)$/s.exec(fault) ?? [];
  return `${what} at line ${line}: ${message.replace(/near '(.*)'$/, "near `$1'")}`;
}
