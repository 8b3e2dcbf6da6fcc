import { messageOf } from "../../errors.js";
import type { NetworkInterface } from "./interfaces.js";
import { MdnsRecords } from "./mdns-records.js";
import type { Question } from "./mdns-records.js";
import { instrumentServices, sightingOf, typeName } from "./mdns-services.js";
import type { Looked } from "./record.js";

/** Datagrams get lost: what was asked at the start is asked again after this. */
const AGAIN_MS = 750;

/**
 * Asks all who hear multicast DNS for the services of instruments, on each interface, for the whole of the given time:
 * nobody says that he is the last.
 */
export async function browseMdns(interfaces: readonly NetworkInterface[], timeout_ms: number): Promise<Looked> {
  const records = new MdnsRecords();
  const failures: string[] = [];
  await Promise.all(
    interfaces.map(async ({ name, address }) => {
      try {
        await browseOne(address, records, timeout_ms);
      } catch (error) {
        failures.push(`multicast DNS on ${name} (${address}): ${messageOf(error)}.`);
      }
    }),
  );
  const where = interfaces.map(({ name, address }) => `${name} (${address})`).join(", ");
  const looked =
    where === "" ? "no multicast DNS: the hosts are in no network of this computer" : `multicast DNS on ${where}`;
  return { looked, sightings: records.services().map(sightingOf), failures };
}

/** @throws Error port 5353 can not be shared, or nothing can be sent on this interface */
async function browseOne(address: string, records: MdnsRecords, timeout_ms: number): Promise<void> {
  const { default: multicastDns } = await import("multicast-dns");
  const asked = new Set<string>();
  let timers: NodeJS.Timeout[] = [];
  // Bound to no address: what is sent to a group does not arrive at a socket that is bound to one.
  const dns = multicastDns({ interface: address, bind: "0.0.0.0" });
  try {
    await new Promise<void>((resolve, reject) => {
      const ask = (questions: readonly Question[]) => {
        for (const { name, type } of questions) asked.add(`${type} ${name}`);
        if (questions.length > 0) dns.query([...questions], (error) => error && reject(error));
      };
      const types = instrumentServices.map((service) => ({ name: typeName(service), type: "PTR" as const }));
      const unknown = () => records.missing().filter(({ name, type }) => !asked.has(`${type} ${name}`));
      dns.on("error", reject);
      dns.on("warning", () => undefined); // somebody's packet that is no DNS; what fails here is told by the query
      dns.on("response", ({ answers = [], additionals = [] }, { address: sender }) => {
        records.add([...answers, ...additionals], sender);
        ask(unknown());
      });
      dns.on("ready", () => ask(types));
      timers = [
        setTimeout(() => ask([...types, ...records.missing()]), AGAIN_MS),
        setTimeout(() => resolve(), timeout_ms),
      ];
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    dns.removeAllListeners("response");
    await new Promise<void>((resolve) => dns.destroy(resolve));
  }
}
