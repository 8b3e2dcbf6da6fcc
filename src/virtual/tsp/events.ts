/** Trigger events of one instrument, by number: what fires one need not know who waits for it. */
export class EventBus {
  private readonly listeners = new Map<number, Set<() => void>>();
  private last = 0;

  /** A number for a new kind of event. */
  number(): number {
    return ++this.last;
  }

  fire(event: number): void {
    for (const tell of [...(this.listeners.get(event) ?? [])]) tell();
  }

  /** @returns ends it */
  listen(event: number, listener: () => void): () => void {
    const all = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, all);
    all.add(listener);
    return () => all.delete(listener);
  }
}

/** Remembers one event until somebody waits for it. Stimulus 0: nothing is waited for. */
export class Detector {
  private event = 0;
  private seen = false;
  private waiter: (() => void) | undefined;
  private unlisten: (() => void) | undefined;

  constructor(private readonly bus: EventBus) {}

  get stimulus(): number {
    return this.event;
  }

  set stimulus(event: number) {
    this.unlisten?.();
    this.event = event;
    this.seen = false;
    if (event !== 0) this.unlisten = this.bus.listen(event, () => this.set());
  }

  /** As if its event had come. */
  set(): void {
    const waiter = this.waiter;
    this.waiter = undefined;
    if (waiter) waiter();
    else this.seen = true;
  }

  /** Goes on at once where nothing is waited for or its event has come, else when it comes. */
  pass(goOn: () => void): void {
    if (this.event === 0 || this.seen) {
      this.seen = false;
      goOn();
    } else {
      this.waiter = goOn;
    }
  }

  /** Forgets what has come, and who waits. */
  clear(): void {
    this.seen = false;
    this.waiter = undefined;
  }
}
