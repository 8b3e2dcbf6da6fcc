// Run in a network namespace of its own, as its root: serves a virtual bench, and tells what `lxi discover` says of it.
import { execFileSync, execFile } from "node:child_process";
import { promisify } from "node:util";
import { serveVirtualBench } from "../../src/virtual/serve.js";
import type { VirtualBenchPlan } from "../../src/virtual/bench-plan.js";

const lxi = process.argv[2] ?? "lxi";
const ip = (...args: string[]) => execFileSync("ip", args, { stdio: ["ignore", "ignore", "inherit"] });
ip("link", "set", "lo", "up");
ip("addr", "add", "198.51.100.1/24", "broadcast", "198.51.100.255", "dev", "lo");

const plan: Omit<VirtualBenchPlan, "address" | "instruments"> = {
  name: "bench",
  dut: { id: "R", model: "resistor", parameters: { R: 1000 } },
  wiring: [],
  ports: "standard",
  links: ["vxi11"],
  time: "fast",
  seed: 1,
};
const two = [
  { label: "smu", driver: "keithley-2450" },
  { label: "awg", driver: "keysight-33500" },
];
const onLoopback = await serveVirtualBench({ ...plan, address: "127.0.0.1", instruments: two });
const onNetwork = await serveVirtualBench({ ...plan, address: "198.51.100.1", instruments: two.slice(1) });

const { stdout: said } = await promisify(execFile)(lxi, ["discover", "--timeout", "1"]);

const served = [...onLoopback.instruments, ...onNetwork.instruments].map(({ idn, resources }) => ({
  idn,
  host: resources[0]?.split("::")[1],
}));
process.stdout.write(JSON.stringify({ served, said }));
await onLoopback.close();
await onNetwork.close();
