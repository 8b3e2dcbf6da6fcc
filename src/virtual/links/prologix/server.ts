import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { LineReader } from "../../../visa/prologix/protocol.js";
import type { LinkEndpoint } from "../endpoint.js";
import { ControllerClient } from "./client.js";

/** Longest line a controller takes. A real one has less memory than any waveform needs. */
const LINE_BYTES = 256 * 1024 * 1024;
const MOST_WAITING = 64;

/** A GPIB controller on the network, with instruments behind it. */
export interface PrologixServer {
  readonly address: string;
  readonly port: number;
  /** Programs connected now. */
  readonly clients: number;
  close(): Promise<void>;
}

/**
 * Serves instruments behind a Prologix-type GPIB controller. Each connection has its own controller and its own settings;
 * the real one takes one connection.
 *
 * @param devices by bus address: `12`, or `12 96` with a secondary one
 * @param port 0: a free one, chosen by the system
 * @throws Error the port is taken, or the address is not this machine's
 */
export async function servePrologix(
  devices: ReadonlyMap<string, LinkEndpoint>,
  address: string,
  port: number,
): Promise<PrologixServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serveProgram(devices, socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
  return {
    address,
    port: (server.address() as AddressInfo).port,
    get clients() {
      return sockets.size;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function serveProgram(devices: ReadonlyMap<string, LinkEndpoint>, socket: Socket): void {
  const lines = new LineReader(LINE_BYTES);
  const client = new ControllerClient(devices, (bytes) => written(socket, bytes));
  let busy: Promise<void> = Promise.resolve();
  let waiting = 0;
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy()); // a program that was killed: nothing to tell anybody
  socket.on("close", () => client.close());
  socket.on("data", (chunk: Buffer) => {
    for (const line of lines.push(chunk)) {
      waiting++;
      busy = busy
        .then(() => client.take(line))
        .then(() => {
          if (--waiting === 0 && !socket.destroyed) socket.resume();
        });
    }
    if (waiting > MOST_WAITING) socket.pause();
  });
}

function written(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed || socket.write(bytes)) return resolve();
    const done = () => {
      socket.off("drain", done);
      socket.off("close", done);
      resolve();
    };
    socket.on("drain", done);
    socket.on("close", done);
  });
}
