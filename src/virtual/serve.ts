import { MemrigError, messageOf } from "../errors.js";
import { createDevice } from "../simulator/index.js";
import type { ServedInstrument, VirtualBenchPlan, VirtualInstrumentPlan } from "./bench-plan.js";
import { virtualInstruments } from "./instruments.js";
import { Lab } from "./lab.js";
import { serveDeadSocket, serveSocket } from "./scpi/index.js";
import type { SocketServer } from "./scpi/index.js";
import type { VirtualInstrument } from "./virtual-instrument.js";

/** A bench that is being served. */
export interface VirtualBench {
  readonly instruments: readonly ServedInstrument[];
  /** Stops the clock, closes all sessions and ports. */
  close(): Promise<void>;
}

/**
 * Builds the device, the lab and the instruments of a plan, and serves them on raw TCP sockets. Resolves when all listen.
 *
 * With `ports: "any"` each instrument takes a free port of the plan's address. With `"standard"` each listens where the
 * real one does, 5025 and the dead-socket port of those that have one; every further instrument takes the next address
 * (127.0.0.1, 127.0.0.2, …).
 *
 * @throws MemrigError `invalid-request`: an unknown driver, model, device or parameter, or wiring that can not be; `busy`:
 *   a port is taken. Nothing listens then.
 */
export async function serveVirtualBench(plan: VirtualBenchPlan): Promise<VirtualBench> {
  const { dut } = plan;
  const lab = new Lab(createDevice(dut.model, dut.parameters, dut.seed, dut.cycleSeed), plan.wiring, plan.time);
  const servers: SocketServer[] = [];
  const close = async () => {
    lab.close();
    await Promise.all(servers.map((server) => server.close()));
  };
  try {
    const instruments: ServedInstrument[] = [];
    for (const [index, instrument] of plan.instruments.entries()) {
      const built = buildInstrument(instrument, lab, plan.seed);
      const address = plan.ports === "standard" ? nextAddress(plan.address, index) : plan.address;
      const server = await listening(plan.ports, built.socketPort, (port) => serveSocket(built.scpi, address, port));
      servers.push(server);
      if (plan.ports === "standard" && built.deadSocketPort !== undefined) {
        servers.push(
          await listening(plan.ports, built.deadSocketPort, (port) => serveDeadSocket(server, address, port)),
        );
      }
      instruments.push({
        name: instrument.label,
        driver: instrument.driver,
        idn: built.scpi.dialect.identity,
        resources: [`TCPIP0::${address}::${server.port}::SOCKET`],
      });
    }
    return { instruments, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function buildInstrument(plan: VirtualInstrumentPlan, lab: Lab, seed: number): VirtualInstrument {
  const create = virtualInstruments.get(plan.driver);
  if (!create) {
    const known = [...virtualInstruments.keys()];
    throw new MemrigError(
      "invalid-request",
      `${plan.label}: there is no simulated instrument for the driver "${plan.driver}". Simulated can be ${known.join(", ")}.`,
      { driver: plan.driver, known },
    );
  }
  return create({ plan, lab, seed });
}

/** The address `steps` further: only the last number counts up. */
function nextAddress(address: string, steps: number): string {
  if (steps === 0) return address;
  const match = /^(.*\.)(\d+)$/.exec(address);
  const last = Number(match?.[2]) + steps;
  if (!match || last > 254) {
    throw new MemrigError(
      "invalid-request",
      `"ports: standard" takes one address an instrument, counting up from ${address}: that does not go ${steps} further. ` +
        `Give an IPv4 address with room behind it, such as 127.0.0.1, or "ports: any".`,
      { address, steps },
    );
  }
  return `${match[1]}${last}`;
}

async function listening(
  ports: "any" | "standard",
  port: number,
  serve: (port: number) => Promise<SocketServer>,
): Promise<SocketServer> {
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
