import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
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

export interface InfluxOptions {
  /** With these the server asks everybody for name and password; the account is made and is an administrator. */
  readonly account?: { readonly username: string; readonly password: string };
  /** PEM files; it then speaks https with them. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** What to start it with, and where its folder is: a namespace of its own. */
  readonly within?: { readonly command: readonly string[]; readonly folder: string };
}

/** A server that runs until the end of the test; undefined when influxd is not here (the test is then skipped). */
export async function influxServer(t: TestContext, options: InfluxOptions = {}): Promise<InfluxServer | undefined> {
  const influxd = needs(t, "influxd");
  if (influxd === undefined) return undefined;
  const { account, tls, within } = options;
  const folder = within?.folder ?? (await mkdtemp(path.join(tmpdir(), "memrig-influxd-")));
  const url = `${tls ? "https" : "http"}://127.0.0.1:${await freePort()}`;
  let server: ChildProcess | undefined;

  const kill = async () => {
    const running = server;
    server = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, "exit");
    running.kill("SIGKILL");
    await gone;
  };
  const ca = tls && (await readFile(tls.certificate));
  const start = async () => {
    await kill();
    const env = settings(folder, url);
    if (account) env["INFLUXDB_HTTP_AUTH_ENABLED"] = "true";
    if (tls) {
      env["INFLUXDB_HTTP_HTTPS_ENABLED"] = "true";
      env["INFLUXDB_HTTP_HTTPS_CERTIFICATE"] = tls.certificate;
      env["INFLUXDB_HTTP_HTTPS_PRIVATE_KEY"] = tls.key;
    }
    const [command = influxd, ...args] = [...(within?.command ?? []), influxd, "-config", "/dev/null"];
    server = spawn(command, args, { env, stdio: "ignore" });
    await answering(url, ca);
  };
  t.after(async () => {
    await kill();
    if (!within) await rm(folder, { recursive: true, force: true });
  });
  await start();

  const rows = async (query: string, database = "memrig") => {
    const login = account ? { u: account.username, p: account.password } : {};
    const parameters = new URLSearchParams({ db: database, q: query, epoch: "ns", ...login });
    const { text } = await ask(`${url}/query?${parameters.toString()}`, "POST", ca);
    const { results, error } = JSON.parse(text) as {
      error?: string;
      results?: { error?: string; series?: { values: unknown[][] }[] }[];
    };
    const fault = error ?? results?.[0]?.error;
    if (fault !== undefined && !/database not found/.test(fault)) throw new Error(`${query}: ${fault}`);
    return results?.[0]?.series?.[0]?.values ?? [];
  };
  const value = async (query: string, database?: string) =>
    (await rows(query, database))[0]?.[1] as number | string | boolean | undefined;
  if (account) {
    await rows(`CREATE USER "${account.username}" WITH PASSWORD '${account.password}' WITH ALL PRIVILEGES`);
  }
  return { url, start, kill, rows, value };
}

/** One request, with a certificate of our own trusted where one is given. */
function ask(url: string, method: string, ca: Buffer | undefined): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const options = { method, agent: false, ...(ca ? { ca } : {}) };
    const request = (url.startsWith("https") ? https : http).request(url, options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      response.on("error", reject);
    });
    request.on("error", reject).end();
  });
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

async function answering(url: string, ca: Buffer | undefined): Promise<void> {
  const deadline_ms = performance.now() + 20_000;
  for (;;) {
    try {
      if ((await ask(`${url}/ping`, "GET", ca)).status === 204) return;
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
