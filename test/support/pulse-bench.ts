import { createDevice } from "../../src/simulator/index.js";
import { createKeysight33500 } from "../../src/virtual/awg/keysight-33500.js";
import type { DutPlan, Wire } from "../../src/virtual/bench-plan.js";
import { Lab } from "../../src/virtual/lab.js";
import { LinkEndpoint, type SocketServer, serveSocket } from "../../src/virtual/links/index.js";
import type { MessageDevice } from "../../src/virtual/scpi/index.js";
import { createInfiniiVision } from "../../src/virtual/scope/keysight-infiniivision.js";
import { RawClient } from "./raw-client.js";

/** Generator on the top of the device, scope on its top (1) and across a shunt at its bottom (2). */
export const pulseWiring = (shunt_ohm: number): readonly Wire[] => [
  { instrument: "awg", terminal: "1", node: "dut.top" },
  { instrument: "scope", terminal: "1", node: "dut.top" },
  { instrument: "scope", terminal: "2", node: "dut.bottom", through: { shunt_ohm } },
];

export interface PulseBench {
  readonly lab: Lab;
  readonly awg: RawClient;
  readonly scope: RawClient;
  /** Another controller on the same instrument. */
  readonly another: (instrument: "awg" | "scope") => Promise<RawClient>;
  close(): Promise<void>;
}

export interface PulseBenchPlan {
  readonly dut?: Omit<DutPlan, "id">;
  readonly wiring?: readonly Wire[];
  readonly awgModel?: string;
  readonly scopeModel?: string;
  readonly seed?: number;
}

/** A virtual generator and a virtual scope on real sockets around one device. */
export async function pulseBench({
  dut = { model: "resistor", parameters: { R: 950 } },
  wiring = pulseWiring(50),
  awgModel,
  scopeModel,
  seed = 1,
}: PulseBenchPlan = {}): Promise<PulseBench> {
  const lab = new Lab(createDevice(dut.model, dut.parameters, dut.seed), wiring, "fast");
  const plan = (label: string, driver: string, model: string | undefined) => ({
    plan: model === undefined ? { label, driver } : { label, driver, model },
    lab,
    seed,
  });
  const served = (device: MessageDevice) => serveSocket(new LinkEndpoint(device), "127.0.0.1", 0);
  const servers: Readonly<Record<"awg" | "scope", SocketServer>> = {
    awg: await served(createKeysight33500(plan("awg", "keysight-33500", awgModel)).device),
    scope: await served(createInfiniiVision(plan("scope", "keysight-infiniivision", scopeModel)).device),
  };
  const clients: RawClient[] = [];
  const another = async (instrument: "awg" | "scope") => {
    const client = await RawClient.open("127.0.0.1", servers[instrument].port);
    clients.push(client);
    return client;
  };
  return {
    lab,
    awg: await another("awg"),
    scope: await another("scope"),
    another,
    async close() {
      for (const client of clients) client.close();
      lab.close();
      await servers.awg.close();
      await servers.scope.close();
    },
  };
}
