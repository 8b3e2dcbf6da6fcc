import { createSocket } from "node:dgram";
import { randomInt } from "node:crypto";
import { messageOf } from "../../errors.js";
import { formatResource } from "../resource.js";
import { callHead, readReply } from "../rpc/messages.js";
import { PORTMAPPER, PROTOCOL } from "../rpc/portmapper.js";
import { XdrError } from "../rpc/xdr.js";
import { CORE } from "../vxi11/protocol.js";
import type { NetworkInterface } from "./interfaces.js";
import type { Looked } from "./record.js";

/** Datagrams get lost: what was asked at the start is asked again after this. */
const AGAIN_MS = 500;

/** The question to a port mapper on which port the VXI-11 core channel listens (RFC 1833, section 3; VXI-11 B.6). */
export function corePortQuestion(xid: number): Buffer {
  const { program, version, getPort } = PORTMAPPER;
  return callHead(xid, program, version, getPort)
    .uint(CORE.program)
    .uint(CORE.version)
    .uint(PROTOCOL.tcp)
    .uint(0)
    .bytes();
}

/** The port that a reply to the question with this xid tells; undefined where it is none, or tells that there is none. */
export function corePortAnswer(datagram: Buffer, xid: number): number | undefined {
  try {
    const reply = readReply(datagram);
    if (reply.xid !== xid || reply.refused !== undefined) return undefined;
    const port = reply.results.uint();
    return port > 0 && port <= 65535 ? port : undefined;
  } catch (error) {
    if (error instanceof XdrError) return undefined;
    throw error;
  }
}

/**
 * Asks every port mapper that hears a broadcast for the VXI-11 core channel; who answers with a port is an instrument.
 *
 * @param hosts addresses to ask instead; the interfaces are not looked at then
 */
export async function broadcastVxi11(
  interfaces: readonly NetworkInterface[],
  timeout_ms: number,
  hosts: readonly string[] = [],
): Promise<Looked> {
  const places: Place[] =
    hosts.length > 0
      ? [{ from: "0.0.0.0", to: hosts }]
      : interfaces.map(({ address, broadcast }) => ({ from: address, to: targetsOf(address, broadcast) }));
  const found = new Set<string>();
  const failures: string[] = [];
  await Promise.all(
    places.map((place) => askPlace(place, timeout_ms, found).then((failed) => failures.push(...failed))),
  );
  const asked = places.flatMap(({ to }) => to).map((address) => `${address}:${PORTMAPPER.port}`);
  return {
    looked: `VXI-11 port mappers at ${asked.join(", ")}`,
    sightings: [...found].map((host) => ({
      by: "vxi11-broadcast",
      host,
      resources: [formatResource({ kind: "vxi11", board: 0, host, device: "inst0" })],
    })),
    failures,
  };
}

interface Place {
  readonly from: string;
  readonly to: readonly string[];
}

/** On loopback also the address itself: port mappers that listen at 127.0.0.1 alone hear no broadcast. */
function targetsOf(address: string, broadcast: string | undefined): string[] {
  const all = broadcast === undefined ? [] : [broadcast];
  return address.startsWith("127.") ? [...all, address] : all;
}

async function askPlace({ from, to }: Place, timeout_ms: number, found: Set<string>): Promise<string[]> {
  const xid = randomInt(1, 0x7fffffff);
  const question = corePortQuestion(xid);
  const failures = new Set<string>();
  const socket = createSocket("udp4");
  const timers: NodeJS.Timeout[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const ask = () => {
        for (const address of to) {
          socket.send(question, PORTMAPPER.port, address, (error) => {
            if (error) failures.add(`VXI-11 broadcast from ${from} to ${address}: ${error.message}.`);
          });
        }
      };
      socket.on("error", reject);
      socket.on("message", (datagram, sender) => {
        if (corePortAnswer(datagram, xid) !== undefined) found.add(sender.address);
      });
      socket.bind(0, from, () => {
        socket.setBroadcast(true);
        ask();
      });
      timers.push(setTimeout(ask, AGAIN_MS), setTimeout(resolve, timeout_ms));
    });
  } catch (error) {
    failures.add(`VXI-11 broadcast from ${from}: ${messageOf(error)}.`);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  }
  return [...failures];
}
