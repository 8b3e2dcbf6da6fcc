import type { Drive, Pwl } from "../../simulator/one-port.js";
import { Corners } from "./corners.js";
import type { Shape } from "./shape.js";

/** What a generator channel needs of the lab. */
export interface Outlet {
  readonly now_s: number;
  /** Somebody waits for what the circuit does. */
  readonly watched: boolean;
  /** Puts a source on the terminal, or takes it off. */
  drive(source: Drive | undefined): void;
  /** Has `action` called at a time of the lab's clock; gives the function that calls it off. */
  schedule(at_s: number, action: () => void): () => void;
}

/** A burst: so many periods of the shape, after a delay; `cycles` may be Infinity. */
export interface Burst {
  readonly shape: Shape;
  readonly cycles: number;
  readonly delay_s: number;
}

/** Source resistance of the output, ohms. */
export const output_ohm = 50;

/** Corners written ahead at a time. Few, so that the lab can serve sockets between two stretches of a long burst. */
const stretchCorners = 256;

/** A watcher that has waited this long for nothing, by the wall clock, is given less of the processor. */
const patience_ms = 2000;
const rest_ms = 40;

/** A free-running waveform looks this often, or every thousandth period, whether anybody still watches. */
const look_s = 10e-3;

/**
 * Lays periods of a shape end to end on the lab's clock, a stretch at a time. A burst makes time pass until it is over. A
 * free-running shape makes time pass only while somebody watches; else it stands, and later goes on in phase: nothing is
 * computed for nobody, and what the device would have gone through meanwhile is left out.
 */
export class Player {
  #connected = false;
  #emf: Pwl = { times_s: [0], values: [0] };
  #cancel: () => void = () => undefined;
  #level_V = 0;
  #watchedSince_ms = 0;
  #endless: { readonly shape: Shape; readonly start_s: number } | undefined;

  constructor(readonly outlet: Outlet) {}

  /** Output relay. Open: the circuit sees no generator. What is being played goes on behind it. */
  set connected(closed: boolean) {
    this.#connected = closed;
    if (closed) this.#send(this.#emf);
    else this.outlet.drive(undefined);
  }

  /** Rests at a level. */
  rest(level_V: number): void {
    this.halt();
    this.#level_V = level_V;
    this.#send({ times_s: [this.outlet.now_s], values: [level_V] });
  }

  /** Free-running from now on. */
  run(shape: Shape): void {
    this.rest(shape.idle_V);
    this.#goEndless(shape, this.outlet.now_s);
  }

  /** Plays one burst, then rests at the idle level and calls `done`, at the time of the lab's clock when it is over. */
  burst({ shape, cycles, delay_s }: Burst, done: () => void): void {
    this.rest(shape.idle_V);
    const start_s = this.outlet.now_s + delay_s;
    if (cycles === Infinity) this.#goEndless(shape, start_s);
    else this.#finite(shape, start_s, cycles, done);
  }

  /** Calls off what is still to come. */
  halt(): void {
    this.#cancel();
    this.#cancel = () => undefined;
    this.#endless = undefined;
  }

  /** To be called when somebody begins or ceases to watch. */
  watchedChanged(): void {
    if (this.#endless === undefined) return;
    this.#cancel();
    this.#watchedSince_ms = performance.now();
    this.#goOn();
  }

  #goEndless(shape: Shape, start_s: number): void {
    this.#endless = { shape, start_s };
    this.#watchedSince_ms = performance.now();
    this.#goOn();
  }

  /** A static shape needs no going on: its level is there already. */
  #goOn(): void {
    if (this.#endless === undefined || !this.outlet.watched) return;
    const { shape, start_s } = this.#endless;
    if (shape.size <= 1) return;
    const past = Math.max(0, Math.floor((this.outlet.now_s - start_s) / shape.period_s + 1e-9));
    const end_s = this.#write(shape, start_s + past * shape.period_s, this.#periods(shape), false);
    this.#look(end_s, Math.max(look_s, shape.period_s / 1000));
  }

  #look(end_s: number, every_s: number): void {
    const next_s = Math.min(end_s, this.outlet.now_s + every_s);
    this.#cancel = this.outlet.schedule(next_s, () => (next_s < end_s ? this.#look(end_s, every_s) : this.#rested()));
  }

  /** Goes on at once, or after a rest in which the lab's clock stands still. */
  #rested(): void {
    if (performance.now() - this.#watchedSince_ms < patience_ms) {
      this.#goOn();
      return;
    }
    const timer = setTimeout(() => this.#goOn(), rest_ms).unref();
    this.#cancel = () => clearTimeout(timer);
  }

  #finite(shape: Shape, start_s: number, cycles: number, done: () => void): void {
    const periods = Math.min(cycles, this.#periods(shape));
    const last = periods === cycles;
    const end_s = this.#write(shape, start_s, periods, last);
    const next = () => this.#finite(shape, start_s + periods * shape.period_s, cycles - periods, done);
    this.#cancel = this.outlet.schedule(end_s, last ? done : next);
  }

  #periods(shape: Shape): number {
    return Math.max(1, Math.floor(stretchCorners / shape.size));
  }

  /** @returns when what was written is over */
  #write(shape: Shape, start_s: number, periods: number, last: boolean): number {
    const corners = new Corners(this.#level_V);
    if (start_s > this.outlet.now_s) corners.push(this.outlet.now_s, this.#level_V);
    for (let k = 0; k < periods; k += 1) shape.append(corners, start_s + k * shape.period_s);
    const end_s = start_s + periods * shape.period_s;
    if (last) shape.settle(corners, end_s);
    if (corners.count === 0) corners.push(start_s, corners.level_V);
    this.#level_V = corners.level_V;
    this.#send(corners.pwl());
    return Math.max(end_s, last ? corners.end_s : end_s);
  }

  #send(emf: Pwl): void {
    this.#emf = emf;
    if (this.#connected) this.outlet.drive({ emf, series_ohm: output_ohm, limit_A: Infinity });
  }
}
