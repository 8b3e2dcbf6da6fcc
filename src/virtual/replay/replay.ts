import { ScpiInstrument } from "../scpi/index.js";
import { quoted } from "./script.js";
import type { ReplayScript, ReplayTurn } from "./script.js";

export interface ReplayOptions {
  /**
   * A message is answered as it was when it was recorded, wherever that was; asked more often than recorded, its last
   * answer is given again. Left out: messages have to come exactly as they did.
   */
  readonly anyOrder?: boolean;
  /** Told once, in a sentence, where the dialogue leaves the recording. */
  readonly onLeft?: (sentence: string) => void;
  /** Told of every message from then on, that one included: it gets no answer. */
  readonly onRefused?: () => void;
}

/**
 * An instrument that says what one said before. It understands nothing: the bytes of each message are compared with the
 * recording's. Once the dialogue has left the recording nothing is answered any more: what it would say could only mislead.
 * Replies come at once, whatever time they took.
 */
export class Replay extends ScpiInstrument {
  private place = 0;
  private why: string | undefined;
  private readonly unused: Map<string, ReplayTurn[]>;

  constructor(
    private readonly script: ReplayScript,
    private readonly options: ReplayOptions = {},
  ) {
    super({
      identity: script.identity,
      queueDepth: 1,
      formatError: () => "",
      formatNumber: String,
      inputLimit_bytes: Infinity,
    });
    this.unused = new Map();
    for (const turn of script.turns) {
      const key = turn.sent.toString("latin1");
      this.unused.set(key, [...(this.unused.get(key) ?? []), turn]);
    }
  }

  /** Where the dialogue left the recording; undefined while it has not. */
  get left(): string | undefined {
    return this.why;
  }

  /** How far it came. */
  get progress(): { readonly done: number; readonly of: number } {
    return { done: this.place, of: this.script.turns.length };
  }

  /** What is still due, in a sentence; undefined when all was said. */
  get due(): string | undefined {
    const turn = this.script.turns[this.place];
    if (this.why !== undefined || this.options.anyOrder === true || !turn) return this.why;
    return `${this.where(turn)}: ${quoted(turn.sent)} is due and did not come.`;
  }

  override execute(message: Uint8Array): Promise<Uint8Array | undefined> {
    const reply = this.why === undefined ? this.answer(message) : undefined;
    if (this.why !== undefined) this.options.onRefused?.();
    return Promise.resolve(reply);
  }

  /** The instrument queues nothing of its own. */
  override raise(): void {}

  private answer(message: Uint8Array): Uint8Array | undefined {
    const turn = this.options.anyOrder === true ? this.anyTurn(message) : this.nextTurn(message);
    if (!turn) return undefined;
    this.place += 1;
    const { reply } = turn;
    return !reply || reply.at(-1) === LF ? reply : Buffer.concat([reply, Buffer.of(LF)]);
  }

  private nextTurn(message: Uint8Array): ReplayTurn | undefined {
    const turn = this.script.turns[this.place];
    if (turn?.sent.equals(message)) return turn;
    if (turn)
      this.leave(
        `${this.where(turn)}: expected ${quoted(turn.sent)}, got ${quoted(message)}${difference(turn.sent, message)}.`,
      );
    else
      this.leave(
        `${this.script.label} left ${this.script.file} at its end: nothing more was recorded, got ${quoted(message)}.`,
      );
    return undefined;
  }

  private anyTurn(message: Uint8Array): ReplayTurn | undefined {
    const turns = this.unused.get(Buffer.from(message).toString("latin1"));
    const turn = turns && turns.length > 1 ? turns.shift() : turns?.[0];
    if (!turn) this.leave(`${this.script.label} left ${this.script.file}: ${quoted(message)} was never recorded.`);
    return turn;
  }

  private where({ line, t_s }: ReplayTurn): string {
    const { label, file, turns } = this.script;
    return `${label} left ${file}:${line} (message ${this.place + 1} of ${turns.length}, ${t_s.toFixed(3)} s)`;
  }

  private leave(sentence: string): void {
    this.why = sentence;
    this.options.onLeft?.(sentence);
  }
}

const LF = 10;

/** For messages that look alike in a sentence: where they first differ. */
function difference(expected: Uint8Array, got: Uint8Array): string {
  if (quoted(expected) !== quoted(got)) return "";
  const at = expected.findIndex((byte, k) => byte !== got[k]);
  return ` (${expected.length} and ${got.length} bytes, the first difference at byte ${at < 0 ? expected.length : at})`;
}
