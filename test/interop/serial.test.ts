import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { LinkEndpoint } from "../../src/virtual/links/index.js";
import { serveSerial } from "../../src/virtual/links/serial/server.js";
import { needs } from "../support/needs.js";
import { IDENTITY, transportInstrument } from "../suites/transport-instrument.js";

const run = promisify(execFile);

test("PyVISA over a serial port: identity, a block of every byte value, a hundred questions, and ^C as device clear", async (t) => {
  const python = needs(t, "pyvisa");
  if (python === undefined || needs(t, "socat") === undefined) return;
  const instrument = transportInstrument();
  const server = await serveSerial(new LinkEndpoint(instrument.scpi));
  t.after(() => server.close());
  const script = fileURLToPath(new URL("serial_client.py", import.meta.url));

  const { stdout } = await run(python, [script, `ASRL${server.path}::INSTR`], { timeout: 60_000 });

  assert.deepEqual(JSON.parse(stdout), {
    idn: IDENTITY,
    block_is_the_same: true,
    questions: true,
    after_clear: "cleared",
    error: '0,"No error"',
  });
});
