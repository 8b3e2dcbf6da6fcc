import fc from "fast-check";

/** A stream and how it arrives: in pieces of these lengths, over and over. */
export interface Stream {
  readonly bytes: Buffer;
  readonly cuts: readonly number[];
}

/** Lengths and signs that parsers get wrong. */
const interesting = fc.constantFrom(0, 1, 2, 3, 4, 255, 256, 0x7fff, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff);

interface Damage {
  readonly kind: "flip" | "truncate" | "drop" | "repeat" | "word" | "insert";
  /** Where, as a share of the length. */
  readonly at: number;
  readonly length: number;
  readonly word: number;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom("flip", "flip", "word", "word", "truncate", "drop", "repeat", "insert"),
  at: fc.nat(1023),
  length: fc.integer({ min: 1, max: 16 }),
  word: fc.oneof(interesting, fc.nat(0xffffffff)),
});

function damaged(bytes: Buffer, { kind, at: share, length, word }: Damage): Buffer {
  const at = Math.floor((share * (bytes.length + 1)) / 1024);
  const stop = Math.min(bytes.length, at + length);
  switch (kind) {
    case "flip": {
      const changed = Buffer.from(bytes);
      if (at < changed.length) changed[at] = (changed[at] ?? 0) ^ (1 << (word & 7));
      return changed;
    }
    case "truncate":
      return bytes.subarray(0, at);
    case "drop":
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(stop)]);
    case "repeat":
      return Buffer.concat([bytes.subarray(0, stop), bytes.subarray(at)]);
    case "word": {
      const place = at & ~3;
      if (place + 4 > bytes.length) return bytes;
      const changed = Buffer.from(bytes);
      changed.writeUInt32BE(word, place);
      return changed;
    }
    case "insert": {
      const extra = Buffer.alloc(4);
      extra.writeUInt32BE(word);
      return Buffer.concat([bytes.subarray(0, at), extra.subarray(0, length & 3), bytes.subarray(at)]);
    }
  }
}

const anything = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
export const cuts = fc.oneof(
  fc.constant([1 << 20]),
  fc.constant([1]),
  fc.array(fc.integer({ min: 1, max: 24 }), { minLength: 1, maxLength: 5 }),
);

/** Good messages, whole or damaged in up to four places; some of nothing but noise. */
export function streams(good: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Stream> {
  const hurt = fc
    .tuple(good, fc.array(damage, { maxLength: 4 }))
    .map(([bytes, places]) => places.reduce(damaged, Buffer.from(bytes)));
  const bytes = fc.oneof({ weight: 15, arbitrary: hurt }, { weight: 1, arbitrary: anything });
  return fc.record({ bytes, cuts });
}

/** The same for text: pieces of the language in any order, damaged. Now and then very much of the same. */
export function texts(pieces: readonly string[], most = 8): fc.Arbitrary<Stream> {
  const piece = fc.constantFrom(...pieces);
  const joined = fc.array(piece, { maxLength: most }).map((all) => Buffer.from(all.join(""), "latin1"));
  const endless = fc
    .tuple(joined, piece, fc.integer({ min: 10, max: 17 }), joined)
    .map(([head, again, power, tail]) => Buffer.concat([head, Buffer.alloc(2 ** power, again || " ", "latin1"), tail]));
  return fc.oneof(
    { weight: 2000, arbitrary: streams(joined) },
    { weight: 1, arbitrary: fc.record({ bytes: endless, cuts: fc.constantFrom([1 << 20], [4096]) }) },
  );
}

/** The pieces a stream arrives in. */
export function* pieces({ bytes, cuts: lengths }: Stream): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}
