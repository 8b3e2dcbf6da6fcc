/** How asking for a lock went. `held`: the asker has it already. */
export type LockOutcome = "granted" | "held" | "timeout";

interface Waiter {
  readonly client: object;
  readonly key: string | undefined;
  grant(): void;
}

/**
 * Who may use an instrument: one exclusive holder, or any number who share a key. A holder of a shared lock may add the
 * exclusive one (IVI-6.1, section 6.5). Served in the order of asking.
 */
export class Locks {
  private exclusive: object | undefined;
  private sharedKey: string | undefined;
  private readonly sharers = new Set<object>();
  private readonly waiters: Waiter[] = [];
  /** Those who wait for the others' locks to go, not for one of their own. */
  private readonly watchers = new Set<() => void>();

  /** An exclusive lock is granted. */
  get exclusivelyHeld(): boolean {
    return this.exclusive !== undefined;
  }

  /** Clients that hold any lock. */
  get holders(): number {
    return this.sharers.size + (this.exclusive !== undefined && !this.sharers.has(this.exclusive) ? 1 : 0);
  }

  /** Nobody else's lock keeps this client out. */
  allows(client: object): boolean {
    if (this.exclusive !== undefined) return this.exclusive === client;
    return this.sharers.size === 0 || this.sharers.has(client);
  }

  /** Resolves when nobody else's lock keeps this client out, or with false when the signal aborts first. */
  async whenAllowed(client: object, signal: AbortSignal): Promise<boolean> {
    while (!this.allows(client)) {
      if (signal.aborted) return false;
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.watchers.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        this.watchers.add(wake);
        signal.addEventListener("abort", wake, { once: true });
      });
    }
    return true;
  }

  /**
   * @param key of a shared lock; undefined asks for the exclusive one
   * @param timeout_ms how long others are waited for; 0: not at all
   * @param signal ends the waiting, as the time limit does
   */
  async acquire(
    client: object,
    key: string | undefined,
    timeout_ms: number,
    signal?: AbortSignal,
  ): Promise<LockOutcome> {
    if (key === undefined ? this.exclusive === client : this.sharers.has(client)) return "held";
    if (this.waiters.length === 0 && this.take(client, key)) return "granted";
    if (timeout_ms <= 0 || signal?.aborted) return this.take(client, key) ? "granted" : "timeout";
    return new Promise((resolve) => {
      const finish = (outcome: LockOutcome) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", giveUp);
        const at = this.waiters.indexOf(waiter);
        if (at >= 0) this.waiters.splice(at, 1);
        resolve(outcome);
        this.serve(); // one who gave up may have stood before others
      };
      const giveUp = () => finish("timeout");
      const waiter: Waiter = { client, key, grant: () => finish("granted") };
      const timer = setTimeout(giveUp, Math.min(timeout_ms, 0x7fffffff));
      signal?.addEventListener("abort", giveUp, { once: true });
      this.waiters.push(waiter);
      this.serve();
    });
  }

  /** Gives up the exclusive lock, or else the shared one. @returns which, undefined where none was held */
  release(client: object): "exclusive" | "shared" | undefined {
    const which = this.drop(client);
    if (!which) return undefined;
    this.serve();
    for (const wake of [...this.watchers]) wake();
    return which;
  }

  /** Everything this client holds: it is gone. */
  releaseAll(client: object): void {
    while (this.release(client)) continue;
  }

  private drop(client: object): "exclusive" | "shared" | undefined {
    if (this.exclusive === client) {
      this.exclusive = undefined;
      return "exclusive";
    }
    if (!this.sharers.delete(client)) return undefined;
    if (this.sharers.size === 0) this.sharedKey = undefined;
    return "shared";
  }

  private take(client: object, key: string | undefined): boolean {
    if (this.exclusive !== undefined && this.exclusive !== client) return false;
    if (key === undefined) {
      if (!this.allows(client)) return false;
      this.exclusive = client;
      return true;
    }
    if (this.sharers.size > 0 && this.sharedKey !== key) return false;
    this.sharedKey = key;
    this.sharers.add(client);
    return true;
  }

  private serve(): void {
    const next = this.waiters.find(({ client, key }) => this.take(client, key));
    next?.grant(); // serves the following in its turn
  }
}
