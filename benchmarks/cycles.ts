/**
 * Pulsed cycles, R_on and R_off of every one kept on disk: the VO2 device of 26.6 million cycles (Yi et al. 2018, Fig. 2d) and the ZnO
 * device of 100 000 (Wang et al. 2025, Fig. 2i). `npm run bench -- cycles` runs a share of the first and all of the second;
 * `node dist/benchmarks/cycles.js --full` runs both to the end.
 */
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { runCycleBlocks, runCycles, type CycleBatch, type CycleJob } from "../src/simulator/cycles/index.js";

const full = process.argv.includes("--full");
/** Bars: 26.6 million VO2 cycles on two cores, 100 000 ZnO cycles on one, s. */
const bars = { vo2_s: 600, zno_s: 10 };

const read = { level_V: 0.1, width_s: 10e-6 };
const vo2: CycleJob = {
  model: "vo2-mott",
  parameters: {},
  plan: { source_ohm: 1050, set: { level_V: 1.7, width_s: 5e-6 }, read, gap_s: 10e-6 },
  cycles: 26_600_000,
};
const zno: CycleJob = {
  model: "zno-diffusive",
  parameters: {},
  plan: { source_ohm: 50, set: { level_V: 1.2, width_s: 5e-6 }, read, gap_s: 10e-6 },
  cycles: 100_000,
};

/** Writes both resistances of every cycle to a file, 16 bytes a cycle, and knows their means and ends. */
class Keeper {
  cycles = 0;
  switched = 0;
  private readonly file: number;
  private readonly on = { sum: 0, least: Infinity, most: 0 };
  private readonly off = { sum: 0, least: Infinity, most: 0 };
  private firstResident_MB = 0;

  constructor(folder: string) {
    this.file = openSync(join(folder, "cycles.f64"), "w");
  }

  readonly take = ({ first, rOn_ohm, rOff_ohm }: CycleBatch): void => {
    if (first !== this.cycles) throw new Error(`cycle ${this.cycles} is missing: ${first} came next`);
    writeSync(this.file, rOn_ohm);
    writeSync(this.file, rOff_ohm);
    this.cycles += rOn_ohm.length;
    for (let k = 0; k < rOn_ohm.length; k++) {
      const [on_ohm, off_ohm] = [rOn_ohm[k] ?? NaN, rOff_ohm[k] ?? NaN];
      count(this.on, on_ohm);
      count(this.off, off_ohm);
      if (off_ohm > 10 * on_ohm) this.switched++;
    }
    this.firstResident_MB ||= resident_MB();
  };

  report(): string {
    const bytes = fstatSync(this.file).size;
    closeSync(this.file);
    const of = ({ sum, least, most }: { sum: number; least: number; most: number }) =>
      `${(sum / this.cycles).toPrecision(5)} ohm (${least.toPrecision(5)} to ${most.toPrecision(5)})`;
    return (
      `  R_on ${of(this.on)}, R_off ${of(this.off)}; ${this.switched} of ${this.cycles} cycles switched; ${bytes} bytes kept; ` +
      `${this.firstResident_MB} MB resident after the first batch, ${resident_MB()} MB at the end`
    );
  }
}

function count(values: { sum: number; least: number; most: number }, value: number): void {
  values.sum += value;
  values.least = Math.min(values.least, value);
  values.most = Math.max(values.most, value);
}

function resident_MB(): number {
  return Math.round(process.memoryUsage().rss / 1e6);
}

async function timed(title: string, folder: string, run: (keeper: Keeper) => Promise<number>): Promise<number> {
  const keeper = new Keeper(folder);
  const cpu = process.cpuUsage();
  const started = performance.now();
  const cycles = await run(keeper);
  const wall_s = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const cpu_s = (user + system) / 1e6;
  console.log(
    `${title}: ${cycles} cycles in ${wall_s.toFixed(1)} s and ${cpu_s.toFixed(1)} s of CPU: ` +
      `${Math.round(cycles / wall_s)} cycles/s, ${((1e6 * cpu_s) / cycles).toFixed(1)} us of CPU a cycle`,
  );
  console.log(keeper.report());
  return wall_s;
}

const threads = Math.min(2, availableParallelism());
const some = full ? vo2.cycles : 1_000_000;
console.log(`${cpus()[0]?.model ?? "?"}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`);
const folder = mkdtempSync(join(tmpdir(), "memrig-cycles-"));
try {
  const vo2_s = await timed(`VO2, 1.7 V/5 us behind 1.05 kohm, ${threads} threads`, folder, (keeper) => {
    const onProgress = ({ done, total, left_s }: { done: number; total: number; left_s: number }) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${total} cycles, ${Math.round(left_s)} s left \r`);
    };
    const block = full ? 100_000 : 50_000;
    return runCycleBlocks({ ...vo2, cycles: some }, { onBatch: keeper.take, onProgress }, { threads, block });
  });
  const all_s = (vo2_s * vo2.cycles) / some;
  console.log(`  26.6 million ${full ? "took" : "would take"} ${all_s.toFixed(0)} s; bar ${bars.vo2_s} s`);
  const zno_s = await timed("ZnO, 1.2 V/5 us behind 50 ohm, 1 thread", folder, (keeper) =>
    runCycles(zno, { onBatch: keeper.take }, 10_000),
  );
  console.log(`  100 000 took ${zno_s.toFixed(1)} s; bar ${bars.zno_s} s`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
