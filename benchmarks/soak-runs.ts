/** 10 000 runs begun, written and ended in one process: memory, open files and timers stay flat. `--runs n` for fewer. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRun, listRuns, openRunFolder } from "../src/store/index.js";

const at = process.argv.indexOf("--runs");
const runs = at < 0 ? 10_000 : Number(process.argv[at + 1]);
const table = {
  name: "points",
  columns: ["voltage_V", "current_A"].map((name) => ({
    ...{ name, type: "f64" as const, unit: name.slice(-1), description: name },
  })),
};
const start = {
  ...{
    protocol: "iv-sweep",
    dut: "D1",
    parameters: {},
    bench: {},
    instruments: [],
    tables: [table],
    mainTable: "points",
  },
  ...{ software: { name: "memrig", version: "0", commit: "none" }, operator: "bench", tags: {}, expectedRows: 0 },
};
const rows = Array.from({ length: 100 }, (_, k) => ({ voltage_V: k / 100, current_A: k * 1e-8 }));

/** Open descriptors where the system lists them; what keeps the process alive. */
const descriptors = () => (process.platform === "linux" ? readdirSync("/proc/self/fd").length : Number.NaN);
const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

const store = mkdtempSync(join(tmpdir(), "memrig-soak-"));
const samples: { MB: number; files: number; timers: number }[] = [];
const started = performance.now();
try {
  for (let k = 1; k <= runs; k += 1) {
    const writer = await createRun(store, start);
    writer.append({ table: "points", rows });
    writer.event("state", { state: "running" });
    await writer.flush();
    await writer.finish("done", { metrics: { vth_V: { mean: 0.2, sd: 0, cv: 0, n: 1 } } });
    const read = (await (await openRunFolder(writer.folder)).table("points")).length;
    if (read !== rows.length) throw new Error(`run ${k} gave back ${read} rows`);
    if (k % Math.ceil(runs / 10) === 0) {
      (globalThis as { gc?: () => void }).gc?.();
      const sample = { MB: Math.round(process.memoryUsage().rss / 1e6), files: descriptors(), timers: timers() };
      samples.push(sample);
      const each_ms = ((performance.now() - started) / k).toFixed(1);
      console.log(
        `${k} runs: ${sample.MB} MB resident, ${sample.files} descriptors, ${sample.timers} timers, ${each_ms} ms a run`,
      );
    }
  }
  console.log(`${(await listRuns(store)).length} runs listed`);
} finally {
  rmSync(store, { recursive: true, force: true });
}
const [second, last] = [samples[1], samples.at(-1)];
const flat =
  second !== undefined &&
  last !== undefined &&
  last.MB < 1.25 * second.MB + 20 &&
  last.files <= second.files &&
  last.timers <= second.timers;
console.log(flat ? "flat: the last tenth is as the second" : "NOT flat");
process.exitCode = flat ? 0 : 1;
