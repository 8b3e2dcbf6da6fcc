import net from "node:net";
import { Accept, readCall, replyHead, versionRefusal } from "./messages.js";
import type { RpcCall } from "./messages.js";
import { record, RecordReader } from "./records.js";
import { XdrError } from "./xdr.js";
import type { XdrReader, XdrWriter } from "./xdr.js";

/** One program: what its procedures do with their arguments. Procedure 0, which does nothing, need not be named. */
export interface RpcProgram {
  readonly program: number;
  readonly version: number;
  readonly procedures: ReadonlyMap<number, Procedure>;
}

/**
 * Reads its arguments, and gives what writes the results behind the head of the reply.
 *
 * @throws XdrError the arguments can not be read: the caller is told so
 */
export type Procedure = (args: XdrReader, caller: Caller) => Results | Promise<Results>;
export type Results = (reply: XdrWriter) => unknown;

/** One connection. Its calls are run one after the other. */
export interface Caller {
  readonly address: string;
  /** Aborted when the connection is gone. */
  readonly gone: AbortSignal;
}

export interface RpcServer {
  readonly port: number;
  close(): Promise<void>;
}

const LONGEST_CALL_BYTES = 2 * 1024 * 1024;
/** Calls of one connection that may wait while one is run; what is sent beyond waits in the sender's network stack. */
const MOST_WAITING = 16;

/**
 * Serves a program on TCP. Whatever is no RPC ends the connection it came by, and nothing else.
 *
 * @param port 0: a free one, chosen by the system
 * @throws Error the port is taken, or the address is not this machine's
 */
export async function serveRpc(program: RpcProgram, address: string, port: number): Promise<RpcServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serveConnection(program, socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
  return {
    port: (server.address() as net.AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/**
 * The reply to one call, as pieces that follow each other; undefined for bytes that are no call and get none.
 */
export async function answerCall(
  program: RpcProgram,
  bytes: Buffer,
  caller: Caller,
): Promise<readonly Uint8Array[] | undefined> {
  let call: RpcCall;
  try {
    call = readCall(bytes);
  } catch (error) {
    if (error instanceof XdrError) return undefined;
    throw error;
  }
  const { xid } = call;
  if (call.rpcVersion !== 2) return versionRefusal(xid).pieces();
  if (call.program !== program.program) return replyHead(xid, Accept.noProgram).pieces();
  if (call.version !== program.version) {
    return replyHead(xid, Accept.noVersion).uint(program.version).uint(program.version).pieces();
  }
  if (call.procedure === 0) return replyHead(xid).pieces();
  const procedure = program.procedures.get(call.procedure);
  if (!procedure) return replyHead(xid, Accept.noProcedure).pieces();
  try {
    const results = await procedure(call.args, caller);
    const reply = replyHead(xid);
    results(reply);
    return reply.pieces();
  } catch (error) {
    if (error instanceof XdrError) return replyHead(xid, Accept.garbage).pieces();
    throw error;
  }
}

function serveConnection(program: RpcProgram, socket: net.Socket): void {
  const calls = new RecordReader(LONGEST_CALL_BYTES);
  const gone = new AbortController();
  const caller: Caller = { address: socket.remoteAddress ?? "", gone: gone.signal };
  let turn: Promise<void> = Promise.resolve();
  let waiting = 0;
  const answer = async (bytes: Buffer) => {
    const reply = await answerCall(program, bytes, caller);
    if (!reply) socket.destroy();
    if (reply && !socket.destroyed) {
      socket.cork();
      for (const piece of record(reply)) socket.write(piece);
      socket.uncork();
      if (socket.writableNeedDrain) await drained(socket, gone.signal);
    }
    waiting--;
    if (waiting < MOST_WAITING && !socket.destroyed) socket.resume();
  };
  socket.on("error", () => socket.destroy()); // a controller that was killed: nothing to tell anybody
  socket.on("close", () => gone.abort());
  socket.on("data", (chunk: Buffer) => {
    let whole: Buffer[];
    try {
      whole = calls.push(chunk);
    } catch (error) {
      if (!(error instanceof XdrError)) throw error;
      socket.destroy();
      return;
    }
    for (const bytes of whole) {
      waiting++;
      turn = turn.then(() => answer(bytes));
    }
    if (waiting >= MOST_WAITING) socket.pause();
  });
}

/** A caller that does not read its replies gets no more of them. */
function drained(socket: net.Socket, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off("drain", done);
      gone.removeEventListener("abort", done);
      resolve();
    };
    socket.once("drain", done);
    gone.addEventListener("abort", done, { once: true });
    if (gone.aborted) done();
  });
}
