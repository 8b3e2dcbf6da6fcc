import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { messageOf, MemrigError } from "../../errors.js";
import { runNames } from "../run-reader.js";
import { InfluxClient, type InfluxConfig, targetOf } from "./influx-client.js";
import { type PushReport, RunPush } from "./influx-push.js";

export type { InfluxConfig } from "./influx-client.js";
export type { PushReport } from "./influx-push.js";

/** What InfluxDB has of every run of a store. */
export interface InfluxStatus {
  /** Address and database, without secrets. */
  readonly target: string;
  readonly reachable: boolean;
  readonly runs: readonly PushReport[];
  /** What went wrong last with the server itself; left out while all is well. */
  readonly lastError?: string;
}

/** Between two looks for new rows. */
const look_s = 0.25;
/** After a failure: doubled each time, up to the longest; there is no last try. */
const firstRetry_s = 0.25;
const longestRetry_s = 15;
/** A server may ask for longer (Retry-After), up to this. */
const longestAsked_s = 300;
/** Requests for one run before the others have their turn. */
const requestsPerTurn = 20;
/** `stop` sends for at most this long; the rest is left for the next start or `memrig influx push`. */
const stopAfter_s = 3;

/**
 * Sends the runs of a store to InfluxDB, those in progress and those left over from before. It reads the run folders behind a
 * cursor on the disk, so the run never waits for it and a server may be away for any time; a point sent twice is one point.
 */
export class InfluxSink {
  readonly #client: InfluxClient;
  readonly #target: string;
  readonly #stop = new AbortController();
  readonly #open = new Map<string, RunPush>();
  readonly #complete = new Set<string>();
  readonly #runErrors = new Map<string, string>();
  #loop: Promise<void> | undefined;
  #lastError: string | undefined;

  /**
   * @param timeout_s how long the server may say nothing to a request
   * @throws MemrigError `invalid-request`: the address is not an http address, or the certificate can not be read
   */
  constructor(
    config: InfluxConfig,
    readonly storeDir: string,
    timeout_s?: number,
  ) {
    this.#client = new InfluxClient(config, timeout_s);
    this.#target = targetOf(config);
  }

  /** Begins to send. Returns at once, whether the server is there or not. */
  start(): void {
    this.#loop ??= this.#follow();
  }

  /** Sends what it can within a few seconds and ends. What is left stays behind its cursor. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const late = setTimeout(() => this.#client.close(), stopAfter_s * 1e3);
    try {
      await this.#loop;
    } finally {
      clearTimeout(late);
      this.#client.close();
    }
  }

  /**
   * Sends one run as far as it is on the disk, trying again for a while when the server does not answer.
   *
   * @param options.patience_s how long to try after the last success
   * @param options.again from its start, whatever was sent: for a database that was dropped
   * @returns what the database has now; `lastError` says why when something is left
   */
  async pushRun(
    folder: string,
    options: { patience_s?: number; again?: boolean; signal?: AbortSignal } = {},
  ): Promise<PushReport> {
    const push = await RunPush.open(folder, this.#target);
    if (options.again) push.startAgain();
    const patience_ms = (options.patience_s ?? 10) * 1e3;
    let wait_s = firstRetry_s;
    let lastError: string | undefined;
    for (let good_ms = performance.now(); ;) {
      try {
        const more = await push.send(this.#client, requestsPerTurn);
        lastError = undefined;
        if (!more) break;
        [good_ms, wait_s] = [performance.now(), firstRetry_s];
      } catch (error) {
        if (!isNotNow(error)) throw error;
        lastError = error.message;
        const rest_s = restAfter(error, wait_s);
        if (performance.now() - good_ms + rest_s * 1e3 > patience_ms) break;
        await pause(rest_s * 1e3, undefined, { signal: options.signal });
        wait_s = Math.min(2 * wait_s, longestRetry_s);
      }
    }
    const report = await push.report();
    return lastError === undefined ? report : { ...report, lastError };
  }

  /** What the database has of one run, from its cursor; `lastError` also tells what went wrong with the server last. */
  async report(folder: string): Promise<PushReport> {
    const report = await (await RunPush.open(folder, this.#target)).report();
    const lastError = (report.complete ? undefined : this.#lastError) ?? report.lastError;
    return { ...report, ...(lastError === undefined ? {} : { lastError }) };
  }

  /** What the database has of each run, from the cursors on the disk, and whether the server answers now. */
  async status(): Promise<InfluxStatus> {
    const [reachable, names] = await Promise.all([this.#client.reachable(), runNames(this.storeDir)]);
    const runs: PushReport[] = [];
    for (const name of names.sort().reverse()) {
      const push = await this.#openRun(name);
      if (push !== undefined) runs.push({ ...(await push.report()), ...this.#errorOf(name) });
    }
    return { target: this.#target, reachable, runs, ...(this.#lastError ? { lastError: this.#lastError } : {}) };
  }

  async #follow(): Promise<void> {
    let wait_s = firstRetry_s;
    for (;;) {
      const lastTurn = this.#stop.signal.aborted;
      try {
        const more = await this.#turn();
        this.#lastError = undefined;
        wait_s = firstRetry_s;
        if (more) continue;
        if (lastTurn) return;
        await this.#rest(look_s);
      } catch (error) {
        // Whatever it was, a run in progress must not fall for it: it is kept for `status` and tried again.
        this.#lastError = messageOf(error);
        if (lastTurn) return;
        await this.#rest(restAfter(error, wait_s));
        wait_s = Math.min(2 * wait_s, longestRetry_s);
      }
    }
  }

  /**
   * Each run that has something to send, newest first.
   *
   * @returns whether something is left
   * @throws MemrigError `no-answer`: the database can not take it now
   */
  async #turn(): Promise<boolean> {
    let more = false;
    const names = await runNames(this.storeDir);
    for (const name of names.sort().reverse()) {
      if (this.#complete.has(name)) continue;
      const push = this.#open.get(name) ?? (await this.#openRun(name));
      if (push === undefined) continue;
      this.#open.set(name, push);
      more = (await this.#sendTurn(name, push)) || more;
      if (!push.progress.complete) continue;
      this.#complete.add(name);
      this.#open.delete(name);
    }
    return more;
  }

  /** One run's turn. A run that can not be read does not hold up the others. */
  async #sendTurn(name: string, push: RunPush): Promise<boolean> {
    try {
      const more = !push.progress.complete && (await push.send(this.#client, requestsPerTurn));
      this.#runErrors.delete(name);
      return more;
    } catch (error) {
      if (isNotNow(error)) throw error;
      this.#runErrors.set(name, messageOf(error));
      return false;
    }
  }

  /** Undefined for a folder that is no run, or one that can not be read: the list of runs shows that one. */
  async #openRun(name: string): Promise<RunPush | undefined> {
    try {
      return await RunPush.open(path.resolve(this.storeDir, name), this.#target);
    } catch (error) {
      if (error instanceof MemrigError) return undefined;
      throw error;
    }
  }

  #errorOf(name: string): { lastError?: string } {
    const lastError = this.#runErrors.get(name);
    return lastError === undefined ? {} : { lastError };
  }

  async #rest(duration_s: number): Promise<void> {
    if (this.#stop.signal.aborted) return;
    try {
      await pause(duration_s * 1e3, undefined, { signal: this.#stop.signal, ref: false });
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    }
  }
}

/** What the server asked for, where it did, and never less than our own pace. */
function restAfter(error: unknown, wait_s: number): number {
  const asked_s = error instanceof MemrigError ? error.details["retryAfter_s"] : undefined;
  return typeof asked_s === "number" ? Math.max(wait_s, Math.min(asked_s, longestAsked_s)) : wait_s;
}

function isNotNow(error: unknown): error is MemrigError {
  return error instanceof MemrigError && error.kind === "no-answer";
}
