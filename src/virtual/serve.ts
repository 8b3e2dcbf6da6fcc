import { HISLIP_PORT } from "../visa/hislip/protocol.js";
import { formatResource, PROLOGIX_PORT } from "../visa/resource.js";
import { MemrigError, messageOf } from "../errors.js";
import { createBenchDevice } from "../simulator/index.js";
import { linkKinds } from "./bench-plan.js";
import type { LinkKind, ServedInstrument, VirtualBenchPlan, VirtualInstrumentPlan } from "./bench-plan.js";
import { virtualInstruments } from "./instruments.js";
import { Lab } from "./lab.js";
import { nextAddress } from "./links/addresses.js";
import { serveHislip0 } from "./links/hislip/serve.js";
import { LinkEndpoint, serveDeadSocket, serveSocket } from "./links/index.js";
import { servePrologix } from "./links/prologix/server.js";
import { serveSerial } from "./links/serial/server.js";
import type { Answering } from "./links/vxi11/portmapper.js";
import { serveInst0 } from "./links/vxi11/serve.js";
import { Sites } from "./sites.js";
import type { VirtualInstrument } from "./virtual-instrument.js";

/** A bench that is being served. */
export interface VirtualBench {
  readonly instruments: readonly ServedInstrument[];
  /** The device and what drives it, for who wants to look without an instrument. */
  readonly lab: Lab;
  /**
   * Sets the needles of the prober down on a place, or lifts them.
   *
   * @throws MemrigError `invalid-request`: the bench has no prober; nothing moved
   */
  moveProber(position: string | undefined): void;
  /** Stops the clock, closes all sessions and ports. */
  close(): Promise<void>;
}

/**
 * Builds the device, the lab and the instruments of a plan, and serves them on the links it names. Resolves when all listen.
 *
 * With `ports: "any"` each instrument takes a free port of the plan's address. With `"standard"` each listens where the
 * real one does, 5025 and the dead-socket port of those that have one; every further instrument takes the next address
 * (127.0.0.1, 127.0.0.2, …). VXI-11 wants port 111 of an address for each instrument either way: `serveInst0` says which.
 *
 * @throws MemrigError `invalid-request`: an unknown driver, model, device or parameter, or wiring that can not be; `busy`:
 *   a port is taken. Nothing listens then.
 */
export async function serveVirtualBench(plan: VirtualBenchPlan): Promise<VirtualBench> {
  const { dut } = plan;
  const sites = plan.sites && new Sites(dut, plan.sites);
  const device = sites ?? createBenchDevice(dut.model, dut.parameters, dut.seed, dut.cycleSeed);
  const lab = new Lab(device, plan.wiring, plan.time);
  const links = new Set(plan.links ?? ["socket"]);
  const servers: Closable[] = [];
  const gpib: Gpib = { devices: new Map(), port: undefined };
  const neighbours: Place["neighbours"] = new Set();
  const close = async () => {
    lab.close();
    await Promise.all(servers.map((server) => server.close()));
  };
  try {
    const instruments: ServedInstrument[] = [];
    for (const [index, instrument] of plan.instruments.entries()) {
      const closing = sites && plan.sites?.switch?.label === instrument.label ? sites : undefined;
      const built = buildInstrument(
        instrument,
        lab,
        plan.seed,
        closing &&
          ((closed) => {
            lab.catchUp();
            closing.close(closed);
          }),
      );
      const address = plan.ports === "standard" ? nextAddress(plan.address, index) : plan.address;
      const endpoint = new LinkEndpoint(built.device);
      const opened = (server: Closable) => servers.push(server);
      const place: Place = { plan, built, endpoint, address, gpib, neighbours, opened };
      const resources: string[] = [];
      for (const link of linkKinds) if (links.has(link)) resources.push(await serveLink[link](place));
      instruments.push({
        name: instrument.label,
        driver: instrument.driver,
        idn: built.device.identity,
        resources,
      });
    }
    const moveProber = (position: string | undefined): void => {
      if (!sites || !plan.sites?.prober)
        throw new MemrigError("invalid-request", `The virtual bench "${plan.name}" has no prober. Nothing moved.`);
      lab.catchUp();
      sites.moveTo(position);
    };
    return { instruments, lab, moveProber, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Closable {
  close(): Promise<void>;
}

/** One instrument, where it is to be served, and who closes what was opened. */
interface Place {
  readonly plan: VirtualBenchPlan;
  readonly built: VirtualInstrument;
  readonly endpoint: LinkEndpoint;
  readonly address: string;
  readonly gpib: Gpib;
  /** What answers VXI-11 broadcasts on loopback. */
  readonly neighbours: Set<Answering>;
  readonly opened: (server: Closable) => void;
}

/** The bench's one GPIB controller, at the address of its first instrument, with all instruments behind it. */
interface Gpib {
  readonly devices: Map<string, LinkEndpoint>;
  /** Where it listens, once it does. */
  port: number | undefined;
}

/** Bus address of the first instrument; each further one takes the next. */
const FIRST_GPIB_ADDRESS = 10;

/** How an instrument is served on each kind of link. @returns its resource name there */
const serveLink: Readonly<Record<LinkKind, (place: Place) => Promise<string>>> = {
  async socket({ plan, built, endpoint, address, opened }) {
    const server = await listening(plan.ports, built.socketPort, (port) => serveSocket(endpoint, address, port));
    opened(server);
    const { deadSocketPort } = built;
    if (plan.ports === "standard" && deadSocketPort !== undefined) {
      opened(await listening(plan.ports, deadSocketPort, (port) => serveDeadSocket(server, address, port)));
    }
    return `TCPIP0::${address}::${server.port}::SOCKET`;
  },
  async vxi11({ plan, endpoint, address, neighbours, opened }) {
    const { server, resource } = await listening(plan.ports, 111, () =>
      serveInst0(endpoint, address, plan.ports, neighbours),
    );
    opened(server);
    return resource;
  },
  async hislip({ plan, endpoint, address, opened }) {
    const { server, resource } = await listening(plan.ports, HISLIP_PORT, (port) =>
      serveHislip0(endpoint, address, port),
    );
    opened(server);
    return resource;
  },
  async serial({ endpoint, opened }) {
    const server = await serveSerial(endpoint);
    opened(server);
    return `ASRL${server.path}::INSTR`;
  },
  async prologix({ plan, endpoint, gpib, opened }) {
    const primary = FIRST_GPIB_ADDRESS + gpib.devices.size;
    gpib.devices.set(String(primary), endpoint);
    if (gpib.port === undefined) {
      const server = await listening(plan.ports, PROLOGIX_PORT, (port) =>
        servePrologix(gpib.devices, plan.address, port),
      );
      opened(server);
      gpib.port = server.port;
    }
    const controller = { kind: "prologix-tcp", board: 0, host: plan.address, port: gpib.port } as const;
    return formatResource({ kind: "prologix-instrument", controller, primary });
  },
};

function buildInstrument(
  plan: VirtualInstrumentPlan,
  lab: Lab,
  seed: number,
  onClosed: ((closed: readonly string[]) => void) | undefined,
): VirtualInstrument {
  const create = virtualInstruments.get(plan.driver);
  if (!create) {
    const known = [...virtualInstruments.keys()];
    throw new MemrigError(
      "invalid-request",
      `${plan.label}: there is no simulated instrument for the driver "${plan.driver}". Simulated can be ${known.join(", ")}.`,
      { driver: plan.driver, known },
    );
  }
  return create({ plan, lab, seed, ...(onClosed ? { onClosed } : {}) });
}

async function listening<T>(ports: "any" | "standard", port: number, serve: (port: number) => Promise<T>): Promise<T> {
  try {
    return await serve(ports === "any" ? 0 : port);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new MemrigError(
      code === "EADDRINUSE" ? "busy" : "invalid-request",
      `A virtual instrument can not listen${ports === "any" ? "" : ` on port ${port}`}: ${messageOf(error)}. ` +
        `Nothing is served. Stop the program that has the port, or write "ports: any" under virtual:.`,
      { port, code },
      error,
    );
  }
}
