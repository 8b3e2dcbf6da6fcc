import { connect } from "node:net";
import type { Socket } from "node:net";
import { Procedure } from "../../../visa/vxi11/protocol.js";
import { callHead } from "../../../visa/rpc/messages.js";
import { record } from "../../../visa/rpc/records.js";

const CONNECT_MS = 2000;

/** The connection over which an instrument tells a client that it wants service: here the client is the server. */
export class InterruptChannel {
  private xid = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly program: number,
    private readonly version: number,
  ) {}

  /** @returns undefined where the client can not be reached */
  static open(host: string, port: number, program: number, version: number): Promise<InterruptChannel | undefined> {
    return new Promise((resolve) => {
      const socket = connect({ host, port, noDelay: true });
      const give = (channel: InterruptChannel | undefined) => {
        clearTimeout(timer);
        if (!channel) socket.destroy();
        resolve(channel);
      };
      const timer = setTimeout(() => give(undefined), CONNECT_MS);
      socket.once("connect", () => give(new InterruptChannel(socket, program, version)));
      socket.on("error", () => give(undefined));
      socket.resume(); // the replies are empty
    });
  }

  /** @param handle the client's own, by which it knows the link */
  request(handle: Buffer): void {
    this.xid = (this.xid + 1) >>> 0;
    const call = callHead(this.xid, this.program, this.version, Procedure.deviceInterruptSrq).opaque(handle);
    if (this.socket.destroyed || this.socket.writableNeedDrain) return; // who does not read them is not told again
    for (const piece of record(call.pieces())) this.socket.write(piece);
  }

  close(): void {
    this.socket.destroy();
  }
}
