import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { exitCodeOf, MemrigError } from "../../../src/errors.js";
import { loadBench, parseBench, twinConfig, virtualPlan } from "../../../src/bench/index.js";
import { drivers } from "../../../drivers/index.js";

const examples = fileURLToPath(new URL("../../../examples/", import.meta.url));

const smallest = `
instruments:
  smu: { driver: keithley-2450, resource: virtual }
dut: { model: zno-diffusive }
`;

/** The complaint about a bench file. */
function complaint(text: string, env: Record<string, string> = {}): string {
  try {
    parseBench(text, "bench.yaml", { env });
  } catch (error) {
    assert.ok(error instanceof MemrigError, String(error));
    assert.equal(exitCodeOf(error), 2);
    return error.message;
  }
  throw new Error("the file was taken");
}

test("the bench file of the design is read: units, wires and limits in base units", () => {
  const config = parseBench(
    `
name: ZnO on the virtual bench
instruments:
  smu:   { driver: keithley-2450, resource: virtual }
  awg:   { driver: keysight-33500, resource: virtual, model: 33512B }
  scope: { driver: keysight-infiniivision, resource: "TCPIP0::192.0.2.12::5025::SOCKET" }
dut:
  id: W3-D17
  model: zno-diffusive
  parameters: { sigma_cycle: 0.21 }
  seed: 7
  wafer: 3
wiring:
  smu.high: dut.top
  smu.low: dut.bottom
  awg.1: { to: dut.in, through: { isolator: 0.1 mA/V } }
  scope.1: dut.out
limits: { voltage: 2 V, current: 1 mA, power: 5 mW, energy per pulse: 1 uJ }
virtual: { address: 127.0.0.1, ports: any, links: [socket], time: fast }
influx: { url: "http://127.0.0.1:8086", database: memrig, username: lab, password: "\${INFLUX_PASSWORD}" }
store: runs
`,
    "/labs/zno/bench.yaml",
    { env: { INFLUX_PASSWORD: "s3cret" } },
  );
  assert.deepEqual(config.wiring[2], {
    instrument: "awg",
    terminal: "1",
    node: "dut.top",
    through: { isolator_A_per_V: 1e-4 },
  });
  assert.equal(config.wiring[3]?.node, "dut.bottom");
  assert.deepEqual(config.limits.current, { max: 1e-3, where: "/labs/zno/bench.yaml:18" });
  assert.equal(config.limits.energyPerPulse?.max, 1e-6);
  assert.deepEqual(config.dut, {
    id: "W3-D17",
    model: "zno-diffusive",
    parameters: { sigma_cycle: 0.21 },
    seed: 7,
    site: { wafer: "3" },
  });
  assert.equal(config.store, path.resolve("runs"));
  assert.equal(config.influx?.password, "s3cret");
  assert.ok(!JSON.stringify(config.snapshot).includes("s3cret"), "a secret is in the record of the run");
});

test("one SMU needs no wiring beside a temperature controller, which has no terminal at the device", () => {
  const stage =
    "instruments: { smu: { driver: keithley-2450, resource: virtual }, stage: { driver: lakeshore-336, resource: virtual } }\n";
  const wired = parseBench(`${stage}dut: { model: resistor }\n`, "bench.yaml").wiring;
  assert.deepEqual(
    wired.map(({ instrument, terminal }) => `${instrument}.${terminal}`),
    ["smu.high", "smu.low"],
  );
});

test("one SMU needs no wiring, no limits, and no more than a model", () => {
  const config = parseBench(smallest, "bench.yaml");
  assert.deepEqual(config.wiring, [
    { instrument: "smu", terminal: "high", node: "dut.top" },
    { instrument: "smu", terminal: "low", node: "dut.bottom" },
  ]);
  assert.deepEqual(config.limits, {});
  assert.equal(config.dut.id, "zno-diffusive");
  assert.equal(config.store, path.resolve("runs"));
  assert.equal(virtualPlan(config).dut.seed, undefined); // the nominal device
});

test("every bench file among the examples is read", async () => {
  for (const name of ["zno-virtual.yaml", "vo2-virtual.yaml", "real-lab.yaml"]) {
    const file = path.join(examples, name);
    const config = await loadBench(file, { env: { INFLUX_PASSWORD: "x" } });
    assert.ok(config.instruments.length >= 1, name);
    assert.equal(
      twinConfig(config).instruments.every(({ resource }) => resource === "virtual"),
      true,
    );
    assert.ok((await readFile(file, "utf8")).includes(config.name));
  }
});

const cases: readonly { what: string; text: string; says: readonly RegExp[] }[] = [
  {
    what: "an unknown key names the nearest known one",
    text: `${smallest}limits:\n  voltage: 2 V\n  curent: 1 mA\n`,
    says: [
      /^bench\.yaml:7: "curent" is not a key of "limits"/,
      /there are voltage, current, power/,
      /Did you mean "current"\?/,
    ],
  },
  {
    what: "an unknown key at the top says which there are",
    text: `${smallest}limit: { voltage: 2 V }\n`,
    says: [/bench\.yaml:5: "limit" is not a key of the bench file/, /Did you mean "limits"\?/],
  },
  {
    what: "a wrong unit says which is wanted and what to write",
    text: `${smallest}limits: { voltage: 2 V, current: 5 mV }\n`,
    says: [/bench\.yaml:5: "limits\.current": "5 mV" was given/, /number in A/, /10 mA/],
  },
  {
    what: "a limit of nothing, or of less, is refused",
    text: `${smallest}limits: { voltage: -2 V }\n`,
    says: [/bench\.yaml:5: "limits\.voltage": .*more than 0 V/],
  },
  {
    what: "an unknown driver lists those there are",
    text: smallest.replace("keithley-2450", "keithley-2540"),
    says: [
      /bench\.yaml:3: "keithley-2540" is not a driver/,
      new RegExp([...drivers.keys()].join(", ")),
      /mean "keithley-2450"/,
    ],
  },
  {
    what: "an unknown model lists those there are",
    text: smallest.replace("zno-diffusive", "zno"),
    says: [/bench\.yaml:4: "zno" is not a model/, /vo2-mott/],
  },
  {
    what: "an unknown parameter of the model lists those there are",
    text: smallest.replace("zno-diffusive", "resistor, parameters: { r: 1 kohm }"),
    says: [/bench\.yaml:4: "r" is not a parameter of resistor; there is R\. Did you mean "R"\?/],
  },
  {
    what: "a parameter in another unit is refused",
    text: smallest.replace("zno-diffusive", "resistor, parameters: { R: 1 V }"),
    says: [/bench\.yaml:4: "R": "1 V" was given where a number in ohm/],
  },
  {
    what: "a circuit is refused by name, with what can be used",
    text: smallest.replace("model: zno-diffusive", "circuit: vo2-tonic"),
    says: [/bench\.yaml:4: Circuits \("vo2-tonic"\) are not simulated by this version/, /zno-diffusive/],
  },
  {
    what: "a virtual bench without a model of the device says which there are",
    text: smallest.replace("dut: { model: zno-diffusive }", "dut: { id: D1 }"),
    says: [/"smu" is virtual.*"dut\.model" is missing/, /zno-diffusive/],
  },
  {
    what: "a link that is not served yet is refused by name",
    text: `${smallest}virtual: { links: [socket, gpib] }\n`,
    says: [/bench\.yaml:5: "gpib" is not a link.*Write links: \[socket, vxi11, hislip, serial, prologix\]/],
  },
  {
    what: "an unknown terminal lists those of the instrument",
    text: `${smallest}wiring: { smu.hi: dut.top }\n`,
    says: [/bench\.yaml:5: "hi" is not a terminal of smu \(keithley-2450\); there are high, low/],
  },
  {
    what: "an unknown node lists the nodes",
    text: `${smallest}wiring: { smu.high: dut.middle }\n`,
    says: [/bench\.yaml:5: "dut\.middle" is not a node; there are dut\.top, dut\.bottom, dut\.in, dut\.out, ground/],
  },
  {
    what: "an instrument in the wiring that is not there lists those that are",
    text: `${smallest}wiring: { snu.high: dut.top }\n`,
    says: [/bench\.yaml:5: "snu" is not an instrument; there is smu\. Did you mean "smu"\?/],
  },
  {
    what: "a converter in the wrong place is refused",
    text: `${smallest}wiring: { smu.high: { to: dut.top, through: { shunt: 50 ohm } } }\n`,
    says: [/bench\.yaml:5: "shunt" can not stand before an SMU; allowed there is series/],
  },
  {
    what: "two SMUs need a wiring, and are told how to write it",
    text: smallest.replace("dut:", "  smu2: { driver: keithley-2450, resource: virtual }\ndut:"),
    says: [/"wiring" may be left out for one SMU only/, /wiring: \{ smu\.high: dut\.top/],
  },
  {
    what: "a resource that is no VISA name says what one looks like",
    text: smallest.replace("resource: virtual", "resource: 192.0.2.4"),
    says: [/bench\.yaml:3: .*192\.0\.2\.4/, /TCPIP0::/],
  },
  {
    what: "a missing driver is named",
    text: smallest.replace("driver: keithley-2450, ", ""),
    says: [/bench\.yaml:3: "instruments\.smu\.driver" is missing/],
  },
  {
    what: "a secret that is not in the environment is named, not guessed",
    text: `${smallest}influx: { url: "http://127.0.0.1:8086", database: m, password: "\${NOT_SET}" }\n`,
    says: [/bench\.yaml:5: "influx\.password" takes \$\{NOT_SET\} from the environment, where it is not set/],
  },
  {
    what: "a key given twice is not silently the last one",
    text: `${smallest}store: a\nstore: b\n`,
    says: [/bench\.yaml:6: This is not YAML: Map keys must be unique/],
  },
  {
    what: "text that is not YAML is refused with its line",
    text: `${smallest}limits: { voltage: 2 V\n`,
    says: [/^bench\.yaml:[567]: This is not YAML/],
  },
  { what: "an empty file says what is missing", text: "", says: [/"instruments" is missing/] },
  {
    what: "several faults are told at once, in the order of the lines",
    text: `${smallest}limits:\n  volts: 2 V\n  power: 3 A\n`,
    says: [/bench\.yaml:6: "volts"[^]*\nbench\.yaml:7: "limits\.power"/],
  },
];

for (const { what, text, says } of cases) {
  test(what, () => {
    const message = complaint(text);
    for (const expected of says) assert.match(message, expected);
    assert.match(message, /Nothing was opened or sent\.$/);
  });
}

test("an instrument on a GPIB board is behind the controller that the file names for this board", () => {
  const text = (controller: string) =>
    `instruments: { smu: { driver: keithley-2450, resource: "GPIB1::24::INSTR" } }\ngpib: { 1: "${controller}" }\n`;
  assert.equal(
    parseBench(text("PRLGX-TCPIP::10.0.0.9"), "bench.yaml").instruments[0]?.resource,
    "PRLGX-TCPIP0::10.0.0.9::1234::24::INSTR",
  );
  assert.match(complaint(text("TCPIP0::10.0.0.9::1234::SOCKET")), /:2: "TCPIP0::.*" is no GPIB controller/);
});

test("a bench that is to be made safe needs no password", () => {
  const text = `${smallest}influx: { url: "http://127.0.0.1:8086", database: m, password: "\${NOT_SET}" }\n`;
  assert.equal(parseBench(text, "bench.yaml", { env: {}, secrets: "ignored" }).instruments.length, 1);
});

test("a bench file that is not there is a bad argument", async () => {
  await assert.rejects(loadBench("/nowhere/bench.yaml"), {
    kind: "invalid-request",
    message: /\/nowhere\/bench\.yaml could not be read/,
  });
});

test("whatever the text, it is a bench or a complaint with a line, and never another error", () => {
  const lines = [
    ...smallest.trim().split("\n"),
    "wiring: { smu.high: dut.top }",
    "limits: { voltage: 2 V }",
    "  x: 1",
    "- 3",
    "a: &a [*a]",
    "? {}",
  ];
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...lines), fc.string({ maxLength: 30 })), { maxLength: 8 }),
      (picked) => {
        try {
          parseBench(picked.join("\n"), "b.yaml", { env: {} });
        } catch (error) {
          assert.ok(error instanceof MemrigError, `${String(error)} for ${JSON.stringify(picked)}`);
          assert.match(error.message, /^b\.yaml:\d+: /);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
