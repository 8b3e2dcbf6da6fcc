/** Bytes that are no XDR of what was expected (RFC 4506): too few, or a length beyond what is allowed. */
export class XdrError extends Error {
  override readonly name = "XdrError";
}

/** Puts values in XDR: big-endian, each a multiple of four bytes. */
export class XdrWriter {
  private readonly parts: Uint8Array[] = [];
  private words: number[] = [];

  uint(value: number): this {
    this.words.push(value >>> 0);
    return this;
  }

  int(value: number): this {
    return this.uint(value);
  }

  bool(value: boolean): this {
    return this.uint(value ? 1 : 0);
  }

  /** Length, bytes, and zeros up to a multiple of four. The bytes are not copied: leave them alone until they are sent. */
  opaque(bytes: Uint8Array): this {
    this.uint(bytes.length);
    this.flush();
    this.parts.push(bytes);
    const padding = (4 - (bytes.length % 4)) % 4;
    if (padding > 0) this.parts.push(new Uint8Array(padding));
    return this;
  }

  string(text: string): this {
    return this.opaque(Buffer.from(text, "latin1"));
  }

  /** Everything so far, in pieces that follow each other. */
  pieces(): readonly Uint8Array[] {
    this.flush();
    return this.parts;
  }

  bytes(): Buffer {
    return Buffer.concat(this.pieces());
  }

  private flush(): void {
    if (this.words.length === 0) return;
    const bytes = Buffer.allocUnsafe(4 * this.words.length);
    let at = 0;
    for (const word of this.words) at = bytes.writeUInt32BE(word, at);
    this.words = [];
    this.parts.push(bytes);
  }
}

/** Takes values out of XDR. @throws XdrError from every method: what is there can not be that */
export class XdrReader {
  private at = 0;

  /** @param apart bytes that belong at `head` and lie elsewhere: the data of an opaque that ends what is read */
  constructor(
    private readonly bytes: Buffer,
    private readonly apart?: { readonly head: number; readonly into: Uint8Array },
  ) {}

  get left(): number {
    return this.bytes.length - this.at + (this.apart?.into.length ?? 0);
  }

  uint(): number {
    if (this.left < 4) throw new XdrError(`a number was expected, ${this.left} bytes are left`);
    const value = this.bytes.readUInt32BE(this.at);
    this.at += 4;
    return value;
  }

  int(): number {
    return this.uint() | 0;
  }

  bool(): boolean {
    return this.uint() !== 0;
  }

  /** A view of the bytes, valid as long as the record is. @param most longest that is allowed */
  opaque(most: number): Buffer {
    const length = this.uint();
    if (length > most) throw new XdrError(`${length} bytes are announced, at most ${most} are allowed`);
    if (length > this.left) throw new XdrError(`${length} bytes are announced, ${this.left} are left`);
    if (this.apart && this.at === this.apart.head && length <= this.apart.into.length) {
      this.at = this.bytes.length;
      const { buffer, byteOffset } = this.apart.into;
      return Buffer.from(buffer, byteOffset, length);
    }
    const bytes = this.bytes.subarray(this.at, this.at + length);
    this.at = Math.min(this.bytes.length, this.at + 4 * Math.ceil(length / 4)); // some leave the last padding out
    return bytes;
  }

  string(most: number): string {
    return this.opaque(most).toString("latin1");
  }
}
