import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { Framer } from "./framer.js";
import { TerminatorFramer } from "./terminator-framer.js";
import type { MessageDevice } from "./device.js";

/** A port on which an instrument listens. */
export interface SocketServer {
  readonly address: string;
  readonly port: number;
  /** Sessions open now. */
  readonly sessions: number;
  /** Closes all sessions and goes on listening, as the dead-socket port of the real ones does. */
  closeSessions(): void;
  /** Closes all sessions and stops listening. */
  close(): Promise<void>;
}

const defaultInputLimit_bytes = 16 * 1024 * 1024;

/**
 * Serves an instrument on a raw socket. Any number of controllers share its one parser; each gets the replies to its
 * own messages in order. A controller that goes away while a command waits (`*OPC?`) clears the device for itself.
 *
 * @param port 0: a free one, chosen by the system
 * @throws Error the port is taken, or the address is not this machine's
 */
export async function serveSocket(instrument: MessageDevice, address: string, port: number): Promise<SocketServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serveSession(instrument, socket);
  });
  const bound = await listen(server, address, port);
  return {
    address,
    port: bound,
    get sessions() {
      return sockets.size;
    },
    closeSessions: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: () => closeAll(server, sockets),
  };
}

/** A port that closes an instrument's hung sessions when somebody connects to it. */
export async function serveDeadSocket(target: SocketServer, address: string, port: number): Promise<SocketServer> {
  const server = createServer((socket) => {
    target.closeSessions();
    socket.on("error", () => socket.destroy());
    socket.end();
  });
  const bound = await listen(server, address, port);
  const none = new Set<Socket>();
  return { address, port: bound, sessions: 0, closeSessions: () => undefined, close: () => closeAll(server, none) };
}

function serveSession(instrument: MessageDevice, socket: Socket): void {
  const { rawSocket } = instrument;
  const limit_bytes = instrument.inputLimit_bytes ?? defaultInputLimit_bytes;
  const framer = rawSocket ? new TerminatorFramer(limit_bytes, rawSocket.terminator) : new Framer(limit_bytes);
  const gone = new AbortController();
  let busy: Promise<void> = Promise.resolve();
  let waiting = 0;
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy()); // a controller that was killed: nothing to tell anybody
  socket.on("close", () => gone.abort());
  const handle = async (message: Uint8Array) => {
    const answer = await instrument.execute(message, gone.signal);
    const reply = rawSocket ? ended(answer ?? Buffer.from(rawSocket.acknowledge), rawSocket.terminator) : answer;
    if (reply && !socket.destroyed && !socket.write(reply)) await drained(socket);
    if (--waiting === 0 && !socket.destroyed) socket.resume();
  };
  socket.on("data", (chunk: Buffer) => {
    for (const framed of framer.push(chunk)) {
      if ("overrun" in framed) {
        instrument.raise(-363);
        continue;
      }
      waiting++;
      busy = busy.then(() => handle(framed.message));
    }
    // What a controller sends while it is being served waits in its own network stack, not here.
    if (waiting > 64) socket.pause();
  });
}

/** A reply that ends with that byte, and not with the line feed that it has on other links. */
function ended(reply: Uint8Array, terminator: number): Uint8Array {
  const text = reply.at(-1) === 10 ? reply.subarray(0, -1) : reply;
  return Buffer.concat([text, Buffer.from([terminator])]);
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off("drain", done);
      socket.off("close", done);
      resolve();
    };
    socket.on("drain", done);
    socket.on("close", done);
  });
}

function listen(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}
