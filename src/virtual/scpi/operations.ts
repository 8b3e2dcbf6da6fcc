import { DeviceClear } from "./errors.js";

/** Overlapped operations that are under way (a sweep after INIT): what `*OPC`, `*OPC?` and `*WAI` wait for. */
export class Operations {
  private running = 0;
  private waiters = new Set<() => void>();

  get pending(): boolean {
    return this.running > 0;
  }

  /** @returns to be called once when it has ended; calling it again does nothing */
  begin(): () => void {
    this.running++;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.running--;
      if (this.running === 0) for (const wake of [...this.waiters]) wake();
    };
  }

  /**
   * Resolves when nothing is under way, at once where nothing is.
   *
   * @throws DeviceClear the signal was aborted first
   */
  async idle(signal: AbortSignal): Promise<void> {
    while (this.running > 0) {
      await untilWoken(signal, (wake) => {
        this.waiters.add(wake);
        return () => this.waiters.delete(wake);
      });
    }
  }
}

/**
 * Waits for a call-back, or for the signal.
 *
 * @param subscribe hands over the function to be called; gives the one that takes it back
 * @throws DeviceClear the signal was aborted first
 */
export function untilWoken(signal: AbortSignal, subscribe: (wake: () => void) => () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new DeviceClear());
      return;
    }
    const giveUp = () => {
      unsubscribe();
      reject(new DeviceClear());
    };
    const unsubscribe = subscribe(() => {
      unsubscribe();
      signal.removeEventListener("abort", giveUp);
      resolve();
    });
    signal.addEventListener("abort", giveUp, { once: true });
  });
}
