import type { RunWriter } from "../store/index.js";
import { within } from "./clean-up.js";
import type { RunLog } from "./run-log.js";

/** Rows that may wait for the disk: a few seconds of the fastest run, and little beside what the program takes itself. */
export const mostWaiting_B = 64e6;
/** A disk that has taken nothing for so long is a broken one. */
const room_s = 30;

/** Lets a run wait for its disk, so that rows do not pile up in memory until the machine has none. */
export class SlowDisk {
  private told = false;

  constructor(
    private readonly writer: Pick<RunWriter, "flush" | "waiting_B">,
    private readonly log: Pick<RunLog, "event">,
  ) {}

  /**
   * Resolves when the rows that wait are on the disk. Told once a run: the protocol stands still meanwhile, and so does what it
   * drives.
   *
   * @throws MemrigError `storage-failed`, `no-answer`: the disk refused them, or took too long; the run has to end
   */
  async room(): Promise<void> {
    if (!this.told) {
      this.told = true;
      const waiting = `${Math.round(this.writer.waiting_B / 1e6)} MB`;
      this.log.event("warning", {
        message: `The disk is slower than the measurement: ${waiting} of rows wait for it. The run waits until they are written, with the device as it is.`,
      });
    }
    await within(this.writer.flush(), room_s, "Writing the rows that wait");
  }
}
