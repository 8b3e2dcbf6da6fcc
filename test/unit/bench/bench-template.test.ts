import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { benchTemplate, parseBench } from "../../../src/bench/index.js";
import type { TemplateInstrument } from "../../../src/bench/index.js";

const smu = (resource: string, idn = "KEITHLEY INSTRUMENTS,MODEL 2450,1,1.7"): TemplateInstrument => ({
  driver: "keithley-2450",
  kind: "smu",
  resource,
  idn,
  others: ["TCPIP0::192.0.2.1::inst0::INSTR"],
});
const origin = "from what was found";

test("the file of three instruments is read back with their wiring and limits", () => {
  const text = benchTemplate({
    file: "/labs/probe station.yaml",
    origin,
    instruments: [
      smu("TCPIP0::192.0.2.1::5025::SOCKET"),
      { driver: "keysight-33500", kind: "awg", resource: "TCPIP0::192.0.2.2::5025::SOCKET", others: [] },
      { driver: "keysight-infiniivision", kind: "scope", resource: "TCPIP0::192.0.2.3::hislip0::INSTR", others: [] },
    ],
    rest: [{ what: "ACME,Oven,1,1 TCPIP0::192.0.2.9::5025::SOCKET", why: "memrig has no driver for it" }],
  });
  const config = parseBench(text, "bench.yaml");
  assert.equal(config.name, "probe station");
  assert.deepEqual(
    config.instruments.map(({ label, driver }) => `${label} ${driver}`),
    ["smu keithley-2450", "awg keysight-33500", "scope keysight-infiniivision"],
  );
  assert.equal(config.wiring.length, 5);
  assert.equal(config.limits.voltage?.max, 1);
  assert.equal(config.limits.current?.max, 1e-4);
  assert.equal(config.dut.model, undefined);
  assert.match(text, /^ {2}# not used: ACME,Oven.*no driver/m);
});

test("a temperature controller is no part of the wiring, and has a limit of its own from the first day", () => {
  const stage = {
    driver: "lakeshore-336",
    kind: "thermal",
    resource: "TCPIP0::192.0.2.4::7777::SOCKET",
    others: [],
  };
  const write = (instruments: TemplateInstrument[]) => {
    return parseBench(benchTemplate({ file: "b.yaml", origin, instruments, rest: [] }), "b.yaml");
  };
  const both = write([smu("TCPIP0::192.0.2.1::5025::SOCKET"), stage]);
  assert.deepEqual(new Set(both.wiring.map(({ instrument }) => instrument)), new Set(["smu"]));
  assert.equal(both.limits.temperature?.max, 350);
  const alone = write([stage]);
  assert.deepEqual(alone.wiring, []);
  assert.equal(alone.limits.voltage?.max, 1);
});

test("of two SMUs the second has a label of its own and its wiring stands as a comment", () => {
  const instruments = [smu("TCPIP0::192.0.2.1::5025::SOCKET"), smu("TCPIP0::192.0.2.2::5025::SOCKET")];
  const text = benchTemplate({ file: "b.yaml", origin, instruments, rest: [] });
  const config = parseBench(text, "b.yaml");
  assert.deepEqual(
    config.instruments.map(({ label }) => label),
    ["smu", "smu2"],
  );
  assert.deepEqual(new Set(config.wiring.map(({ instrument }) => instrument)), new Set(["smu"]));
  assert.match(text, /# smu2\.high: dut\.top/);
});

test("what an instrument says of itself, and a file's name, never become part of the file", () => {
  const nasty = fc.oneof(
    fc.string(),
    fc.constantFrom("x\nlimits: { voltage: 100 V }", "a\u2028b: c", "\r\nname: y", '"'),
  );
  fc.assert(
    fc.property(nasty, nasty, (idn, name) => {
      const text = benchTemplate({
        file: `${name.replaceAll("/", "")}.yaml`,
        origin,
        instruments: [smu("TCPIP0::192.0.2.1::5025::SOCKET", idn)],
        rest: [{ what: idn, why: idn }],
      });
      const config = parseBench(text, "b.yaml");
      assert.equal(config.instruments.length, 1);
      assert.equal(config.limits.voltage?.max, 1);
    }),
  );
});
