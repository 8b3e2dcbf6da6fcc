import assert from "node:assert/strict";
import { test } from "node:test";
import { everyByte, openAndClose, opened } from "./transport.suite.js";
import { hislipTransport, socketTransport, vxi11Transport } from "./transports.js";

for (const transport of [socketTransport, vxi11Transport, hislipTransport]) {
  test(`${transport.name}: a block of 100 MiB goes there and comes back unchanged`, async (t) => {
    const { session } = await opened(t, transport);
    const data = everyByte(100 * 1024 * 1024);
    const head = Buffer.from(`:DATA #9${String(data.length).padStart(9, "0")}`);
    await session.write(Buffer.concat([head, data, Buffer.from("\n")]), { timeout_ms: 60_000 });
    const back = await session.queryBlock(":DATA?", { timeout_ms: 60_000 });
    assert.ok(Buffer.from(back.buffer, back.byteOffset, back.length).equals(data));
  });

  test(`${transport.name}: 10 000 sessions opened and closed leave no descriptor behind`, async (t) => {
    await openAndClose(t, transport, 10_000);
  });
}
