import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { escape, InfluxDB } from "influx";
import { MemrigError } from "../../errors.js";
import { certificatesIn } from "./influx-tls.js";
import { pointOf } from "./influx-raw.js";
import { Replies, type Reply } from "./influx-replies.js";

/** Where InfluxDB listens, and who writes. Give username and password, or a token (InfluxDB 2 and 3), or neither. */
export interface InfluxConfig {
  readonly url: string;
  readonly database: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  /** File of the certificate (PEM) that the server's own is signed with, where the system does not know it. */
  readonly ca?: string | undefined;
}

/** Rows the database will never take, and what it said of the last one. */
export interface Refused {
  readonly refused: number;
  readonly why?: string;
  /** The database was not there and was made: what had been sent before is not in it. */
  readonly created?: true;
}

/** A server under load may take long; one that says nothing for so long gets more time, up to the longest. */
const requestTimeout_s = 15;
const longestTimeout_s = 120;

/** The database without the secrets: it stands in records, and a cursor belongs to one of them. */
export function targetOf(config: InfluxConfig): string {
  const { protocol, host, pathname } = new URL(config.url);
  return `${protocol}//${host}${pathname.replace(/\/+$/, "")}/${config.database}`;
}

/** Writes points to one database, and tells "not now" from "never". */
export class InfluxClient {
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #replies: Replies;
  readonly #config: InfluxConfig;
  readonly #target: string;
  #timeout_s: number;
  #influx: InfluxDB;
  #closed = false;

  /**
   * @param timeout_s how long the server may say nothing
   * @throws MemrigError `invalid-request`: the address is not an http address, or the certificate can not be read
   */
  constructor(config: InfluxConfig, timeout_s = requestTimeout_s) {
    const url = URL.canParse(config.url) ? new URL(config.url) : undefined;
    if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
      throw new MemrigError(
        "invalid-request",
        `influx: "${config.url}" is not an address. Write for example http://127.0.0.1:8086.`,
      );
    }
    const ca = config.ca === undefined ? {} : { ca: certificatesIn(config.ca) };
    this.#agent =
      url.protocol === "https:" ? new HttpsAgent({ keepAlive: true, ...ca }) : new HttpAgent({ keepAlive: true });
    this.#config = config;
    this.#target = targetOf(config);
    this.#timeout_s = timeout_s;
    this.#replies = new Replies(this.#agent);
    this.#influx = this.#connect();
  }

  /** Cuts every connection: a request under way fails, and so does every later one. */
  close(): void {
    this.#closed = true;
    this.#agent.destroy();
    this.#replies.close();
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
   * @param lines line protocol with stamps in nanoseconds, each a point
   * @throws MemrigError `no-answer`: not now (away, overloaded, full, no access); `details.retryAfter_s` where the server named
   *   a time. Some of the points may be in; writing all of them again changes nothing
   */
  async write(lines: readonly string[]): Promise<Refused> {
    if (lines.length === 0) return { refused: 0 };
    if (this.#closed) throw this.#notNow({ status: undefined, text: "sending has been stopped" });
    try {
      await this.#influx.writePoints([pointOf(lines)], { precision: "n" });
      return { refused: 0 };
    } catch (error) {
      const reply = this.#replies.of(error);
      if (reply.status === 404 && /database not found/i.test(reply.text)) {
        await this.#createDatabase();
        return { ...(await this.write(lines)), created: true };
      }
      if (reply.status === 413) return this.#halves(lines, reply.text);
      if (reply.status === 400 || reply.status === 422) return this.#partly(lines, reply, error);
      this.#giveTime(reply);
      throw this.#notNow(reply, error);
    }
  }

  /**
   * Takes the points of one run out of one measurement.
   *
   * @throws MemrigError `no-answer`: not now; some may be out
   */
  async remove(measurement: string, run: string): Promise<void> {
    try {
      await this.#influx.query(`DELETE FROM ${escape.quoted(measurement)} WHERE "run" = ${escape.stringLit(run)}`);
    } catch (error) {
      const reply = this.#replies.of(error);
      if (/database not found|measurement not found/i.test(reply.text)) return;
      throw this.#notNow(reply, error);
    }
  }

  /**
   * InfluxDB keeps the good points of a request and refuses the others. It tells their number when it could read them
   * (`dropped=3`), and says `dropped=0` when it could not.
   */
  async #partly(lines: readonly string[], reply: Reply, error: unknown): Promise<Refused> {
    const { text } = reply;
    const dropped = Number(/\bdropped=(\d+)/.exec(text)?.[1] ?? 0);
    if (dropped > 0 && dropped <= lines.length) return { refused: dropped, why: text };
    if (reply.status === 422 || /partial write|unable to parse|invalid|too (large|long)|exceeded/i.test(text)) {
      return this.#halves(lines, text);
    }
    throw this.#notNow(reply, error);
  }

  async #halves(lines: readonly string[], why: string): Promise<Refused> {
    if (lines.length <= 1) return { refused: lines.length, why };
    const middle = Math.ceil(lines.length / 2);
    const first = await this.write(lines.slice(0, middle));
    const second = await this.write(lines.slice(middle));
    const said = second.why ?? first.why;
    return {
      refused: first.refused + second.refused,
      ...(said === undefined ? {} : { why: said }),
      ...(first.created || second.created ? { created: true as const } : {}),
    };
  }

  async #createDatabase(): Promise<void> {
    try {
      await this.#influx.createDatabase(this.#config.database);
    } catch (error) {
      const reply = this.#replies.of(error);
      throw this.#notNow({ ...reply, text: `the database is missing and could not be made: ${reply.text}` }, error);
    }
  }

  /** A server that works on a large write for longer than we wait would be asked for ever. */
  #giveTime({ text }: Reply): void {
    if (!/timed out/i.test(text) || this.#timeout_s >= longestTimeout_s) return;
    this.#timeout_s = Math.min(2 * this.#timeout_s, longestTimeout_s);
    this.#influx = this.#connect();
  }

  #connect(): InfluxDB {
    const { url: address, database, username, password, token } = this.#config;
    const url = new URL(address);
    const secure = url.protocol === "https:";
    return new InfluxDB({
      protocol: secure ? "https" : "http",
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
      path: url.pathname.replace(/\/+$/, ""),
      database,
      // InfluxDB 2 and 3 take a token as the password of any user on their 1.x interface.
      username: (token === undefined ? username : (username ?? "token")) ?? "",
      password: token ?? password ?? "",
      options: { agent: this.#agent },
      // The client would put its only host aside and refuse everything for a while; when to try again is decided by the sink.
      pool: { backoff: noBackoff, maxRetries: 0, requestTimeout: this.#timeout_s * 1e3 },
    });
  }

  #notNow({ status, text, retryAfter_s }: Reply, error?: unknown): MemrigError {
    return new MemrigError(
      "no-answer",
      `InfluxDB at ${this.#target} did not take the points: ${text}.${adviceFor(status, text)} They are safe in the run folder ` +
        `and will be sent later.`,
      { target: this.#target, ...(retryAfter_s === undefined ? {} : { retryAfter_s }) },
      error,
    );
  }
}

const noBackoff = { getDelay: () => 0, next: () => noBackoff, reset: () => noBackoff };

function adviceFor(status: number | undefined, text: string): string {
  if (status === 401 || status === 403) return " Check username, password or token in the bench file's influx section.";
  // InfluxDB 1.6 goes on refusing after space was made, until it is started again.
  if (/no space left/i.test(text)) return " Its disk is full: free some space there and start it again.";
  if (/certificate|self.signed/i.test(text))
    return " Name the file of the certificate it is signed with: influx: { ca: FILE }.";
  return "";
}
