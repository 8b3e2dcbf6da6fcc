/**
 * What goes over the wire to a Prologix-type GPIB controller: lines that begin with `++` are for the controller itself,
 * anything else for the instrument it is addressed to.
 *
 * @see Prologix GPIB-ETHERNET controller user manual, sections 7 and 8; AR488 manual, command reference
 */
const ESC = 27;
const LF = 10;
const CR = 13;
const PLUS = 43;
const mustBeEscaped = (byte: number) => byte === ESC || byte === LF || byte === CR || byte === PLUS;

/** One message for an instrument, as a line: what the controller would take for its own is escaped. */
export function escaped(message: Uint8Array): Uint8Array {
  let extra = 1;
  for (const byte of message) if (mustBeEscaped(byte)) extra++;
  const line = new Uint8Array(message.length + extra);
  let at = 0;
  for (const byte of message) {
    if (mustBeEscaped(byte)) line[at++] = ESC;
    line[at++] = byte;
  }
  line[at] = LF;
  return line;
}

/** A line the controller got, escapes taken out. */
export interface ControllerLine {
  readonly bytes: Uint8Array;
  /** It began with an unescaped `++`. */
  readonly command: boolean;
}

/** Cuts what a controller gets into lines: the other direction of `escaped`. Empty lines are dropped. */
export class LineReader {
  private line = Buffer.allocUnsafe(256);
  private length = 0;
  /** Of the first two bytes: how many are an unescaped plus. */
  private pluses = 0;
  private escape = false;
  private overrun = false;

  /** @param limit_bytes a longer line is dropped whole */
  constructor(private readonly limit_bytes: number) {}

  push(bytes: Uint8Array): ControllerLine[] {
    const lines: ControllerLine[] = [];
    for (const byte of bytes) {
      if (this.escape) {
        this.escape = false;
        this.keep(byte);
      } else if (byte === ESC) {
        this.escape = true;
      } else if (byte === LF || byte === CR) {
        if (this.length > 0 && !this.overrun) {
          lines.push({ bytes: Uint8Array.from(this.line.subarray(0, this.length)), command: this.pluses === 2 });
        }
        this.length = this.pluses = 0;
        this.overrun = false;
      } else {
        if (byte === PLUS && this.length === this.pluses && this.pluses < 2) this.pluses++;
        this.keep(byte);
      }
    }
    return lines;
  }

  private keep(byte: number): void {
    if (this.length >= this.limit_bytes) {
      this.overrun = true;
      return;
    }
    if (this.length === this.line.length) {
      const larger = Buffer.allocUnsafe(2 * this.length);
      larger.set(this.line);
      this.line = larger;
    }
    this.line[this.length++] = byte;
  }
}

/** `12`, or `12 96` with a secondary address, as the controller writes it: VISA counts secondaries from 0, the bus from 96. */
export function busAddress(primary: number, secondary: number | undefined): string {
  return secondary === undefined ? String(primary) : `${primary} ${secondary + 96}`;
}
