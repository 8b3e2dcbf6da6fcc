import { drivers } from "../../drivers/index.js";
import { openSession } from "../../src/visa/index.js";
import type { LinkKind } from "../../src/virtual/bench-plan.js";
import { serveVirtualBench } from "../../src/virtual/serve.js";

/** One of each family of source-measure units, on a link that it has. */
export const smus = [
  { driver: "keithley-2400", model: "2400", link: "prologix" },
  { driver: "keithley-2450", model: "2450", link: "socket" },
  { driver: "keithley-2600", model: "2602B", link: "socket" },
  { driver: "keysight-b2900", model: "B2912A", link: "hislip" },
  { driver: "keithley-4200a", model: "4200A-SCS", link: "socket" },
] as const satisfies readonly { driver: string; model: string; link: LinkKind }[];

/**
 * Sends a sweep through 1 kΩ at the unit's virtual twin, and counts the messages that went to it, those that make it safe
 * afterwards included.
 *
 * @throws Error not every level gave a reading
 */
export async function messagesOfSweep({ driver, model, link }: (typeof smus)[number], points: number): Promise<number> {
  const bench = await serveVirtualBench({
    name: "benchmark",
    instruments: [{ label: "smu", driver, model }],
    dut: { id: "R", model: "resistor", parameters: { R: 1000 } },
    wiring: [
      { instrument: "smu", terminal: "high", node: "dut.top" },
      { instrument: "smu", terminal: "low", node: "dut.bottom" },
    ],
    address: "127.0.0.1",
    ports: "any",
    links: [link],
    time: "fast",
    seed: 7,
  });
  try {
    const entry = drivers.get(driver);
    const resource = bench.instruments[0]?.resources[0];
    if (entry?.kind !== "smu" || resource === undefined) throw new Error(`${driver} is not served as an smu`);
    let sent = 0;
    const onWire = ({ kind }: { kind: string }) => void (kind === "sent" && sent++);
    const session = await openSession(resource, { ...entry.session, onWire });
    try {
      const smu = await entry.open(session, "smu");
      await smu.outputIsOn(); // as a bench does when it connects
      sent = 0;
      const levels = Array.from({ length: points }, (_, i) => i / points);
      const plan = { drive: "voltage", levels, cycles: 1, compliance: 0.1, dwell_s: 2e-3 } as const;
      let readings = 0;
      for await (const block of smu.sweep(plan, new AbortController().signal)) readings += block.length;
      if (readings !== points) throw new Error(`${driver}: ${readings} readings for ${points} levels`);
      return sent;
    } finally {
      await session.close();
    }
  } finally {
    await bench.close();
  }
}
