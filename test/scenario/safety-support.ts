import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import type { TestContext } from "node:test";
import type { LinkKind, VirtualBenchPlan } from "../../src/virtual/bench-plan.js";
import { serveVirtualBench } from "../../src/virtual/serve.js";
import { programOf, siblingModule } from "../support/beside.js";
import { eventually } from "../support/cli.js";

// The locks of killed controllers stay in a folder of this test's own.
const scratch = mkdtempSync(path.join(tmpdir(), "memrig-safety-"));
process.env["TMPDIR"] = scratch;
after(() => rmSync(scratch, { recursive: true, force: true }));

/** Instruments of another process than the controller's: this one. Two SMUs, a generator, a scope. */
const plan: VirtualBenchPlan = {
  name: "the instruments on the bench",
  instruments: [
    { label: "smu", driver: "keithley-2450" },
    { label: "smu2", driver: "keithley-2450" },
    { label: "awg", driver: "keysight-33500" },
    { label: "scope", driver: "keysight-infiniivision" },
  ],
  dut: { id: "D1", model: "zno-diffusive", parameters: {} },
  wiring: [
    { instrument: "smu", terminal: "high", node: "dut.top" },
    { instrument: "smu", terminal: "low", node: "dut.bottom" },
  ],
  address: "127.0.0.1",
  ports: "any",
  time: "real", // a sweep that ends by itself while nobody looks would turn its output off without any of this
  seed: 1,
};

export interface Lab {
  readonly folder: string;
  readonly benchFile: string;
  readonly store: string;
  /** Its name on a link; on the raw socket where left out. */
  readonly resource: (label: string, link?: LinkKind) => string;
  /** What an independent client is answered. */
  ask(label: string, question: string): Promise<string>;
  tell(label: string, message: string): Promise<void>;
}

/**
 * A file that says where the instruments are, as for real ones.
 *
 * @param labels those in the file
 * @param links besides raw sockets
 */
export async function labWith(
  t: TestContext,
  labels: readonly string[] = ["smu"],
  links: readonly LinkKind[] = [],
): Promise<Lab> {
  const folder = await mkdtemp(path.join(scratch, "lab-"));
  const served = await serveVirtualBench({ ...plan, links: ["socket", ...links] });
  t.after(async () => {
    await served.close();
    // The guardian of a killed controller may still be writing there.
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });
  const resource = (label: string, link: LinkKind = "socket"): string => {
    const at = ["socket", ...links].indexOf(link);
    const found = served.instruments.find(({ name }) => name === label)?.resources[at];
    assert.ok(found, label);
    return found;
  };
  const benchFile = path.join(folder, "bench.yaml");
  const lab = { folder, benchFile, store: path.join(folder, "runs"), resource, ask, tell };
  await writeBench(lab, Object.fromEntries(labels.map((label) => [label, resource(label)])));
  async function ask(label: string, question: string): Promise<string> {
    return askAt(resource(label), question);
  }
  async function tell(label: string, message: string): Promise<void> {
    await askAt(resource(label), `${message}\n*OPC?`);
  }
  return lab;
}

export async function writeBench(lab: Lab, resources: Readonly<Record<string, string>>): Promise<void> {
  const instruments = Object.entries(resources).map(([label, resource]) => {
    const driver = plan.instruments.find((known) => known.label === label)?.driver;
    return `  ${label}: { driver: ${driver}, resource: "${resource}" }\n`;
  });
  await writeFile(
    lab.benchFile,
    `name: safety\ninstruments:\n${instruments.join("")}dut: { id: D1, model: zno-diffusive }\n` +
      "wiring: { smu.high: dut.top, smu.low: dut.bottom }\nlimits: { voltage: 2 V, current: 1 mA }\n" +
      `store: ${JSON.stringify(lab.store)}\n`,
  );
}

/** One question over a connection of its own, by nothing of memrig's. */
export function askAt(resource: string, question: string): Promise<string> {
  const port = Number(/::(\d+)::SOCKET/.exec(resource)?.[1]);
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${question}\n`));
    socket.setTimeout(5000, () => socket.destroy(new Error(`no answer to ${question}`)));
    let text = "";
    socket.setEncoding("latin1").on("data", (piece: string) => {
      text += piece;
      if (!text.endsWith("\n")) return;
      socket.end();
      resolve(text.trim());
    });
    socket.once("error", reject);
  });
}

export interface Controller {
  readonly pid: number;
  /** What it has said, oldest first. */
  readonly said: readonly Readonly<Record<string, unknown>>[];
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it has measured so many rows; gives the run's folder. */
  measuring(rows: number): Promise<string>;
  readonly exit: Promise<number | null>;
}

/** Starts an iv-sweep in a process of its own. */
export function startController(t: TestContext, benchFile: string, cycles: number): Controller {
  return startRun(t, benchFile, "iv-sweep", { cycles, dwell: "2 ms", nplc: 0.01 });
}

/** Starts a run in a process of its own. */
export function startRun(t: TestContext, benchFile: string, protocol: string, settings: object): Controller {
  const program = programOf(siblingModule(import.meta.url, "safety-controller"));
  const child = spawn(process.execPath, [...program, benchFile, protocol, JSON.stringify(settings)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  t.after(() => child.kill("SIGKILL"));
  const said: Readonly<Record<string, unknown>>[] = [];
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    const lines = (text + piece).split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) said.push(JSON.parse(line) as Record<string, unknown>);
  });
  const exit = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  return {
    pid: child.pid ?? 0,
    said,
    kill: (signal) => void child.kill(signal),
    exit,
    async measuring(rows) {
      await eventually(`${rows} rows`, 30, () => {
        const refused = said.find(({ what }) => what === "refused");
        if (refused) throw new Error(String(refused["message"]));
        return said.find((line) => line["what"] === "progress" && Number(line["rows"]) >= rows);
      });
      return String(said.find(({ what }) => what === "started")?.["folder"]);
    },
  };
}

/** Milliseconds until the independent client is answered that the output is off. */
export async function offWithin(deadline_s: number, ask: () => Promise<string>): Promise<number> {
  const began_ms = performance.now();
  await eventually("the output is off", deadline_s, async () => ((await ask()) === "0" ? true : undefined));
  return performance.now() - began_ms;
}

/** A cable between controller and instrument. */
export interface Cable {
  readonly resource: string;
  /** Nothing comes through, and nobody is told. */
  deaf: boolean;
  /** Breaks every connection; new ones are taken. */
  pull(): void;
}

export async function cableTo(t: TestContext, resource: string): Promise<Cable> {
  const port = Number(/::(\d+)::SOCKET/.exec(resource)?.[1]);
  const sockets = new Set<Socket>();
  const pull = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const proxy = { resource: "", deaf: false, pull };
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => sockets.delete(socket));
    }
    near.on("data", (piece) => void (proxy.deaf || far.write(piece)));
    far.on("data", (piece) => void (proxy.deaf || near.write(piece)));
    near.on("close", () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    pull();
    await new Promise((resolve) => server.close(resolve));
  });
  proxy.resource = `TCPIP0::127.0.0.1::${(server.address() as AddressInfo).port}::SOCKET`;
  return proxy;
}
