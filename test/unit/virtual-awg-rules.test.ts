import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { awgModel } from "../../src/virtual/awg/models.js";
import {
  extremes,
  fitPulse,
  setAmplitude,
  setLevel,
  setLimit,
  setLimitState,
  setLoad,
  setOffset,
} from "../../src/virtual/awg/rules.js";
import { type ChannelSettings, resetSettings } from "../../src/virtual/awg/settings.js";

const volts = fc.double({ min: -25, max: 25, noNaN: true });
const silent = () => undefined;

type Change = (k: ChannelSettings) => void;
const change: fc.Arbitrary<Change> = fc.oneof(
  volts.map(
    (v): Change =>
      (k) =>
        setAmplitude(k, Math.abs(v), silent),
  ),
  volts.map(
    (v): Change =>
      (k) =>
        setOffset(k, v, silent),
  ),
  volts.map(
    (v): Change =>
      (k) =>
        setLevel(k, "high", v, silent),
  ),
  volts.map(
    (v): Change =>
      (k) =>
        setLevel(k, "low", v, silent),
  ),
  volts.map(
    (v): Change =>
      (k) =>
        setLimit(k, "high", v, silent),
  ),
  volts.map(
    (v): Change =>
      (k) =>
        setLimit(k, "low", v, silent),
  ),
  fc.boolean().map(
    (on): Change =>
      (k) =>
        setLimitState(k, on, silent),
  ),
  fc.constantFrom(1, 50, 10e3, Infinity).map(
    (load): Change =>
      (k) =>
        setLoad(k, load, silent),
  ),
);

test("no order of level, limit and load commands puts out more than 10 V, or more than the limits in force", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const k = resetSettings();
      for (const apply of changes) {
        apply(k);
        const [low_V, high_V] = extremes(k);
        assert.ok(high_V <= 10 + 1e-9 && low_V >= -10 - 1e-9, `${low_V} V to ${high_V} V`);
        if (!k.limit.on) continue;
        assert.ok(high_V <= k.limit.high_V + 1e-9, `${high_V} V above the limit of ${k.limit.high_V} V`);
        assert.ok(low_V >= k.limit.low_V - 1e-9, `${low_V} V below the limit of ${k.limit.low_V} V`);
      }
    }),
    { numRuns: 400 },
  );
});

test("whatever pulse is asked for, its width and edges fit into the period", () => {
  const model = awgModel("33512B");
  const log = (from: number, to: number) => fc.double({ min: from, max: to, noNaN: true }).map((e) => 10 ** e);
  fc.assert(
    fc.property(log(-6, 7.4), log(-8, 6), log(-8.07, -6), log(-8.07, -6), (frequency_Hz, width_s, lead_s, trail_s) => {
      const k = resetSettings();
      k.frequency_Hz = frequency_Hz;
      k.pulse = { ...k.pulse, width_s, lead_s, trail_s };
      fitPulse(k, model, silent);
      const period_s = 1 / frequency_Hz;
      const rounding_s = 16e-15 + 4 * Number.EPSILON * period_s; // near 1e6 s a double has steps of 0.1 ns
      const rest_s = period_s - k.pulse.width_s + rounding_s;
      assert.ok(k.pulse.width_s >= 16e-9 - rounding_s && rest_s >= 16e-9 * (1 - 1e-9));
      const edges_s = (k.pulse.lead_s + k.pulse.trail_s) / 0.8 / 2;
      assert.ok(edges_s <= k.pulse.width_s * (1 + 1e-9) + rounding_s && edges_s <= rest_s * (1 + 1e-9) + rounding_s);
    }),
  );
});
