import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { loadUserAliases, parseBench, resolveAlias, serialOf, userAliasFile } from "../../../src/bench/index.js";
import { safeTarget } from "../../../src/bench/targets.js";
import { entryOf } from "../../../src/bench/instrument.js";
import { MemrigError } from "../../../src/errors.js";
import { scratchFolder } from "../../support/cli.js";

const SMU = "TCPIP0::192.0.2.10::5025::SOCKET";
const bench = (smu: string, more = "") => `
instruments:
  smu: { driver: keithley-2450, ${smu} }
dut: { model: zno-diffusive }
${more}`;

function complaint(text: string): string {
  try {
    parseBench(text, "bench.yaml", { env: {} });
  } catch (error) {
    assert.ok(error instanceof MemrigError && error.kind === "invalid-request", String(error));
    return error.message;
  }
  throw new Error("the file was taken");
}

test("an alias stands for its resource; the bench file's goes before the person's own", () => {
  const text = bench("resource: sourcemeter", `aliases: { sourcemeter: "${SMU}" }`);
  const own = { sourcemeter: "TCPIP0::192.0.2.99::5025::SOCKET" };
  assert.equal(parseBench(text, "bench.yaml", { aliases: own }).instruments[0]?.resource, SMU);
  const without = parseBench(bench("resource: sourcemeter"), "bench.yaml", { aliases: own });
  assert.equal(without.instruments[0]?.resource, own.sourcemeter);
});

test("a GPIB controller may be named by an alias", () => {
  const text = bench(
    'resource: "GPIB0::12::INSTR"',
    'gpib: { 0: box }\naliases: { box: "PRLGX-TCPIP0::192.0.2.9::1234::INTFC" }',
  );
  assert.equal(parseBench(text, "b.yaml").instruments[0]?.resource, "PRLGX-TCPIP0::192.0.2.9::1234::12::INSTR");
});

test("two names of one instrument are found out behind their aliases", () => {
  const text = `
instruments:
  a: { driver: keithley-2450, resource: one }
  b: { driver: keithley-2450, resource: "${SMU}" }
aliases: { one: "${SMU}" }`;
  assert.match(complaint(text), /bench\.yaml:4: .* is already the resource of "a"/);
});

for (const [what, text, says] of [
  [
    "a misspelt alias",
    bench("resource: sourcemetre", `aliases: { sourcemeter: "${SMU}" }`),
    /bench\.yaml:3: "sourcemetre" is not an alias; there is sourcemeter\. Did you mean "sourcemeter"\? Nor is it a VISA resource name/,
  ],
  [
    "a name that is nothing",
    bench("resource: nothing"),
    /"nothing" is neither a VISA resource name nor an alias; no aliases/,
  ],
  [
    "a VISA name with a fault",
    bench('resource: "TCPIP::10.0.0.5::99999::SOCKET"'),
    /a port from 1 to 65535 is expected, "99999"/,
  ],
  [
    "an alias of no VISA name",
    bench("resource: virtual", "aliases: { smu: 10.0.0.5 }"),
    /bench\.yaml:5: the alias "smu": "10\.0\.0\.5" is not a VISA resource name/,
  ],
  [
    "an alias that is a VISA name",
    bench("resource: virtual", `aliases: { ASRL3: "${SMU}" }`),
    /"ASRL3" can not be an alias: it means something already/,
  ],
] as const) {
  test(`${what} is refused, with what is allowed`, () => assert.match(complaint(text), says));
}

test("the person's own aliases are read from their folder; none are there without the file; a bad one is refused", async (t) => {
  const folder = await scratchFolder(t);
  const env = { XDG_CONFIG_HOME: folder };
  assert.deepEqual(await loadUserAliases(env), {});
  const file = userAliasFile(env);
  assert.equal(file, path.join(folder, "memrig", "aliases.yaml"));
  await mkdir(path.dirname(file));
  await writeFile(file, `smu: ${SMU}\n`);
  assert.equal(resolveAlias("smu", await loadUserAliases(env)), SMU);
  await writeFile(file, "smu: 5025\n");
  await assert.rejects(loadUserAliases(env), /aliases\.yaml: the alias "smu" needs a VISA resource name/);
  await writeFile(file, "- smu\n");
  await assert.rejects(loadUserAliases(env), /aliases\.yaml: this is no map/);
});

test("serial settings of the bench file go before the driver's, and reach the guardian", () => {
  const text = bench(
    "resource: ASRL/dev/ttyUSB0::INSTR, serial: { baud: 57600, parity: odd, data bits: 7, flow: xon/xoff, termination: CR LF }",
  );
  const [instrument] = parseBench(text, "bench.yaml").instruments;
  assert.ok(instrument);
  const expected = { baud: 57600, parity: "odd", dataBits: 7, flow: "xon/xoff", termination: "\r\n" };
  assert.deepEqual(serialOf(instrument), expected);
  const target = safeTarget(instrument, entryOf(instrument), instrument.resource);
  assert.deepEqual("serial" in target ? target.serial : undefined, expected);
});

for (const [settings, says] of [
  ["{ bauds: 9600 }", /a serial line has no setting "bauds"; there are baud, data bits, parity/i],
  ["{ parity: strange }", /parity can not be "strange"; allowed: none, even, odd, mark, space/i],
  ["{ baud: -1 }", /baud can not be "-1"; allowed: bits per second, 50 to 4000000/i],
  ["{ data bits: 9 }", /data bits can not be "9"; allowed: 5, 6, 7, 8/i],
] as const) {
  test(`serial: ${settings} is refused with its line and what is allowed`, () => {
    const said = complaint(bench(`resource: ASRL3::INSTR, serial: ${settings}`));
    assert.match(said, says);
    assert.match(said, /^bench\.yaml:3: /);
  });
}

test("serial settings of an instrument on the network are refused", () => {
  assert.match(complaint(bench(`resource: "${SMU}", serial: { baud: 9600 }`)), /is no serial line\. Take "serial" out/);
});
