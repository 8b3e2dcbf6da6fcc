/** One call after the other: each begins when all earlier ones are over, at once where there are none. */
export class Turns {
  /** Resolves when the call made last is over. */
  #last: Promise<unknown> = Promise.resolve();
  /** Calls that are not over. */
  #calls = 0;

  /** Resolves when all calls made until now are over, however they went. */
  get over(): Promise<unknown> {
    return this.#last;
  }

  take<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#calls === 0 ? run() : this.#last.then(run);
    this.#calls++;
    this.#last = result.then(this.#ended, this.#ended);
    return result;
  }

  readonly #ended = () => void this.#calls--;
}
