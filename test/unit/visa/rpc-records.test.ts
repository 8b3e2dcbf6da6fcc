import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { record, RecordReader } from "../../../src/visa/rpc/records.js";
import { XdrReader, XdrWriter } from "../../../src/visa/rpc/xdr.js";

const HEAD = 12;
/** Two numbers and data, as the results of a device_read. */
const recordOf = (data: Uint8Array) => record(new XdrWriter().uint(1).uint(2).opaque(data).pieces());

test("data whose place is known lie there and are whole, in whatever pieces the record comes", () => {
  const property = fc.property(
    fc.uint8Array({ maxLength: 60 }),
    fc.nat(70),
    fc.integer({ min: 1, max: 20 }),
    (data, room, size) => {
      const stream = Buffer.concat([...recordOf(data), ...recordOf(Buffer.from("next"))]);
      const reader = new RecordReader(1000);
      const into = new Uint8Array(room);
      reader.expect(HEAD, into);
      const records: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size) records.push(...reader.push(stream.subarray(at, at + size)));
      const [first, second] = records;
      assert.ok(first && second && records.length === 2);
      const placed = reader.placedIn(first);
      const padded = data.length + ((4 - (data.length % 4)) % 4);
      if (room > 0 && padded > 0) assert.equal(placed?.into.length, Math.min(room, padded));
      if (!placed || room >= data.length) {
        const xdr = new XdrReader(first, placed);
        assert.deepEqual([xdr.uint(), xdr.uint()], [1, 2]);
        const bytes = xdr.opaque(xdr.left);
        assert.deepEqual([...bytes], [...data]);
        if (placed) assert.equal(bytes.buffer, into.buffer);
      } else {
        const whole = Buffer.concat([first.subarray(0, HEAD), placed.into, first.subarray(HEAD)]);
        assert.deepEqual([...whole], [...Buffer.concat(recordOf(data)).subarray(4)]);
      }
      assert.equal(reader.placedIn(second), undefined);
      assert.equal(new XdrReader(second.subarray(8)).opaque(10).toString(), "next");
    },
  );
  fc.assert(property, { numRuns: 1000 });
});

test("memory that was taken back is not written to, not even by a record that is half there", () => {
  const stream = Buffer.concat(recordOf(Buffer.alloc(100, 7)));
  const reader = new RecordReader(1000);
  const into = new Uint8Array(100);
  reader.expect(HEAD, into);
  reader.push(stream.subarray(0, 60));
  const before = Uint8Array.from(into);
  assert.ok(before.some((byte) => byte === 7));
  reader.forget();
  assert.equal(reader.push(stream.subarray(60)).length, 1);
  assert.deepEqual(into, before);
  reader.expect(HEAD, into);
  reader.forget();
  reader.push(stream);
  assert.deepEqual(into, before);
});
