import assert from "node:assert/strict";
import fc from "fast-check";
import { MemrigError } from "../../../src/errors.js";
import { MessageSession } from "../../../src/visa/message-session.js";
import { CAPABILITIES_BYTES } from "../../../src/visa/usbtmc/protocol.js";
import { UsbtmcLink } from "../../../src/visa/usbtmc/link.js";
import type { UsbPipe } from "../../../src/visa/usbtmc/pipe.js";
import type { Target } from "../harness.js";
import { streams } from "../inputs.js";
import type { Stream } from "../inputs.js";

/** Bulk-in transfers: header with the tag that is due, or another, and what follows. */
const transfers = fc
  .array(
    fc.record({
      id: fc.constantFrom(2, 2, 2, 1, 126),
      tag: fc.constantFrom(2, 2, 3, 4, 0, 255),
      size: fc.oneof(fc.nat(12), fc.constantFrom(0xffffffff, 1 << 20)),
      attributes: fc.constantFrom(1, 1, 0, 2, 255),
      payload: fc.uint8Array({ maxLength: 16 }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((all) =>
    Buffer.concat(
      all.map(({ id, tag, size, attributes, payload }) => {
        const head = Buffer.from([id, tag, ~tag & 255, 0, 0, 0, 0, 0, attributes, 0, 0, 0]);
        head.writeUInt32LE(size, 4);
        return Buffer.concat([head, payload]);
      }),
    ),
  );

/** A device that gives these bytes, whatever it is asked, in transfers of the stream's lengths; then it is unplugged. */
function device({ bytes, cuts }: Stream): UsbPipe {
  let at = 0;
  let turn = 0;
  const next = (most: number): Promise<Uint8Array> => {
    if (at >= bytes.length) return Promise.reject(new Error("the device was unplugged"));
    const length = Math.min(most, cuts[turn++ % cuts.length] ?? 1);
    const piece = bytes.subarray(at, at + length);
    at += length;
    return Promise.resolve(piece);
  };
  const capabilities = new Uint8Array(CAPABILITIES_BYTES).fill(1);
  return {
    bulkOut: () => Promise.resolve(),
    bulkIn: next,
    control: ({ request, length }) => (request === 7 && at === 0 ? Promise.resolve(capabilities) : next(length)),
    clearHalt: () => Promise.resolve(),
    cancel: () => Promise.resolve(),
    interrupts: { listener: undefined },
    close: () => Promise.resolve(),
  };
}

export const usbtmcClient: Target<Stream> = {
  name: "USBTMC transfers, as the client takes them",
  input: streams(transfers).map((stream) => ({
    ...stream,
    cuts: stream.cuts.map((length) => (length > 99 ? length : length + 11)),
  })),
  async run(stream) {
    const settings = { resource: "USB0::1::2::3::0::INSTR", timeout_ms: 2000, onWire: undefined };
    const session = new MessageSession(new UsbtmcLink(() => Promise.resolve(device(stream))), settings);
    const calls = [
      () => session.query("*IDN?"),
      () => session.queryBlock(":DATA?"),
      () => session.readStatusByte(),
      () => session.clear(),
    ];
    for (const call of calls) {
      // The status byte comes over the interrupt endpoint, which says nothing here: that call ends with the session.
      await Promise.race([call(), session.close()]).catch((error: unknown) =>
        assert.ok(error instanceof MemrigError, String(error)),
      );
    }
    await session.close();
  },
};
