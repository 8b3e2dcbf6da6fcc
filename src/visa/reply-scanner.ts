const HASH = 0x23;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const BLANK = 0x20;
const QUOTES = [0x22, 0x27];

type State = "element" | "text" | "string" | "hash" | "length" | "block";

/**
 * Finds where a reply ends on a link that carries no END: at the terminator, except inside a definite block, whose length
 * is announced. A `#` opens a block only where an element of the reply begins, and only with digits behind it.
 */
export class ReplyScanner {
  private state: State = "element";
  private quote = 0;
  private digits = 0;
  private length = 0;
  private blockLeft = 0;

  /** @param terminator the byte a reply ends with */
  constructor(private readonly terminator: number) {}

  reset(): void {
    this.state = "element";
  }

  /** @returns how many of these bytes belong to the reply with its terminator; undefined: all, and more is to come */
  end(bytes: Uint8Array): number | undefined {
    for (let at = 0; at < bytes.length; at++) {
      if (this.state === "block") {
        const taken = Math.min(this.blockLeft, bytes.length - at);
        this.blockLeft -= taken;
        if (this.blockLeft > 0) return undefined;
        this.state = "text";
        at += taken;
        if (at === bytes.length) return undefined;
      }
      const byte = bytes[at] ?? 0;
      if (byte === this.terminator) {
        this.reset();
        return at + 1;
      }
      this.step(byte);
    }
    return undefined;
  }

  private step(byte: number): void {
    const digit = byte - 0x30;
    const isDigit = digit >= 0 && digit <= 9;
    if (this.state === "string") {
      if (byte === this.quote) this.state = "text";
    } else if (this.state === "hash" && isDigit && digit > 0) {
      this.digits = digit;
      this.length = 0;
      this.state = "length";
    } else if (this.state === "length" && isDigit) {
      this.length = this.length * 10 + digit;
      if (--this.digits > 0) return;
      this.blockLeft = this.length;
      this.state = this.length > 0 ? "block" : "text";
    } else if (byte === COMMA || byte === SEMICOLON || byte === BLANK) {
      this.state = "element";
    } else if (this.state === "element" && byte === HASH) {
      this.state = "hash";
    } else if (this.state === "element" && QUOTES.includes(byte)) {
      this.quote = byte;
      this.state = "string";
    } else {
      this.state = "text";
    }
  }
}
