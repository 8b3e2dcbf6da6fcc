/** A SCPI register group: condition → transition filters → event → enable → one summary bit. 16 bits, bit 15 always 0. */
export class RegisterGroup {
  private conditionBits = 0;
  private eventBits = 0;
  private enableBits = 0;
  private positive = 0x7fff;
  private negative = 0;
  /** Told when the summary bit may have changed. */
  changed: () => void = () => undefined;

  get condition(): number {
    return this.conditionBits;
  }

  /** Latches the changes that the transition filters let through. */
  set condition(bits: number) {
    const now = bits & 0x7fff;
    const rose = now & ~this.conditionBits;
    const fell = this.conditionBits & ~now;
    this.eventBits |= (rose & this.positive) | (fell & this.negative);
    this.conditionBits = now;
    if (rose !== 0 || fell !== 0) this.changed();
  }

  /** Sets or clears bits of the condition. */
  assign(mask: number, on: boolean): void {
    this.condition = on ? this.conditionBits | mask : this.conditionBits & ~mask;
  }

  /** For an event that has no condition of its own. */
  latch(bits: number): void {
    this.eventBits |= bits & 0x7fff;
    this.changed();
  }

  get event(): number {
    return this.eventBits;
  }

  /** Reading clears. */
  takeEvent(): number {
    const bits = this.eventBits;
    this.eventBits = 0;
    this.changed();
    return bits;
  }

  get enable(): number {
    return this.enableBits;
  }
  set enable(bits: number) {
    this.enableBits = bits & 0x7fff;
    this.changed();
  }

  get positiveTransition(): number {
    return this.positive;
  }
  set positiveTransition(bits: number) {
    this.positive = bits & 0x7fff;
  }

  get negativeTransition(): number {
    return this.negative;
  }
  set negativeTransition(bits: number) {
    this.negative = bits & 0x7fff;
  }

  get summary(): boolean {
    return (this.eventBits & this.enableBits) !== 0;
  }

  preset(): void {
    this.enableBits = 0;
    this.positive = 0x7fff;
    this.negative = 0;
  }
}

/** Status byte, standard event status and the two SCPI groups of one instrument (IEEE 488.2, chapter 11). */
export class StatusModel {
  private esr = 128; // power on
  private eseBits = 0;
  private sreBits = 0;
  readonly operation = new RegisterGroup();
  readonly questionable = new RegisterGroup();
  /** Bits of the status byte that only this instrument has. */
  deviceBits: () => number = () => 0;

  private readonly watchers = new Set<() => void>();

  /** @param errorBit bit of the status byte for "error queue not empty": 4, or 0 where the instrument has none */
  constructor(private readonly errorBit: number) {
    this.operation.changed = this.questionable.changed = () => this.changed();
  }

  /** Told whenever the status byte may have changed. @returns takes the watcher back */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** For changes that the model does not see itself: the error queue, a bit of the instrument's own. */
  changed(): void {
    for (const tell of this.watchers) tell();
  }

  setEvent(bits: number): void {
    this.esr |= bits & 255;
    this.changed();
  }

  /** Reading clears. */
  takeEsr(): number {
    const bits = this.esr;
    this.esr = 0;
    this.changed();
    return bits;
  }

  get ese(): number {
    return this.eseBits;
  }
  set ese(bits: number) {
    this.eseBits = bits & 255;
    this.changed();
  }

  /** Bit 6 can not be set. */
  get sre(): number {
    return this.sreBits;
  }
  set sre(bits: number) {
    this.sreBits = bits & 255 & ~64;
    this.changed();
  }

  /** As `*STB?` gives it: bit 6 is the master summary. Clears nothing. */
  statusByte(queue: { readonly errors: boolean; readonly replies: boolean }): number {
    let bits = this.deviceBits();
    if (queue.errors) bits |= this.errorBit;
    if (this.questionable.summary) bits |= 8;
    if (queue.replies) bits |= 16;
    if ((this.esr & this.eseBits) !== 0) bits |= 32;
    if (this.operation.summary) bits |= 128;
    return (bits & this.sreBits) !== 0 ? bits | 64 : bits & ~64;
  }

  /** `*CLS`: events go, enables and conditions stay. */
  clear(): void {
    this.esr = 0;
    this.operation.takeEvent();
    this.questionable.takeEvent();
  }
}
