import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { LXI_PATH } from "../../visa/discovery/lxi-identification.js";
import { idnOf } from "../../visa/discovery/record.js";
import { escaped, lxiDocument } from "./lxi-document.js";
import type { LxiFacts } from "./lxi-document.js";

/** The web pages of one instrument. */
export interface WebPages {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the LXI identification of an instrument, and a page for a person who comes by. Nothing can be set there.
 *
 * @param facts without the URL, which follows from the port
 * @param port 0: a free one, chosen by the system
 * @throws Error the port is taken or forbidden, or the address is not this machine's; nothing listens then
 */
export async function servePages(facts: Omit<LxiFacts, "url">, address: string, port: number): Promise<WebPages> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://instrument");
    const { port: own } = server.address() as AddressInfo;
    const url = `http://${address}${own === 80 ? "" : `:${own}`}${LXI_PATH}`;
    const page =
      request.method === "GET" || request.method === "HEAD" ? pageOf(pathname, { ...facts, url }) : undefined;
    response.setHeader("Connection", "close");
    if (page) response.writeHead(200, { "Content-Type": page.type });
    else response.writeHead(request.method === "GET" ? 404 : 405, { "Content-Type": "text/plain" });
    response.end(page?.text ?? "There is no such page.\n");
  });
  server.on("clientError", (_error, socket) => socket.destroy()); // no HTTP: nobody to answer
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function pageOf(pathname: string, facts: LxiFacts): { type: string; text: string } | undefined {
  if (pathname === LXI_PATH) return { type: "text/xml; charset=utf-8", text: lxiDocument(facts) };
  if (pathname === "/") return { type: "text/html; charset=utf-8", text: welcome(facts) };
  return undefined;
}

function welcome({ identity, description, resources }: LxiFacts): string {
  const title = escaped(`${identity.manufacturer} ${identity.model}`);
  const names = resources.map((name) => `<li><code>${escaped(name)}</code></li>`).join("");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body><h1>${title}</h1><p>${escaped(description)}, simulated by memrig.</p>
<p><code>${escaped(idnOf(identity))}</code></p><ul>${names}</ul>
<p><a href="${LXI_PATH}">LXI identification</a></p></body></html>
`;
}
