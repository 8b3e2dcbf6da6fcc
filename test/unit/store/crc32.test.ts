import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { crc32, plainCrc32 } from "../../../src/store/crc32.js";

test("both ways to the checksum give the published check value, and agree on any bytes", () => {
  // Check value of CRC-32/ISO-HDLC for the nine digits: https://reveng.sourceforge.io/crc-catalogue/
  assert.equal(plainCrc32(Buffer.from("123456789")), 0xcbf43926);
  assert.equal(crc32(Buffer.from("123456789")), "cbf43926");
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      assert.equal(crc32(bytes), plainCrc32(bytes).toString(16).padStart(8, "0"));
    }),
  );
});
