import { networkInterfaces } from "node:os";
import { messageOf } from "../../errors.js";
import { typeName } from "../../visa/discovery/mdns-services.js";
import { identityOf } from "../../visa/discovery/record.js";
import type { Identity } from "../../visa/discovery/record.js";
import { parseResource } from "../../visa/resource.js";
import { PORTMAPPER } from "../../visa/rpc/portmapper.js";
import type { ServedInstrument } from "../bench-plan.js";
import { announceServices } from "./mdns.js";
import type { Service } from "./mdns-answers.js";
import { servePages } from "./web.js";

/** How a bench can be found now. */
export interface Announcement {
  /** One a served instrument that is on the network: where its LXI identification is. */
  readonly pages: readonly { readonly name: string; readonly host: string; readonly port: number }[];
  /** What could not be done, as sentences; the instruments are served all the same. */
  readonly failures: readonly string[];
  close(): Promise<void>;
}

const WEB_PORT = 80;

/**
 * Lets others find served instruments: each gets web pages with its LXI identification, and is announced by multicast DNS
 * on the interface it is served on, loopback too.
 *
 * @param ports `standard`: the pages are at port 80 where that can be had; `any`: at a free port
 */
export async function announceBench(
  name: string,
  instruments: readonly ServedInstrument[],
  ports: "any" | "standard",
): Promise<Announcement> {
  const open: { close(): Promise<void> }[] = [];
  const failures: string[] = [];
  const pages: { name: string; host: string; port: number }[] = [];
  const services: Service[] = [];
  for (const instrument of instruments) {
    const links = linksOf(instrument.resources);
    const [first] = links;
    if (!first) continue; // on a serial line or behind a GPIB controller: nothing on the network tells of those
    const { host } = first;
    const identity = identityOf(instrument.idn);
    const facts = {
      identity,
      description: `${instrument.name} of ${name}`,
      resources: links.map(({ resource }) => resource),
      network: { host, ...interfaceOf(host) },
    };
    try {
      const web = await servePages(facts, host, ports === "standard" ? WEB_PORT : 0).catch((error: unknown) => {
        if (ports === "any") throw error;
        failures.push(
          `${instrument.name}: port ${WEB_PORT} of ${host} can not be had (${messageOf(error)}); a free one was taken.`,
        );
        return servePages(facts, host, 0);
      });
      open.push(web);
      pages.push({ name: instrument.name, host, port: web.port });
      services.push(...servicesOf(identity, host, web.port, links));
    } catch (error) {
      failures.push(`${instrument.name}: its web page can not be served: ${messageOf(error)}.`);
    }
  }
  for (const [address, group] of byInterface(services)) {
    try {
      open.push(await announceServices(group, address));
    } catch (error) {
      failures.push(`Multicast DNS on ${address}: ${messageOf(error)}. Nobody will find the instruments that way.`);
    }
  }
  return {
    pages,
    failures,
    close: async () => {
      await Promise.all(open.map((one) => one.close()));
    },
  };
}

interface NetworkLink {
  readonly resource: string;
  readonly service: "_scpi-raw" | "_vxi-11" | "_hislip";
  readonly host: string;
  readonly port: number;
}

function linksOf(resources: readonly string[]): NetworkLink[] {
  return resources.flatMap((resource): NetworkLink[] => {
    const parsed = parseResource(resource);
    switch (parsed.kind) {
      case "socket":
        return [{ resource, service: "_scpi-raw", host: parsed.host, port: parsed.port }];
      case "vxi11":
        return [{ resource, service: "_vxi-11", host: parsed.host, port: parsed.port ?? PORTMAPPER.port }];
      case "hislip":
        return [{ resource, service: "_hislip", host: parsed.host, port: parsed.port }];
      default:
        return [];
    }
  });
}

/** All services of an instrument carry one name (LXI Device Specification 1.5, 10.4); address and port make it its own. */
function servicesOf(identity: Identity, host: string, webPort: number, links: readonly NetworkLink[]): Service[] {
  const place = `${host}-${webPort}`;
  const instance = `${identity.model.slice(0, 24)} ${identity.serial.slice(0, 16)} (${place})`.replaceAll(".", "-");
  const text = [
    "txtvers=1",
    `Manufacturer=${identity.manufacturer}`,
    `Model=${identity.model}`,
    `SerialNumber=${identity.serial}`,
    `FirmwareVersion=${identity.firmware}`,
  ];
  const at = (type: string, address: string, port: number): Service => ({
    type,
    instance,
    hostName: `memrig-${address.replaceAll(".", "-")}.local`,
    address,
    port,
    text,
  });
  return [
    at(typeName("_lxi"), host, webPort),
    { ...at("_http._tcp.local", host, webPort), text: ["txtvers=1", "path=/"] },
    ...links.map((link) => at(typeName(link.service), link.host, link.port)),
  ];
}

/** By the address of the interface that each is reached through: all of 127.0.0.0/8 is loopback. */
function byInterface(services: readonly Service[]): Map<string, Service[]> {
  const groups = new Map<string, Service[]>();
  for (const service of services) {
    const address = service.address.startsWith("127.") ? "127.0.0.1" : service.address;
    groups.set(address, [...(groups.get(address) ?? []), service]);
  }
  return groups;
}

function interfaceOf(host: string): { netmask: string; mac: string } {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = all.find(({ address }) => address === host || (host.startsWith("127.") && address === "127.0.0.1"));
  return { netmask: own?.netmask ?? "255.0.0.0", mac: own?.mac ?? "00:00:00:00:00:00" };
}
