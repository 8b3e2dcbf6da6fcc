import type { Call } from "../call.js";
import { LinkError } from "../message-link.js";
import { RpcClient } from "./client.js";

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
    const found = (await call.wait(asked)).uint();
    if (found > 0 && found <= 65535) return found;
    throw new LinkError("no-answer", `the host has a port mapper, but no program 0x${program.toString(16)} in it`);
  } finally {
    mapper.close();
  }
}
