import { randomBytes } from "node:crypto";
import type { Request, Response } from "express";
import type { QueueView } from "../desk-wire.js";
import type { Hello, LiveState, LogLine } from "../wire.js";
import type { FollowedRun } from "./followed-run.js";

/** A page that has this much still to take gets no frame: it shows what it has, and the next frame stands by itself. */
const mostWaiting_bytes = 1e6;
/** A page that has not taken this much will not catch up: it is cut off, and comes back by itself. */
const mostUnsent_bytes = 8e6;
/** Log lines kept for pages that come back. */
const mostKept = 200;
/** Longest silence on a stream; a page that hears nothing for longer takes the connection as lost. */
export const beat_ms = 2000;

interface Kept {
  readonly number: number;
  readonly line: LogLine;
}

/** One page that listens. What can be left out waits here, and only the newest of it is sent. */
class Page {
  private state = "";
  private shown: { run: string; marks: readonly number[] } | undefined;
  private behind = true;

  constructor(private readonly response: Response) {}

  /** Sends what must not be lost. */
  event(text: string): void {
    if (this.response.writableEnded) return;
    this.response.write(text);
    if (this.response.writableLength > mostUnsent_bytes) this.response.destroy();
  }

  /** Something is new; it will go with the next `offer` that the page can take. */
  touch(): void {
    this.behind = true;
  }

  /** Sends state and frame as they are now, unless the page still has the last ones to take. */
  offer(state: LiveState, run: FollowedRun | undefined): void {
    if (this.response.writableLength > mostWaiting_bytes) return;
    const text = JSON.stringify(state);
    if (text !== this.state) {
      this.state = text;
      this.event(`event: state\ndata: ${text}\n\n`);
    }
    if (!this.behind || run === undefined) return;
    const frame = run.frame(this.shown?.run === run.run ? this.shown.marks : undefined);
    this.shown = { run: run.run, marks: run.marks() };
    this.behind = false;
    this.event(`event: frame\ndata: ${JSON.stringify(frame)}\n\n`);
  }

  end(): void {
    this.response.end();
  }
}

/** All pages that listen, and what the ones that come back have missed. */
export class Hub {
  private readonly pages = new Set<Page>();
  private readonly kept: Kept[] = [];
  /** Numbers of an earlier server mean nothing here. */
  private readonly server = randomBytes(6).toString("hex");
  private count = 0;
  /** The queue as it was told last. */
  private queueText = "";

  constructor(private readonly hello: Hello) {}

  get listeners(): number {
    return this.pages.size;
  }

  /** Answers `GET /api/live`. */
  join(request: Request, response: Response): void {
    response.set({ "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no" });
    response.flushHeaders();
    const page = new Page(response);
    this.pages.add(page);
    response.on("close", () => this.pages.delete(page));
    response.on("error", () => this.pages.delete(page)); // the page went away: nothing is owed to it
    page.event(`retry: 500\nevent: hello\ndata: ${JSON.stringify(this.hello)}\n\n`);
    if (this.queueText !== "") page.event(this.queueText);
    const [server, number] = (request.get("last-event-id") ?? "").split(":");
    const seen = server === this.server ? Number(number) : 0;
    for (const { number: at, line } of this.kept) if (at > seen) page.event(this.logText(at, line));
  }

  /** A line of the run's events, to every page, now or when it comes back. */
  log(line: LogLine): void {
    this.count++;
    this.kept.push({ number: this.count, line });
    if (this.kept.length > mostKept) this.kept.shift();
    for (const page of this.pages) page.event(this.logText(this.count, line));
  }

  /** The run list is no longer what it was; a page asks for it again. */
  runsChanged(): void {
    for (const page of this.pages) page.event("event: runs\ndata: {}\n\n");
  }

  /** The queue as it is now, to every page where it is not as it was. */
  queue(view: QueueView): void {
    const text = `event: queue\ndata: ${JSON.stringify(view)}\n\n`;
    if (text === this.queueText) return;
    this.queueText = text;
    for (const page of this.pages) page.event(text);
  }

  /** The panels have something new. */
  touch(): void {
    for (const page of this.pages) page.touch();
  }

  offer(state: LiveState, run: FollowedRun | undefined): void {
    for (const page of this.pages) page.offer(state, run);
  }

  beat(): void {
    for (const page of this.pages) page.event("event: beat\ndata: {}\n\n");
  }

  close(): void {
    for (const page of this.pages) page.end();
    this.pages.clear();
  }

  private logText(number: number, line: LogLine): string {
    return `id: ${this.server}:${number}\nevent: log\ndata: ${JSON.stringify(line)}\n\n`;
  }
}
