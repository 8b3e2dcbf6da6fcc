import { instrumentServices, textMap, typeName } from "./mdns-services.js";
import type { AnnouncedService } from "./mdns-services.js";

/** A record of an answer, as far as it is looked at; `data` is what it is, and checked before it is used. */
export interface AnswerRecord {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly ttl?: unknown;
  readonly data?: unknown;
}

export interface Question {
  readonly name: string;
  readonly type: "PTR" | "SRV" | "TXT" | "A";
}

interface Place {
  readonly target: string;
  readonly port: number;
}

/** More than any laboratory has; somebody who sends more is no instrument. */
const MOST_INSTANCES = 1000;

/** Collects the answers that come by, in any order and in any number of packets, into services. Names know no case. */
export class MdnsRecords {
  /** Written name by lower-case name, for each type of service. */
  private readonly instances = new Map<string, Map<string, string>>();
  private readonly places = new Map<string, Place>();
  private readonly texts = new Map<string, ReadonlyMap<string, string>>();
  private readonly addresses = new Map<string, string>();
  /** Who told of an instance: its address where no A record comes. */
  private readonly senders = new Map<string, string>();

  add(records: readonly AnswerRecord[], sender: string): void {
    for (const record of records) this.addOne(record, sender);
  }

  private addOne({ name, type, ttl, data }: AnswerRecord, sender: string): void {
    if (typeof name !== "string") return;
    const key = name.toLowerCase();
    if (type === "PTR" && typeof data === "string") this.addInstance(key, data, ttl === 0, sender);
    if (type === "SRV" && isPlace(data)) this.places.set(key, { target: data.target.toLowerCase(), port: data.port });
    if (type === "TXT") this.texts.set(key, textMap(stringsOf(data)));
    if (type === "A" && typeof data === "string") this.addresses.set(key, data);
  }

  private addInstance(type: string, instance: string, goodbye: boolean, sender: string): void {
    if (!instrumentServices.some((service) => typeName(service) === type)) return;
    const known = this.instances.get(type) ?? new Map<string, string>();
    this.instances.set(type, known);
    const key = instance.toLowerCase();
    if (goodbye) known.delete(key);
    else if (known.size < MOST_INSTANCES) known.set(key, instance);
    this.senders.set(key, sender);
  }

  /** What has to be asked before all that was seen is known. */
  missing(): Question[] {
    const questions: Question[] = [];
    for (const key of new Set([...this.instances.values()].flatMap((known) => [...known.keys()]))) {
      const place = this.places.get(key);
      if (!place) questions.push({ name: key, type: "SRV" });
      else if (!this.addresses.has(place.target)) questions.push({ name: place.target, type: "A" });
      if (!this.texts.has(key)) questions.push({ name: key, type: "TXT" });
    }
    return questions;
  }

  /** All services of which at least name and port are known. */
  services(): AnnouncedService[] {
    return instrumentServices.flatMap((service) =>
      [...(this.instances.get(typeName(service)) ?? [])].flatMap(([key, written]) => {
        const place = this.places.get(key);
        const host = (place && this.addresses.get(place.target)) ?? this.senders.get(key);
        if (!place || host === undefined) return [];
        const instance = written.slice(0, written.length - typeName(service).length - 1);
        return [{ service, instance, host, port: place.port, text: this.texts.get(key) ?? new Map<string, string>() }];
      }),
    );
  }
}

function isPlace(data: unknown): data is Place {
  if (typeof data !== "object" || data === null) return false;
  const { target, port } = data as Partial<Record<keyof Place, unknown>>;
  return typeof target === "string" && typeof port === "number" && port > 0 && port <= 65535;
}

function stringsOf(data: unknown): (Uint8Array | string)[] {
  const strings: unknown[] = Array.isArray(data) ? data : [data];
  return strings.filter((one) => typeof one === "string" || one instanceof Uint8Array);
}
