/**
 * From `kill -9` of the controller to all outputs off, as a client of its own sees it: four virtual instruments (two SMUs
 * that hold 1 V, a generator that plays, a scope), first all healthy, then one that takes messages and answers none. Each
 * figure is from the kill to the moment the client has had "off" from every healthy output. Bar: 1 s.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serveVirtualBench } from "../src/virtual/serve.js";

const trials = 8;
const bar_s = 1;
const folder = mkdtempSync(join(tmpdir(), "memrig-safety-bench-"));
const controller = fileURLToPath(new URL("./safety/controller.js", import.meta.url));

/** One question over a connection of its own. */
function ask(port: number, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${question}\n`));
    socket.setEncoding("latin1").on("data", (text: string) => {
      socket.end();
      resolve(text.trim());
    });
    socket.once("error", reject);
  });
}

const portOf = (resource: string | undefined): number => Number(/::(\d+)::SOCKET/.exec(resource ?? "")?.[1]);

/** A cable that can go deaf: what is sent is taken, and nothing comes of it. */
async function cableTo(port: number): Promise<{ port: number; cut(): void; close(): void }> {
  let deaf = false;
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    near.on("data", (piece) => void (deaf || far.write(piece))).on("error", () => far.destroy());
    far.on("data", (piece) => void (deaf || near.write(piece))).on("error", () => near.destroy());
    near.on("close", () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, cut: () => (deaf = true), close: () => server.close() };
}

/** Seconds from the kill to the last "off". */
async function trial(oneMute: boolean): Promise<number> {
  const bench = await serveVirtualBench({
    name: "four instruments",
    instruments: [
      { label: "smu", driver: "keithley-2450" },
      { label: "smu2", driver: "keithley-2450" },
      { label: "awg", driver: "keysight-33500" },
      { label: "scope", driver: "keysight-infiniivision" },
    ],
    dut: { id: "R", model: "resistor", parameters: { R: 1e5 } },
    wiring: [],
    address: "127.0.0.1",
    ports: "any",
    time: "real",
    seed: 1,
  });
  const ports = new Map(bench.instruments.map(({ name, resources }) => [name, portOf(resources[0])]));
  const port = (label: string): number => ports.get(label) ?? NaN;
  const cable = await cableTo(port("smu2"));
  const at = (label: string, driver: string, where: number): string =>
    `  ${label}: { driver: ${driver}, resource: "TCPIP0::127.0.0.1::${where}::SOCKET" }\n`;
  const file = join(folder, "bench.yaml");
  writeFileSync(
    file,
    `instruments:\n${at("smu", "keithley-2450", port("smu"))}${at("smu2", "keithley-2450", cable.port)}` +
      `${at("awg", "keysight-33500", port("awg"))}${at("scope", "keysight-infiniivision", port("scope"))}` +
      `dut: { id: R }\nwiring: { smu.high: dut.top, smu.low: dut.bottom }\nlimits: { voltage: 2 V }\nstore: ${JSON.stringify(folder)}\n`,
  );
  const child = spawn(process.execPath, [controller, file], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", () => reject(new Error("the controller ended before its outputs were on")));
  });
  const questions = [["smu", ":OUTP?"], ["awg", "OUTP1?"], ...(oneMute ? [] : [["smu2", ":OUTP?"]])] as const;
  const answers = () => Promise.all(questions.map(([label = "", question = ""]) => ask(port(label), question)));
  if ((await answers()).some((answer) => answer !== "1")) throw new Error("an output is not on");
  if (oneMute) cable.cut();

  const killed_ms = performance.now();
  child.kill("SIGKILL");
  while ((await answers()).some((answer) => answer !== "0")) {
    if (performance.now() - killed_ms > 10_000) throw new Error("not off after 10 s");
  }
  const took_s = (performance.now() - killed_ms) / 1000;
  cable.close();
  await bench.close();
  return took_s;
}

console.log(`${cpus()[0]?.model ?? "?"}, load ${loadavg()[0]?.toFixed(1)}; ${trials} kills each`);
let late = false;
for (const oneMute of [false, true]) {
  const took: number[] = [];
  for (let k = 0; k < trials; k += 1) took.push(await trial(oneMute));
  took.sort((a, b) => a - b);
  const worst_s = took.at(-1) ?? Infinity;
  late ||= worst_s > bar_s;
  const what = oneMute ? "one of the four does not answer" : "all four answer";
  console.log(
    `kill -9 to every healthy output off, ${what}: median ${(took[Math.floor(trials / 2)] ?? NaN).toFixed(3)} s, worst ${worst_s.toFixed(3)} s (bar ${bar_s} s)`,
  );
}
rmSync(folder, { recursive: true, force: true });
process.exit(late ? 1 : 0); // guardians still try the mute one
