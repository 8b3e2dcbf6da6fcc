import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anyMessage } from "./hislip-reader.js";
import { HislipStreamError, MessageReader, MOST_CONTROL_BYTES } from "../../../src/visa/hislip/message-reader.js";
import { message, nextId, readSize, sizePayload, Type } from "../../../src/visa/hislip/protocol.js";

test("messages come out as they went in, wherever the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(anyMessage, { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (all, cuts) => {
        const stream = Buffer.concat(all.map(({ bytes }) => bytes));
        const reader = new MessageReader();
        const out: { type: number; control: number; parameter: number; payload: number[] }[] = [];
        let payload: number[] = [];
        let turn = 0;
        for (let at = 0; at < stream.length;) {
          const length = cuts[turn++ % cuts.length] ?? 1;
          reader.push(stream.subarray(at, at + length));
          at += length;
          for (let part = reader.next(); part; part = reader.next()) {
            assert.equal(part.first, payload.length === 0);
            payload.push(...part.bytes);
            if (!part.last) continue;
            const { type, control, parameter } = part.header;
            out.push({ type, control, parameter, payload });
            payload = [];
          }
        }
        assert.deepEqual(
          out,
          all.map(({ type, control, parameter, payload: sent }) => ({ type, control, parameter, payload: [...sent] })),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test("a header that does not begin with HS is refused with what it began with", () => {
  const reader = new MessageReader();
  reader.push(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
  assert.throws(() => reader.next(), new HislipStreamError('a header began with 0x4745, not "HS"'));
});

test("however long a payload is announced, no memory is taken for it", () => {
  for (const type of [Type.data, Type.error]) {
    const head = message(type);
    head.fill(0xff, 8);
    const reader = new MessageReader();
    reader.push(head);
    assert.equal(reader.next(), undefined);
    reader.push(new Uint8Array(100));
    assert.equal(reader.next()?.bytes.length, type === Type.data ? 100 : undefined);
  }
});

test("of a long text only the beginning is kept, and the next message is read", () => {
  const reader = new MessageReader();
  reader.push(message(Type.error, 1, 0, Buffer.alloc(MOST_CONTROL_BYTES + 500, "x")));
  reader.push(message(Type.trigger));
  assert.equal(reader.next()?.bytes.length, MOST_CONTROL_BYTES);
  assert.equal(reader.next()?.header.type, Type.trigger);
});

test("message ids count on by two and begin anew at zero", () => {
  assert.equal(nextId(0xffffff00), 0xffffff02);
  assert.equal(nextId(0xfffffffe), 0);
});

test("a size is eight bytes, and one too large to be counted with is taken as the largest that is not", () => {
  assert.equal(readSize(sizePayload(1_048_576)), 1_048_576);
  assert.equal(readSize(Buffer.alloc(8, 0xff)), Number.MAX_SAFE_INTEGER);
  assert.equal(readSize(Buffer.alloc(7)), undefined);
});
