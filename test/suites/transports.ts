import { LinkEndpoint, serveHislip, serveSocket, serveVxi11 } from "../../src/virtual/links/index.js";
import { servePrologix } from "../../src/virtual/links/prologix/server.js";
import { serveSerial } from "../../src/virtual/links/serial/server.js";
import { usbAccess } from "../../src/visa/usbtmc/access.js";
import { usbDevice } from "../support/usb-device.js";
import { usbLibrary } from "../support/usb-library.js";
import type { ServedLink, Transport } from "./transport.suite.js";

export const socketTransport: Transport = {
  name: "raw socket",
  messages: false,
  locks: false,
  serviceRequests: false,
  async serve(instrument) {
    const server = await serveSocket(new LinkEndpoint(instrument), "127.0.0.1", 0);
    return overTcp(
      server,
      (port) => `TCPIP0::127.0.0.1::${port}::SOCKET`,
      () => server.sessions,
    );
  },
};

export const vxi11Transport: Transport = {
  name: "VXI-11",
  messages: true,
  locks: true,
  serviceRequests: true,
  async serve(instrument) {
    const devices = new Map([["inst0", new LinkEndpoint(instrument)]]);
    const server = await serveVxi11(devices, "127.0.0.1", { portmapper: false });
    return overTcp(
      server,
      (port) => `TCPIP0::127.0.0.1,${port}::inst0::INSTR`,
      () => server.links,
    );
  },
};

export const serialTransport: Transport = {
  name: "serial line",
  messages: false,
  locks: false,
  serviceRequests: false,
  async serve(instrument) {
    const server = await serveSerial(new LinkEndpoint(instrument));
    // A cable knows of no clients: there is always one, and it is never counted.
    return { resource: `ASRL${server.path}::INSTR`, clients: () => 0, close: () => server.close() };
  },
};

export const prologixTransport: Transport = {
  name: "GPIB behind a controller",
  messages: true,
  locks: false,
  serviceRequests: true,
  async serve(instrument) {
    const server = await servePrologix(new Map([["12", new LinkEndpoint(instrument)]]), "127.0.0.1", 0);
    return overTcp(
      server,
      (port) => `PRLGX-TCPIP0::127.0.0.1::${port}::12::INSTR`,
      () => server.clients,
    );
  },
};

/** There is no cable: the device is a model of one, at the level of USB transfers. */
export const usbtmcTransport: Transport = {
  name: "USBTMC",
  messages: true,
  locks: false,
  serviceRequests: true,
  serve(instrument) {
    const device = usbDevice(instrument);
    const usb = () => {
      device.open++;
      return Promise.resolve(device.pipe);
    };
    return Promise.resolve({
      resource: "USB0::0x05E6::0x2450::04775040::0::INSTR",
      options: { usb },
      clients: () => device.open,
      close: () => (device.faults.length > 0 ? Promise.reject(new Error(device.faults.join("; "))) : Promise.resolve()),
    });
  },
};

/** The same through the npm package `usb`, whose place a model takes that behaves as its source says. */
export const usbLibraryTransport: Transport = {
  name: "USBTMC through the npm package",
  messages: true,
  locks: false,
  serviceRequests: true,
  serve(instrument) {
    const device = usbDevice(instrument);
    const { library } = usbLibrary(device, "04775040");
    return Promise.resolve({
      resource: "USB0::0x05E6::0x2450::04775040::1::INSTR",
      options: { usb: usbAccess(() => Promise.resolve(library)) },
      clients: () => device.open,
      close: () => (device.faults.length > 0 ? Promise.reject(new Error(device.faults.join("; "))) : Promise.resolve()),
    });
  },
};

export const hislipTransport = hislip("HiSLIP", false);
export const overlappedHislipTransport = hislip("HiSLIP in overlapped mode", true);

function hislip(name: string, overlap: boolean): Transport {
  return {
    name,
    messages: !overlap,
    locks: true,
    serviceRequests: true,
    async serve(instrument) {
      const server = await serveHislip(new Map([["hislip0", new LinkEndpoint(instrument)]]), "127.0.0.1", { overlap });
      return overTcp(
        server,
        (port) => `TCPIP0::127.0.0.1::hislip0,${port}::INSTR`,
        () => server.sessions,
      );
    },
  };
}

/** A link whose messages and replies go over one TCP connection, so that a proxy can be put into it. */
function overTcp(
  server: { readonly port: number; close(): Promise<void> },
  resourceAt: (port: number) => string,
  clients: () => number,
): ServedLink {
  const { port } = server;
  return { resource: resourceAt(port), tcpPort: port, resourceAt, clients, close: () => server.close() };
}
