import { once } from "node:events";
import { type Socket, connect } from "node:net";

/** A controller with nothing but a socket: sends bytes, reads a line or a block. */
export class RawClient {
  #received: Buffer = Buffer.alloc(0);
  #wake: () => void = () => undefined;

  private constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
  }

  static async open(address: string, port: number): Promise<RawClient> {
    const socket = connect(port, address);
    await once(socket, "connect");
    return new RawClient(socket);
  }

  /** Sends a message; the line feed is added. */
  send(message: string | Uint8Array): void {
    this.socket.write(typeof message === "string" ? `${message}\n` : message);
  }

  async ask(message: string, deadline_ms = 10_000): Promise<string> {
    this.send(message);
    return this.line(deadline_ms);
  }

  /** Several messages in turn, each with its reply or, for a command, none. */
  async dialogue(exchanges: readonly (readonly [sent: string, reply?: string])[]): Promise<string[]> {
    const wrong: string[] = [];
    for (const [sent, reply] of exchanges) {
      if (reply === undefined) {
        this.send(sent);
        continue;
      }
      const got = await this.ask(sent);
      if (got !== reply) wrong.push(`${sent} -> ${got}, expected ${reply}`);
    }
    return wrong;
  }

  /** The next line received, without its line feed. */
  async line(deadline_ms = 10_000): Promise<string> {
    const end = await this.#until(() => this.#received.indexOf(10), deadline_ms);
    return this.#take(end + 1)
      .subarray(0, end)
      .toString("latin1");
  }

  /** The bytes of a definite-length block and the line feed behind it. */
  async block(message: string, deadline_ms = 10_000): Promise<Buffer> {
    this.send(message);
    const digits = await this.#until(
      () => (this.#received.length < 2 ? -1 : Number(String.fromCharCode(this.#received[1] ?? 0))),
      deadline_ms,
    );
    const size = await this.#until(
      () => (this.#received.length < 2 + digits ? -1 : Number(this.#received.toString("latin1", 2, 2 + digits))),
      deadline_ms,
    );
    const whole = 2 + digits + size + 1;
    await this.#until(() => (this.#received.length < whole ? -1 : 0), deadline_ms);
    return this.#take(whole).subarray(2 + digits, whole - 1);
  }

  close(): void {
    this.socket.destroy();
  }

  async #until(found: () => number, deadline_ms: number): Promise<number> {
    const end_ms = performance.now() + deadline_ms;
    for (;;) {
      const at = found();
      if (at >= 0) return at;
      const left_ms = end_ms - performance.now();
      if (left_ms <= 0) throw new Error(`nothing more within ${deadline_ms} ms; so far: ${this.#received.toString()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left_ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #take(count: number): Buffer {
    const taken = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return taken;
  }
}
