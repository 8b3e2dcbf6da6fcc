import { drivers } from "../../drivers/index.js";
import type { DriverEntry, DriverSettings } from "../../drivers/index.js";
import { openSession } from "../../src/visa/index.js";
import type { Session } from "../../src/visa/index.js";
import type { LinkKind, VirtualBenchPlan, VirtualInstrumentPlan, Wire } from "../../src/virtual/bench-plan.js";
import type { Lab } from "../../src/virtual/lab.js";
import { serveVirtualBench } from "../../src/virtual/serve.js";

export interface ServedBench {
  /** What is on the device, told by nobody but the device. */
  readonly lab: Lab;
  resource(label: string): string;
  session(label: string): Promise<Session>;
  /** The real driver on the virtual instrument, over a real connection. */
  open<Kind extends DriverEntry["kind"]>(
    label: string,
    kind: Kind,
    settings?: DriverSettings,
  ): Promise<Awaited<ReturnType<Extract<DriverEntry, { kind: Kind }>["open"]>>>;
  /** Ends all sessions, then the bench. */
  close(): Promise<void>;
}

/** Serves instruments around one device, as fast as they go where the time is not real, each on one kind of link. */
export async function virtualBench(
  instruments: readonly VirtualInstrumentPlan[],
  wiring: readonly Wire[],
  dut: VirtualBenchPlan["dut"],
  link: LinkKind = "socket",
  time: "fast" | "real" = "fast",
): Promise<ServedBench> {
  const bench = await serveVirtualBench({
    name: "test",
    instruments,
    dut,
    wiring,
    address: "127.0.0.1",
    ports: "any",
    links: [link],
    time,
    seed: 7,
  });
  const sessions: Session[] = [];
  const resource = (label: string) => {
    const found = bench.instruments.find((one) => one.name === label)?.resources[0];
    if (found === undefined) throw new Error(`no instrument "${label}" is served`);
    return found;
  };
  const session = async (label: string) => {
    const driver = instruments.find((one) => one.label === label)?.driver ?? "";
    const opened = await openSession(resource(label), { ...drivers.get(driver)?.session });
    sessions.push(opened);
    return opened;
  };
  return {
    lab: bench.lab,
    resource,
    session,
    async open(label, kind, settings) {
      const driver = instruments.find((one) => one.label === label)?.driver ?? "";
      const entry = drivers.get(driver);
      if (entry?.kind !== kind) throw new Error(`"${label}" is no ${kind}`);
      // The kind is that of the entry: its driver is of this type.
      return (await entry.open(await session(label), label, settings)) as never;
    },
    async close() {
      await Promise.all(sessions.map((one) => one.close()));
      await bench.close();
    },
  };
}

/** High and low of one SMU on the two ends of the device. */
export function smuWiring(label: string): Wire[] {
  return [
    { instrument: label, terminal: "high", node: "dut.top" },
    { instrument: label, terminal: "low", node: "dut.bottom" },
  ];
}
