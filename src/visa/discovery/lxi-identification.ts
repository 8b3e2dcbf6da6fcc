import http from "node:http";
import { messageOf } from "../../errors.js";
import { formatResource, parseResource } from "../resource.js";
import type { Resource } from "../resource.js";
import { readLxiDocument } from "./lxi-document.js";
import type { LxiDocument } from "./lxi-document.js";
import type { Looked, Sighting } from "./record.js";

/** Where the document is (LXI Device Specification 1.5, 10.2). */
export const LXI_PATH = "/lxi/identification";
const WEB_PORT = 80;
const MOST_BYTES = 512 * 1024;
const MOST_REDIRECTS = 3;

/** A web server that may be an instrument's. */
export interface WebPlace {
  readonly host: string;
  readonly port?: number;
}

/** Asks each web server for its LXI identification, all at the same time. One that has none is no failure: few are LXI. */
export async function askLxiPages(places: readonly WebPlace[], timeout_ms: number): Promise<Looked> {
  const asked = [...new Map(places.map((place) => [urlOf(place), place])).entries()];
  const sightings: Sighting[] = [];
  const failures: string[] = [];
  await Promise.all(
    asked.map(async ([url, { host, port = WEB_PORT }]) => {
      try {
        const text = await download(url, AbortSignal.timeout(timeout_ms));
        if (text !== undefined) sightings.push(sightingOf(readLxiDocument(text), host, port));
      } catch (error) {
        failures.push(`${url}: ${messageOf(error)}.`);
      }
    }),
  );
  const looked = asked.length === 0 ? "no web page: nobody to ask" : asked.map(([url]) => url).join(", ");
  return { looked, sightings, failures };
}

const urlOf = ({ host, port = WEB_PORT }: WebPlace): string =>
  `http://${host.includes(":") ? `[${host}]` : host}${port === WEB_PORT ? "" : `:${port}`}${LXI_PATH}`;

/** What the document shows. The host is the one that was reached: the document's own may be a name that nobody knows. */
export function sightingOf(document: LxiDocument, host: string, webPort: number): Sighting {
  const { identity, description, addresses } = document;
  return {
    by: "lxi-identification",
    host,
    webPort,
    resources: [...new Set(addresses.flatMap((address) => reachable(address, host)))],
    ...(identity.manufacturer === "" && identity.model === "" ? {} : { identity }),
    ...(description === "" ? {} : { note: `its web page calls it "${description}"` }),
  };
}

/** Names of links over this network; those of its other interfaces (GPIB, USB, IPv6 while IPv4 was asked) are not ours. */
function reachable(address: string, host: string): string[] {
  let resource: Resource;
  try {
    resource = parseResource(address);
  } catch {
    return []; // vendors write other things here too, "10.1.2.32:5025" in the consortium's own example
  }
  if (resource.kind !== "socket" && resource.kind !== "vxi11" && resource.kind !== "hislip") return [];
  return resource.host.includes(":") === host.includes(":") ? [formatResource({ ...resource, host })] : [];
}

/** @returns undefined where no web server listens, or it has no such page */
async function download(url: string, signal: AbortSignal, redirects = 0): Promise<string | undefined> {
  let answer: { status: number; location: string | undefined; text: string };
  try {
    answer = await get(url, signal);
  } catch (error) {
    if (signal.aborted) throw new Error("no whole answer came in time", { cause: error });
    if (["ECONNREFUSED", "EHOSTUNREACH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
  const { status, location, text } = answer;
  if (status >= 300 && status < 400 && location !== undefined) {
    const next = new URL(location, url);
    if (next.protocol !== "http:" || next.hostname !== new URL(url).hostname) {
      throw new Error(`it sends us on to ${next.href}, which is not followed`);
    }
    if (redirects >= MOST_REDIRECTS) throw new Error("it sends us round in a circle");
    return download(next.href, signal, redirects + 1);
  }
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`it answers with status ${status}`);
  return text;
}

/** `fetch` refuses ports and answers that old instruments have; this takes what comes. */
function get(
  url: string,
  signal: AbortSignal,
): Promise<{ status: number; location: string | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { signal, agent: false, insecureHTTPParser: true }, (response) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      response.on("data", (piece: Buffer) => {
        pieces.push(piece);
        bytes += piece.length;
        if (bytes > MOST_BYTES) request.destroy(new Error(`its page is longer than ${MOST_BYTES} bytes`));
      });
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, location: headers.location, text: Buffer.concat(pieces).toString("utf8") });
      });
    });
    request.on("error", reject);
  });
}
