/**
 * The store: durable rows a second beside plain columnar frames with a sync each (the ceiling of this disk, in the same run),
 * the Parquet file of a long run, and a catalogue of 10 000 runs. `--rows n` for the long run, `--runs n` for the catalogue.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRun, listRuns, openRun, openRunFolder, type RunStart } from "../src/store/index.js";
import type { Columns, TableSpec } from "../src/store/shapes.js";

const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const rows = option("--rows", 4_000_000);
const runs = option("--runs", 10_000);
/** The table of the figures that the choice of the store rests on: 40 bytes a row. */
const cycles: TableSpec = {
  name: "cycles",
  columns: ["cycle", "t_s", "rOn_ohm", "rOff_ohm", "vth_V"].map((name) => ({
    ...{ name, type: "f64", unit: name.split("_")[1] ?? "", description: name },
  })),
};
const frameRows = 10_000;
const bars = { ratio: 0.5, list_ms: 300 };

const start: RunStart = {
  ...{ protocol: "endurance", dut: "D1", parameters: {}, bench: {}, instruments: [], mainTable: "cycles" },
  ...{ tables: [cycles], software: { name: "memrig", version: "0", commit: "none" }, operator: "bench" },
  ...{ tags: { lot: "7" }, expectedRows: 0 },
};

function frame(from: number): Columns {
  const columns = Object.fromEntries(
    cycles.columns.map(({ name }, c) => [
      name,
      Float64Array.from({ length: frameRows }, (_, i) => (from + i) * 1.37 + c),
    ]),
  );
  return { length: frameRows, columns };
}

const frames = Array.from({ length: 8 }, (_, k) => frame(k * frameRows));
const framesOf = (count: number) =>
  Array.from({ length: Math.ceil(count / frameRows) }, (_, k) => frames[k % 8] as Columns);

/** The ceiling: the columns' bytes one behind the other, and a sync for each frame. */
async function rawFrames(folder: string, count: number): Promise<number> {
  const handle = await open(join(folder, "raw.bin"), "w");
  const started = performance.now();
  let at = 0;
  for (const { columns } of framesOf(count)) {
    for (const values of Object.values(columns) as Float64Array[]) {
      at += (await handle.write(new Uint8Array(values.buffer), 0, values.byteLength, at)).bytesWritten;
    }
    await handle.datasync();
  }
  const seconds = (performance.now() - started) / 1000;
  await handle.close();
  rmSync(join(folder, "raw.bin"));
  return count / seconds;
}

/** Ours: the same frames handed to a run, a flush now and then as the engine does, until the last row is durable. */
async function ours(folder: string, count: number, flushEach: number): Promise<number> {
  const writer = await createRun(folder, start, { parquet: false });
  const started = performance.now();
  for (const [k, columns] of framesOf(count).entries()) {
    writer.append({ table: "cycles", columns });
    if (k % flushEach === flushEach - 1) await writer.flush();
  }
  await writer.flush();
  const rate = count / ((performance.now() - started) / 1000);
  await writer.finish("done");
  rmSync(writer.folder, { recursive: true });
  return rate;
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const million = (rate: number) => `${(rate / 1e6).toFixed(2)} Mrow/s`;
const resident_MB = () => Math.round(process.memoryUsage().rss / 1e6);

async function durableRows(folder: string): Promise<boolean> {
  const ratios: Record<"each" | "stream", number[]> = { each: [], stream: [] };
  for (let pass = 0; pass < 5; pass += 1) {
    const raw = await rawFrames(folder, 1_000_000);
    const stream = await ours(folder, 1_000_000, 25);
    const each = await ours(folder, 1_000_000, 1);
    ratios.stream.push(stream / raw);
    ratios.each.push(each / raw);
    console.log(
      `raw frames ${million(raw)}; ours ${million(stream)} (${(stream / raw).toFixed(2)}), ` +
        `confirmed frame by frame ${million(each)} (${(each / raw).toFixed(2)})`,
    );
  }
  const ratio = median(ratios.stream);
  console.log(
    `durable rows: ${ratio.toFixed(2)} of the raw frames' rate (bar ${bars.ratio}), ${median(ratios.each).toFixed(2)} where every ` +
      `10 000 rows are waited for; medians of 5 passes`,
  );
  return ratio >= bars.ratio;
}

async function longRun(folder: string): Promise<void> {
  const writer = await createRun(folder, start, { parquet: false });
  for (const [k, columns] of framesOf(rows).entries()) {
    writer.append({ table: "cycles", columns });
    if (k % 25 === 24) await writer.flush();
  }
  await writer.finish("done");
  const run = await openRunFolder(writer.folder);
  let started = performance.now();
  let sum = 0;
  for await (const { length } of run.blocks("cycles")) sum += length;
  console.log(
    `read ${sum} rows in blocks: ${million(sum / ((performance.now() - started) / 1000))}, ${resident_MB()} MB resident`,
  );
  started = performance.now();
  const cpu = process.cpuUsage();
  let most_MB = 0;
  const watch = setInterval(() => (most_MB = Math.max(most_MB, resident_MB())), 50);
  await run.parquet("cycles", join(folder, "long.parquet"));
  clearInterval(watch);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `Parquet of ${rows} rows: ${seconds.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of CPU (${million(rows / seconds)}), ` +
      `at most ${most_MB} MB resident`,
  );
  rmSync(writer.folder, { recursive: true });
  rmSync(join(folder, "long.parquet"));
}

/** A store of many small runs: one written, and copied under other names, times, devices and results. */
async function manyRuns(store: string): Promise<void> {
  const writer = await createRun(store, start, { parquet: false });
  writer.append({ table: "cycles", columns: frame(0) });
  await writer.finish("done", { metrics: { vth_V: { mean: 0.2, sd: 0, cv: 0, n: 1 } } });
  const info = readFileSync(join(writer.folder, "run.json"), "utf8");
  for (let k = 0; k < runs; k += 1) {
    const startedAt = new Date(Date.UTC(2026, 0, 1) + k * 600e3).toISOString();
    const run = `${startedAt.replace(/[-:]|\.\d+/g, "")}_endurance_D${k % 30}_x${k.toString(32).padStart(5, "0")}`;
    const folder = join(store, run);
    mkdirSync(folder);
    const copy = {
      ...(JSON.parse(info) as object),
      run,
      startedAt,
      endedAt: startedAt,
      dut: `D${k % 30}`,
      tags: { lot: String(k % 12) },
    };
    writeFileSync(join(folder, "run.json"), `${JSON.stringify(copy, undefined, 2)}\n`);
    writeFileSync(
      join(folder, "metrics.json"),
      JSON.stringify({ vth_V: { mean: 0.1 + (k % 100) / 500, sd: 0, cv: 0, n: 1 } }),
    );
    for (const name of ["cycles.journal.jsonl"]) cpSync(join(writer.folder, name), join(folder, name));
  }
  rmSync(writer.folder, { recursive: true });
}

const milliseconds = async (job: () => Promise<unknown>) => {
  const started = performance.now();
  await job();
  return performance.now() - started;
};

async function catalogue(store: string): Promise<boolean> {
  await manyRuns(store);
  const memrig = fileURLToPath(new URL("../../bin/memrig.mjs", import.meta.url));
  const command =
    (...words: string[]) =>
    () =>
      Promise.resolve(spawnSync(process.execPath, [memrig, "runs", ...words, "--store", store], { stdio: "ignore" }));
  const bare = () => Promise.resolve(spawnSync(process.execPath, ["-e", ""]));
  const times = async (job: () => Promise<unknown>) => {
    const all: number[] = [];
    for (let k = 0; k < 7; k += 1) all.push(await milliseconds(job));
    return { median: median(all), best: Math.min(...all) };
  };
  const text = ({ median: middle, best }: { median: number; best: number }) =>
    `${middle.toFixed(0)} ms (best ${best.toFixed(0)})`;
  console.log(
    `first list of ${runs} runs, every folder read: ${(await milliseconds(() => listRuns(store))).toFixed(0)} ms`,
  );
  console.log(`listed again in the same process: ${text(await times(() => listRuns(store)))}`);
  console.log(`a process of node that does nothing: ${text(await times(bare))}`);
  const id = basename((await listRuns(store)).at(-1)?.folder ?? "");
  console.log(`open one of them by its id, in this process: ${text(await times(() => openRun(store, id.slice(-6))))}`);
  let met = true;
  for (const words of [
    ["list"],
    ["list", "--tag", "lot=7", "--since", "2026-02-01", "--metric", "vth_V<0.2"],
    ["show", id],
  ]) {
    const taken = await times(command(...words));
    const within = taken.median < bars.list_ms;
    met &&= within;
    console.log(
      `memrig runs ${words.join(" ")}: ${text(taken)}; bar ${bars.list_ms} ms: ${within ? "met" : "NOT met"}`,
    );
  }
  return met;
}

console.log(`${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`);
const scratch = mkdtempSync(join(tmpdir(), "memrig-store-bench-"));
try {
  const fast = await durableRows(scratch);
  await longRun(scratch);
  const quick = await catalogue(join(scratch, "many"));
  process.exitCode = fast && quick ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
