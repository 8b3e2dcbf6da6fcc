import assert from "node:assert/strict";
import { test } from "node:test";
import { find, needs } from "../support/needs.js";
import { everyByte, openAndClose, opened } from "./transport.suite.js";
import {
  hislipTransport,
  prologixTransport,
  serialTransport,
  socketTransport,
  usbtmcTransport,
  vxi11Transport,
} from "./transports.js";

/** Also over the serial line: a pseudo-terminal hands on 4 KiB at a time, and still carries about 10 MiB/s. */
const SIZE_MiB = 100;

const transports = [
  socketTransport,
  vxi11Transport,
  hislipTransport,
  usbtmcTransport,
  prologixTransport,
  serialTransport,
];

for (const transport of transports) {
  if (transport === serialTransport && find("socat") === undefined) {
    test("serial line: long messages, and 10 000 sessions", (t) => void needs(t, "socat"));
    continue;
  }

  test(`${transport.name}: a block of ${SIZE_MiB} MiB goes there and comes back unchanged`, async (t) => {
    const { session } = await opened(t, transport);
    const data = everyByte(SIZE_MiB * 1024 * 1024);
    const head = Buffer.from(`:DATA #9${String(data.length).padStart(9, "0")}`);
    const began_ms = performance.now();
    await session.write(Buffer.concat([head, data, Buffer.from("\n")]), { timeout_ms: 120_000 });
    const written_ms = performance.now();
    const back = await session.queryBlock(":DATA?", { timeout_ms: 120_000 });
    const rate = (from_ms: number, to_ms: number) => ((1000 * SIZE_MiB) / (to_ms - from_ms)).toFixed(0);
    t.diagnostic(
      `${transport.name}: ${rate(began_ms, written_ms)} MiB/s there, ${rate(written_ms, performance.now())} back`,
    );
    assert.ok(Buffer.from(back.buffer, back.byteOffset, back.length).equals(data));
  });

  test(`${transport.name}: 10 000 sessions opened and closed leave no descriptor behind`, async (t) => {
    await openAndClose(t, transport, 10_000);
  });
}
