import net from "node:net";
import type { Call } from "../call.js";
import { LinkError } from "../message-link.js";
import { connectTcp } from "../tcp.js";
import { HislipStreamError, MessageReader } from "./message-reader.js";
import type { MessagePart } from "./message-reader.js";
import { FatalCode, HEADER_BYTES, message, putHeader, Type } from "./protocol.js";

const RECEIVE_BYTES = 256 * 1024;
/** Payloads up to this are copied behind their header, so that a message is one write of one buffer. */
const COPIED_BYTES = 64 * 1024;

/** One of the two connections, seen from the client. */
export class Channel {
  private failure: LinkError | undefined;

  private constructor(
    private readonly socket: net.Socket,
    private readonly failed: (why: LinkError) => void,
  ) {}

  /**
   * @param take is given every part of every message; its bytes are valid during the call only. False: nothing more until
   *   `resume`
   * @param failed told once why the connection is gone
   * @param receive_bytes read at once at most
   * @throws LinkError `no-answer`: no connection, in words
   */
  static async connect(
    host: string,
    port: number,
    call: Call,
    take: (part: MessagePart) => boolean,
    failed: (why: LinkError) => void,
    receive_bytes = RECEIVE_BYTES,
  ): Promise<Channel> {
    const reader = new MessageReader();
    const memory = Buffer.allocUnsafe(receive_bytes);
    const callback = (count: number): boolean => {
      let goOn = true;
      try {
        reader.push(memory.subarray(0, count));
        for (let part = reader.next(); part; part = reader.next()) goOn = take(part) && goOn;
      } catch (error) {
        if (!(error instanceof HislipStreamError)) throw error;
        channel.write(message(Type.fatalError, FatalCode.badHeader, 0, Buffer.from("poorly formed header")));
        channel.fail(new LinkError("bad-reply", `what came is no HiSLIP: ${error.message}`, error));
      }
      return goOn;
    };
    const socket = await connectTcp(host, port, call, { buffer: memory, callback });
    const channel = new Channel(socket, failed);
    const gone = (cause?: Error) => {
      channel.fail(new LinkError("no-answer", "the instrument closed the connection. Was it turned off", cause));
    };
    socket.on("error", gone);
    socket.on("close", () => gone());
    return channel;
  }

  /** @returns false when the caller has to wait for `drained` before it sends more */
  write(bytes: Uint8Array): boolean {
    return this.socket.write(bytes);
  }

  /** The payload is not to be changed until `drained`, where this gives false. */
  writeMessage(type: number, control: number, parameter: number, payload: Uint8Array): boolean {
    if (payload.length <= COPIED_BYTES) return this.socket.write(message(type, control, parameter, payload));
    const head = Buffer.allocUnsafe(HEADER_BYTES);
    putHeader(head, type, control, parameter, payload.length);
    this.socket.cork();
    this.socket.write(head);
    const flushed = this.socket.write(payload);
    this.socket.uncork();
    return flushed && this.socket.writableLength === 0;
  }

  /** Resolves when everything written has been handed on. @throws LinkError the connection is gone */
  drained(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failure) {
        reject(this.failure);
        return;
      }
      this.socket.write(new Uint8Array(0), () => (this.failure ? reject(this.failure) : resolve()));
    });
  }

  resume(): void {
    this.socket.resume();
  }

  /** Resolves when what was written is sent and the connection is closed. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      if (this.socket.closed) resolve();
      else this.socket.once("close", () => resolve());
    });
    this.failure ??= new LinkError("no-answer", "the connection was closed");
    const late = setTimeout(() => this.socket.destroy(), 500); // who does not take what was written does not keep us
    this.socket.destroySoon();
    await closed;
    clearTimeout(late);
  }

  private fail(why: LinkError): void {
    if (this.failure) return;
    this.failure = why;
    this.socket.destroy();
    this.failed(why);
  }
}
