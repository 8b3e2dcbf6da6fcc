import net from "node:net";
import { MessageReader } from "../../src/visa/hislip/message-reader.js";
import { message, Type } from "../../src/visa/hislip/protocol.js";

/** A message that has not come by then will not. */
const DEADLINE_MS = 10_000;

/** A whole HiSLIP message, as it went over the wire. */
export interface PeerMessage {
  readonly type: number;
  readonly control: number;
  readonly parameter: number;
  readonly payload: string;
}

/** One connection of a HiSLIP peer that says just what a test tells it to. */
export class HislipPeer {
  readonly received: PeerMessage[] = [];
  closed = false;
  private readonly reader = new MessageReader();
  private payload: Buffer[] = [];
  private wake = () => undefined as void;

  constructor(readonly socket: net.Socket) {
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.closed = true;
      this.wake();
    });
    socket.on("data", (chunk) => this.take(chunk));
  }

  static connect(port: number): Promise<HislipPeer> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(port, "127.0.0.1", () => resolve(new HislipPeer(socket)));
      socket.once("error", reject);
    });
  }

  send(type: number, control = 0, parameter = 0, payload: string | Uint8Array = ""): void {
    this.socket.write(message(type, control, parameter, Buffer.from(payload)));
  }

  /** The next message, which has to be of this type. */
  async next(type: number): Promise<PeerMessage> {
    const late = setTimeout(() => this.socket.destroy(), DEADLINE_MS);
    while (this.received.length === 0 && !this.closed) await new Promise<void>((resolve) => (this.wake = resolve));
    clearTimeout(late);
    const got = this.received.shift();
    if (got?.type === type) return got;
    throw new Error(`a message of type ${type} was expected, ${got ? JSON.stringify(got) : "none"} came`);
  }

  close(): void {
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.reader.push(chunk);
    for (let part = this.reader.next(); part; part = this.reader.next()) {
      this.payload.push(Buffer.from(part.bytes));
      if (!part.last) continue;
      const { type, control, parameter } = part.header;
      this.received.push({ type, control, parameter, payload: Buffer.concat(this.payload).toString("latin1") });
      this.payload = [];
    }
    this.wake();
  }
}

/** Both channels of a client that is written by hand. */
export async function peerClient(port: number, device = "hislip0") {
  const sync = await HislipPeer.connect(port);
  sync.send(Type.initialize, 0, 0x01005858, device);
  const begun = await sync.next(Type.initializeResponse);
  const async = await HislipPeer.connect(port);
  async.send(Type.asyncInitialize, 0, begun.parameter & 0xffff);
  await async.next(Type.asyncInitializeResponse);
  const close = () => {
    sync.close();
    async.close();
  };
  return { sync, async, begun, close };
}

/** A server that is written by hand: what to do when a client has both channels open. */
export async function peerServer(control = 0, version = 0x0100) {
  const waiting: HislipPeer[] = [];
  const sockets = new Set<net.Socket>();
  let wake = () => undefined as void;
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    waiting.push(new HislipPeer(socket));
    wake();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const next = async (): Promise<HislipPeer> => {
    for (;;) {
      const peer = waiting.shift();
      if (peer) return peer;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return {
    resource: `TCPIP0::127.0.0.1::hislip0,${(server.address() as net.AddressInfo).port}::INSTR`,
    /** Goes through the beginning of the next client. */
    async accept() {
      const sync = await next();
      const begun = await sync.next(Type.initialize);
      sync.send(Type.initializeResponse, control, (version << 16) | 7);
      const async = await next();
      await async.next(Type.asyncInitialize);
      async.send(Type.asyncInitializeResponse, 0, 0x5858);
      await async.next(Type.asyncMaximumMessageSize);
      async.send(Type.asyncMaximumMessageSizeResponse, 0, 0, Buffer.from([0, 0, 0, 0, 0, 0, 4, 0]));
      return { sync, async, begun };
    },
    next,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
