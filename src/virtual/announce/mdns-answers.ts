import type { Answer } from "dns-packet";

/** A service to be announced. Every name that is not shared has to be of this one alone: nobody is asked for it before. */
export interface Service {
  /** `_lxi._tcp.local` */
  readonly type: string;
  /** One label without dots. */
  readonly instance: string;
  /** `memrig-127-0-0-1.local` */
  readonly hostName: string;
  readonly address: string;
  readonly port: number;
  readonly text: readonly string[];
}

export interface Asked {
  readonly name: string;
  readonly type: string;
}

export interface Answers {
  readonly answers: Answer[];
  /** What the asker would have to ask next. */
  readonly additionals: Answer[];
}

const EVERY_TYPE = "_services._dns-sd._udp.local";
/** How long others may keep what they were told (RFC 6762, section 10). */
const TTL_S = 120;

/** What these services have to say to some questions; empty where it is not about them. */
export function answersTo(questions: readonly Asked[], services: readonly Service[]): Answers {
  const answers: Answer[] = [];
  const additionals: Answer[] = [];
  for (const { name, type } of questions) {
    const wanted = name.toLowerCase();
    const wants = (kind: string) => type === kind || type === "ANY";
    for (const service of services) {
      if (wants("PTR") && wanted === EVERY_TYPE) {
        answers.push({ name: EVERY_TYPE, type: "PTR", ttl: TTL_S, data: service.type });
      }
      if (wants("PTR") && wanted === service.type) {
        answers.push(pointer(service));
        additionals.push(...details(service));
      }
      for (const record of details(service)) {
        if (record.name.toLowerCase() === wanted && wants(record.type)) answers.push(record);
      }
    }
  }
  return { answers: unique(answers), additionals: unique(additionals) };
}

/** Everything, as it is said unasked at the start; with a time to live of 0 at the end. */
export function announcement(services: readonly Service[], ttl_s = TTL_S): Answer[] {
  const all = services.flatMap((service) => [pointer(service), ...details(service)]);
  return unique(all).map((record) => ({ ...record, ttl: ttl_s }) as Answer);
}

const instanceName = ({ instance, type }: Service) => `${instance}.${type}`;

function pointer(service: Service): Answer {
  return { name: service.type, type: "PTR", ttl: TTL_S, data: instanceName(service) };
}

/** The records that belong to this service alone, so that who knows older ones is to drop those (flush). */
function details(service: Service): Answer[] {
  const { hostName, address, port, text } = service;
  const name = instanceName(service);
  const own = { ttl: TTL_S, flush: true } as const;
  return [
    { ...own, name, type: "SRV", data: { target: hostName, port, priority: 0, weight: 0 } },
    { ...own, name, type: "TXT", data: [...text] },
    { ...own, name: hostName, type: "A", data: address },
  ];
}

function unique(records: readonly Answer[]): Answer[] {
  return [...new Map(records.map((record) => [JSON.stringify(record), record])).values()];
}
