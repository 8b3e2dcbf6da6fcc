import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { TestContext } from "node:test";
import { needs } from "./needs.js";

/** A real InfluxDB of its own: own folder, free port on loopback. */
export interface InfluxServer {
  readonly url: string;
  start(): Promise<void>;
  /** SIGKILL: as a power cut. What it had acknowledged is there after the next `start`. */
  kill(): Promise<void>;
  /** The first value of the first row, or undefined when there is none. */
  value(query: string, database?: string): Promise<number | string | boolean | undefined>;
  /** All rows of the first series. */
  rows(query: string, database?: string): Promise<unknown[][]>;
}

/** A server that runs until the end of the test; undefined when influxd is not here (the test is then skipped). */
export async function influxServer(t: TestContext): Promise<InfluxServer | undefined> {
  const influxd = needs(t, "influxd");
  if (influxd === undefined) return undefined;
  const folder = await mkdtemp(path.join(tmpdir(), "memrig-influxd-"));
  const url = `http://127.0.0.1:${await freePort()}`;
  let server: ChildProcess | undefined;

  const kill = async () => {
    const running = server;
    server = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, "exit");
    running.kill("SIGKILL");
    await gone;
  };
  const start = async () => {
    await kill();
    server = spawn(influxd, ["-config", "/dev/null"], { env: settings(folder, url), stdio: "ignore" });
    await answering(url);
  };
  t.after(async () => {
    await kill();
    await rm(folder, { recursive: true, force: true });
  });
  await start();

  const rows = async (query: string, database = "memrig") => {
    const reply = await fetch(
      `${url}/query?${new URLSearchParams({ db: database, q: query, epoch: "ns" }).toString()}`,
    );
    const { results } = (await reply.json()) as { results?: { series?: { values: unknown[][] }[] }[] };
    return results?.[0]?.series?.[0]?.values ?? [];
  };
  const value = async (query: string, database?: string) =>
    (await rows(query, database))[0]?.[1] as number | string | boolean | undefined;
  return { url, start, kill, rows, value };
}

function settings(folder: string, url: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    INFLUXDB_REPORTING_DISABLED: "true",
    INFLUXDB_BIND_ADDRESS: "127.0.0.1:0",
    INFLUXDB_META_DIR: path.join(folder, "meta"),
    INFLUXDB_DATA_DIR: path.join(folder, "data"),
    INFLUXDB_DATA_WAL_DIR: path.join(folder, "wal"),
    INFLUXDB_MONITOR_STORE_ENABLED: "false",
    INFLUXDB_HTTP_BIND_ADDRESS: new URL(url).host,
    INFLUXDB_HTTP_LOG_ENABLED: "false",
  };
}

async function answering(url: string): Promise<void> {
  const deadline_ms = performance.now() + 20_000;
  for (;;) {
    try {
      if ((await fetch(`${url}/ping`)).status === 204) return;
    } catch (error) {
      if (performance.now() > deadline_ms) throw new Error("influxd did not answer within 20 s", { cause: error });
    }
    await pause(20);
  }
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
