import type { RunWriter } from "../store/index.js";

/** A row is on disk well within the second that is promised, also when a flush takes its time. */
const interval_s = 0.2;

/** Brings rows to the disk at a steady pace while the run goes on. */
export class Flusher {
  private timer: NodeJS.Timeout | undefined;
  private inFlight: Promise<void> = Promise.resolve();
  private ended = false;

  /** @param onFailure told when the disk refuses; what was written before stays readable */
  constructor(
    private readonly writer: RunWriter,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  start(): void {
    this.timer = setTimeout(() => {
      this.inFlight = this.flush().then(() => {
        if (!this.ended) this.start();
      });
    }, interval_s * 1000);
  }

  /** Ends the pace, and flushes what is left. */
  async stop(): Promise<void> {
    this.ended = true;
    clearTimeout(this.timer);
    await this.inFlight;
    await this.flush();
  }

  private async flush(): Promise<void> {
    try {
      await this.writer.flush();
    } catch (error) {
      this.ended = true;
      this.onFailure(error);
    }
  }
}
