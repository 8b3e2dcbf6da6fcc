import type { Answer } from "dns-packet";
import { announcement, answersTo } from "./mdns-answers.js";
import type { Answers, Asked, Service } from "./mdns-answers.js";

/** Said twice, a second apart (RFC 6762, 8.3). */
const AGAIN_MS = 1000;
const MDNS_PORT = 5353;
/** Who asks from another port keeps no cache (RFC 6762, 6.7). */
const PLAIN_DNS_TTL_S = 10;
/** What goes into a datagram that every network carries in one piece. */
const RECORDS_TOGETHER = 6;
const SERVICES_TOGETHER = 3;

/**
 * Announces services by multicast DNS on one interface, answers questions about them, and takes leave at the end. Whether a
 * name is used by somebody else is not asked: names here have address and port in them.
 *
 * @param address of the interface
 * @throws Error port 5353 is held by a program that does not share it, or the interface takes no multicast
 */
export async function announceServices(
  services: readonly Service[],
  address: string,
): Promise<{ close(): Promise<void> }> {
  const { default: multicastDns } = await import("multicast-dns");
  // Bound to no address: what is sent to a group does not arrive at a socket that is bound to one.
  const dns = multicastDns({ interface: address, bind: "0.0.0.0" });
  const say = (answers: readonly Answer[]) =>
    new Promise<void>((resolve, reject) => {
      dns.respond({ answers: [...answers] }, (error) => (error ? reject(error) : resolve()));
    });
  const sayAll = async (records: readonly Answer[]) => {
    for (let at = 0; at < records.length; at += RECORDS_TOGETHER) await say(records.slice(at, at + RECORDS_TOGETHER));
  };
  const destroy = () => new Promise<void>((resolve) => dns.destroy(resolve));
  dns.on("warning", () => undefined); // somebody's packet that is no DNS
  try {
    await new Promise<void>((resolve, reject) => {
      dns.on("error", reject);
      dns.on("ready", resolve);
    });
    await sayAll(announcement(services));
  } catch (error) {
    await destroy();
    throw error;
  }
  dns.on("query", ({ id, questions = [] }, { address: from, port }) => {
    if (port === MDNS_PORT) {
      for (const one of questions.flatMap((question) => pieces(question, services))) dns.respond(one);
      return;
    }
    const { answers, additionals } = answersTo(questions, services);
    if (answers.length === 0) return;
    const plain = (records: Answer[]) =>
      records.map((record) => ({ ...record, flush: false, ttl: PLAIN_DNS_TTL_S }) as Answer);
    const reply = { id, questions, answers: plain(answers), additionals: plain(additionals) };
    dns.respond(reply, { address: from, port });
  });
  const again = setTimeout(() => void sayAll(announcement(services)).catch(() => undefined), AGAIN_MS); // said once already
  return {
    close: async () => {
      clearTimeout(again);
      await sayAll(announcement(services, 0)).catch(() => undefined); // the network is gone: nobody to take leave of
      await destroy();
    },
  };
}

/** The answer to one question, in as many datagrams as it takes. */
function pieces(question: Asked, services: readonly Service[]): Answers[] {
  const all: Answers[] = [];
  for (let at = 0; at < services.length; at += SERVICES_TOGETHER) {
    all.push(answersTo([question], services.slice(at, at + SERVICES_TOGETHER)));
  }
  return all.filter(({ answers }) => answers.length > 0);
}
