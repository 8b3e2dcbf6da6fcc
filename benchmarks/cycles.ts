/**
 * Pulsed cycles, R_on and R_off of every one kept: the VO2 device of 26.6 million cycles (Yi et al. 2018, Fig. 2d) and the ZnO device of
 * 100 000 (Wang et al. 2025, Fig. 2i). Without arguments a share of the first and all of the second; `--full` runs both to the end.
 */
import { availableParallelism } from "node:os";
import { runCycleBlocks, runCycles, type CycleBatch, type CycleJob } from "../src/simulator/cycles/index.js";

const full = process.argv.includes("--full");

const vo2: CycleJob = {
  model: "vo2-mott",
  parameters: {},
  plan: {
    source_ohm: 1050,
    set: { level_V: 1.7, width_s: 5e-6 },
    read: { level_V: 0.1, width_s: 10e-6 },
    gap_s: 10e-6,
  },
  cycles: 26_600_000,
};
const zno: CycleJob = {
  model: "zno-diffusive",
  parameters: {},
  plan: { source_ohm: 50, set: { level_V: 1.2, width_s: 5e-6 }, read: { level_V: 0.1, width_s: 10e-6 }, gap_s: 10e-6 },
  cycles: 100_000,
};

/** All cycles in memory of their own, as a measurement would be kept: 16 bytes a cycle. */
function keeper(cycles: number) {
  const [rOn_ohm, rOff_ohm] = [new Float64Array(cycles), new Float64Array(cycles)];
  const onBatch = (batch: CycleBatch) => {
    rOn_ohm.set(batch.rOn_ohm, batch.first);
    rOff_ohm.set(batch.rOff_ohm, batch.first);
  };
  return { rOn_ohm, rOff_ohm, onBatch };
}

function spread(values: Float64Array): string {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return `${at(0.5).toPrecision(5)} ohm (${at(0).toPrecision(5)} to ${at(1).toPrecision(5)})`;
}

async function timed(title: string, run: () => Promise<number>): Promise<{ cycles: number; wall_s: number }> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const cycles = await run();
  const wall_s = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const cpu_us = (user + system) / cycles;
  console.log(
    `${title}: ${cycles} cycles in ${wall_s.toFixed(1)} s, ${Math.round(cycles / wall_s)} cycles/s, ` +
      `${cpu_us.toFixed(1)} us of CPU a cycle, ${Math.round(process.memoryUsage().rss / 1e6)} MB resident`,
  );
  return { cycles, wall_s };
}

const threads = availableParallelism();
const some = full ? vo2.cycles : 400_000;
const kept = keeper(some);
const onProgress = ({ done, total, left_s }: { done: number; total: number; left_s: number }) => {
  if (full)
    process.stderr.write(
      `\r${done} of ${total} cycles, ${Math.round(left_s)} s left, ${Math.round(process.memoryUsage().rss / 1e6)} MB `,
    );
};
const { wall_s } = await timed(`VO2, 1.7 V/5 us behind 1.05 kohm, ${threads} threads`, () =>
  runCycleBlocks(
    { ...vo2, cycles: some },
    { onBatch: kept.onBatch, onProgress },
    { threads, block: full ? 100_000 : 50_000 },
  ),
);
if (!full)
  console.log(`  26.6 million would take ${((wall_s * vo2.cycles) / some / 60).toFixed(1)} minutes (--full runs them)`);
console.log(`  R_on ${spread(kept.rOn_ohm)}, R_off ${spread(kept.rOff_ohm)}`);

const keptZno = keeper(zno.cycles);
await timed("ZnO, 1.2 V/5 us behind 50 ohm, 1 thread", () => runCycles(zno, { onBatch: keptZno.onBatch }, 10_000));
console.log(`  R_on ${spread(keptZno.rOn_ohm)}, R_off ${spread(keptZno.rOff_ohm)}`);
