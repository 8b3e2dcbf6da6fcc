import { formatResource } from "../resource.js";
import { PORTMAPPER } from "../rpc/portmapper.js";
import type { Identity, Sighting } from "./record.js";

/**
 * Services that instruments announce by multicast DNS, and what each says of how to reach them.
 *
 * @see LXI Device Specification 1.5, chapter 10 (discovery); IANA service names
 */
export const instrumentServices = ["_lxi", "_vxi-11", "_hislip", "_scpi-raw", "_scpi-telnet"] as const;
export type InstrumentService = (typeof instrumentServices)[number];

/** Name of a service type on the wire. */
export const typeName = (service: InstrumentService): string => `${service}._tcp.local`;

/** One announced service, put together from its PTR, SRV, TXT and A records. */
export interface AnnouncedService {
  readonly service: InstrumentService;
  /** Name of the instance, without its type. */
  readonly instance: string;
  readonly host: string;
  readonly port: number;
  /** Keys in lower case: they are to be compared so (RFC 6763, 6.4). */
  readonly text: ReadonlyMap<string, string>;
}

/** What one announced service shows of an instrument. */
export function sightingOf({ service, instance, host, port, text }: AnnouncedService): Sighting {
  const identity = identityFromText(text);
  return {
    by: "mdns",
    host,
    resources: resourcesOf(service, host, port),
    ...(identity ? { identity } : {}),
    ...(service === "_lxi" ? { webPort: port } : {}),
    note: `announces itself as "${instance}"`,
  };
}

/** A telnet console answers with a prompt and an echo: it is no name to reach an instrument by. */
function resourcesOf(service: InstrumentService, host: string, port: number): string[] {
  switch (service) {
    case "_scpi-raw":
      return [formatResource({ kind: "socket", board: 0, host, port })];
    case "_hislip":
      return [formatResource({ kind: "hislip", board: 0, host, device: "hislip0", port })];
    case "_vxi-11": {
      // Most announce the port of their port mapper; who announces another has none, or announces its core channel.
      const core = port === PORTMAPPER.port ? {} : { port };
      return [formatResource({ kind: "vxi11", board: 0, host, device: "inst0", ...core })];
    }
    case "_lxi":
    case "_scpi-telnet":
      return [];
  }
}

/**
 * Manufacturer, Model, SerialNumber and FirmwareVersion of a TXT record. Some write FirmwareRevision, as the XML does.
 *
 * @returns undefined where neither manufacturer nor model is told
 */
export function identityFromText(text: ReadonlyMap<string, string>): Identity | undefined {
  const part = (...keys: string[]) => keys.map((key) => text.get(key)?.trim()).find((value) => value) ?? "";
  const identity: Identity = {
    manufacturer: part("manufacturer"),
    model: part("model"),
    serial: part("serialnumber"),
    firmware: part("firmwareversion", "firmwarerevision"),
  };
  return identity.manufacturer === "" && identity.model === "" ? undefined : identity;
}

/** The strings of a TXT record as a map; a string without "=" is a key without value. The first of a key holds. */
export function textMap(strings: readonly (Uint8Array | string)[]): Map<string, string> {
  const map = new Map<string, string>();
  for (const raw of strings) {
    const string = typeof raw === "string" ? raw : Buffer.from(raw).toString("utf8");
    const at = string.indexOf("=");
    const key = (at < 0 ? string : string.slice(0, at)).toLowerCase();
    if (key !== "" && !map.has(key)) map.set(key, at < 0 ? "" : string.slice(at + 1));
  }
  return map;
}
