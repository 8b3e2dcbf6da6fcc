import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { InfluxDB, type IPoint } from "influx";
import { MemrigError, messageOf } from "../../errors.js";

/** Where InfluxDB 1.x listens. Give username and password, or a token (InfluxDB 2 through its 1.x interface), or neither. */
export interface InfluxConfig {
  readonly url: string;
  readonly database: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
}

/** Rows the database will never take, and what it said of the last one. */
export interface Refused {
  readonly refused: number;
  readonly why?: string;
}

const requestTimeout_s = 15;

/** The database without the secrets: it stands in records, and a cursor belongs to one of them. */
export function targetOf(config: InfluxConfig): string {
  const { protocol, host, pathname } = new URL(config.url);
  return `${protocol}//${host}${pathname.replace(/\/+$/, "")}/${config.database}`;
}

/** Writes points to one database, and tells "not now" from "never". */
export class InfluxClient {
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #influx: InfluxDB;
  readonly #database: string;
  readonly #target: string;
  #closed = false;

  /** @throws MemrigError `invalid-request`: the address is not an http address */
  constructor(config: InfluxConfig) {
    const url = URL.canParse(config.url) ? new URL(config.url) : undefined;
    if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
      throw new MemrigError(
        "invalid-request",
        `influx: "${config.url}" is not an address. Write for example http://127.0.0.1:8086.`,
      );
    }
    const secure = url.protocol === "https:";
    this.#agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
    this.#database = config.database;
    this.#target = targetOf(config);
    // InfluxDB 2 takes a token as the password of any user on its 1.x interface.
    const user = config.token === undefined ? config.username : (config.username ?? "token");
    this.#influx = new InfluxDB({
      protocol: secure ? "https" : "http",
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
      path: url.pathname.replace(/\/+$/, ""),
      database: config.database,
      username: user ?? "",
      password: config.token ?? config.password ?? "",
      options: { agent: this.#agent },
      // The client would put its only host aside and refuse everything for a while; when to try again is decided by the sink.
      pool: { backoff: noBackoff, maxRetries: 0, requestTimeout: requestTimeout_s * 1e3 },
    });
  }

  /** Cuts every connection: a request under way fails, and so does every later one. */
  close(): void {
    this.#closed = true;
    this.#agent.destroy();
  }

  /** Whether the server answers, within two seconds. */
  async reachable(): Promise<boolean> {
    const [host] = await this.#influx.ping(2000);
    return host?.online === true;
  }

  /**
   * Writes points; the database is made when it is missing. What the database will never take is searched out by halves and
   * counted: the others are in.
   *
   * @throws MemrigError `no-answer`: not now (away, overloaded, no access). Some of the points may be in; writing all of them
   *   again changes nothing
   */
  async write(points: IPoint[]): Promise<Refused> {
    if (this.#closed) throw this.#notNow(new Error("sending has been stopped"));
    try {
      await this.#influx.writePoints(points, { precision: "n" });
      return { refused: 0 };
    } catch (error) {
      const { status, text } = replyOf(error);
      if (status === 404 && /database not found/i.test(text)) {
        await this.#createDatabase();
        return this.write(points);
      }
      if (status === 413) return this.#halves(points, text);
      if (status === 400) return this.#partly(points, text, error);
      throw this.#notNow(error);
    }
  }

  /**
   * InfluxDB keeps the good points of a request and refuses the others. It tells their number when it could read them
   * (`dropped=3`), and says `dropped=0` when it could not.
   */
  async #partly(points: IPoint[], text: string, error: unknown): Promise<Refused> {
    const dropped = Number(/\bdropped=(\d+)/.exec(text)?.[1] ?? 0);
    if (dropped > 0 && dropped <= points.length) return { refused: dropped, why: text };
    if (/partial write|unable to parse|invalid|too large/i.test(text)) return this.#halves(points, text);
    throw this.#notNow(error);
  }

  async #halves(points: IPoint[], why: string): Promise<Refused> {
    if (points.length <= 1) return { refused: points.length, why };
    const middle = Math.ceil(points.length / 2);
    const first = await this.write(points.slice(0, middle));
    const second = await this.write(points.slice(middle));
    const said = second.why ?? first.why;
    return { refused: first.refused + second.refused, ...(said === undefined ? {} : { why: said }) };
  }

  async #createDatabase(): Promise<void> {
    try {
      await this.#influx.createDatabase(this.#database);
    } catch (error) {
      throw this.#notNow(error);
    }
  }

  #notNow(error: unknown): MemrigError {
    const { text } = replyOf(error);
    return new MemrigError(
      "no-answer",
      `InfluxDB at ${this.#target} did not take the points: ${text}. They are safe in the run folder and will be sent later.`,
      { target: this.#target },
      error,
    );
  }
}

const noBackoff = { getDelay: () => 0, next: () => noBackoff, reset: () => noBackoff };

/** HTTP status, if there was a reply, and what it says. */
function replyOf(error: unknown): { status: number | undefined; text: string } {
  const { res } = error as { res?: { statusCode?: number } };
  const message = messageOf(error) || String(error);
  const said = /error occurred: (.*)$/s.exec(message)?.[1]?.trim() ?? message;
  const json = /^\{"error":"(.*)"\}$/s.exec(said)?.[1];
  return { status: res?.statusCode, text: json ?? said };
}
