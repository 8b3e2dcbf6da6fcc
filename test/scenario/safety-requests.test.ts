import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { serveDashboard } from "../../dashboard/server/index.js";
import { keithley2450 } from "../../drivers/smu/keithley-2450.js";
import { checkLimits, loadBench, openBench, parseBench, safeBench } from "../../src/bench/index.js";
import { MemrigError } from "../../src/errors.js";
import { protocols } from "../../protocols/index.js";
import { deskLab } from "../support/desk.js";
import { fakeInstrument } from "../unit/bench/fake-instrument.js";
import { labWith, writeBench } from "./safety-support.js";

test("no request to the dashboard, whatever its path and its body, sends an instrument anything but what turns it off", async (t) => {
  const smu = await fakeInstrument(t, "KEITHLEY INSTRUMENTS,MODEL 2450,1,1.7.12b");
  const folder = await mkdtemp(path.join(tmpdir(), "memrig-requests-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const config = parseBench(
    `instruments: { smu: { driver: keithley-2450, resource: "${smu.resource}" } }\ndut: { id: a }\nstore: ${JSON.stringify(folder)}\n`,
    "bench.yaml",
  );
  const dashboard = await serveDashboard({ store: folder, bench: config, safe: () => safeBench(config) });
  t.after(() => dashboard.close());
  const { halt, off, isOn } = keithley2450.safe;
  const harmless = new Set([...halt, ...off, ...isOn]);
  const where = fc.oneof(
    fc.constantFrom("safe", "abort", "run", "runs", "hold", "sweep", "scpi", "runs/x", "live/x", "../safe", "safe/smu"),
    fc.webPath().map((text) => text.slice(1)),
  );
  const body = fc.oneof(
    fc.record({
      run: fc.constantFrom("x", "../..", ":OUTP ON", 12, null),
      level: fc.double(),
      voltage: fc.constant("12 V"),
    }),
    fc.record({
      protocol: fc.constant("iv-sweep"),
      set: fc.constant({ stop: "12 V" }),
      bench: fc.constant("bench.yaml"),
    }),
    fc.json(),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("POST", "PUT", "PATCH", "DELETE", "GET"),
      where,
      body,
      async (method, at, content) => {
        const text = typeof content === "string" ? content : JSON.stringify(content);
        const response = await fetch(new URL(`/api/${at}`, dashboard.url), {
          method,
          headers: { "content-type": "application/json" },
          ...(method === "GET" ? {} : { body: text }),
        });
        await response.arrayBuffer();
      },
    ),
    { numRuns: 50 },
  );
  await (await fetch(new URL("/api/safe", dashboard.url), { method: "POST" })).arrayBuffer();
  assert.ok(smu.heard.length > 0, "the button for off reached nobody");
  assert.deepEqual(
    smu.heard.filter((message) => !harmless.has(message)),
    [],
  );
});

test("no order to the dashboard, whatever it sets, is begun or put in the queue beyond the limits, and none is heard", async (t) => {
  const smu = await fakeInstrument(t, "KEITHLEY INSTRUMENTS,MODEL 2450,1,1.7.12b");
  const lab = await deskLab(
    t,
    "none",
    `name: lab\ninstruments: { smu: { driver: keithley-2450, resource: "${smu.resource}" } }\ndut: { id: a }\nlimits: { voltage: 2 V, current: 1 mA }\n`,
  );
  const dashboard = await serveDashboard({ store: lab.store, bench: { name: "lab" }, desk: lab.desk });
  t.after(() => dashboard.close());
  const beyond = (limit: number, unit: string) =>
    fc.oneof(
      fc.double({ min: limit * 1.001, max: 200, noNaN: true }).map((value) => `${value} ${unit}`),
      fc.double({ min: limit * 1.001, max: 200, noNaN: true }).map((value) => `-${value * 1000} m${unit}`),
    );
  const too = fc.oneof(
    beyond(2, "V").map((stop) => ({ protocol: "iv-sweep", settings: { stop, step: "0.1 V" } })),
    beyond(2, "V").map((start) => ({ protocol: "iv-sweep", settings: { start, step: "0.1 V", shape: "loop" } })),
    beyond(2, "V").map((last) => ({
      protocol: "iv-sweep",
      settings: { shape: "list", levels: `0 V; 0.1 V; ${last}` },
    })),
    beyond(1e-3, "A").map((compliance) => ({ protocol: "iv-sweep", settings: { stop: "1 V", compliance } })),
    beyond(1e-3, "A").map((stop) => ({
      protocol: "iv-sweep",
      settings: { drive: "current", stop, step: "10 uA", compliance: "1 V" },
    })),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("start", "queue/add"), too, async (at, order) => {
      const response = await fetch(new URL(`/api/${at}`, dashboard.url), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(order),
      });
      const text = await response.text();
      assert.ok(response.status === 403 || response.status === 400, `${JSON.stringify(order)} ${text}`);
    }),
    { numRuns: 100 },
  );
  assert.deepEqual(await lab.queue.list(), []);
  assert.deepEqual(lab.handed, []);
  assert.deepEqual(smu.heard, []);
});

test("what an open bench gives out, by station or by instrument, takes nothing beyond the limits", async (t) => {
  const lab = await labWith(t);
  await writeBench(lab, { smu: lab.resource("smu"), awg: lab.resource("awg") });
  const bench = await openBench(await loadBench(lab.benchFile));
  t.after(() => bench.close());
  const { signal } = new AbortController();
  const plan = { drive: "voltage", levels: [12], cycles: 1, compliance: 1e-5, dwell_s: 0.05, nplc: 1 } as const;
  const says = {
    kind: "limit-refused",
    message: /12 V was asked for; the bench allows 2 V \(.*bench\.yaml:\d+\)/,
  } as const;
  await assert.rejects(bench.station("sweep-smu").sweep(plan, signal).next(), says);
  for (const found of bench.instruments) {
    if (found.kind === "smu") {
      const { instrument } = found;
      await assert.rejects(instrument.sweep(plan, signal).next(), says);
      await assert.rejects(instrument.hold({ drive: "voltage", level: 12, compliance: 1e-5 }, signal), says);
    } else if (found.kind === "awg") {
      const { instrument } = found;
      const limit = { low_V: -2, high_V: 2 };
      const sine = { waveform: { shape: "sine", frequency_Hz: 1 }, low_V: 0, high_V: 12, limit } as const;
      await assert.rejects(instrument.load(1, { segments: [{ level_V: 12, duration_s: 1 }], limit }, 1), says);
      await assert.rejects(instrument.setWaveform(1, sine), says);
    }
  }
  assert.equal(await lab.ask("smu", ":OUTP?"), "0");
  assert.equal(await lab.ask("awg", "OUTP1?"), "0");
});

test("no protocol with any plan is let through to a bench whose limits it would pass", () => {
  const config = parseBench(
    `instruments:
  smu: { driver: keithley-2450, resource: virtual }
  awg: { driver: keysight-33500, resource: virtual }
  scope: { driver: keysight-infiniivision, resource: virtual }
dut: { model: zno-diffusive }
wiring: { smu.high: dut.top, smu.low: dut.bottom, awg.1: dut.top, scope.1: dut.top, scope.2: { to: dut.bottom, through: { shunt: 1 kohm } } }
limits: { voltage: 2 V }
`,
    "bench.yaml",
  );
  const levels: Readonly<Record<string, readonly string[]>> = {
    "iv-sweep": ["start", "stop"],
    "pulse-train": ["amplitude", "read_amplitude"],
    endurance: ["set_amplitude", "reset_amplitude", "read_amplitude"],
  };
  const level = fc.oneof(
    fc.double({ min: 2.01, max: 200, noNaN: true }),
    fc.double({ min: -200, max: -2.01, noNaN: true }),
  );
  for (const [name, parameters] of Object.entries(levels)) {
    const protocol = protocols.get(name);
    assert.ok(protocol, name);
    fc.assert(
      fc.property(fc.constantFrom(...parameters), level, (parameter, value) => {
        const parsed = protocol.parameters.safeParse({ [parameter]: value, step: 0.1 });
        const plan: unknown = parsed.success ? parsed.data : protocol.parameters.safeParse({ [parameter]: value }).data;
        if (typeof plan !== "object" || plan === null) return; // the protocol itself refuses it
        try {
          checkLimits(config, protocol, plan);
        } catch (error) {
          assert.ok(error instanceof MemrigError && error.kind === "limit-refused", String(error));
          return;
        }
        assert.fail(`${name} with ${parameter} = ${value} V was let through`);
      }),
      { numRuns: 100 },
    );
  }
});
