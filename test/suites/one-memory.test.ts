import assert from "node:assert/strict";
import { test } from "node:test";
import { virtualBench } from "../support/virtual-bench.js";
import type { ServedBench } from "../support/virtual-bench.js";

const WIDTH_S = 1e-5;
const pulse = (level_V: number) => ({
  segments: [
    { level_V: 0, duration_s: WIDTH_S },
    { level_V, duration_s: WIDTH_S },
    { level_V: 0, duration_s: WIDTH_S },
  ],
  limit: { low_V: -1, high_V: 1 },
});

for (const [driver, model] of [
  ["tektronix-afg", "AFG3252C"],
  ["rigol-dg", "DG4162"],
] as const) {
  test(`${model}: both channels take samples in turn, and each plays its own; while one is on the other is refused`, async () => {
    const wiring = ([1, 2] as const).map((n) => ({ instrument: "awg", terminal: String(n), node: "dut.top" as const }));
    const dut = { id: "R", model: "resistor", parameters: { R: 1e6 } };
    const bench = await virtualBench([{ label: "awg", driver, model }], wiring, dut);
    try {
      const awg = await bench.open("awg", "awg");
      const played = async (channel: number) => {
        await awg.outputOn(channel);
        const peak_V = await peakDuring(bench, () => awg.trigger(channel));
        await awg.outputOff(channel);
        return Number(peak_V.toFixed(2));
      };
      const first = pulse(0.3);
      await awg.load(1, first, 1);
      for (const segment of first.segments) segment.level_V = 1; // the caller's own affair
      await awg.load(2, pulse(0.6), 1);
      assert.deepEqual([await played(2), await played(1), await played(2), await played(1)], [0.6, 0.3, 0.6, 0.3]);
      await awg.outputOn(1);
      await assert.rejects(awg.load(2, pulse(0.9), 1), {
        kind: "invalid-request",
        message:
          /one memory for samples, and channel 1 is on and plays from it.*channel 2 is off. Turn channel 1 off first/s,
      });
      await assert.rejects(awg.outputOn(2), { kind: "invalid-request" });
      assert.equal(Number((await peakDuring(bench, () => awg.trigger(1))).toFixed(2)), 0.3, "what plays is untouched");
      // A waveform of the generator's own needs no memory.
      const { limit } = pulse(0);
      await awg.setWaveform(2, { waveform: { shape: "sine", frequency_Hz: 1e3 }, low_V: 0, high_V: 0.5, limit });
    } finally {
      await bench.close();
    }
  });
}

/** The highest voltage at the device from the trigger until the burst is over. */
async function peakDuring({ lab }: ServedBench, trigger: () => Promise<void>): Promise<number> {
  let peak_V = 0;
  const end = lab.watch(({ top0_V, top1_V }) => (peak_V = Math.max(peak_V, top0_V, top1_V)), WIDTH_S / 100);
  try {
    await trigger();
    await lab.pass(10 * WIDTH_S);
  } finally {
    end();
  }
  return peak_V;
}
