/**
 * A scope's driver as contender of benchmarks/scope-record.ts: arms the scope, and when its record is there reads it to volts.
 *
 * node scope.js RESOURCE DRIVER PLAN   order: `record N` captures N times; ms and processor ms of `captures` alone, points,
 * the sum over every 1000th volt, and the time axis
 */
import { createInterface } from "node:readline";
import { drivers } from "../../drivers/index.js";
import type { CapturePlan } from "../../src/capabilities/index.js";
import { openSession } from "../../src/visa/index.js";

const [resource, driver, plan] = process.argv.slice(2);
if (resource === undefined || driver === undefined || plan === undefined)
  throw new Error("which scope, and what of it?");
const entry = drivers.get(driver);
if (entry?.kind !== "scope") throw new Error(`${driver} is no driver of a scope`);
const scope = await entry.open(await openSession(resource, { timeout_ms: 5000 }), "scope");
const asked = JSON.parse(plan) as CapturePlan;
const never = new AbortController().signal;
const TIMEOUT_S = 10;

async function record(times: number): Promise<object> {
  let [total_ms, cpu_ms, points, sum_V, first_s, step_s] = [0, 0, 0, 0, NaN, NaN];
  for (let i = 0; i < times; i++) {
    await scope.arm(asked, never);
    const [start_ms, before] = [performance.now(), process.cpuUsage()];
    for await (const capture of scope.captures(TIMEOUT_S, never)) {
      for (const volts of capture.volts.values()) {
        points += volts.length;
        for (let at = 0; at < volts.length; at += 1000) sum_V += volts[at] ?? NaN;
      }
      [first_s, step_s] = [capture.start_s, capture.step_s];
    }
    const { user, system } = process.cpuUsage(before);
    total_ms += performance.now() - start_ms;
    cpu_ms += (user + system) / 1000;
  }
  return { total_ms, cpu_ms, points, sum_V, first_s, step_s };
}

for await (const order of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await record(Number(order.split(" ")[1]))));
}
await scope.close();
