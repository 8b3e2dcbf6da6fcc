import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import fc from "fast-check";
import { MemrigError } from "../../../src/errors.js";
import { openSession } from "../../../src/visa/index.js";
import { LinkError } from "../../../src/visa/message-link.js";
import { nextStatusTag, nextTag, outTransfer, readInHeader } from "../../../src/visa/usbtmc/protocol.js";
import { IDENTITY, transportInstrument } from "../../suites/transport-instrument.js";
import { usbDevice } from "../../support/usb-device.js";

const RESOURCE = "USB0::0x05E6::0x2450::04775040::0::INSTR";

async function connected(t: TestContext) {
  const instrument = transportInstrument();
  const device = usbDevice(instrument.scpi);
  const session = await openSession(RESOURCE, { usb: () => Promise.resolve(device.pipe) });
  t.after(() => session.close());
  return { instrument, device, session };
}

test("the device found is the one asked for", async () => {
  const device = usbDevice(transportInstrument().scpi);
  const session = await openSession(RESOURCE, {
    usb: (address) => {
      assert.deepEqual(
        [address.vendor, address.product, address.serial, address.interface],
        [0x05e6, 0x2450, "04775040", 0],
      );
      return Promise.resolve(device.pipe);
    },
  });
  await session.close();
});

test("a question is these bytes on the cable: header, data, padding to four, then a request for the reply", async (t) => {
  const { device, session } = await connected(t);
  device.log.length = 0;
  assert.equal(await session.query("*IDN?"), IDENTITY);
  assert.deepEqual(device.log, [
    `out 0101fe000600000001000000${Buffer.from("*IDN?\n").toString("hex")}0000`,
    "out 0202fd000000100000000000",
  ]);
});

test("a trigger and the status byte are these bytes", async (t) => {
  const { device, session } = await connected(t);
  device.log.length = 0;
  await session.trigger();
  assert.equal(await session.readStatusByte(), 0);
  await session.remote();
  await session.local();
  assert.deepEqual(device.log, [
    "out 8001fe000000000000000000",
    "control a1 128 2",
    "control a1 160 1",
    "control a1 161 0",
  ]);
});

test("after a time-out the transfer is aborted and the device cleared, before the next question", async (t) => {
  const { device, session } = await connected(t);
  await assert.rejects(session.query(":LATE?", { timeout_ms: 50 }), /no answer within 0\.05 s/);
  device.log.length = 0;
  assert.equal(await session.query("*IDN?"), IDENTITY);
  assert.deepEqual(device.log.slice(0, 4), ["control a2 3 2", "control a2 4 0", "control a1 5 0", "control a1 6 0"]);
});

test("a reply that comes in two transfers, cut anywhere, is whole", async (t) => {
  const { device, session } = await connected(t);
  for (let first = 0; first < 19; first++) {
    device.firstTransfer = first;
    assert.equal(await session.query(":ECHO? 'cut somewhere here'"), "cut somewhere here");
  }
});

test("tags go around without 0, those of status bytes without 1", () => {
  assert.deepEqual([nextTag(0), nextTag(254), nextTag(255)], [1, 255, 1]);
  assert.deepEqual([nextStatusTag(1), nextStatusTag(126), nextStatusTag(127)], [2, 127, 2]);
});

test("a transfer carries its bytes whatever they are, and its length is a multiple of four", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 100 }),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      (bytes, tag, end) => {
        const transfer = outTransfer(tag, bytes, end);
        assert.equal(transfer.length % 4, 0);
        assert.deepEqual([...transfer.subarray(12, 12 + bytes.length)], [...bytes]);
        const answer = Uint8Array.from(transfer);
        answer[0] = 2;
        assert.deepEqual(readInHeader(answer, tag, 100), { size: bytes.length, end });
      },
    ),
  );
});

test("anything in place of a reply is a bad reply, and the next question gets its own", async (t) => {
  const { device, session } = await connected(t);
  const head = fc.tuple(fc.constantFrom(0, 1, 2, 126, 255), fc.nat(255), fc.nat(255), fc.uint8Array({ maxLength: 30 }));
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    head.map(([id, tag, inverse, more]) => Uint8Array.of(id, tag, inverse, 0, ...more)),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (bytes) => {
      device.garbled = bytes;
      await session.query(":ECHO? 'lost'", { timeout_ms: 200 }).catch((error: unknown) => {
        assert.ok(error instanceof MemrigError, String(error));
        assert.ok(["bad-reply", "no-answer"].includes(error.kind), error.message);
      });
      device.garbled = undefined;
      assert.equal(await session.query(":ECHO? 'mine'"), "mine");
    }),
    { numRuns: 200 },
  );
});

test("a header is understood or refused, whatever it is", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), fc.integer({ min: 1, max: 255 }), (bytes, tag) => {
      try {
        assert.ok(readInHeader(bytes, tag, 1000).size <= 1000);
      } catch (error) {
        assert.ok(error instanceof LinkError, String(error));
      }
    }),
    { numRuns: 10_000 },
  );
});
