import assert from "node:assert/strict";
import fc from "fast-check";
import { HislipStreamError, MessageReader, MOST_CONTROL_BYTES } from "../../../src/visa/hislip/message-reader.js";
import { message, Type } from "../../../src/visa/hislip/protocol.js";

const uint32 = fc.nat(0xffffffff);

/** Any message, types that exist more often than others. */
export const anyMessage = fc
  .record({
    type: fc.oneof(fc.nat(25), fc.nat(255)),
    control: fc.nat(255),
    parameter: fc.oneof(fc.constantFrom(0, 0xffffff00, 0xffffff02, 0xffffffff), uint32),
    payload: fc.uint8Array({ maxLength: 40 }),
  })
  .map((one) => ({ ...one, bytes: message(one.type, one.control, one.parameter, one.payload) }));

/** Bytes that are no messages, or begin as one. */
export const nonsense = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc
    .tuple(fc.nat(255), fc.uint8Array({ minLength: 13, maxLength: 40 }))
    .map(([type, rest]) => Uint8Array.from([0x48, 0x53, type, ...rest])),
);

/** Gives streams of anything to the message reader: it takes them, or says that they are no HiSLIP, and keeps nothing. */
export function fuzzReader(runs: number): void {
  const stream = fc.array(
    fc.oneof(
      nonsense,
      anyMessage.map(({ bytes }) => bytes),
    ),
    { minLength: 1, maxLength: 3 },
  );
  fc.assert(
    fc.property(stream, (chunks) => {
      const reader = new MessageReader();
      let given = 0;
      let pushed = 0;
      for (const chunk of chunks) {
        reader.push(chunk);
        pushed += chunk.length;
        try {
          for (let part = reader.next(); part; part = reader.next()) {
            given += part.bytes.length;
            assert.ok(
              part.bytes.length <= MOST_CONTROL_BYTES || part.header.type === Type.data || part.header.type === 7,
            );
          }
        } catch (error) {
          assert.ok(error instanceof HislipStreamError, String(error));
          return;
        }
      }
      assert.ok(given <= pushed, "nothing comes out that did not go in");
    }),
    { numRuns: runs },
  );
}
