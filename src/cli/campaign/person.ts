import { createInterface, type Interface } from "node:readline";

/** Somebody at the terminal who is asked to do something and presses Enter. Nothing is read before the first question. */
export class Person {
  private terminal: Interface | undefined;
  private lines: AsyncIterator<string> | undefined;
  /** The line that is waited for: one that was answered elsewhere leaves it to the next question. */
  private next: Promise<IteratorResult<string>> | undefined;

  constructor(
    private readonly input: NodeJS.ReadableStream = process.stdin,
    private readonly output: NodeJS.WritableStream = process.stderr,
  ) {}

  /**
   * Resolves on the next line.
   *
   * @throws Error nobody answers: the input has ended, or `signal` was aborted
   */
  async ask(question: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.terminal ??= createInterface({ input: this.input });
    this.lines ??= this.terminal[Symbol.asyncIterator](); // one for all questions: what was typed ahead is kept
    this.output.write(`${question}, then press Enter: `);
    this.next ??= this.lines.next();
    let onAbort = (): void => undefined;
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(new Error("nobody answered"));
      signal.addEventListener("abort", onAbort, { once: true });
    });
    try {
      const line = await Promise.race([this.next, aborted]);
      this.next = undefined;
      if (line.done) throw new Error("the input ended before anybody answered");
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** The program can end. */
  close(): void {
    this.terminal?.close();
  }
}
