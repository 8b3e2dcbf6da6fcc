import { createDevice } from "../../src/simulator/index.js";
import { Lab } from "../../src/virtual/lab.js";
import { LinkEndpoint, serveSocket } from "../../src/virtual/links/index.js";
import type { InstrumentContext, VirtualInstrument } from "../../src/virtual/virtual-instrument.js";
import { RawClient } from "./raw-client.js";

/** A virtual scope on a real socket, channel 1 on a resistor that nothing drives. */
export async function loneScope(
  create: (context: InstrumentContext) => VirtualInstrument,
  model: string,
  body: (scope: RawClient) => Promise<void>,
): Promise<void> {
  const wires = [{ instrument: "scope", terminal: "1", node: "dut.top" as const }];
  const lab = new Lab(createDevice("resistor", { R: 1000 }), wires, "fast");
  const { device } = create({ plan: { label: "scope", driver: "scope", model }, lab, seed: 3 });
  const server = await serveSocket(new LinkEndpoint(device), "127.0.0.1", 0);
  const scope = await RawClient.open("127.0.0.1", server.port);
  try {
    await body(scope);
  } finally {
    scope.close();
    lab.close();
    await server.close();
  }
}
