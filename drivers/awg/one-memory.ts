import { MemrigError } from "../../src/errors.js";

/** One memory for the samples of all channels: whoever plays from it must not have it changed by another. */
export class OneMemory {
  #owner: number | undefined;

  /**
   * @param isLoaded a channel still counts on what it loaded
   * @throws MemrigError `invalid-request`: another channel plays from the memory; it was not touched
   */
  claim(label: string, channel: number, isLoaded: (channel: number) => boolean): void {
    const other = this.#owner;
    if (other !== undefined && other !== channel && isLoaded(other)) {
      throw new MemrigError(
        "invalid-request",
        `${label}: this model has one memory for samples, and channel ${other} plays from it. Nothing was uploaded; channel ` +
          `${channel} is off. Use channel ${other}, or give channel ${other} a waveform of the generator's own before.`,
        { channel, other },
      );
    }
    this.#owner = channel;
  }

  /** A channel plays from it no more. */
  release(channel: number): void {
    if (this.#owner === channel) this.#owner = undefined;
  }
}
