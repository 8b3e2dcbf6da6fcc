import { XdrError, XdrReader, XdrWriter } from "./xdr.js";

/** Sun RPC version 2 (RFC 5531), as far as instruments use it: no authentication. */
const RPC_VERSION = 2;
const CALL = 0;
const REPLY = 1;
const ACCEPTED = 0;
const DENIED = 1;
const AUTH_BYTES = 400;

export const Accept = { success: 0, noProgram: 1, noVersion: 2, noProcedure: 3, garbage: 4, failed: 5 } as const;

const refusals: Readonly<Record<number, string>> = {
  [Accept.noProgram]: "it does not have this program",
  [Accept.noVersion]: "it has another version of this program",
  [Accept.noProcedure]: "it does not have this procedure",
  [Accept.garbage]: "it could not read the arguments",
  [Accept.failed]: "it failed",
};

export interface RpcCall {
  readonly xid: number;
  readonly rpcVersion: number;
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly args: XdrReader;
}

/** A reply: its results, or why there are none. */
export interface RpcReply {
  readonly xid: number;
  readonly refused: string | undefined;
  readonly results: XdrReader;
}

/** The head of a call; its arguments follow. */
export function callHead(xid: number, program: number, version: number, procedure: number): XdrWriter {
  return new XdrWriter()
    .uint(xid)
    .uint(CALL)
    .uint(RPC_VERSION)
    .uint(program)
    .uint(version)
    .uint(procedure)
    .uint(0) // credentials: none
    .uint(0)
    .uint(0) // verifier: none
    .uint(0);
}

/** The head of a reply to a call that was taken; for `success` its results follow. */
export function replyHead(xid: number, status: number = Accept.success): XdrWriter {
  return new XdrWriter().uint(xid).uint(REPLY).uint(ACCEPTED).uint(0).uint(0).uint(status);
}

/** The reply to a call of another RPC version. */
export function versionRefusal(xid: number): XdrWriter {
  return new XdrWriter().uint(xid).uint(REPLY).uint(DENIED).uint(0).uint(RPC_VERSION).uint(RPC_VERSION);
}

/** @throws XdrError no call */
export function readCall(bytes: Buffer): RpcCall {
  const reader = new XdrReader(bytes);
  const xid = reader.uint();
  if (reader.uint() !== CALL) throw new XdrError("this is no call");
  const rpcVersion = reader.uint();
  const program = reader.uint();
  const version = reader.uint();
  const procedure = reader.uint();
  for (const _ of ["credentials", "verifier"]) {
    reader.uint();
    reader.opaque(AUTH_BYTES);
  }
  return { xid, rpcVersion, program, version, procedure, args: reader };
}

/** Bytes before the results of a call that was taken, with an empty verifier, which every instrument sends. */
export const REPLY_HEAD_BYTES = 24;

/** @param apart results that lie elsewhere @throws XdrError no reply */
export function readReply(bytes: Buffer, apart?: ConstructorParameters<typeof XdrReader>[1]): RpcReply {
  const reader = new XdrReader(bytes, apart);
  const xid = reader.uint();
  if (reader.uint() !== REPLY) throw new XdrError("this is no reply");
  const taken = reader.uint();
  if (taken === DENIED) return { xid, refused: "it denies access (RPC version or authentication)", results: reader };
  if (taken !== ACCEPTED) throw new XdrError(`a reply of kind ${taken}`);
  reader.uint();
  reader.opaque(AUTH_BYTES);
  const status = reader.uint();
  const refused = status === Accept.success ? undefined : (refusals[status] ?? `it refused (${status})`);
  return { xid, refused, results: reader };
}
