import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { LinkEndpoint } from "../../src/virtual/links/index.js";
import { serveInst0 } from "../../src/virtual/links/vxi11/serve.js";
import { parseResource } from "../../src/visa/index.js";
import { needs } from "../support/needs.js";
import { IDENTITY, transportInstrument } from "../suites/transport-instrument.js";

const run = promisify(execFile);

/** Foreign clients know no port but 111: without the right to listen there, nothing can be shown. */
async function served(t: TestContext) {
  const instrument = transportInstrument();
  const { server, resource } = await serveInst0(new LinkEndpoint(instrument.scpi), "127.0.0.1", "any");
  t.after(() => server.close());
  if (server.portmapper === "mapped") return { instrument, server, resource };
  if (process.env["CI"] === "true")
    throw new Error(`port 111: ${server.portmapper} (a skip is a failure with CI=true)`);
  t.skip("port 111 can not be had here: run as root, with no port mapper of the system running");
  return undefined;
}

test("PyVISA over VXI-11: identity, a megabyte of every byte value, status byte, clear, trigger, locks and a late reply", async (t) => {
  const python = needs(t, "pyvisa");
  const link = python && (await served(t));
  if (!link) return;
  const script = fileURLToPath(new URL("vxi11_client.py", import.meta.url));

  const { stdout } = await run(python, [script, link.resource], { timeout: 60_000 });

  const seen = JSON.parse(stdout) as Record<string, unknown>;
  assert.equal(seen["idn"], IDENTITY);
  assert.equal(seen["block_is_the_same"], true);
  assert.equal(seen["message_available"], 16);
  assert.equal(seen["read_after_poll"], "waiting");
  assert.equal(seen["after_clear"], "cleared");
  assert.equal(seen["timed_out"], true);
  assert.equal(seen["error_after_timeout"], '-420,"Query UNTERMINATED"');
  assert.equal(seen["locked_out"], true);
  assert.equal(seen["after_unlock"], IDENTITY);
  assert.equal(seen["until_semicolon"], "first;");
  assert.equal(link.instrument.triggers(), 1);
});

test("lxi scpi finds the instrument by its port mapper and is answered over VXI-11", async (t) => {
  const lxi = needs(t, "lxi");
  const link = lxi && (await served(t));
  if (!link) return;
  const parsed = parseResource(link.resource);
  assert.equal(parsed.kind, "vxi11");
  const scpi = async (message: string) =>
    (await run(lxi, ["scpi", "--address", parsed.host, "--timeout", "5", message])).stdout.trim();

  assert.equal(await scpi("*IDN?"), IDENTITY);
  assert.equal(await scpi("*ESE 12;*ESE?"), "12");
  assert.equal(await scpi(":SYST:ERR?"), '0,"No error"');
});

test("lxi benchmark asks a hundred times over VXI-11", async (t) => {
  const lxi = needs(t, "lxi");
  const link = lxi && (await served(t));
  if (!link) return;
  const parsed = parseResource(link.resource);
  assert.equal(parsed.kind, "vxi11");

  const { stdout } = await run(lxi, ["benchmark", "--address", parsed.host, "--count", "100"], { timeout: 30_000 });

  assert.match(stdout, /Result: [\d.]+ requests\/second/);
});
