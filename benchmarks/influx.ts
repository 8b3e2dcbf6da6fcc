/**
 * Points into InfluxDB: a run sent from its folder by memrig (read, checked, made into lines, cursor kept) beside the `influx` package
 * alone (the same points from memory, `writePoints`, as its documents show it), in turn against one influxd on loopback.
 * `npm run bench -- influx`. Bar: at least 0.9 of the package's rate.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { InfluxDB, type IPoint } from "influx";
import { createRun } from "../src/store/index.js";
import type { TableSpec } from "../src/store/shapes.js";
import { InfluxSink } from "../src/store/sinks/influx.js";

const rows = Number(process.argv[2] ?? 200_000);
const rounds = Number(process.argv[3] ?? 5);
/** As docs/notes put it: two writers of 5000 points are as fast as any. */
const batch = 5000;
const bar = 0.9;

const table: TableSpec = {
  name: "points",
  columns: ["time_s", "asked_V", "voltage_V", "current_A"].map((name) => {
    return { name, type: "f64" as const, unit: name.split("_")[1] ?? "", description: "" };
  }),
};

interface Round {
  readonly points_per_s: number;
  /** CPU of this process for a thousand points. */
  readonly cpu_ms: number;
  readonly longest_ms: number;
}

const folder = mkdtempSync(join(tmpdir(), "memrig-bench-influx-"));
const port = await freePort();
const server = spawn("influxd", ["-config", "/dev/null"], {
  stdio: "ignore",
  env: {
    ...process.env,
    INFLUXDB_REPORTING_DISABLED: "true",
    INFLUXDB_BIND_ADDRESS: "127.0.0.1:0",
    INFLUXDB_META_DIR: join(folder, "meta"),
    INFLUXDB_DATA_DIR: join(folder, "data"),
    INFLUXDB_DATA_WAL_DIR: join(folder, "wal"),
    INFLUXDB_MONITOR_STORE_ENABLED: "false",
    INFLUXDB_HTTP_BIND_ADDRESS: `127.0.0.1:${port}`,
    INFLUXDB_HTTP_LOG_ENABLED: "false",
  },
});
try {
  const influx = new InfluxDB({ host: "127.0.0.1", port, database: "bench" });
  while (!(await influx.ping(500))[0]?.online) await pause(50);
  await influx.createDatabase("bench");

  const store = join(folder, "runs");
  const data = Array.from({ length: rows }, (_, i) => ({
    time_s: i * 1e-4,
    asked_V: 0.01 * (i % 120),
    voltage_V: 0.01 * (i % 120) + 1e-5 * Math.sin(i),
    current_A: 1e-6 * Math.sin(1.1 * i) ** 3,
  }));
  const ours: Round[] = [];
  const alone: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const who of round % 2 === 0 ? ["alone", "ours"] : ["ours", "alone"]) {
      if (who === "ours") {
        const run = await createRun(store, start());
        run.append({ table: "points", rows: data });
        await run.finish("done");
        const sink = new InfluxSink({ url: `http://127.0.0.1:${port}`, database: "bench" }, store);
        ours.push(await timed(() => sink.pushRun(run.folder)));
        await sink.stop();
        await check(influx, run.info.run);
      } else {
        const run = `alone-${round}`;
        alone.push(await timed(() => writeAlone(influx, run, data)));
        await check(influx, run);
      }
    }
  }
  const ratios = ours.map((round, i) => round.points_per_s / (alone[i]?.points_per_s ?? NaN));
  const ratio = median(ratios);
  console.log(
    `${rows} points of 4 fields, ${rounds} rounds in turn; ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`,
  );
  say("influx package alone", alone);
  say("memrig, from disk", ours);
  console.log(
    `ratio ${ratio.toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}); bar ${bar}: ${ratio >= bar ? "met" : "MISSED"}`,
  );
  process.exitCode = ratio >= bar ? 0 : 1;
} finally {
  server.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}

/** Two writers, each taking the next batch. */
async function writeAlone(influx: InfluxDB, run: string, data: readonly Record<string, number>[]): Promise<void> {
  const start_ns = BigInt(Date.now()) * 1_000_000n;
  let next = 0;
  const writer = async () => {
    while (next < data.length) {
      const from = next;
      next += batch;
      const points: IPoint[] = data.slice(from, from + batch).map((fields, i) => ({
        measurement: "points",
        tags: { run, protocol: "iv-sweep", dut: "W3-D17" },
        fields,
        timestamp: (start_ns + BigInt(from + i) * 100_000n).toString(),
      }));
      await influx.writePoints(points, { precision: "n" });
    }
  };
  await Promise.all([writer(), writer()]);
}

async function timed(work: () => Promise<unknown>): Promise<Round> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const cpu = process.cpuUsage();
  delay.enable();
  const began = performance.now();
  await work();
  const took_s = (performance.now() - began) / 1e3;
  delay.disable();
  const { user, system } = process.cpuUsage(cpu);
  return { points_per_s: rows / took_s, cpu_ms: (user + system) / rows, longest_ms: delay.percentile(99.5) / 1e6 };
}

async function check(influx: InfluxDB, run: string): Promise<void> {
  const [found] = await influx.query<{ n: number }>(`SELECT count(current_A) AS n FROM points WHERE run = '${run}'`);
  if (found?.n !== rows) throw new Error(`${run}: ${found?.n} of ${rows} points are in`);
}

function say(title: string, found: readonly Round[]): void {
  const rates = found.map(({ points_per_s }) => points_per_s / 1e3);
  console.log(
    `${title.padEnd(21)} ${median(rates).toFixed(0).padStart(5)} kpoint/s (${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)}), ` +
      `${median(found.map(({ cpu_ms }) => cpu_ms)).toFixed(2)} ms of CPU a thousand, ` +
      `event loop held ${median(found.map(({ longest_ms }) => longest_ms)).toFixed(1)} ms (99.5 %)`,
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function start() {
  return {
    ...{ protocol: "iv-sweep", dut: "W3-D17", parameters: {}, bench: {}, instruments: [], tables: [table] },
    ...{ mainTable: "points", software: { name: "memrig", version: "0", commit: "" }, operator: "bench", tags: {} },
    expectedRows: rows,
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}
