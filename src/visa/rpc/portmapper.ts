import type { Call } from "../call.js";
import { LinkError } from "../message-link.js";
import { RpcClient } from "./client.js";
import { XdrError } from "./xdr.js";
import type { XdrReader } from "./xdr.js";

/** The port mapper, version 2 (RFC 1833, section 3): which port a program listens on. */
export const PORTMAPPER = { port: 111, program: 100000, version: 2, getPort: 3, dump: 4 } as const;
export const PROTOCOL = { tcp: 6, udp: 17 } as const;

/**
 * Asks a host where a program listens on TCP.
 *
 * @throws LinkError `no-answer`: nobody answers on port 111, or the program is not there
 */
export async function lookUpPort(host: string, program: number, version: number, call: Call): Promise<number> {
  const { port, getPort } = PORTMAPPER;
  const mapper = await RpcClient.connect(host, port, PORTMAPPER.program, PORTMAPPER.version, call);
  try {
    const asked = mapper.call(getPort, (args) => args.uint(program).uint(version).uint(PROTOCOL.tcp).uint(0));
    const found = readPort(await call.wait(asked));
    if (found > 0 && found <= 65535) return found;
    throw new LinkError("no-answer", `the host has a port mapper, but no program 0x${program.toString(16)} in it`);
  } finally {
    mapper.close();
  }
}

/** @throws LinkError `bad-reply` */
export function readPort(reply: XdrReader): number {
  try {
    return reply.uint();
  } catch (error) {
    if (!(error instanceof XdrError)) throw error;
    throw new LinkError("bad-reply", `what came is no reply of a port mapper: ${error.message}`, error);
  }
}
