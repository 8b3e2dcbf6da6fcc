import type { Columns } from "../src/store/shapes.js";

/** A state that was read. */
export interface ReadState {
  readonly ohm: number;
  readonly atFloor: boolean;
  readonly current_A: number;
}

/** Rows of the table of cycles while a burst is read, column by column: an object a cycle would cost more than its reading. */
export class CycleRows {
  #length = 0;
  #room = 0;
  #whole = new Int32Array(0);
  #numbers: Float64Array[] = [];
  #truths: Uint8Array[] = [];

  push(cycle: number, time_s: number, on: ReadState, off: ReadState, switched: boolean): void {
    if (this.#length === this.#room) this.#makeRoom();
    const at = this.#length++;
    this.#whole[at] = cycle;
    const [time, rOn, rOff, iOn, iOff] = this.#numbers as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    time[at] = time_s;
    rOn[at] = on.ohm;
    rOff[at] = off.ohm;
    iOn[at] = on.current_A;
    iOff[at] = off.current_A;
    const [atFloor, didSwitch] = this.#truths as [Uint8Array, Uint8Array];
    atFloor[at] = off.atFloor ? 1 : 0;
    didSwitch[at] = switched ? 1 : 0;
  }

  /** The rows since the last time this was asked. */
  taken(): Columns {
    const length = this.#length;
    this.#length = 0;
    const [time_s, rOn_ohm, rOff_ohm, iOn_A, iOff_A] = this.#numbers.map((one) => one.slice(0, length));
    const [off_at_floor, switched] = this.#truths.map((one) => one.slice(0, length));
    const columns = { time_s, rOn_ohm, rOff_ohm, iOn_A, iOff_A, off_at_floor, switched };
    const none = new Float64Array(0);
    const all = Object.entries(columns).map(([name, values]) => [name, values ?? none] as const);
    return { length, columns: { cycle: this.#whole.slice(0, length), ...Object.fromEntries(all) } };
  }

  #makeRoom(): void {
    this.#room = Math.max(1024, 2 * this.#room);
    const longer = <T extends Float64Array | Int32Array | Uint8Array>(fresh: T, old: T | undefined): T => {
      if (old) fresh.set(old);
      return fresh;
    };
    this.#whole = longer(new Int32Array(this.#room), this.#whole);
    this.#numbers = Array.from({ length: 5 }, (_, k) => longer(new Float64Array(this.#room), this.#numbers[k]));
    this.#truths = Array.from({ length: 2 }, (_, k) => longer(new Uint8Array(this.#room), this.#truths[k]));
  }
}
