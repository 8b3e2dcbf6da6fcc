import { formatResource } from "../../../visa/resource.js";
import type { LinkEndpoint } from "../endpoint.js";
import { serveHislip } from "./server.js";
import type { HislipServer } from "./server.js";

const DEVICE = "hislip0";

/** Serves one instrument as `hislip0`, and says how it is called there. @throws Error as serveHislip does */
export async function serveHislip0(
  endpoint: LinkEndpoint,
  address: string,
  port: number,
): Promise<{ readonly server: HislipServer; readonly resource: string }> {
  const server = await serveHislip(new Map([[DEVICE, endpoint]]), address, { port });
  const resource = formatResource({ kind: "hislip", board: 0, host: address, device: DEVICE, port: server.port });
  return { server, resource };
}
