import net from "node:net";

/** Stands between client and server, and does to their streams what networks do. */
export interface TcpProxy {
  readonly port: number;
  /** What the server sends, from now on: cut into pieces, each arriving by itself. Undefined: as it comes. */
  cutReplies: ((bytes: Buffer) => readonly Buffer[]) | undefined;
  /** The same for what the client sends. */
  cutMessages: ((bytes: Buffer) => readonly Buffer[]) | undefined;
  /** After so many more bytes from the server nothing follows, until `release`. */
  stallReplies(after_bytes: number): void;
  /** Something is held back now. */
  readonly stalled: boolean;
  /** What was held back goes on. */
  release(): void;
  /** Closes both ends of every connection after so many more bytes from the server. */
  hangUpAfter(bytes: number): void;
  close(): Promise<void>;
}

/** One byte a piece. */
export const byBytes = (bytes: Buffer): Buffer[] => Array.from(bytes, (_, k) => bytes.subarray(k, k + 1));

/** Two pieces, the first of `length` bytes. */
export const cutAt = (length: number) => (bytes: Buffer) =>
  [bytes.subarray(0, length), bytes.subarray(length)].filter((piece) => piece.length > 0);

export async function tcpProxy(serverPort: number, host = "127.0.0.1"): Promise<TcpProxy> {
  const sockets = new Set<net.Socket>();
  let left = Infinity;
  let atEnd: "stall" | "hang up" | undefined;
  let held: (() => void)[] = [];

  const keep = (socket: net.Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };
  const server = net.createServer((client) => {
    const far = net.connect(serverPort, host);
    keep(client);
    keep(far);
    client.on("close", () => far.destroy());
    far.on("close", () => client.destroy());
    forward(client, far, () => proxy.cutMessages);
    forward(far, client, () => proxy.cutReplies, true);
  });

  function forward(from: net.Socket, to: net.Socket, cut: () => TcpProxy["cutReplies"], replies = false): void {
    let turn = Promise.resolve();
    const put = async (piece: Buffer) => {
      if (replies && piece.length > left) {
        if (left > 0) await written(to, piece.subarray(0, left));
        const rest = piece.subarray(left);
        left = 0;
        if (atEnd === "hang up") {
          for (const socket of sockets) socket.destroy();
          left = Infinity;
          return;
        }
        await new Promise<void>((resolve) => held.push(resolve));
        await written(to, rest);
        return;
      }
      left -= piece.length;
      await written(to, piece);
    };
    from.on("data", (chunk: Buffer) => {
      turn = turn.then(async () => {
        for (const piece of cut()?.(chunk) ?? [chunk]) await put(piece);
      });
    });
  }

  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const proxy: TcpProxy = {
    port: (server.address() as net.AddressInfo).port,
    cutReplies: undefined,
    cutMessages: undefined,
    stallReplies(after_bytes) {
      left = after_bytes;
      atEnd = "stall";
    },
    get stalled() {
      return held.length > 0;
    },
    release() {
      left = Infinity;
      const waiting = held;
      held = [];
      for (const go of waiting) go();
    },
    hangUpAfter(bytes) {
      left = bytes;
      atEnd = "hang up";
    },
    async close() {
      proxy.release();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}

/** Writes, and lets the event loop turn so that the far end sees this piece by itself. */
function written(socket: net.Socket, piece: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.write(piece, () => setImmediate(resolve));
  });
}
