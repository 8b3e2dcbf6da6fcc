import type { TestContext } from "node:test";
import type { VirtualBenchPlan } from "../../src/virtual/bench-plan.js";
import { serveVirtualBench } from "../../src/virtual/serve.js";
import { RawClient } from "./raw-client.js";

/** A bench with one virtual SMU on one device, both wires on it. */
export function smuPlan(plan: Partial<VirtualBenchPlan> = {}): VirtualBenchPlan {
  return {
    name: "one SMU",
    instruments: [{ label: "smu", driver: "keithley-2450" }],
    dut: { id: "R1", model: "resistor", parameters: { R: 1000 } },
    wiring: [
      { instrument: "smu", terminal: "high", node: "dut.top" },
      { instrument: "smu", terminal: "low", node: "dut.bottom" },
    ],
    address: "127.0.0.1",
    ports: "any",
    time: "fast",
    seed: 7,
    ...plan,
  };
}

/** Port of the first instrument of a bench that is closed after the test. */
export async function serveSmu(t: TestContext, plan: Partial<VirtualBenchPlan> = {}): Promise<number> {
  const bench = await serveVirtualBench(smuPlan(plan));
  t.after(() => bench.close());
  const resource = bench.instruments[0]?.resources[0] ?? "";
  return Number(/::(\d+)::SOCKET$/.exec(resource)?.[1]);
}

/** A client of the virtual SMU of a bench, both closed after the test. */
export async function connectSmu(t: TestContext, plan: Partial<VirtualBenchPlan> = {}): Promise<RawClient> {
  const client = await RawClient.open("127.0.0.1", await serveSmu(t, plan));
  t.after(() => client.close());
  return client;
}
