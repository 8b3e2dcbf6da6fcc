import { MemrigError } from "../errors.js";
import { formatResource, parseResource } from "./resource.js";
import type { Resource } from "./resource.js";
import type { Session, WireEvent } from "./session.js";
import { SocketSession } from "./socket-session.js";

export interface SessionOptions {
  /** Default time limit of each call, and of connecting, milliseconds. 5000 where left out. */
  readonly timeout_ms?: number;
  /** Ends the opening, not the session. */
  readonly signal?: AbortSignal;
  /** Told of every message, for a log. */
  readonly onWire?: (event: WireEvent) => void;
}

const DEFAULT_TIMEOUT_MS = 5000;

const links: Readonly<Record<Exclude<Resource["kind"], "socket">, string>> = {
  vxi11: "VXI-11",
  hislip: "HiSLIP",
  gpib: "GPIB",
  "gpib-interface": "GPIB",
  usbtmc: "USB",
  "usb-raw": "USB",
  serial: "serial ports",
  "prologix-tcp": "Prologix adapters",
  "prologix-serial": "Prologix adapters",
};

/**
 * Opens a link to an instrument. Nothing is sent to it.
 *
 * @param resource a VISA resource name
 * @throws MemrigError `invalid-request`: not a VISA name, or a link that this build does not speak
 * @throws MemrigError `no-answer`: no connection; the message says why and what to try
 */
export async function openSession(resource: string, options: SessionOptions = {}): Promise<Session> {
  const parsed = parseResource(resource);
  const name = formatResource(parsed);
  if (parsed.kind !== "socket") {
    const host = "host" in parsed ? parsed.host : "192.168.1.5";
    throw new MemrigError(
      "invalid-request",
      `${name} is a good name, but this build speaks raw sockets only, not ${links[parsed.kind]}. Most instruments ` +
        `with a network connector take TCPIP0::${host}::5025::SOCKET.`,
      { resource: name, kind: parsed.kind },
    );
  }
  const session = new SocketSession({
    resource: name,
    host: parsed.host,
    port: parsed.port,
    timeout_ms: options.timeout_ms ?? DEFAULT_TIMEOUT_MS,
    onWire: options.onWire,
  });
  await session.open(options.signal ? { signal: options.signal } : {});
  return session;
}
