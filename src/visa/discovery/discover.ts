import { lookup } from "node:dns/promises";
import { MemrigError, messageOf } from "../../errors.js";
import { ipv4Interfaces, nearTo } from "./interfaces.js";
import { askLxiPages } from "./lxi-identification.js";
import type { WebPlace } from "./lxi-identification.js";
import { browseMdns } from "./mdns.js";
import { mergeSightings } from "./merge.js";
import { discoveryMethods } from "./record.js";
import type { DiscoveredInstrument, DiscoveryMethod, Looked, MethodReport, Sighting } from "./record.js";
import { listSerialPorts } from "./serial-ports.js";
import { listUsbtmc } from "./usbtmc-devices.js";
import { broadcastVxi11 } from "./vxi11-broadcast.js";

export interface DiscoverOptions {
  /** How long answers are waited for, milliseconds; the web pages of who was found take up to as long again. */
  readonly timeout_ms?: number;
  /** Names or addresses of the network interfaces to look on; all where left out. */
  readonly interfaces?: readonly string[];
  /** Only these hosts, asked directly: for instruments behind a router, which no broadcast reaches. */
  readonly hosts?: readonly string[];
  /** Only these ways of looking. */
  readonly methods?: readonly DiscoveryMethod[];
}

export interface Discovery {
  readonly instruments: readonly DiscoveredInstrument[];
  /** What was looked at, and what failed there. */
  readonly methods: readonly MethodReport[];
}

export const DISCOVERY_TIMEOUT_MS = 3000;

/**
 * Looks for instruments in every way it knows, at the same time. Instruments are not spoken to: what is asked are
 * multicast DNS responders, port mappers and web servers, and this computer for its serial ports and USB devices. One
 * way that fails hides nothing of the others; its report says what went wrong.
 *
 * @throws MemrigError `invalid-request`: an interface or host that is not there; nothing was sent
 */
export async function discover(options: DiscoverOptions = {}): Promise<Discovery> {
  const { timeout_ms = DISCOVERY_TIMEOUT_MS, hosts: wanted = [], methods = discoveryMethods } = options;
  const interfaces = ipv4Interfaces(options.interfaces);
  const hosts = await Promise.all(wanted.map(addressOf));
  const here = wanted.length === 0; // who names hosts does not mean this computer's plugs
  const ways: Partial<Record<DiscoveryMethod, () => Promise<Looked>>> = {
    mdns: () => browseMdns(here ? interfaces : nearTo(interfaces, hosts), timeout_ms),
    "vxi11-broadcast": () => broadcastVxi11(interfaces, timeout_ms, hosts),
    ...(here ? { serial: () => listSerialPorts(timeout_ms), usbtmc: () => listUsbtmc(timeout_ms) } : {}),
  };
  const chosen = methods.flatMap((method) => {
    const look = ways[method];
    return look ? [{ method, look }] : [];
  });
  const reports = await Promise.all(chosen.map(({ method, look }) => reportOf(method, look, hosts)));
  if (methods.includes("lxi-identification")) {
    const pages = webPlaces(
      reports.flatMap(({ sightings }) => sightings),
      hosts,
    );
    reports.push(await reportOf("lxi-identification", () => askLxiPages(pages, timeout_ms), hosts));
  }
  reports.sort((a, b) => discoveryMethods.indexOf(a.report.method) - discoveryMethods.indexOf(b.report.method));
  return {
    instruments: mergeSightings(reports.flatMap(({ sightings }) => sightings)),
    methods: reports.map(({ report }) => report),
  };
}

interface Reported {
  readonly report: MethodReport;
  readonly sightings: readonly Sighting[];
}

async function reportOf(
  method: DiscoveryMethod,
  look: () => Promise<Looked>,
  hosts: readonly string[],
): Promise<Reported> {
  const { looked, sightings, failures } = await look().catch((error: unknown): Looked => ({
    looked: "nothing",
    sightings: [],
    failures: [`${method}: ${messageOf(error)}.`],
  }));
  const seen = sightings.filter(({ host }) => hosts.length === 0 || (host !== undefined && hosts.includes(host)));
  return { report: { method, looked, found: mergeSightings(seen).length, failures }, sightings: seen };
}

/** Who announced a page has it at that port; of all others the standard one is tried. */
function webPlaces(sightings: readonly Sighting[], hosts: readonly string[]): WebPlace[] {
  const announced = sightings.flatMap(({ host, webPort: port }) =>
    host === undefined || port === undefined ? [] : [{ host, port }],
  );
  const all = [...hosts, ...sightings.flatMap(({ host }) => (host === undefined ? [] : [host]))];
  const others = [...new Set(all)].filter((host) => !announced.some((place) => place.host === host));
  return [...announced, ...others.map((host) => ({ host }))];
}

async function addressOf(host: string): Promise<string> {
  try {
    return (await lookup(host, { family: 4 })).address;
  } catch (error) {
    throw new MemrigError(
      "invalid-request",
      `The host ${host} is not known to this computer. Nothing was looked for. Give its IPv4 address.`,
      { host },
      error,
    );
  }
}
