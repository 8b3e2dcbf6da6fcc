import { formatResource } from "../../../visa/resource.js";
import { ownAddresses } from "../addresses.js";
import type { LinkEndpoint } from "../endpoint.js";
import type { Answering } from "./portmapper.js";
import { serveVxi11 } from "./server.js";
import type { Vxi11Server } from "./server.js";

const DEVICE = "inst0";

/** An instrument on VXI-11, and how it is called there. */
export interface ServedVxi11 {
  readonly server: Vxi11Server;
  readonly resource: string;
}

/**
 * Serves one instrument as `inst0`, with a port mapper of its own: most clients know no other way to find it.
 *
 * With `ports: "any"` it takes the first of this computer's addresses whose port 111 is free; two instruments get two
 * addresses. Where none is (a port mapper of the system holds them all), or port 111 is forbidden to this user, it listens
 * at `address` on a free port that the resource names: `TCPIP0::127.0.0.1,40111::inst0::INSTR`.
 *
 * @param neighbours what the instruments of one bench share, to be found together
 * @throws Error as serveVxi11 does
 */
export async function serveInst0(
  endpoint: LinkEndpoint,
  address: string,
  ports: "any" | "standard",
  neighbours: Set<Answering> = new Set(),
): Promise<ServedVxi11> {
  const devices = new Map([[DEVICE, endpoint]]);
  const places = ports === "any" ? ownAddresses(address) : [address];
  for (const place of places) {
    const server = await serveVxi11(devices, place, { neighbours }).catch((error: unknown) => {
      if (place !== address && (error as NodeJS.ErrnoException).code === "EADDRNOTAVAIL") return undefined;
      throw error;
    });
    if (!server) break; // not every system has all of 127.0.0.0/8
    if (server.portmapper === "mapped") return { server, resource: nameOf(place) };
    await server.close();
    if (server.portmapper === "forbidden") break;
  }
  const server = await serveVxi11(devices, address, { portmapper: false });
  return { server, resource: nameOf(address, server.port) };
}

function nameOf(host: string, port?: number): string {
  return formatResource({ kind: "vxi11", board: 0, host, device: DEVICE, ...(port === undefined ? {} : { port }) });
}
