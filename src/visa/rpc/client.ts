import net from "node:net";
import type { Call } from "../call.js";
import { LinkError } from "../message-link.js";
import { connectTcp } from "../tcp.js";
import { callHead, readReply, REPLY_HEAD_BYTES } from "./messages.js";
import { record, RecordReader } from "./records.js";
import { XdrError } from "./xdr.js";
import type { XdrReader, XdrWriter } from "./xdr.js";

/** Longest reply that is taken; a device read asks for less. */
const MOST_REPLY_BYTES = 64 * 1024 * 1024;
const RECEIVE_BYTES = 256 * 1024;

const VERIFIER_LENGTH_AT = 16;

interface Pending {
  readonly xid: number;
  resolve(results: XdrReader): void;
  reject(error: Error): void;
}

/** Calls the procedures of one program over one TCP connection, one at a time. */
export class RpcClient {
  private xid = Math.floor(Math.random() * 0x7fffffff);
  private pending: Pending | undefined;
  private lost: LinkError | undefined;
  private whenSettled: () => void = () => undefined;

  private constructor(
    private readonly socket: net.Socket,
    private readonly program: number,
    private readonly version: number,
    private readonly replies: RecordReader,
  ) {}

  /** @throws LinkError `no-answer`: no connection, in words */
  static async connect(host: string, port: number, program: number, version: number, call: Call): Promise<RpcClient> {
    const replies = new RecordReader(MOST_REPLY_BYTES);
    const memory = Buffer.allocUnsafe(RECEIVE_BYTES);
    const socket = await connectTcp(host, port, call, { buffer: memory, callback: (count) => client.take(count) });
    const client = new RpcClient(socket, program, version, replies);
    client.listen(replies, memory);
    return client;
  }

  /** Why the connection is gone; undefined while it is there. */
  get failure(): LinkError | undefined {
    return this.lost;
  }

  /** This end of the connection. */
  get localAddress(): string {
    return this.socket.localAddress ?? "";
  }

  /** A call waits for its reply. */
  get outstanding(): boolean {
    return this.pending !== undefined;
  }

  /**
   * @param args written behind the head of the call
   * @param apart memory for the data of an opaque at the end of the results, `results` bytes behind their beginning: the
   *   opaque is a view of it then, and was copied once. To be taken back with `forget` by who does not wait any longer
   * @throws LinkError `no-answer`: the connection is lost; `bad-reply`: refused, or no RPC
   */
  call(
    procedure: number,
    args: (head: XdrWriter) => unknown,
    apart?: { readonly results: number; readonly into: Uint8Array },
  ): Promise<XdrReader> {
    if (this.lost) return Promise.reject(this.lost);
    const xid = (this.xid = (this.xid + 1) >>> 0);
    const head = callHead(xid, this.program, this.version, procedure);
    args(head);
    return new Promise((resolve, reject) => {
      this.pending = { xid, resolve, reject };
      if (apart) this.replies.expect(REPLY_HEAD_BYTES + apart.results, apart.into);
      else this.replies.forget();
      const pieces = record(head.pieces());
      if (pieces.length > 1) this.socket.cork();
      for (const piece of pieces) this.socket.write(piece);
      if (pieces.length > 1) this.socket.uncork();
    });
  }

  /** Nothing more is written to the memory that was given with the call. */
  forget(): void {
    this.replies.forget();
  }

  /** Resolves when no call waits for a reply, however it ended. */
  settled(): Promise<void> {
    if (!this.pending) return Promise.resolve();
    return new Promise((resolve) => (this.whenSettled = resolve));
  }

  close(): void {
    this.fail(new LinkError("no-answer", "the connection was closed"));
  }

  private take: (count: number) => boolean = () => true;

  private listen(replies: RecordReader, memory: Buffer): void {
    this.take = (count) => {
      try {
        for (const reply of replies.push(memory.subarray(0, count))) this.answered(reply);
      } catch (error) {
        if (!(error instanceof XdrError)) throw error;
        this.fail(new LinkError("bad-reply", `what came is no RPC reply: ${error.message}`, error));
      }
      return true;
    };
    this.socket.on("error", (error) => {
      this.fail(new LinkError("no-answer", "the instrument closed the connection. Was it turned off", error));
    });
    this.socket.on("close", () => {
      this.fail(new LinkError("no-answer", "the instrument closed the connection. Was it turned off"));
    });
  }

  private answered(bytes: Buffer): void {
    const apart = this.replies.placedIn(bytes);
    // A verifier moves the data, and an instrument may give more than was asked for.
    const odd =
      apart && (bytes.readUInt32BE(VERIFIER_LENGTH_AT) !== 0 || bytes.readUInt32BE(apart.head - 4) > apart.into.length);
    const { xid, refused, results } = odd ? readReply(rejoined(bytes, apart)) : readReply(bytes, apart);
    if (xid !== this.pending?.xid) return; // the late reply of a call that was given up
    const { pending } = this;
    this.pending = undefined;
    this.whenSettled();
    if (refused === undefined) pending.resolve(results);
    else pending.reject(new LinkError("bad-reply", `the instrument refused an RPC: ${refused}`));
  }

  private fail(error: LinkError): void {
    this.lost ??= error;
    this.socket.destroy();
    const pending = this.pending;
    this.pending = undefined;
    this.whenSettled();
    pending?.reject(this.lost);
  }
}

/** A record as it came, where its data turn out to stand elsewhere than was thought. */
function rejoined(record: Buffer, { head, into }: { readonly head: number; readonly into: Uint8Array }): Buffer {
  return Buffer.concat([record.subarray(0, head), into, record.subarray(head)]);
}
