import net from "node:net";
import { LinkError } from "../message-link.js";
import { serveRpc } from "../rpc/server.js";
import type { RpcProgram, RpcServer } from "../rpc/server.js";
import { INTERRUPT, MOST_HANDLE_BYTES, Procedure } from "./protocol.js";

/** Where an instrument reports that it wants service: here this computer is the server, and the instrument calls. */
export interface ServiceChannel {
  /** For create_intr_chan: this computer's IPv4 address as a number. */
  readonly address: number;
  readonly port: number;
  /** Comes back with every request, so that no stranger's counts. */
  readonly handle: Buffer;
  close(): Promise<void>;
}

/**
 * Listens for service requests on the address the instrument is reached from.
 *
 * @throws LinkError `invalid-request`: not IPv4, which VXI-11 has no way to name
 */
export async function openServiceChannel(localAddress: string, requested: () => void): Promise<ServiceChannel> {
  const address = localAddress.replace(/^::ffff:/, "");
  if (!net.isIPv4(address)) {
    throw new LinkError(
      "invalid-request",
      `service requests over VXI-11 need IPv4; this link goes over ${localAddress}`,
    );
  }
  const handle = Buffer.from(`memrig-${Math.random().toString(36).slice(2, 12)}`);
  const server: RpcServer = await serveRpc(requestProgram(handle, requested), address, 0);
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return { address: number, port: server.port, handle, close: () => server.close() };
}

/** The program that an instrument calls when it wants service. @param handle of this link; those of others do not count */
export const requestProgram = (handle: Buffer, requested: () => void): RpcProgram => ({
  ...INTERRUPT,
  procedures: new Map([
    [
      Procedure.deviceInterruptSrq,
      (args) => {
        if (args.opaque(MOST_HANDLE_BYTES).equals(handle)) requested();
        return () => undefined;
      },
    ],
  ]),
});
