// A program that arms a guardian for the ports given, turns the outputs on, says so, and then does what it is told.
import { connect } from "node:net";
import { startGuardian } from "../../../src/bench/guardian.js";

const [mode, record, ...ports] = process.argv.slice(2);
const guardian = startGuardian();
guardian.record(record ?? "");
await guardian.arm(
  ports.map((port) => ({
    label: `i${port}`,
    host: "127.0.0.1",
    port: Number(port),
    messages: [":ABOR", ":OUTP OFF"],
    queries: [":OUTP?"],
  })),
);
for (const port of ports) connect(Number(port), "127.0.0.1").write(":OUTP ON\n");
process.stdout.write(`armed ${guardian.pid}\n`);
if (mode === "hang") setInterval(() => undefined, 1000);
if (mode === "throw") {
  setTimeout(() => {
    throw new Error("a fault nobody catches");
  }, 300);
}
if (mode === "reject") setTimeout(() => void Promise.reject(new Error("a promise nobody waits for")), 300);
if (mode === "disarm") {
  await guardian.disarm();
  process.exit();
}
