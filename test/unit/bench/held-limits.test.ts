import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bias, SweepPlan, SweepPulse, TemperaturePlan } from "../../../src/capabilities/index.js";
import { limitsFor } from "../../../src/bench/bounds.js";
import { Gate } from "../../../src/bench/gate.js";
import { parseBench } from "../../../src/bench/index.js";
import type { Limits } from "../../../src/bench/index.js";
import { limitedSwitch, limitedThermal } from "../../../src/bench/limited-others.js";
import { limitedSmu } from "../../../src/bench/limited-smu.js";
import { sweepWiring } from "../../../src/bench/paths.js";
import { fakeSmu, fakeSwitch, fakeThermal } from "./fakes.js";

const signal = new AbortController().signal;
const allowed = () => () => undefined;
const limits: Limits = {
  voltage: { max: 2, where: "bench.yaml:9" },
  current: { max: 1e-3, where: "bench.yaml:10" },
  power: { max: 1e-3, where: "bench.yaml:11" },
  energyPerPulse: { max: 1e-6, where: "bench.yaml:12" },
  slew: { max: 100, where: "bench.yaml:13" },
  temperature: { max: 400, where: "bench.yaml:14" },
};
const bias: Bias = { drive: "voltage", level: 1, compliance: 1e-4 };

test("a level that is held is held to voltage, current, power and slew, each with its line", async () => {
  const held: Bias[] = [];
  const smu = limitedSmu(fakeSmu([], held), () => limits, allowed);
  const refused: [Partial<Bias>, RegExp][] = [
    [{ level: -2.1 }, /a voltage of 2\.1 V.*2 V \(bench\.yaml:9\)/],
    [{ compliance: 2e-3 }, /a current of 2 mA.*bench\.yaml:10/],
    [{ level: 1.5, compliance: 1e-3 }, /a power of 1\.5 mW.*bench\.yaml:11/],
    [{ slew_per_s: 101 }, /a slew of 101 V\/s.*bench\.yaml:13/],
    [{ drive: "current", level: 2e-3, compliance: 0.1 }, /a current of 2 mA/],
    [{ drive: "current", level: 1e-5, compliance: 1.5 }, /a slew of up to 300 V\/s/],
    [{ level: NaN }, /a level of NaN/],
    [{ level: "1" as unknown as number }, /a level of "1" \(a text\)/],
    [{ compliance: 0 }, /a compliance of 0/],
    [{ compliance: -1e-4 }, /a compliance of -0\.0001/],
    [{ slew_per_s: Infinity }, /a slew of Infinity/],
    [{ channel: 2 }, /channel 2 .* channel 1 only/],
    [{ drive: "power" as "voltage" }, /a drive of "power"/],
    [{ wires: 3 as 4 }, /wires of 3/],
  ];
  for (const [change, says] of refused) {
    await assert.rejects(smu.hold({ ...bias, ...change }, signal), { message: says }, JSON.stringify(change));
  }
  assert.deepEqual(held, []);
  await smu.hold(bias, signal);
  assert.deepEqual(held, [bias]);
});

test("a sweep of pulses is held to the energy of one pulse, the edges' slew, and the level between them", async () => {
  const reached: SweepPlan[] = [];
  const fast: Limits = { ...limits, slew: { max: 1e9, where: "" } };
  const smu = limitedSmu(fakeSmu(reached), () => fast, allowed);
  const run = async (pulse: SweepPulse, held = smu): Promise<void> => {
    const plan: SweepPlan = { drive: "voltage", levels: [1], cycles: 3, compliance: 1e-4, dwell_s: 0.1, pulse };
    for await (const block of held.sweep(plan, signal)) void block;
  };
  await run({ base: 0, width_s: 0.009 }); // 1 V · 0.1 mA · 9 ms = 0.9 µJ
  await assert.rejects(run({ base: 0, width_s: 0.011 }), { message: /a pulse of up to 1\.1 µJ/ });
  await assert.rejects(run({ base: 0.1, width_s: 0.001 }), { message: /a pulse of up to/ });
  await assert.rejects(run({ base: 2.5, width_s: 0.001 }), { message: /of/ });
  await assert.rejects(run({ base: 0, width_s: 0.2 }), { message: /a pulse of 200 ms every 100 ms/ });
  await assert.rejects(
    run(
      { base: 0, width_s: 0.009 },
      limitedSmu(fakeSmu(reached), () => limits, allowed),
    ),
    {
      message: /an edge of up to/,
    },
  );
  assert.equal(reached.length, 1);
});

test("a stated edge of pulses counts for their slew and their energy, of a forced current for their energy only", async () => {
  const reached: SweepPlan[] = [];
  const slow: Limits = { ...limits, slew: { max: 1e3, where: "" } };
  const smu = limitedSmu(fakeSmu(reached), () => slow, allowed);
  const pulses: SweepPlan = { drive: "voltage", levels: [1], cycles: 3, compliance: 1e-4, dwell_s: 0.1 };
  const run = async (pulse: SweepPulse, change: Partial<SweepPlan> = {}): Promise<void> => {
    for await (const block of smu.sweep({ ...pulses, ...change, pulse }, signal)) void block;
  };
  await run({ base: 0, width_s: 0.005, edge_s: 1e-3 }); // 1 V in 1 ms; 1 V · 0.1 mA · 6 ms = 0.6 µJ
  assert.deepEqual(reached[0]?.pulse, { base: 0, width_s: 0.005, edge_s: 1e-3 });
  await assert.rejects(run({ base: 0, width_s: 0.005, edge_s: 0.9e-3 }), { message: /an edge of up to/ });
  await assert.rejects(run({ base: 0, width_s: 0.005 }), { message: /an edge of up to/ });
  await assert.rejects(run({ base: 0, width_s: 0.009, edge_s: 0.002 }), { message: /a pulse of up to 1\.1 µJ/ });
  for (const edge_s of [0, -1, NaN])
    await assert.rejects(run({ base: 0, width_s: 0.005, edge_s }), { message: /edge/ });
  const current: Partial<SweepPlan> = { drive: "current", levels: [1e-4], compliance: 1 };
  await assert.rejects(run({ base: 0, width_s: 0.005, edge_s: 1e-3 }, current), { message: /an edge of up to/ });
  assert.equal(reached.length, 1);
});

test("a channel has its own limits, and the one across the device is meant where none is named", async () => {
  const held: Bias[] = [];
  const tight: Limits = { voltage: { max: 0.5, where: "bench.yaml:20" } };
  const smu = limitedSmu(fakeSmu([], held, 2), (channel) => (channel === 2 ? tight : {}), allowed, 2);
  await assert.rejects(smu.hold({ ...bias, level: 0.6 }, signal), { message: /500 mV \(bench\.yaml:20\)/ });
  await smu.hold({ ...bias, channel: 1, level: 0.6 }, signal);
  await smu.hold({ ...bias, level: 0.4 }, signal);
  assert.deepEqual(
    held.map(({ channel, level }) => [channel, level]),
    [
      [undefined, 0.6],
      [2, 0.4],
    ],
  );
});

test("a set-point and the controller's own limit stay below the bench's temperature", async () => {
  const reached: TemperaturePlan[] = [];
  const stage = limitedThermal(fakeThermal(reached), () => limits, allowed);
  const plan: TemperaturePlan = { output: 1, setpoint_K: 350, limit_K: 380, heaterRange: 2 };
  await stage.regulate(plan);
  await assert.rejects(stage.regulate({ ...plan, setpoint_K: 401, limit_K: 402 }), {
    message: /401 K.*bench\.yaml:14/,
  });
  await assert.rejects(stage.regulate({ ...plan, limit_K: 450 }), { message: /a temperature limit of 450 K/ });
  await assert.rejects(stage.regulate({ ...plan, setpoint_K: 390 }), { message: /above its own limit/ });
  await assert.rejects(stage.regulate({ ...plan, limit_K: NaN }), { kind: "invalid-request" });
  await assert.rejects(stage.regulate({ ...plan, output: 3 }), { kind: "invalid-request" });
  await assert.rejects(stage.regulate({ ...plan, heaterRange: 4 as 3 }), { kind: "invalid-request" });
  assert.deepEqual(reached, [plan]);
});

const layered = `instruments:
  smu: { driver: keithley-2450, resource: virtual, limits: { voltage: 3 V, current: 5 mA } }
  awg:
    driver: keysight-33500
    resource: virtual
    channels: { 2: { limits: { voltage: 1 V } } }
dut: { id: W3-D17, model: zno-diffusive, limits: { current: 100 uA } }
wiring: { smu.high: dut.top, smu.low: dut.bottom }
limits:
  voltage: 2 V
  current: 1 mA
  slew: 10 V/s
`;

test("of the bench's, the device's, the instrument's and the channel's limits the tightest holds, with its own line", () => {
  const config = parseBench(layered, "bench.yaml");
  const at = (label: string, channel: number) => {
    const { voltage, current } = limitsFor(config, label, channel);
    return [voltage?.max, voltage?.where, current?.max, current?.where];
  };
  assert.deepEqual(at("smu", 1), [2, "bench.yaml:10", 1e-4, "bench.yaml:7"]);
  assert.deepEqual(at("awg", 1), [2, "bench.yaml:10", 1e-4, "bench.yaml:7"]);
  assert.deepEqual(at("awg", 2), [1, "bench.yaml:6", 1e-4, "bench.yaml:7"]);
});

test("the way to zero is never steeper than the slew that is allowed, and one that is written steeper is refused", () => {
  const ramp = (text: string) => parseBench(text, "bench.yaml").instruments[0]?.settings.ramp;
  assert.deepEqual(ramp(layered), { V_per_s: 10, A_per_s: 1 });
  assert.deepEqual(ramp(layered.replace("voltage: 3 V", "voltage: 3 V, slew: 2 V/s")), { V_per_s: 2, A_per_s: 1 });
  assert.deepEqual(ramp(`${layered}safety: { ramp: 5 V/s, ramp current: 10 mA/s }\n`), { V_per_s: 5, A_per_s: 0.01 });
  const own = layered.replace("virtual, limits", "virtual, ramp: 1 V/s, wires: 4, off state: high-impedance, limits");
  assert.deepEqual(parseBench(`${own}safety: { ramp: 5 V/s }\n`, "b").instruments[0]?.settings, {
    ramp: { V_per_s: 1, A_per_s: 1 },
    wires: 4,
    offState: "high-impedance",
  });
  assert.throws(() => ramp(`${layered}safety: { ramp: 20 V/s }\n`), {
    message: /bench\.yaml:13: a ramp of 20 V\/s is steeper than the slew that is allowed, 10 V\/s \(bench\.yaml:12\)/,
  });
});

test("a wrong key in any of the limits is told with its line and the keys there are", () => {
  assert.throws(() => parseBench(layered.replace("limits: { voltage: 1 V }", "limits: { volts: 1 V }"), "bench.yaml"), {
    message: /bench\.yaml:6: "volts" is not a key of "instruments\.awg\.channels\.2\.limits"; there are voltage/,
  });
  assert.throws(() => parseBench(layered.replace("channels: { 2:", "channels: { B:"), "bench.yaml"), {
    message: /bench\.yaml:6: "B" is no channel/,
  });
  assert.throws(() => parseBench(layered.replace("current: 100 uA", "curent: 100 uA"), "bench.yaml"), {
    message: /bench\.yaml:7: "curent" is not a key of "dut\.limits".*Did you mean "current"/,
  });
});

test("a sweep is bound to the channel that is wired across the device", () => {
  const wired = (terminals: string) =>
    parseBench(
      `instruments: { smu: { driver: keithley-2450, resource: "TCPIP0::192.0.2.1::5025::SOCKET" } }\ndut: { id: a }\nwiring: { ${terminals} }\n`,
      "bench.yaml",
    );
  assert.deepEqual(sweepWiring(wired("smu.2.high: dut.top, smu.2.low: dut.bottom")), { label: "smu", channel: 2 });
  const first = wired("smu.1.high: dut.top, smu.low: dut.bottom");
  assert.deepEqual(sweepWiring(first), { label: "smu", channel: 1 });
  assert.deepEqual(
    first.wiring.map(({ terminal }) => terminal),
    ["high", "low"],
  );
  assert.throws(() => wired("smu.1.high: dut.top, smu.high: dut.top"), { message: /smu\.high is wired twice/ });
  assert.throws(() => wired("smu.3.high: dut.top"), { message: /"3\.high" is not a terminal.*2\.high/ });
});

function switched(on: { now: boolean }) {
  const gate = new Gate(() => [{ label: "smu", outputIsOn: async () => on.now }]);
  const moved: (readonly string[])[] = [];
  let settle = (): void => undefined;
  const settled = new Promise<void>((resolve) => (settle = resolve));
  const matrix = limitedSwitch(
    fakeSwitch(moved, () => settled),
    () => undefined,
    (move) => gate.cold("matrix", move),
  );
  return { gate, matrix, moved, settle };
}

test("relays do not move while a source has its output on, nor while one is being driven", async () => {
  const on = { now: true };
  const { gate, matrix, moved, settle } = switched(on);
  await assert.rejects(matrix.closeOnly(["1A01"]), {
    kind: "limit-refused",
    message: /matrix: relays are moved cold, and smu has an output on\. Nothing was sent/,
  });
  on.now = false;
  const end = gate.begin("awg");
  await assert.rejects(matrix.closeOnly(["1A01"]), { message: /awg is being driven/ });
  end();
  assert.deepEqual(moved, []);
  settle();
  await matrix.closeOnly(["1A01"]);
  assert.deepEqual(moved, [["1A01"]]);
});

test("nothing is driven while relays move, and everything again once they have settled", async () => {
  const { gate, matrix, settle } = switched({ now: false });
  const moving = matrix.closeOnly(["1A01"]);
  assert.throws(() => gate.begin("smu"), { kind: "limit-refused", message: /the relays of matrix are moving/ });
  await assert.rejects(matrix.closeOnly(["1A02"]), { message: /moves its relays/ });
  settle();
  await moving;
  gate.begin("smu")();
});
