import { MemrigError } from "../errors.js";
import { HislipLink } from "./hislip/link.js";
import { MessageSession } from "./message-session.js";
import type { MessageSessionSettings } from "./message-session.js";
import { formatResource, parseResource } from "./resource.js";
import type { Resource } from "./resource.js";
import type { Session } from "./session.js";
import { prologixLink } from "./prologix/open.js";
import { SerialLink } from "./serial-link.js";
import type { SerialOptions } from "./serial-link.js";
import { serialPath } from "./serial-port.js";
import { SocketSession } from "./socket-session.js";
import type { SocketOptions } from "./socket-session.js";
import { usbAccess } from "./usbtmc/access.js";
import { UsbtmcLink } from "./usbtmc/link.js";
import type { UsbAccess } from "./usbtmc/pipe.js";
import { Vxi11Link } from "./vxi11/link.js";
import type { WireEvent } from "./wire/event.js";

export interface SessionOptions {
  /** Default time limit of each call, and of connecting, milliseconds. 5000 where left out. */
  readonly timeout_ms?: number;
  /** Ends the opening, not the session. */
  readonly signal?: AbortSignal;
  /** Told of every message, for a log. */
  readonly onWire?: (event: WireEvent) => void;
  /** How a serial line is set; 9600 baud, 8 data bits, no parity, 1 stop bit, LF where left out. */
  readonly serial?: SerialOptions;
  /** How a raw socket speaks; lines that end with LF where left out. */
  readonly socket?: SocketOptions;
  /** How USB devices are reached; through the npm package `usb` where left out. */
  readonly usb?: UsbAccess;
  /** HiSLIP: whether replies wait in line, or a new message drops them. As the instrument prefers where left out. */
  readonly overlap?: boolean;
}

const DEFAULT_TIMEOUT_MS = 5000;

type Spoken = "socket" | "usbtmc" | "gpib" | "vxi11" | "hislip" | "serial" | "prologix-instrument";

const unspoken: Readonly<Record<Exclude<Resource["kind"], Spoken>, string>> = {
  "gpib-interface": "GPIB",
  "usb-raw": "raw USB",
  "prologix-tcp": "to a GPIB controller itself",
  "prologix-serial": "to a GPIB controller itself",
};

/**
 * Opens a link to an instrument. Nothing is sent to it that it would obey.
 *
 * @param resource a VISA resource name
 * @throws MemrigError `invalid-request`: not a VISA name, or a link that this build does not speak
 * @throws MemrigError `no-answer`: no connection; the message says why and what to try
 */
export async function openSession(resource: string, options: SessionOptions = {}): Promise<Session> {
  const parsed = parseResource(resource);
  const settings = {
    resource: formatResource(parsed),
    timeout_ms: options.timeout_ms ?? DEFAULT_TIMEOUT_MS,
    onWire: options.onWire,
  };
  const session = sessionFor(parsed, settings, options);
  await session.open(options.signal ? { signal: options.signal } : {});
  return session;
}

function sessionFor(
  parsed: Resource,
  settings: MessageSessionSettings,
  options: SessionOptions,
): SocketSession | MessageSession {
  switch (parsed.kind) {
    case "socket":
      return new SocketSession({ ...settings, ...options.socket, host: parsed.host, port: parsed.port });
    case "vxi11":
      return new MessageSession(new Vxi11Link(parsed), settings);
    case "hislip":
      return new MessageSession(new HislipLink(parsed, options), settings);
    case "serial":
      return new MessageSession(new SerialLink(serialPath(parsed.port), options.serial ?? {}), settings);
    case "prologix-instrument":
      return new MessageSession(prologixLink(parsed), settings);
    case "usbtmc": {
      const usb = options.usb ?? usbAccess();
      return new MessageSession(new UsbtmcLink((call) => usb(parsed, call)), settings);
    }
    case "gpib":
      throw new MemrigError(
        "invalid-request",
        `${settings.resource} is a good name, but this build speaks GPIB through a Prologix-type controller only, not ` +
          `GPIB cards. Name the controller under gpib: in the bench file, or in the resource: ` +
          `PRLGX-TCPIP0::192.168.1.9::1234::${parsed.primary}::INSTR.`,
        { resource: settings.resource, kind: parsed.kind },
      );
    default: {
      const host = "host" in parsed ? parsed.host : "192.168.1.5";
      throw new MemrigError(
        "invalid-request",
        `${settings.resource} is a good name, but this build speaks raw sockets, VXI-11, HiSLIP, serial lines, USBTMC and GPIB behind a controller only, not ` +
          `${unspoken[parsed.kind]}. Most instruments with a network connector take TCPIP0::${host}::5025::SOCKET.`,
        { resource: settings.resource, kind: parsed.kind },
      );
    }
  }
}
