import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { portOf, serveBench, type Served } from "../support/cli.js";
import { needs } from "../support/needs.js";

const run = promisify(execFile);
const benchFile = fileURLToPath(new URL("../../examples/zno-virtual.yaml", import.meta.url));

function resourceOf(served: readonly Served[], name: string): string {
  const resource = served.find((instrument) => instrument.name === name)?.resources[0];
  assert.ok(resource, `${name} is served: ${JSON.stringify(served)}`);
  return resource;
}

/**
 * Largest ratio of the current on the way down to that on the way up at the same programmed level: the opening of the loop.
 * By position, since the voltage read back sits at the hold voltage while the compliance is active.
 */
function opening(amps: readonly number[], step_V: number, from_V: number, to_V: number): number {
  const last = amps.length - 1;
  const up = amps
    .slice(0, last / 2)
    .map((amp, k) => ({ level_V: k * step_V, ratio: (amps[last - k] as number) / amp }));
  return Math.max(...up.filter(({ level_V }) => level_V >= from_V && level_V <= to_V).map(({ ratio }) => ratio));
}

test("a PyVISA script sweeps the virtual 2450 and sees the hysteresis of the ZnO device", async (t) => {
  const python = needs(t, "pyvisa");
  if (!python) return;
  const served = await serveBench(t, benchFile);
  const script = fileURLToPath(new URL("sweep_2450.py", import.meta.url));

  const { stdout } = await run(python, [script, resourceOf(served, "smu")], { timeout: 60_000 });

  const seen = JSON.parse(stdout) as {
    idn: string;
    count: number;
    volts: number[];
    amps: number[];
    error: string;
    output: string;
  };
  assert.match(seen.idn, /^KEITHLEY INSTRUMENTS,MODEL 2450,/);
  assert.equal(seen.volts.length, seen.count);
  assert.match(seen.error, /^0,"No error/);
  assert.equal(seen.output, "0");
  // Published on/off ratio 1e4 at 10 µA; half of it is hysteresis beyond doubt.
  const ratio = opening(seen.amps, 0.005, 0.12, 0.15);
  assert.ok(ratio > 5e3, `down/up current ratio between 0.12 and 0.15 V: ${ratio}`);
  assert.ok(Math.max(...seen.amps) <= 1.01e-5, `largest current ${Math.max(...seen.amps)} A at 10 µA compliance`);
});

test("lxi scpi does the same sweep, command by command", async (t) => {
  const lxi = needs(t, "lxi");
  if (!lxi) return;
  const served = await serveBench(t, benchFile);
  const port = String(portOf(resourceOf(served, "smu")));
  const scpi = async (message: string) =>
    (
      await run(lxi, ["scpi", "--address", "127.0.0.1", "--raw", "--port", port, "--timeout", "10", message])
    ).stdout.trim();

  for (const message of [
    "*RST",
    ":SENS:FUNC 'CURR'",
    ":SENS:CURR:RANG:AUTO ON",
    ":SENS:CURR:NPLC 0.1",
    ":SOUR:FUNC VOLT",
    ":SOUR:VOLT:ILIM 1e-5",
    ":SOUR:SWE:VOLT:LIN:STEP 0, 0.3, 0.005, 45e-3, 1, BEST, OFF, ON",
    ":INIT",
  ]) {
    await scpi(message);
  }
  const count = Number(await scpi("*WAI;:TRAC:ACT? 'defbuffer1'"));
  const values = (await scpi(`:TRAC:DATA? 1, ${count}, 'defbuffer1', SOUR, READ`)).split(",").map(Number);

  const volts = values.filter((_, k) => k % 2 === 0);
  const amps = values.filter((_, k) => k % 2 === 1);
  assert.equal(volts.length, count);
  const ratio = opening(amps, 0.005, 0.12, 0.15);
  assert.ok(ratio > 5e3, `down/up current ratio between 0.12 and 0.15 V: ${ratio}`);
});
