import fc from "fast-check";
import { message } from "../../../src/visa/hislip/protocol.js";

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
