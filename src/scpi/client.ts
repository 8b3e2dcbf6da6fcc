import { MemrigError } from "../errors.js";
import type { BinaryFormat, BlockOptions, CallOptions, Session } from "../visa/index.js";
import { describeErrors } from "./error-queue.js";
import type { ErrorDialect, InstrumentError } from "./error-queue.js";
import { parseBoolean, parseNumber, parseNumbers } from "./text.js";

/** Longer than any queue: an instrument that still has errors then is not emptying it. */
const MOST_ERRORS = 2000;
/** After a question that got no answer, the instrument is asked why; it gets this long to say. */
const REASON_TIMEOUT_MS = 1000;

/**
 * Speaks SCPI with one instrument, and believes nothing until its error queue is empty.
 *
 * Errors name the instrument by its label in the bench file.
 */
export class ScpiClient {
  constructor(
    readonly session: Session,
    readonly label: string,
    readonly dialect: ErrorDialect,
  ) {}

  /**
   * Sends a command and reads the error queue until it is empty.
   *
   * @throws MemrigError `instrument-refused`: the instrument queued an error; its text is in the message
   */
  async command(text: string | Uint8Array, options: CallOptions = {}): Promise<void> {
    await this.commands([text], options);
  }

  /**
   * Sends several messages, each of its own, and reads the error queue once after them. Where one is refused, those
   * after it have been sent all the same.
   *
   * @throws MemrigError `instrument-refused`: as with `command`; the message names all that were sent
   */
  async commands(texts: readonly (string | Uint8Array)[], options: CallOptions = {}): Promise<void> {
    for (const text of texts) await this.send(text, options);
    const errors = await this.errors(options);
    if (errors.length > 0) throw this.refused(texts, errors);
  }

  /** What to throw where the error queue was read by other means than `commands`. */
  refused(texts: readonly (string | Uint8Array)[], errors: readonly InstrumentError[]): MemrigError {
    const sent = texts.map(shown).join(" | ");
    return new MemrigError(
      "instrument-refused",
      `${this.label} refused what it was told: ${describeErrors(errors)}. Sent was: ${sent}`,
      { instrument: this.label, errors, sent },
    );
  }

  /** Sends a message and does not ask whether it was taken: for turning off, where nothing must stand in the way. */
  async send(text: string | Uint8Array, options: CallOptions = {}): Promise<void> {
    await this.#named(this.session.write(text, options));
  }

  /**
   * Asks, and gives the line that answers.
   *
   * @throws MemrigError `instrument-refused`: no answer, and the error queue says why
   */
  async query(text: string, options: CallOptions = {}): Promise<string> {
    return this.#answered(text, this.session.query(text, options));
  }

  async queryNumber(text: string, options: CallOptions = {}): Promise<number> {
    return this.#read(text, await this.query(text, options), parseNumber);
  }

  async queryNumbers(text: string, options: CallOptions = {}): Promise<Float64Array> {
    return this.#read(text, await this.query(text, options), parseNumbers);
  }

  async queryBoolean(text: string, options: CallOptions = {}): Promise<boolean> {
    return this.#read(text, await this.query(text, options), parseBoolean);
  }

  async queryBlock(text: string, options: BlockOptions = {}): Promise<Uint8Array> {
    return this.#answered(text, this.session.queryBlock(text, options));
  }

  async queryBinaryValues(text: string, format: BinaryFormat, options: CallOptions = {}): Promise<Float64Array> {
    return this.#answered(text, this.session.queryBinaryValues(text, format, options));
  }

  /**
   * Reads the error queue until it is empty.
   *
   * @returns what was in it, oldest first
   */
  async errors(options: CallOptions = {}): Promise<InstrumentError[]> {
    const { question, clear } = this.dialect;
    if (question === undefined) return [];
    const errors: InstrumentError[] = [];
    while (errors.length < MOST_ERRORS) {
      const reply = await this.#named(this.session.query(question, options));
      const error = this.#read(question, reply, (text) => this.dialect.parse(text));
      if (!error) return errors;
      errors.push(error);
      if (clear !== undefined) {
        await this.send(clear, options);
        return errors;
      }
    }
    throw new MemrigError(
      "bad-reply",
      `${this.label} has given ${MOST_ERRORS} errors and still has more: ${describeErrors(errors)}. Turn it off and on.`,
      { instrument: this.label },
    );
  }

  #read<T>(question: string, reply: string, parse: (reply: string) => T): T {
    try {
      return parse(reply);
    } catch (error) {
      if (!(error instanceof MemrigError)) throw error;
      const details = { ...error.details, instrument: this.label, command: question };
      throw new MemrigError(error.kind, `${this.label}, ${question}: ${error.message}`, details, error);
    }
  }

  /** A question that was not understood gets no answer on a raw socket; the error queue knows why. */
  async #answered<T>(question: string, answer: Promise<T>): Promise<T> {
    try {
      return await this.#named(answer);
    } catch (error) {
      if (!(error instanceof MemrigError) || error.kind !== "no-answer") throw error;
      const reasons = await this.errors({ timeout_ms: REASON_TIMEOUT_MS }).catch(() => []);
      if (reasons.length === 0) throw error;
      throw new MemrigError(
        "instrument-refused",
        `${this.label} gave no answer to ${question}, but queued ${describeErrors(reasons)}.`,
        { ...error.details, errors: reasons },
        error,
      );
    }
  }

  /** Says which instrument, by the name the person gave it. */
  async #named<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof MemrigError)) throw error;
      const details = { ...error.details, instrument: this.label };
      throw new MemrigError(error.kind, `${this.label}: ${error.message}`, details, error);
    }
  }
}

function shown(text: string | Uint8Array): string {
  if (typeof text !== "string") return `${Buffer.from(text.subarray(0, 40)).toString("latin1").split("#")[0]}#<block>`;
  return text.length <= 120 ? text : `${text.slice(0, 117)}...`;
}
