// Imported by the guardian process: Node only.
import { connect } from "node:net";
import type { Socket } from "node:net";
import type { Conversation } from "./safe-steps.js";

/** How long what was sent may take to be taken when the connection is closed. */
const farewell_ms = 200;

/** Lines to and from an instrument on a raw socket, within one time limit. Connects with the first message. */
export class SafeSocket implements Conversation {
  private connection: Promise<Line> | undefined;
  private readonly until_ms: number;

  constructor(
    private readonly host: string,
    private readonly port: number,
    private readonly timeout_s: number,
  ) {
    this.until_ms = performance.now() + timeout_s * 1000;
  }

  async tell(message: string): Promise<void> {
    const line = await this.line();
    await line.write(message, this.left_ms());
  }

  async ask(question: string, timeout_s: number): Promise<string> {
    const line = await this.line();
    const limit_ms = Math.min(timeout_s * 1000, this.left_ms());
    await line.write(question, limit_ms);
    return line.read(question, limit_ms);
  }

  /** A new connection: what comes late on the old one is heard by nobody. */
  async reset(): Promise<void> {
    await this.close();
    await this.line();
  }

  async close(): Promise<void> {
    const old = this.connection;
    this.connection = undefined;
    await old?.then((line) => line.end()).catch(() => undefined); // it never opened: whoever asked was told
  }

  private line(): Promise<Line> {
    this.connection ??= Line.to(this.host, this.port, this.left_ms());
    return this.connection;
  }

  private left_ms(): number {
    const left_ms = this.until_ms - performance.now();
    if (left_ms > 0) return left_ms;
    throw new Error(`no answer from ${this.host}:${this.port} within ${this.timeout_s} s`);
  }
}

class Line {
  private text = "";
  private ended: Error | undefined;
  /** Of the one who waits: something came; the connection ended. */
  private wake = (): void => undefined;
  private failed: (error: Error) => void = () => undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly name: string,
  ) {
    socket.setEncoding("latin1").on("data", (piece: string) => {
      this.text += piece;
      this.wake();
    });
    socket.on("error", (error) => this.ends(error));
    socket.on("close", () => this.ends(new Error(`${name} closed the connection after "${this.text.trim()}"`)));
  }

  static async to(host: string, port: number, limit_ms: number): Promise<Line> {
    const socket = connect({ host, port, noDelay: true });
    const name = `${host}:${port}`;
    const line = new Line(socket, name);
    try {
      await line.settled(limit_ms, `no connection to ${name}`, (done) => socket.once("connect", done));
      return line;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  async write(message: string, limit_ms: number): Promise<void> {
    await this.settled(limit_ms, `${this.name} does not take what is sent`, (done) =>
      this.socket.write(`${message}\n`, "latin1", () => done()),
    );
  }

  async read(question: string, limit_ms: number): Promise<string> {
    if (!this.text.includes("\n")) {
      await this.settled(limit_ms, `no answer to ${question} from ${this.name}`, (done) => {
        this.wake = () => {
          if (this.text.includes("\n")) done();
        };
      });
    }
    const at = this.text.indexOf("\n");
    const answer = this.text.slice(0, at).trim();
    this.text = this.text.slice(at + 1);
    return answer;
  }

  /** What was sent goes out before the end; a connection that does not take it is cut. */
  async end(): Promise<void> {
    if (this.ended) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, farewell_ms);
      this.socket.end(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.socket.destroy();
  }

  private ends(error: Error): void {
    this.ended ??= error;
    this.failed(this.ended);
  }

  private settled(limit_ms: number, late: string, start: (done: () => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(this.ended);
      const over = (settle: () => void): void => {
        clearTimeout(timer);
        this.failed = this.wake = () => undefined;
        settle();
      };
      const timer = setTimeout(
        () => over(() => reject(new Error(`${late} within ${(limit_ms / 1000).toFixed(1)} s`))),
        limit_ms,
      );
      this.failed = (error) => over(() => reject(error));
      start(() => over(resolve));
    });
  }
}
