import { setTimeout as pause } from "node:timers/promises";

/** Waits until `look` gives something other than undefined; fails with `what` when it has not within the time. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  deadline_s = 10,
): Promise<T> {
  const end = performance.now() + deadline_s * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`not within ${deadline_s} s: ${what}`);
    await pause(20);
  }
}
