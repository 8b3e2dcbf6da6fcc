import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Accept, callHead, readCall, readReply, replyHead } from "../../../src/visa/rpc/messages.js";
import { record, RecordReader } from "../../../src/visa/rpc/records.js";
import { answerCall } from "../../../src/visa/rpc/server.js";
import type { Caller, RpcProgram } from "../../../src/visa/rpc/server.js";
import { XdrError, XdrReader, XdrWriter } from "../../../src/visa/rpc/xdr.js";

const LONGEST = 100_000;
const caller: Caller = { address: "127.0.0.1", gone: new AbortController().signal };

test("what is written as XDR is read again: numbers, truth values, strings and opaque bytes of any length", () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.nat(0xffffffff),
      fc.boolean(),
      fc.uint8Array({ maxLength: 50 }),
      (int, uint, bool, bytes) => {
        const written = new XdrWriter().int(int).uint(uint).bool(bool).opaque(bytes).int(7).bytes();
        assert.equal(written.length % 4, 0);
        const reader = new XdrReader(written);
        assert.equal(reader.int(), int | 0);
        assert.equal(reader.uint(), uint);
        assert.equal(reader.bool(), bool);
        assert.deepEqual([...reader.opaque(50)], [...bytes]);
        assert.equal(reader.int(), 7);
        assert.equal(reader.left, 0);
      },
    ),
  );
});

test("an opaque longer than allowed or than what came is refused before anything is taken", () => {
  const bytes = new XdrWriter().uint(0xffffffff).int(1).bytes();
  assert.throws(() => new XdrReader(bytes).opaque(400), XdrError);
  assert.throws(() => new XdrReader(new XdrWriter().uint(5).int(1).bytes()).opaque(400), XdrError);
});

test("records come out of a stream cut anywhere, also those sent in several fragments", () => {
  const fragments = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(fragments, { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), (records, size) => {
      const stream = Buffer.concat(
        records.flatMap((parts) =>
          parts.map((part, k) => {
            const [mark, ...rest] = record([part]);
            if (mark && k < parts.length - 1) mark[0] = (mark[0] ?? 0) & 0x7f;
            return Buffer.concat([mark ?? Buffer.alloc(0), ...rest]);
          }),
        ),
      );
      const reader = new RecordReader(LONGEST);
      const got: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size) got.push(...reader.push(stream.subarray(at, at + size)));
      assert.deepEqual(
        got.map((one) => one.toString("hex")),
        records.map((parts) => Buffer.concat(parts).toString("hex")),
      );
    }),
  );
});

test("a record that announces more than is taken is refused at its mark, before memory is set aside", () => {
  const reader = new RecordReader(LONGEST);
  assert.throws(() => reader.push(Buffer.from([0xff, 0xff, 0xff, 0xff])), /at most 100000/);
  const endless = new RecordReader(LONGEST);
  assert.throws(() => endless.push(Buffer.alloc(400)), /empty fragments/);
});

test("a program that is not there, another version, an unknown procedure and unreadable arguments are told apart", async () => {
  const program: RpcProgram = {
    program: 7,
    version: 1,
    procedures: new Map([
      [
        3,
        (args) => {
          const value = args.uint();
          return (reply) => reply.uint(value + 1);
        },
      ],
    ]),
  };
  const ask = async (head: XdrWriter) => {
    const answer = await answerCall(program, head.bytes(), caller);
    assert.ok(answer);
    return readReply(Buffer.concat(answer));
  };
  assert.equal((await ask(callHead(9, 7, 1, 3).uint(41))).results.uint(), 42);
  assert.equal((await ask(callHead(9, 7, 1, 0))).refused, undefined);
  assert.match((await ask(callHead(9, 8, 1, 3))).refused ?? "", /does not have this program/);
  assert.match((await ask(callHead(9, 7, 2, 3))).refused ?? "", /another version/);
  assert.match((await ask(callHead(9, 7, 1, 4))).refused ?? "", /does not have this procedure/);
  assert.match((await ask(callHead(9, 7, 1, 3))).refused ?? "", /could not read the arguments/);
});

/** Bytes that look like RPC, and bytes that do not. */
const mostlyRpc = fc.oneof(
  fc.uint8Array({ maxLength: 120 }),
  fc
    .tuple(fc.nat(5), fc.nat(30), fc.uint8Array({ maxLength: 80 }), fc.nat(60), fc.nat(255))
    .map(([program, procedure, args, at, value]) => {
      const bytes = Buffer.concat([callHead(1, 0x0607af + (program === 5 ? 1 : 0), 1, procedure).bytes(), args]);
      if (at < bytes.length) bytes[at] = value;
      return bytes;
    }),
  fc.uint8Array({ maxLength: 40 }).map((args) => Buffer.concat([replyHead(1, Accept.success).bytes(), args])),
);

test("whatever comes as a call or a reply is read or refused with an XdrError, never anything else", () => {
  fc.assert(
    fc.property(mostlyRpc, (bytes) => {
      for (const read of [readCall, readReply]) {
        try {
          read(Buffer.from(bytes));
        } catch (error) {
          assert.ok(error instanceof XdrError, String(error));
        }
      }
    }),
    { numRuns: 20_000 },
  );
});
