import assert from "node:assert/strict";
import { test } from "node:test";
import { sendSafe } from "../../../src/bench/safe-socket.js";
import { safeTarget } from "../../../src/bench/targets.js";
import { entryOf } from "../../../src/bench/instrument.js";
import { openSession } from "../../../src/visa/index.js";
import { serveVirtualBench } from "../../../src/virtual/serve.js";

test("an output that was turned on over VXI-11 is taken to zero and put off by what the guardian does, over a session of its own", async (t) => {
  const bench = await serveVirtualBench({
    name: "test",
    instruments: [{ label: "smu", driver: "keithley-2450" }],
    dut: { id: "r", model: "resistor", parameters: { R: 1000 } },
    wiring: [],
    address: "127.0.0.1",
    ports: "any",
    links: ["vxi11"],
    time: "fast",
    seed: 1,
  });
  t.after(() => bench.close());
  const resource = bench.instruments[0]?.resources[0] ?? "";
  assert.match(resource, /^TCPIP0::127\.0\.0\.\d+(,\d+)?::inst0::INSTR$/);
  const session = await openSession(resource);
  t.after(() => session.close());
  await session.write("*RST;:SOUR:VOLT 1;:OUTP ON");
  assert.equal(await session.query(":OUTP?"), "1");

  const settings = { ramp: { V_per_s: 20, A_per_s: 1 } };
  const target = safeTarget({ label: "smu", settings }, entryOf({ driver: "keithley-2450" }), resource);
  const outcome = await sendSafe(target, 5);

  assert.equal(outcome.safe, true, outcome.note);
  assert.match(outcome.note, /^:OUTP\? answered 0; in steps from 1 V at 20 V\/s$/);
  assert.equal(await session.query(":OUTP?"), "0");
});
