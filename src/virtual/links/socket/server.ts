import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import type { MessageDevice } from "../../scpi/index.js";
import { TerminatorFramer } from "../../scpi/terminator-framer.js";
import type { LinkEndpoint } from "../endpoint.js";

const LF = 10;
const OVERRUN = -363;
const acknowledgedLimit_bytes = 1024 * 1024;

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

/**
 * Serves an instrument on a raw socket. Any number of controllers share its one parser; each gets the replies to its
 * own messages in order: there is no END, so an unread reply can not be told from one under way, and none is interrupted.
 * A controller that goes away while a command waits (`*OPC?`) clears the device for itself. Locks of other links do not
 * keep it out (docs/notes/locks.md).
 *
 * @param port 0: a free one, chosen by the system
 * @throws Error the port is taken, or the address is not this machine's
 */
export async function serveSocket(endpoint: LinkEndpoint, address: string, port: number): Promise<SocketServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    const { instrument } = endpoint;
    if (instrument.rawSocket) serveAcknowledged(instrument, instrument.rawSocket, socket);
    else serveSession(endpoint, socket);
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

function serveSession(endpoint: LinkEndpoint, socket: Socket): void {
  const exchange = endpoint.connect({
    unread: "queue",
    end: false,
    deliver: (reply) => (socket.destroyed || socket.write(reply) ? undefined : drained(socket)),
  });
  const gone = new AbortController();
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy()); // a controller that was killed: nothing to tell anybody
  socket.on("close", () => {
    gone.abort();
    exchange.close();
  });
  socket.on("data", (chunk: Buffer) => {
    exchange.receive(chunk, false);
    if (!exchange.full) return;
    // What a controller sends while it is being served waits in its own network stack, not here.
    socket.pause();
    void exchange.room(gone.signal).then(() => socket.destroyed || socket.resume());
  });
}

/** A message ends with a byte of its own, and each has its one reply: where it asks nothing, that it came. */
function serveAcknowledged(
  instrument: MessageDevice,
  { terminator, acknowledge }: NonNullable<MessageDevice["rawSocket"]>,
  socket: Socket,
): void {
  const framer = new TerminatorFramer(instrument.inputLimit_bytes ?? acknowledgedLimit_bytes, terminator);
  const gone = new AbortController();
  let busy: Promise<void> = Promise.resolve();
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => gone.abort());
  const handle = async (message: Uint8Array) => {
    const answer = await instrument.execute(message, gone.signal);
    const reply = ended(answer ?? Buffer.from(acknowledge), terminator);
    if (!socket.destroyed && !socket.write(reply)) await drained(socket);
  };
  socket.on("data", (chunk: Buffer) => {
    for (const framed of framer.push(chunk)) {
      if ("overrun" in framed) instrument.raise(OVERRUN);
      else busy = busy.then(() => handle(framed.message));
    }
  });
}

/** A reply that ends with that byte, and not with the line feed that it has on other links. */
function ended(reply: Uint8Array, terminator: number): Uint8Array {
  const text = reply.at(-1) === LF ? reply.subarray(0, -1) : reply;
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
