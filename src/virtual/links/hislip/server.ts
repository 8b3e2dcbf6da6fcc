import net from "node:net";
import { MessageReader } from "../../../visa/hislip/message-reader.js";
import type { MessagePart } from "../../../visa/hislip/message-reader.js";
import { FatalCode, Feature, message, Type, VERSION } from "../../../visa/hislip/protocol.js";
import type { LinkEndpoint } from "../endpoint.js";
import { fatal, readPart } from "./refusals.js";
import { HislipServerSession } from "./session.js";

/** An address that speaks HiSLIP. */
export interface HislipServer {
  readonly address: string;
  readonly port: number;
  /** Clients that have both channels open. */
  readonly sessions: number;
  close(): Promise<void>;
}

export interface HislipOptions {
  /** 0, a free one chosen by the system, where left out. */
  readonly port?: number;
  /** Prefer overlapped mode: replies wait in line. False where left out, as the standard advises for IEEE 488.2 instruments. */
  readonly overlap?: boolean;
}

/** Clients at the same time; a further one is told so. */
const MOST_SESSIONS = 64;
/** A connection that has not said by then what it is, is closed. */
const INTRODUCTION_MS = 10_000;
/** None is registered for this program. */
const VENDOR = 0x4d52;

/**
 * Serves instruments over HiSLIP 2.0 without secure connections: synchronized and overlapped mode.
 *
 * @param devices by sub-address: `hislip0`, …; the first is also who names none
 * @throws Error the port is taken, or the address is not this machine's
 */
export async function serveHislip(
  devices: ReadonlyMap<string, LinkEndpoint>,
  address: string,
  options: HislipOptions = {},
): Promise<HislipServer> {
  const sockets = new Set<net.Socket>();
  const sessions = new Map<number, HislipServerSession>();
  const lobby = new Lobby(devices, sessions, options.overlap ?? false);
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    lobby.welcome(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, address, resolve);
  });
  return {
    address,
    port: (server.address() as net.AddressInfo).port,
    get sessions() {
      return [...sessions.values()].filter((session) => session.complete).length;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Where connections say which channel of which session they are. */
class Lobby {
  private lastId = 0;

  constructor(
    private readonly devices: ReadonlyMap<string, LinkEndpoint>,
    private readonly sessions: Map<number, HislipServerSession>,
    private readonly overlap: boolean,
  ) {}

  welcome(socket: net.Socket): void {
    const reader = new MessageReader();
    const late = setTimeout(() => socket.destroy(), INTRODUCTION_MS);
    socket.on("error", () => socket.destroy()); // a controller that was killed: nothing to tell anybody
    socket.on("close", () => clearTimeout(late));
    const onData = (chunk: Buffer) => {
      reader.push(chunk);
      const part = readPart(reader, socket);
      if (!part) return;
      socket.off("data", onData);
      clearTimeout(late);
      this.introduce(part, socket, reader);
    };
    socket.on("data", onData);
  }

  private introduce(part: MessagePart, socket: net.Socket, reader: MessageReader): void {
    const { type } = part.header;
    if (type === Type.initialize) this.initialize(part, socket, reader);
    else if (type === Type.asyncInitialize) this.join(part, socket, reader);
    else fatal(socket, FatalCode.badInitialization, "the first message has to be Initialize or AsyncInitialize");
  }

  private initialize({ header, bytes }: MessagePart, socket: net.Socket, reader: MessageReader): void {
    const name = Buffer.from(bytes).toString("latin1").toLowerCase();
    const endpoint = name === "" ? [...this.devices.values()][0] : this.devices.get(name);
    if (!endpoint) {
      fatal(socket, FatalCode.badInitialization, `there is no device "${name.slice(0, 40)}" here`);
      return;
    }
    if (this.sessions.size >= MOST_SESSIONS) {
      fatal(socket, FatalCode.tooManyClients, `${MOST_SESSIONS} clients are connected`);
      return;
    }
    do this.lastId = (this.lastId % 0xffff) + 1;
    while (this.sessions.has(this.lastId));
    const id = this.lastId;
    const session = new HislipServerSession(endpoint, this.overlap, socket, reader, () => this.sessions.delete(id));
    this.sessions.set(id, session);
    const version = Math.min(header.parameter >>> 16, VERSION);
    const features = this.overlap ? Feature.overlap : 0;
    socket.write(message(Type.initializeResponse, features, ((version << 16) | id) >>> 0));
    session.expectPartner(INTRODUCTION_MS);
  }

  private join({ header }: MessagePart, socket: net.Socket, reader: MessageReader): void {
    const session = this.sessions.get(header.parameter);
    if (!session || session.complete) {
      fatal(
        socket,
        FatalCode.badInitialization,
        "there is no session of this number that waits for its second channel",
      );
      return;
    }
    socket.write(message(Type.asyncInitializeResponse, 0, VENDOR));
    session.join(socket, reader);
  }
}
