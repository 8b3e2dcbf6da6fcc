import { MemrigError } from "../errors.js";

/** A VISA resource name, taken apart. `openSession` says which of them it speaks. */
export type Resource =
  | { readonly kind: "socket"; readonly board: number; readonly host: string; readonly port: number }
  | {
      readonly kind: "vxi11";
      readonly board: number;
      readonly host: string;
      readonly device: string;
      /** Of the core channel, written `host,port`: for a server that has no port mapper. */
      readonly port?: number;
    }
  | {
      readonly kind: "hislip";
      readonly board: number;
      readonly host: string;
      readonly device: string;
      readonly port: number;
    }
  | { readonly kind: "gpib"; readonly board: number; readonly primary: number; readonly secondary?: number }
  | { readonly kind: "gpib-interface"; readonly board: number }
  | {
      readonly kind: "usbtmc" | "usb-raw";
      readonly board: number;
      readonly vendor: number;
      readonly product: number;
      readonly serial: string;
      readonly interface: number;
    }
  | { readonly kind: "serial"; readonly port: string }
  | PrologixControllerName
  | {
      readonly kind: "prologix-instrument";
      readonly controller: PrologixControllerName;
      readonly primary: number;
      readonly secondary?: number;
    };

/** A Prologix-type GPIB controller, on the network or on a serial port. */
export type PrologixControllerName =
  | { readonly kind: "prologix-tcp"; readonly board: number; readonly host: string; readonly port: number }
  | { readonly kind: "prologix-serial"; readonly board: number; readonly port: string };

const HISLIP_PORT = 4880;
export const PROLOGIX_PORT = 1234;

/**
 * Reads a VISA resource name, upper or lower case, optional parts left out or not.
 *
 * @throws MemrigError `invalid-request`: not a VISA name; the message says which part and what is allowed there
 */
export function parseResource(text: string): Resource {
  const parts = splitParts(text.trim());
  const odd = parts.find((part) => /^:|:$/.test(part));
  if (odd !== undefined) throw notAName(text, `"${odd}" begins or ends with a colon; parts are separated by two`);
  const [first = "", ...rest] = parts;
  const board = /^(TCPIP|GPIB|USB|PRLGX-TCPIP|PRLGX-ASRL)(\d*)$/i.exec(first);
  if (board) {
    const number = board[2] === "" ? 0 : wholeNumber(text, board[2], "a board number", 0, 65535);
    switch ((board[1] ?? "").toUpperCase()) {
      case "TCPIP":
        return tcpip(text, number, rest);
      case "GPIB":
        return gpib(text, number, rest);
      case "USB":
        return usb(text, number, rest);
      default:
        return prologix(text, (board[1] ?? "").toUpperCase(), number, rest);
    }
  }
  const serial = /^ASRL(.+)$/i.exec(first);
  if (serial) {
    dropClass(text, rest, ["INSTR"]);
    if (rest.length > 0) throw notAName(text, `"${rest[0]}" is not expected after a serial port`);
    return { kind: "serial", port: serial[1] ?? "" };
  }
  throw notAName(text, `"${first}" is not an interface; known are TCPIP, GPIB, USB, ASRL, PRLGX-TCPIP, PRLGX-ASRL`);
}

/** The name in its full form: board, device and class written out. */
export function formatResource(resource: Resource): string {
  switch (resource.kind) {
    case "socket":
      return `TCPIP${resource.board}::${bracketed(resource.host)}::${resource.port}::SOCKET`;
    case "vxi11":
      return `TCPIP${resource.board}::${bracketed(resource.host)}${portSuffix(resource.port)}::${resource.device}::INSTR`;
    case "hislip": {
      const port = resource.port === HISLIP_PORT ? "" : `,${resource.port}`;
      return `TCPIP${resource.board}::${bracketed(resource.host)}::${resource.device}${port}::INSTR`;
    }
    case "gpib": {
      const secondary = resource.secondary === undefined ? "" : `::${resource.secondary}`;
      return `GPIB${resource.board}::${resource.primary}${secondary}::INSTR`;
    }
    case "gpib-interface":
      return `GPIB${resource.board}::INTFC`;
    case "usbtmc":
    case "usb-raw": {
      const ids = `${hex(resource.vendor)}::${hex(resource.product)}::${resource.serial}::${resource.interface}`;
      return `USB${resource.board}::${ids}::${resource.kind === "usbtmc" ? "INSTR" : "RAW"}`;
    }
    case "serial":
      return `ASRL${resource.port}::INSTR`;
    case "prologix-tcp":
      return `PRLGX-TCPIP${resource.board}::${bracketed(resource.host)}::${resource.port}::INTFC`;
    case "prologix-serial":
      return `PRLGX-ASRL${resource.board}::${resource.port}::INTFC`;
    case "prologix-instrument": {
      const secondary = resource.secondary === undefined ? "" : `::${resource.secondary}`;
      const controller = formatResource(resource.controller).replace(/INTFC$/, "");
      return `${controller}${resource.primary}${secondary}::INSTR`;
    }
  }
}

function tcpip(text: string, board: number, rest: string[]): Resource {
  const kind = dropClass(text, rest, ["INSTR", "SOCKET"]);
  const [name, port] = splitPort(text, rest.shift());
  const host = hostOf(text, name);
  if (kind === "SOCKET" && port !== undefined)
    throw notAName(text, "the port of a socket stands behind ::, not a comma");
  if (kind === "SOCKET") {
    const port = wholeNumber(text, rest.shift(), "a port", 1, 65535);
    if (rest.length > 0) throw notAName(text, `"${rest[0]}" is not expected after the port`);
    return { kind: "socket", board, host, port };
  }
  const device = rest.shift() ?? "inst0";
  if (rest.length > 0) throw notAName(text, `"${rest[0]}" is not expected after the device name`);
  if (!/^hislip/i.test(device)) {
    const at = port === undefined ? {} : { port };
    return { kind: "vxi11", board, host, device: device === "" ? "inst0" : device, ...at };
  }
  if (port !== undefined) throw notAName(text, `the port of HiSLIP stands behind the device: ${device},${port}`);
  const [sub = "", number, more] = device.split(",");
  if (more !== undefined) throw notAName(text, `"${device}" has more than one port`);
  const known = number === undefined ? HISLIP_PORT : wholeNumber(text, number, "a port", 1, 65535);
  return { kind: "hislip", board, host, device: sub, port: known };
}

function gpib(text: string, board: number, rest: string[]): Resource {
  const kind = dropClass(text, rest, ["INSTR", "INTFC"]);
  if (kind === "INTFC") {
    if (rest.length > 0) throw notAName(text, `"${rest[0]}" is not expected before INTFC`);
    return { kind: "gpib-interface", board };
  }
  const primary = wholeNumber(text, rest.shift(), "a primary address", 0, 30);
  if (rest.length === 0) return { kind: "gpib", board, primary };
  const secondary = wholeNumber(text, rest.shift(), "a secondary address", 0, 30);
  if (rest.length > 0) throw notAName(text, `"${rest[0]}" is not expected after the addresses`);
  return { kind: "gpib", board, primary, secondary };
}

function usb(text: string, board: number, rest: string[]): Resource {
  const kind = dropClass(text, rest, ["INSTR", "RAW"]) === "RAW" ? "usb-raw" : "usbtmc";
  const vendor = wholeNumber(text, rest.shift(), "a vendor number", 0, 0xffff);
  const product = wholeNumber(text, rest.shift(), "a product number", 0, 0xffff);
  const serial = rest.shift();
  if (serial === undefined || serial === "") throw notAName(text, "the serial number is missing");
  const number = rest.length > 0 ? wholeNumber(text, rest.shift(), "an interface number", 0, 255) : 0;
  if (rest.length > 0) throw notAName(text, `"${rest[0]}" is not expected after the interface number`);
  return { kind, board, vendor, product, serial, interface: number };
}

/** The controller, or with INSTR an instrument behind it: then its port is written out, and the bus address follows. */
function prologix(text: string, family: string, board: number, rest: string[]): Resource {
  const instrument = dropClass(text, rest, ["INTFC", "INSTR"]) === "INSTR";
  const controller = prologixController(text, family, board, rest);
  if (!instrument) {
    if (rest.length > 0) throw notAName(text, `"${rest[0]}" is not expected after the port`);
    return controller;
  }
  const primary = wholeNumber(text, rest.shift(), "a primary address", 0, 30);
  if (rest.length === 0) return { kind: "prologix-instrument", controller, primary };
  const secondary = wholeNumber(text, rest.shift(), "a secondary address", 0, 30);
  if (rest.length > 0) throw notAName(text, `"${rest[0]}" is not expected after the addresses`);
  return { kind: "prologix-instrument", controller, primary, secondary };
}

function prologixController(text: string, family: string, board: number, rest: string[]): PrologixControllerName {
  if (family === "PRLGX-TCPIP") {
    const host = hostOf(text, rest.shift());
    const port = rest.length > 0 ? wholeNumber(text, rest.shift(), "a port", 1, 65535) : PROLOGIX_PORT;
    return { kind: "prologix-tcp", board, host, port };
  }
  const port = rest.shift();
  if (port === undefined || port === "") throw notAName(text, "the serial port is missing");
  return { kind: "prologix-serial", board, port };
}

/** Splits at "::", but not inside the brackets of an IPv6 address. */
function splitParts(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (depth === 0 && text.startsWith("::", i)) {
      parts.push(part);
      part = "";
      i++;
      continue;
    }
    const letter = text.charAt(i);
    if (letter === "[") depth++;
    if (letter === "]" && depth > 0) depth--;
    part += letter;
  }
  if (depth > 0) throw notAName(text, "a bracket is opened and not closed");
  parts.push(part);
  return parts;
}

/** Takes the class off the end, where one is written; the first of `allowed` is the default. */
function dropClass(text: string, rest: string[], allowed: readonly string[]): string {
  const last = (rest.at(-1) ?? "").toUpperCase();
  if (allowed.includes(last)) {
    rest.pop();
    return last;
  }
  if (["INSTR", "SOCKET", "INTFC", "RAW", "SERVANT", "BACKPLANE", "MEMACC"].includes(last)) {
    throw notAName(text, `the class ${last} does not go with this interface; allowed: ${allowed.join(", ")}`);
  }
  return allowed[0] ?? "INSTR";
}

function hostOf(text: string, part: string | undefined): string {
  const host = part?.replace(/^\[(.*)\]$/, "$1") ?? "";
  if (host === "" || /[\s[\]]/.test(host)) throw notAName(text, "the host is missing or has blanks or brackets in it");
  return host;
}

/** `host,port`: the port of a VXI-11 core channel that no port mapper knows. */
function splitPort(text: string, part: string | undefined): [host: string | undefined, port: number | undefined] {
  const comma = part?.lastIndexOf(",") ?? -1;
  if (part === undefined || comma < 0) return [part, undefined];
  return [part.slice(0, comma), wholeNumber(text, part.slice(comma + 1), "a port", 1, 65535)];
}

function wholeNumber(text: string, part: string | undefined, what: string, min: number, max: number): number {
  const value = part !== undefined && /^(0x[0-9a-f]+|\d+)$/i.test(part) ? Number(part) : NaN;
  if (value >= min && value <= max) return value;
  const found = part === undefined || part === "" ? "nothing" : `"${part}"`;
  throw notAName(text, `${what} from ${min} to ${max} is expected, ${found} is there`);
}

const bracketed = (host: string) => (host.includes(":") ? `[${host}]` : host);
const portSuffix = (port: number | undefined) => (port === undefined ? "" : `,${port}`);
const hex = (value: number) => `0x${value.toString(16).toUpperCase().padStart(4, "0")}`;

function notAName(text: string, why: string): MemrigError {
  return new MemrigError(
    "invalid-request",
    `"${text}" is not a VISA resource name: ${why}. Write for example TCPIP0::192.168.1.5::5025::SOCKET.`,
    { resource: text },
  );
}
