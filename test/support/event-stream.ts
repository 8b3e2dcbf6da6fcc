import { get, type IncomingMessage } from "node:http";
import { until } from "./until.js";

export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** Listens to a server-sent event stream as a browser does. */
export class EventStream {
  readonly seen: StreamEvent[] = [];
  private rest = "";

  private constructor(private readonly response: IncomingMessage) {
    response.setEncoding("utf8");
    response.on("data", (text: string) => this.take(text));
  }

  static open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventStream> {
    return new Promise((resolve, reject) => {
      get(url, { headers, agent: false }, (response) => resolve(new EventStream(response))).on("error", reject);
    });
  }

  /** The first event of that kind, from number `from` on, whose data fits. */
  next<T>(event: string, fits: (data: T) => boolean, from = 0): Promise<T> {
    return until(`an event "${event}"`, () => {
      const found = this.seen.slice(from).find((one) => one.event === event && fits(one.data as T));
      return found?.data as T | undefined;
    });
  }

  /** Stops taking what comes, as a page does whose computer sleeps. */
  sleep(): void {
    this.response.pause();
  }

  wake(): void {
    this.response.resume();
  }

  close(): void {
    this.response.destroy();
  }

  private take(text: string): void {
    const blocks = (this.rest + text).split("\n\n");
    this.rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = new Map(
        block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
      );
      this.seen.push({
        id: fields.get("id") ?? "",
        event: fields.get("event") ?? "",
        data: JSON.parse(fields.get("data") ?? "null"),
      });
    }
  }
}
