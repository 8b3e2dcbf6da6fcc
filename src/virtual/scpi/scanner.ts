/** What a byte means to the message around it. `data` belongs to the header or to a parameter. */
export type Mark = "data" | "blank" | "comma" | "unit-end" | "message-end";

const LF = 10;
const COMMA = 44;
const SEMICOLON = 59;
const HASH = 35;
const OPEN = 40;
const CLOSE = 41;

type State =
  | "before-header"
  | "header"
  | "before-parameter"
  | "parameter"
  | "string"
  | "after-quote"
  | "expression"
  | "block-hash"
  | "block-length"
  | "block"
  | "endless-block";

/** IEEE 488.2 white space: all control characters and blank, but not line feed. */
export function isBlank(byte: number): boolean {
  return byte <= 32 && byte !== LF;
}

/**
 * Follows a stream of program messages byte by byte and says where units and messages end. Separators inside strings,
 * blocks and parentheses are data. The framer and the parser both use it, so they can not disagree.
 *
 * A string or block begins only where a parameter begins: a stray apostrophe in a word swallows nothing.
 */
export class Scanner {
  private state: State = "before-header";
  private quote = 0;
  private depth = 0;
  private lengthDigits = 0;
  private blockLeft = 0;

  /**
   * @param lineFeedEnds the link has no END: a line feed ends a message in an indefinite block and in a string that was not closed
   *   too, or one lost quote would swallow all that follows (SCPI-99, -151: the message ended before the quote). A link with
   *   END carries line feeds in both
   */
  constructor(private readonly lineFeedEnds = true) {}

  /** Bytes of block data that may be skipped without being looked at. */
  get skippable(): number {
    return this.state === "block" ? this.blockLeft : 0;
  }

  /** @param count at most `skippable` */
  skip(count: number): void {
    this.blockLeft -= count;
    if (this.blockLeft === 0) this.state = "parameter";
  }

  reset(): void {
    this.state = "before-header";
  }

  next(byte: number): Mark {
    switch (this.state) {
      case "string":
        if (byte === LF && this.lineFeedEnds) return this.end("message-end");
        if (byte === this.quote) this.state = "after-quote";
        return "data";
      case "after-quote":
        if (byte === this.quote) {
          this.state = "string"; // written twice: one of it, inside
          return "data";
        }
        return this.outside(byte);
      case "block":
        this.skip(1);
        return "data";
      case "endless-block":
        return byte === LF && this.lineFeedEnds ? this.end("message-end") : "data";
      case "block-hash":
        return this.blockHash(byte);
      case "block-length":
        return this.blockLength(byte);
      case "expression":
        if (byte === LF) return this.end("message-end");
        if (byte === OPEN) this.depth++;
        if (byte === CLOSE && --this.depth === 0) this.state = "parameter";
        return "data";
      default:
        return this.outside(byte);
    }
  }

  private outside(byte: number): Mark {
    if (byte === LF) return this.end("message-end");
    if (byte === SEMICOLON) return this.end("unit-end");
    const inHeader = this.state === "before-header" || this.state === "header";
    if (isBlank(byte)) {
      if (this.state === "header") this.state = "before-parameter";
      return "blank";
    }
    if (inHeader) {
      this.state = "header";
      return "data";
    }
    if (byte === COMMA) {
      this.state = "before-parameter";
      return "comma";
    }
    if (this.state === "before-parameter") this.begin(byte);
    else this.state = "parameter";
    return "data";
  }

  private begin(byte: number): void {
    this.state = "parameter";
    if (byte === 34 || byte === 39) {
      this.state = "string";
      this.quote = byte;
    } else if (byte === HASH) {
      this.state = "block-hash";
    } else if (byte === OPEN) {
      this.state = "expression";
      this.depth = 1;
    }
  }

  private blockHash(byte: number): Mark {
    if (byte === 48) {
      this.state = "endless-block";
      return "data";
    }
    if (byte >= 49 && byte <= 57) {
      this.state = "block-length";
      this.lengthDigits = byte - 48;
      this.blockLeft = 0;
      return "data";
    }
    this.state = "parameter"; // #H1F, or nonsense that the parser refuses
    return this.outside(byte);
  }

  private blockLength(byte: number): Mark {
    if (byte < 48 || byte > 57) {
      this.state = "parameter";
      return this.outside(byte);
    }
    this.blockLeft = this.blockLeft * 10 + byte - 48;
    if (--this.lengthDigits === 0) this.state = this.blockLeft === 0 ? "parameter" : "block";
    return "data";
  }

  private end(mark: "unit-end" | "message-end"): Mark {
    this.state = "before-header";
    return mark;
  }
}
