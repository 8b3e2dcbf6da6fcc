import { messageOf } from "../errors.js";
import { pauseWish } from "../store/index.js";
import { within } from "./clean-up.js";
import type { RunLog } from "./run-log.js";
import type { RunStates } from "./state.js";

/** How often the run folder is asked whether somebody wants the run to rest. */
const poll_s = 0.1;
/** Longest time for the instruments to say whether an output is on. */
const ask_s = 10;

/** Labels of the instruments whose outputs are not known to be off. */
export type OutputsOn = () => Promise<readonly string[]>;

/** A run that rests between two units of work while somebody wants it to. */
export class Pause {
  private timer: NodeJS.Timeout | undefined;
  private wanted = false;
  private by = "";
  private goOn: (() => void) | undefined;

  /** @param onFault told when the folder can not be read: a run that can not be asked to rest must not go on */
  constructor(
    private readonly folder: string,
    private readonly states: RunStates,
    private readonly log: RunLog,
    private readonly outputsOn: OutputsOn | undefined,
    private readonly onFault: (error: unknown) => void,
  ) {}

  /** A person wants it to rest. */
  get asked(): boolean {
    return this.wanted;
  }

  /** Looks into the run folder from now on. */
  watch(): void {
    this.timer = setTimeout(() => {
      pauseWish(this.folder)
        .then((wish) => this.want(wish?.paused ?? false, wish?.by ?? ""))
        .catch((error: unknown) => this.onFault(error))
        .finally(() => {
          if (this.timer !== undefined) this.watch();
        });
    }, poll_s * 1000);
  }

  unwatch(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** A wish. One that is not new, or comes when the run is ending, changes nothing. */
  want(paused: boolean, by: string): void {
    if (paused === this.wanted) return;
    [this.wanted, this.by] = [paused, by];
    if (paused && this.states.now === "running") this.states.to("pausing", { by });
    else if (!paused && this.states.now === "pausing") this.states.to("running", { by });
    else if (!paused) this.goOn?.();
  }

  /**
   * Rests for as long as it is wanted; at once over where it is not.
   *
   * @throws the signal's reason when the run is to stop
   */
  async rest(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.states.now !== "pausing") return;
    this.states.to("paused");
    const began_ms = performance.now();
    await Promise.all([this.askOutputs(), this.untilGoOn(signal)]);
    this.states.to("running", { by: this.by, rested_s: (performance.now() - began_ms) / 1000 });
    if (this.wanted) this.states.to("pausing", { by: this.by }); // asked anew in the same moment: at the next unit
  }

  /** Says of each output whether it is off, for the person who is about to touch the probes. */
  private async askOutputs(): Promise<void> {
    if (!this.outputsOn) return;
    try {
      const on = await within(this.outputsOn(), ask_s, "Asking the instruments whether their outputs are off");
      const message =
        on.length === 0
          ? "All outputs are off."
          : `The output of ${on.join(", ")} is not known to be off: it is at zero, or can not be asked.`;
      this.log.event("pause", { message, on });
    } catch (error) {
      this.log.event("warning", { message: `Paused, and the outputs could not be asked for: ${messageOf(error)}` });
    }
  }

  private async untilGoOn(signal: AbortSignal): Promise<void> {
    if (!this.wanted) return;
    let stop = (): void => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.goOn = resolve;
        stop = () => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
        signal.addEventListener("abort", stop, { once: true });
        if (signal.aborted) stop();
      });
    } finally {
      this.goOn = undefined;
      signal.removeEventListener("abort", stop);
    }
  }
}
