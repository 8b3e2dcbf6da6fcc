import { MemrigError } from "../errors.js";

/** Thrown by an instrument that must not be driven now; else gives what is to be called when the driving call is over. */
export type Permission = () => () => void;

/** Runs a change of relays while nothing is driven. */
export type ColdSwitching = (move: () => Promise<void>) => Promise<void>;

/** What the gate asks before relays move. */
export interface Source {
  readonly label: string;
  outputIsOn(): Promise<boolean>;
}

/**
 * Keeps sources and relays apart: relays move only while no call drives a source and every source says that its outputs
 * are off, and no source is driven while they move. A contact that opens or closes under voltage arcs, and the device
 * sees the spike.
 *
 * Refused, and not turned off first: a level that somebody holds is held for a reason, and how it goes to zero is for
 * whoever holds it to say.
 */
export class Gate {
  private readonly driving = new Map<string, number>();
  private moving: string | undefined;

  constructor(private readonly sources: () => readonly Source[]) {}

  /**
   * A call begins that may turn an output on.
   *
   * @returns to be called once it is over
   * @throws MemrigError `limit-refused`: relays move; nothing was sent
   */
  begin(label: string): () => void {
    if (this.moving !== undefined) {
      throw new MemrigError(
        "limit-refused",
        `${label}: the relays of ${this.moving} are moving; nothing is driven until they have settled. Nothing was sent.`,
        { label, moving: this.moving },
      );
    }
    this.driving.set(label, (this.driving.get(label) ?? 0) + 1);
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.driving.set(label, (this.driving.get(label) ?? 1) - 1);
    };
  }

  /** @throws MemrigError `limit-refused`: a source is driven or on, with its name; no relay was moved */
  async cold(label: string, move: () => Promise<void>): Promise<void> {
    if (this.moving !== undefined) throw this.refused(label, this.moving, "moves its relays");
    const busy = [...this.driving].find(([, calls]) => calls > 0)?.[0];
    if (busy !== undefined) throw this.refused(label, busy, "is being driven");
    this.moving = label;
    try {
      // Asked, not remembered: somebody may have pressed the button on the front panel.
      const answers = await Promise.all(
        this.sources().map(async (source) => ({ source: source.label, on: await source.outputIsOn() })),
      );
      const on = answers.find((answer) => answer.on)?.source;
      if (on !== undefined) throw this.refused(label, on, "has an output on");
      await move();
    } finally {
      this.moving = undefined;
    }
  }

  private refused(label: string, other: string, does: string): MemrigError {
    return new MemrigError(
      "limit-refused",
      `${label}: relays are moved cold, and ${other} ${does}. Nothing was sent. Release or turn off ${other} first.`,
      { label, other },
    );
  }
}
