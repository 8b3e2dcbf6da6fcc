import { MemrigError } from "../errors.js";

type Action = () => Promise<void>;

/** Longest time one action may hold up the others. */
const actionDeadline_s = 10;

/** What a protocol wants done at its end, however it ends. */
export class CleanUp {
  private readonly actions: Action[] = [];

  add(action: Action): void {
    this.actions.push(action);
  }

  /**
   * Runs every action, last registered first, also the ones that an action adds. One that throws or hangs does not keep
   * the others from being tried.
   *
   * @param onError told of each failure; the run's own error is not replaced by it
   */
  async run(onError: (error: unknown) => void): Promise<void> {
    for (let action = this.actions.pop(); action !== undefined; action = this.actions.pop()) {
      try {
        await within(action(), actionDeadline_s, "An action at the end of the run");
      } catch (error) {
        onError(error);
      }
    }
  }
}

/**
 * The promise's outcome, or an error once the time is over. The work itself goes on; a late failure of it is dropped,
 * because the deadline's error has been reported in its place.
 *
 * @throws MemrigError `no-answer`: not settled within `deadline_s`
 */
export async function within<T>(work: Promise<T>, deadline_s: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new MemrigError("no-answer", `${what} did not end within ${deadline_s} s. It was left behind.`, { deadline_s }),
      );
    }, deadline_s * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
