import assert from "node:assert/strict";
import { test } from "node:test";
import { protocols } from "../../protocols/index.js";
import { measured } from "../support/pulse-protocols.js";
import { cardBench } from "../support/pulse-card.js";

const protocolNamed = (name: string) => {
  const protocol = protocols.get(name);
  assert.ok(protocol, name);
  return protocol;
};
/** A gradual memory cell, set by negative pulses beyond 0.5 V. */
const cell =
  "model: vteam, parameters: { R_on: 5e3, R_off: 100e3, v_off: 0.5, v_on: -0.5, k_off: 1e-3, k_on: -1e-3, a_off: 3, a_on: 3 }";
const limits = "voltage: 3 V, current: 5 mA";
const line = "{ to: dut.top, through: { series: 1 kohm } }";

test("a pulse card alone reads a resistor in pulse-train, with what a resistor in its line drops left out", async (t) => {
  for (const wire of ["dut.top", line]) {
    const { station } = await cardBench(
      t,
      "model: resistor, parameters: { R: 5000 }",
      "voltage: 3 V, current: 50 mA",
      wire,
    );
    const settings = { amplitude: 1, width: 5e-6, read_amplitude: 0.5, count: 5 };
    const ran = await measured(protocolNamed("pulse-train"), station, settings);
    const pulses = ran.column("pulses", "rPulse_ohm");
    assert.equal(pulses.length, 5);
    // In the 10 mA range a step is 1.2 µA, of 167 to 198 µA; the mean of many samples is finer.
    for (const ohm of pulses) assert.ok(Math.abs(ohm / 5000 - 1) < 0.02, `${ohm} ohm, wired ${wire}`);
  }
});

test("set-reset-train, switching-time and write-verify drive a memory cell through a pulse card as through a generator", async (t) => {
  const { station } = await cardBench(t, cell, limits, line);
  const train = await measured(protocolNamed("set-reset-train"), station, {
    ...{ set_amplitude: -1.5, set_count: 10, reset_amplitude: 1.5, reset_count: 10, trains: 1 },
    ...{ set_width: 200e-9, reset_width: 200e-9, read_amplitude: 0.2, read_width: 5e-6, gap: 2e-6 },
  });
  const ohms = train.column("pulses", "rRead_ohm");
  assert.ok(ohms.length >= 20, `${ohms.length} reads`);
  assert.ok(Math.max(...ohms) > 1.3 * Math.min(...ohms), `${Math.min(...ohms)} to ${Math.max(...ohms)} ohm`);

  const switching = await measured(protocolNamed("switching-time"), station, {
    ...{ amplitudes: [1, 1.5], repeats: 2, width: 2e-6, rest: 10e-6, resolution: 10e-9 },
  });
  assert.equal(switching.column("pulses", "amplitude_V").length, 4);

  const targets = [40_000, 20_000];
  const written = await measured(protocolNamed("write-verify"), station, {
    ...{ targets, tolerance: 0.1, set_polarity: "negative", read_amplitude: 0.3 },
  });
  assert.equal(written.mean("reached"), 1, "both resistances were written");
});

test("endurance counts its cycles on a pulse card, several bursts of them", async (t) => {
  const { station, sent } = await cardBench(t, cell, limits, line);
  const cycles = 20;
  const settings = {
    ...{ set_amplitude: -2, set_width: 2e-6, reset_amplitude: 2, reset_width: 2e-6 },
    ...{ read_amplitude: 0.3, read_width: 5e-6, gap: 5e-6, cycles },
  };
  const ran = await measured(protocolNamed("endurance"), station, settings);
  assert.deepEqual(
    ran.column("cycles", "cycle"),
    Array.from({ length: cycles }, (_, k) => k + 1),
  );
  const bursts = sent.filter((message) => message.startsWith(":PMU:EXECUTE"));
  assert.equal(bursts.length, 3, "8 cycles fit into the card's memory");
  const [on, off] = [ran.column("cycles", "rOn_ohm"), ran.column("cycles", "rOff_ohm")];
  assert.ok(
    on.every((ohm, k) => ohm < (off[k] ?? NaN)),
    "each cycle is set and reset",
  );
});
