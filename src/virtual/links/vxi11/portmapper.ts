import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { PORTMAPPER, PROTOCOL } from "../../../visa/rpc/portmapper.js";
import { answerCall, serveRpc } from "../../../visa/rpc/server.js";
import type { Procedure, RpcProgram } from "../../../visa/rpc/server.js";

/** One program that listens on TCP. */
export interface Mapping {
  readonly program: number;
  readonly version: number;
  readonly port: number;
}

/**
 * A port mapper that knows a fixed list, on TCP and UDP port 111 of one address.
 *
 * @throws Error the port is taken, or may not be used: nothing listens then
 */
export async function servePortmapper(
  address: string,
  mappings: readonly Mapping[],
): Promise<{ close(): Promise<void> }> {
  const program = mapperProgram(mappings);
  const tcp = await serveRpc(program, address, PORTMAPPER.port);
  try {
    const udp = await serveUdp(program, address);
    return {
      close: async () => {
        await Promise.all([tcp.close(), new Promise<void>((resolve) => udp.close(() => resolve()))]);
      },
    };
  } catch (error) {
    await tcp.close();
    throw error;
  }
}

/** One datagram is one call, and one reply. */
async function serveUdp(program: RpcProgram, address: string): Promise<Socket> {
  const socket = createSocket({ type: address.includes(":") ? "udp6" : "udp4" });
  const gone = new AbortController();
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(PORTMAPPER.port, address, resolve);
  });
  socket.on("error", () => undefined); // a reply that found nobody: the asker is gone
  socket.on("message", (bytes, from) => {
    void answerCall(program, bytes, { address: from.address, gone: gone.signal }).then((reply) => {
      if (reply) socket.send(Buffer.concat(reply), from.port, from.address, () => undefined);
    });
  });
  return socket;
}

/** What a port mapper with a fixed list answers. */
export const mapperProgram = (mappings: readonly Mapping[]): RpcProgram => ({
  program: PORTMAPPER.program,
  version: PORTMAPPER.version,
  procedures: new Map<number, Procedure>([
    [
      PORTMAPPER.getPort,
      (args) => {
        const [wanted, version, protocol] = [args.uint(), args.uint(), args.uint()];
        // A program of another version is told of all the same (RFC 1833): it says itself which it has.
        const known = mappings.filter((one) => one.program === wanted && protocol === PROTOCOL.tcp);
        const found = known.find((one) => one.version === version) ?? known[0];
        return (reply) => reply.uint(found?.port ?? 0);
      },
    ],
    [
      PORTMAPPER.dump,
      () => (reply) => {
        for (const { program: number, version, port } of mappings) {
          reply.bool(true).uint(number).uint(version).uint(PROTOCOL.tcp).uint(port);
        }
        reply.bool(false);
      },
    ],
  ]),
});
