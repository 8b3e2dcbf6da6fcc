import { parseResource } from "../resource.js";
import type { Resource } from "../resource.js";
import { discoveryMethods } from "./record.js";
import type { DiscoveredInstrument, Identity, Sighting } from "./record.js";

/**
 * Puts together what was seen of the same instrument: by a resource name they share, by maker, model and serial number, and
 * by host, where only one instrument is known there.
 */
export function mergeSightings(sightings: readonly Sighting[]): DiscoveredInstrument[] {
  const groups = new Map<string, Group>();
  const all: Group[] = [];
  for (const sighting of [...sightings].sort((a, b) => keysOf(b).length - keysOf(a).length)) {
    const keys = keysOf(sighting);
    const known = [...new Set(keys.flatMap((key) => groups.get(key) ?? []))];
    const [group = { sightings: [], keys: new Set<string>() }, ...others] = known;
    if (known.length === 0) all.push(group);
    for (const other of others) {
      group.sightings.push(...other.sightings);
      for (const key of other.keys) group.keys.add(key);
      all.splice(all.indexOf(other), 1);
    }
    group.sightings.push(sighting);
    for (const key of keys) group.keys.add(key);
    for (const key of group.keys) groups.set(key, group);
  }
  return joinByHost(all).map(instrumentOf).sort(byPlace);
}

interface Group {
  readonly sightings: Sighting[];
  readonly keys: Set<string>;
}

function keysOf({ resources, identity, by, host, webPort, note }: Sighting): string[] {
  const keys = resources.map((resource) => `resource ${resource.toLowerCase()}`);
  const serial = serialKey(identity, host);
  if (serial !== undefined) keys.push(serial);
  if (host !== undefined && webPort !== undefined) keys.push(`web ${host}:${webPort}`);
  if (by === "mdns" && host !== undefined && note !== undefined) keys.push(`name ${host} ${note}`);
  return keys;
}

/**
 * The maker is left out: "KEITHLEY INSTRUMENTS" to one question is "Keithley" to another. On this machine's own addresses are
 * simulated instruments, whose serial numbers are those of other benches too: there the address counts.
 */
function serialKey(identity: Identity | undefined, host: string | undefined): string | undefined {
  if (!identity || identity.serial === "" || /^0+$/.test(identity.serial)) return undefined;
  const model = identity.model.toLowerCase().replace(/^model\s+/, "");
  return `serial ${model} ${identity.serial.toLowerCase()}${host?.startsWith("127.") ? ` at ${host}` : ""}`;
}

/** An address with one instrument that says who it is, and sightings that do not: they are of that one. */
function joinByHost(groups: readonly Group[]): Group[] {
  const named = groups.filter(({ sightings }) => sightings.some(({ identity }) => identity !== undefined));
  const hosts = new Map(named.map((group) => [group, new Set(hostsOf(group))]));
  const unclaimed = groups.filter((group) => {
    if (hosts.has(group)) return false;
    const [host] = hostsOf(group);
    const owners = named.filter((one) => host !== undefined && hosts.get(one)?.has(host));
    if (owners.length === 1) owners[0]?.sightings.push(...group.sightings);
    return owners.length !== 1;
  });
  return [...named, ...unclaimed];
}

const byNumber = (a: string, b: string) => a.localeCompare(b, undefined, { numeric: true });

const hostsOf = ({ sightings }: Group): string[] =>
  sightings.flatMap(({ host }) => (host === undefined ? [] : [host])).sort(byNumber);

function instrumentOf(group: Group): DiscoveredInstrument {
  const { sightings } = group;
  const [host] = hostsOf(group);
  const identity = fullest(sightings.flatMap((one) => (one.identity ? [one.identity] : [])));
  const resources = new Map<string, string>();
  for (const name of sightings.flatMap((one) => one.resources)) {
    if (!resources.has(name.toLowerCase())) resources.set(name.toLowerCase(), name);
  }
  return {
    resources: [...resources.values()].sort((a, b) => preference(a) - preference(b) || a.localeCompare(b)),
    ...(identity ? { identity } : {}),
    foundBy: discoveryMethods.filter((method) => sightings.some(({ by }) => by === method)),
    ...(host === undefined ? {} : { host }),
    notes: [...new Set(sightings.flatMap(({ note }) => (note === undefined ? [] : [note])))],
  };
}

function fullest(identities: readonly Identity[]): Identity | undefined {
  const parts = (one: Identity) => Object.values(one).filter((part) => part !== "").length;
  return [...identities].sort((a, b) => parts(b) - parts(a))[0];
}

/** A raw socket first: the guardian turns an output off over it without asking for anything. */
const order: readonly Resource["kind"][] = ["socket", "hislip", "vxi11", "usbtmc", "serial"];

function preference(resource: string): number {
  const at = order.indexOf(parseResource(resource).kind);
  return at < 0 ? order.length : at;
}

function byPlace(a: DiscoveredInstrument, b: DiscoveredInstrument): number {
  return byNumber(a.host ?? "~", b.host ?? "~") || byNumber(a.resources[0] ?? "", b.resources[0] ?? "");
}
