import { networkInterfaces } from "node:os";
import { MemrigError } from "../../errors.js";

/** One IPv4 address of this computer. */
export interface NetworkInterface {
  readonly name: string;
  readonly address: string;
  readonly netmask: string;
  /** Where a datagram goes that all of its network are to hear; undefined on a link of two ends only. */
  readonly broadcast: string | undefined;
}

interface SystemAddress {
  readonly family: string;
  readonly address: string;
  readonly netmask: string;
}

/**
 * The IPv4 interfaces of this computer, loopback among them.
 *
 * @param only names (`eth0`) or addresses of those to use; all where left out
 * @throws MemrigError `invalid-request`: one of them is not there
 */
export function ipv4Interfaces(
  only: readonly string[] = [],
  system: Readonly<Record<string, readonly SystemAddress[] | undefined>> = networkInterfaces(),
): NetworkInterface[] {
  const all = Object.entries(system).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ family }) => family === "IPv4")
      .map(({ address, netmask }) => ({ name, address, netmask, broadcast: broadcastOf(address, netmask) })),
  );
  const is = (one: NetworkInterface, wanted: string) => one.name === wanted || one.address === wanted;
  const unknown = only.filter((wanted) => !all.some((one) => is(one, wanted)));
  if (unknown.length > 0) {
    const known = all.map(({ name, address }) => `${name} (${address})`).join(", ");
    throw new MemrigError(
      "invalid-request",
      `There is no IPv4 interface ${unknown.join(", ")} on this computer. Nothing was looked for. There are ${known}.`,
      { unknown, known: all.map(({ name }) => name) },
    );
  }
  return only.length === 0 ? all : all.filter((one) => only.some((wanted) => is(one, wanted)));
}

/** The interfaces that are in one network with some of these hosts: multicasts go no further. */
export function nearTo(interfaces: readonly NetworkInterface[], hosts: readonly string[]): NetworkInterface[] {
  return interfaces.filter(({ address, netmask }) =>
    hosts.some((host) => ((numberOf(host) ^ numberOf(address)) & numberOf(netmask)) === 0),
  );
}

/** All bits of the host part set. @returns undefined where the network has no room for a broadcast (RFC 3021) */
export function broadcastOf(address: string, netmask: string): string | undefined {
  const mask = numberOf(netmask);
  const hosts = ~mask >>> 0;
  if (hosts < 3) return undefined;
  const all = (numberOf(address) | hosts) >>> 0;
  return [all >>> 24, (all >>> 16) & 255, (all >>> 8) & 255, all & 255].join(".");
}

const numberOf = (address: string) =>
  address.split(".").reduce((number, part) => ((number << 8) | Number(part)) >>> 0, 0);
