import { createSocket } from "node:dgram";
import type { RemoteInfo, Socket, SocketOptions } from "node:dgram";
import { ipv4Interfaces } from "../../../visa/discovery/interfaces.js";
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
 * A port mapper that knows a fixed list, on TCP and UDP port 111 of one address. It answers broadcasts of its network too.
 *
 * @param neighbours the others on loopback, of which this becomes one: see `serveUdp`
 * @throws Error the port is taken, or may not be used: nothing listens then
 */
export async function servePortmapper(
  address: string,
  mappings: readonly Mapping[],
  neighbours: Set<Answering> = new Set(),
): Promise<{ close(): Promise<void> }> {
  const program = mapperProgram(mappings);
  const tcp = await serveRpc(program, address, PORTMAPPER.port);
  try {
    const udp = await serveUdp(program, address, neighbours);
    return {
      close: async () => {
        await Promise.all([tcp.close(), udp.close()]);
      },
    };
  } catch (error) {
    await tcp.close();
    throw error;
  }
}

/** Answers a datagram from the address of its own. */
export type Answering = (bytes: Buffer, from: RemoteInfo) => Promise<void>;

/**
 * One datagram is one call, and one reply.
 *
 * A broadcast is answered by all. Loopback has no broadcast address of its own in the system's list, so tools that look on every
 * interface (lxi-tools) ask 127.0.0.1 there, and mean all: the neighbours of 127.0.0.1 answer too, after it, so that who asked
 * one alone takes the reply of that one first.
 *
 * @throws Error port 111 is taken, or may not be used: nothing listens then
 */
async function serveUdp(
  program: RpcProgram,
  address: string,
  neighbours: Set<Answering>,
): Promise<{ close(): Promise<void> }> {
  const gone = new AbortController();
  const own = await bound({ type: address.includes(":") ? "udp6" : "udp4" }, address);
  const answer: Answering = async (bytes, from) => {
    const reply = await answerCall(program, bytes, { address: from.address, gone: gone.signal });
    if (reply && !gone.signal.aborted) own.send(Buffer.concat(reply), from.port, from.address, () => undefined);
  };
  const broadcast = broadcastAddressOf(address);
  // Shared with the other instruments of this network: each hears it. Where it can not be had, only broadcasts are missed.
  const wide =
    broadcast === undefined
      ? undefined
      : await bound({ type: "udp4", reuseAddr: true }, broadcast).catch(() => undefined);
  own.on("message", (bytes, from) => {
    void answer(bytes, from).then(async () => {
      if (address === LOOPBACK) for (const other of neighbours) if (other !== answer) await other(bytes, from);
    });
  });
  wide?.on("message", (bytes, from) => void answer(bytes, from));
  if (address.startsWith("127.")) neighbours.add(answer);
  return {
    close: async () => {
      gone.abort();
      neighbours.delete(answer);
      const sockets = wide ? [own, wide] : [own];
      await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
    },
  };
}

const LOOPBACK = "127.0.0.1";

/** The broadcast address of the interface that has this address. */
function broadcastAddressOf(address: string): string | undefined {
  const interfaces = ipv4Interfaces();
  const reached = address.startsWith("127.") ? LOOPBACK : address;
  return interfaces.find((one) => one.address === reached)?.broadcast;
}

async function bound(options: SocketOptions, address: string): Promise<Socket> {
  const socket = createSocket(options);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(PORTMAPPER.port, address, resolve);
    });
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.on("error", () => undefined); // a reply that found nobody: the asker is gone
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
