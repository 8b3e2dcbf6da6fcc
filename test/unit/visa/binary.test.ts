import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MemrigError } from "../../../src/errors.js";
import { bytesPerValue, ValueSink } from "../../../src/visa/binary.js";
import type { BinaryFormat } from "../../../src/visa/index.js";

const types = ["u8", "i8", "i16", "u16", "f32", "f64"] as const;

/** One value, read by the plain means of the language. */
function plain(block: DataView, at: number, type: BinaryFormat["type"], little: boolean): number {
  switch (type) {
    case "u8":
      return block.getUint8(at);
    case "i8":
      return block.getInt8(at);
    case "i16":
      return block.getInt16(at, little);
    case "u16":
      return block.getUint16(at, little);
    case "f32":
      return block.getFloat32(at, little);
    case "f64":
      return block.getFloat64(at, little);
  }
}

function decodeInPieces(bytes: Uint8Array, format: BinaryFormat, cuts: readonly number[]): Float64Array {
  const sink = new ValueSink(format, bytes.length);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let from = 0;
  for (const end of ends) {
    const memory = Uint8Array.from(bytes.subarray(from, end));
    sink.take(memory);
    memory.fill(0x55); // the link uses its memory again
    from = end;
  }
  return sink.values();
}

test("numbers of every type and byte order are the same as read one by one, wherever the block is cut", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.boolean(),
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (type, bigEndian, all, cuts) => {
        const size = bytesPerValue(type);
        const bytes = all.subarray(0, all.length - (all.length % size));
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        const expected = Array.from({ length: bytes.length / size }, (_, i) => plain(view, i * size, type, !bigEndian));

        const values = decodeInPieces(bytes, { type, bigEndian }, cuts);

        // deepEqual tells -0 from 0, and takes any NaN for any other
        assert.deepEqual([...values], expected);
      },
    ),
    { numRuns: 500, seed: 4 },
  );
});

test("a block longer than the decoder takes at once, cut at odd places, is the same as read one by one", () => {
  for (const type of types) {
    const size = bytesPerValue(type);
    const bytes = Uint8Array.from({ length: 20_001 * size }, (_, i) => (i * 167 + (i >> 8)) & 0x3f);
    const view = new DataView(bytes.buffer);
    for (const bigEndian of [true, false]) {
      const values = decodeInPieces(bytes, { type, bigEndian }, [7, 13, 150_001]);
      const wrong = values.findIndex((value, i) => value !== plain(view, i * size, type, !bigEndian));
      assert.deepEqual([type, bigEndian, values.length, wrong], [type, bigEndian, 20_001, -1]);
    }
  }
});

test("with a scale every number is (code - reference) * increment + origin, to the last bit", () => {
  const scale = { reference: 32_768.25, increment: 7.8125e-5, origin: -0.3 };
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.boolean(),
      fc.uint8Array({ minLength: 8, maxLength: 96 }),
      (type, bigEndian, all) => {
        const bytes = all.subarray(0, all.length - (all.length % 8));
        const codes = decodeInPieces(bytes, { type, bigEndian }, []);
        const expected = Array.from(codes, (code) => (code - scale.reference) * scale.increment + scale.origin);

        assert.deepEqual([...decodeInPieces(bytes, { type, bigEndian, scale }, [3, 10])], expected);
      },
    ),
    { numRuns: 200, seed: 5 },
  );
});

test("the caller's array is filled where the block fits, and a longer block gets an array of its own", () => {
  const into = new Float64Array(3);
  const format = { type: "u16", bigEndian: true, into } as const;
  const fits = decodeInPieces(Uint8Array.of(0, 1, 0, 2), format, [1]);
  assert.deepEqual([...fits], [1, 2]);
  assert.equal(fits.buffer, into.buffer);
  assert.deepEqual([...decodeInPieces(new Uint8Array(8), format, [])], [0, 0, 0, 0]);
  assert.deepEqual([...into], [1, 2, 0]);
});

test("a block that ends within a number is a bad reply that says how long it was", () => {
  const sink = new ValueSink({ type: "f32", bigEndian: false }, 7);
  sink.take(new Uint8Array(7));
  assert.throws(
    () => sink.values(),
    (error: MemrigError) => error.kind === "bad-reply" && /A block of 7 bytes .* values of 4 bytes/.test(error.message),
  );
});
