import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage } from "node:http";
import { messageOf } from "../../errors.js";

/** What a server said to a request that failed. */
export interface Reply {
  /** Undefined: it said nothing. */
  readonly status: number | undefined;
  readonly text: string;
  /** It asked to be left alone for so long. */
  readonly retryAfter_s?: number;
}

/** A server's text can quote a whole point; a person needs its beginning. */
const longestText = 300;

interface Exchange {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
}

/**
 * The reason behind a refusal. The client keeps the reply of a 4xx and throws that of a 5xx away, with its headers: those
 * are heard of where Node tells of every reply.
 */
export class Replies {
  readonly #agent: unknown;
  #last: { status: number | undefined; error: string; retryAfter_s?: number } | undefined;

  /** @param agent of the client's requests, by which they are told from everybody else's */
  constructor(agent: unknown) {
    this.#agent = agent;
    subscribe("http.client.response.finish", this.#hear);
  }

  close(): void {
    unsubscribe("http.client.response.finish", this.#hear);
  }

  /** What is known of a request that failed. */
  of(error: unknown): Reply {
    const { res } = error as { res?: IncomingMessage };
    if (res !== undefined) {
      const retryAfter_s = retryAfter(res);
      const text = short(textIn(error));
      return { status: res.statusCode, text, ...(retryAfter_s === undefined ? {} : { retryAfter_s }) };
    }
    const last = this.#last;
    this.#last = undefined;
    if (last === undefined || !isServiceError(error)) return { status: undefined, text: short(textIn(error)) };
    const { status, retryAfter_s } = last;
    const text = last.error === "" ? `${status} ${messageOf(error)}` : last.error;
    return { status, text: short(text), ...(retryAfter_s === undefined ? {} : { retryAfter_s }) };
  }

  readonly #hear = (message: unknown): void => {
    const { request, response } = message as Exchange;
    if ((request as { agent?: unknown }).agent !== this.#agent || (response.statusCode ?? 0) < 500) return;
    const said = response.headers["x-influxdb-error"];
    const retryAfter_s = retryAfter(response);
    this.#last = {
      status: response.statusCode,
      error: typeof said === "string" ? said : "",
      ...(retryAfter_s === undefined ? {} : { retryAfter_s }),
    };
  };
}

/** The client's own words for a 5xx: the status line; a request cut for time says so instead. */
function isServiceError(error: unknown): boolean {
  return (
    error instanceof Error && error.constructor.name === "ServiceNotAvailableError" && !/timed out/.test(error.message)
  );
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter({ headers }: IncomingMessage): number | undefined {
  const text = headers["retry-after"];
  if (text === undefined) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1e3;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

function textIn(error: unknown): string {
  const message = messageOf(error) || String(error);
  const said = /error occurred: (.*)$/s.exec(message)?.[1]?.trim() ?? message;
  return /^\{"error":"(.*)"\}$/s.exec(said)?.[1] ?? said;
}

function short(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText / 2)} … ${text.slice(-longestText / 2)}`;
}
