import { least_ohm, type Network, type NetworkSource } from "../one-port.js";
import { emfAt } from "./pwl.js";

const places = { top: 0, bottom: 1, across: 2 } as const;
const { top: TOP, bottom: BOTTOM } = places;

/**
 * What a network of sources with limits delivers into a device, by the voltage across it, for one straight piece of the sources.
 *
 * Each source is i = clamp((emf - v)/R, ±limit) at its node, so what flows into both nodes together falls with the bottom's voltage in
 * straight lines that bend where a source reaches a limit. Its root is found by looking at every bend: with a handful of sources that
 * is less work than an iteration, and exact.
 */
export class Surroundings {
  /** Into the device's top, at the voltage that was solved for last. */
  current_A = 0;
  /** How fast that falls with the device's voltage, and rises by itself with time. */
  conductance_S = 0;
  rate_A_per_s = 0;
  /** Bottom of the device against ground. */
  bottom_V = 0;
  /** No voltage across a device without one of its own is larger. */
  most_V = 0;
  private readonly place: readonly number[];
  private readonly source_S: readonly number[];
  private readonly limit_A: readonly number[];
  private readonly start_V: Float64Array;
  private readonly slope_V_per_s: Float64Array;
  private readonly emf_V: Float64Array;

  constructor(private readonly network: Network) {
    const { sources } = network;
    this.place = sources.map(({ place }) => places[place]);
    this.source_S = sources.map(({ series_ohm }) => 1 / Math.max(series_ohm, least_ohm));
    this.limit_A = sources.map(({ limit_A }) => limit_A);
    this.start_V = new Float64Array(sources.length);
    this.slope_V_per_s = new Float64Array(sources.length);
    this.emf_V = new Float64Array(sources.length);
  }

  /** All sources as they are at a time, from then on. */
  stand(now_s: number): void {
    this.network.sources.forEach(({ emf }, k) => (this.start_V[k] = emfAt(emf, now_s, Infinity)));
    this.slope_V_per_s.fill(0);
    this.at(0);
  }

  /** No source has a corner between the two. Time counts from the first. */
  line(from_s: number, to_s: number): void {
    this.network.sources.forEach(({ emf }, k) => {
      const start_V = emfAt(emf, from_s, to_s);
      this.start_V[k] = start_V;
      this.slope_V_per_s[k] = (emfAt(emf, to_s, from_s) - start_V) / (to_s - from_s);
    });
    this.at(0);
  }

  /** Sets the time within the piece. */
  at(t: number): void {
    const most_V = [0, 0, 0];
    for (let k = 0; k < this.emf_V.length; k++) {
      const emf_V = this.start_V[k]! + this.slope_V_per_s[k]! * t;
      const place = this.place[k]!;
      this.emf_V[k] = emf_V;
      most_V[place] = Math.max(most_V[place]!, Math.abs(emf_V));
    }
    this.most_V = most_V[0]! + most_V[1]! + most_V[2]!;
  }

  /** Everything for a voltage across the device. @returns what flows into its top */
  solve(v: number): number {
    const bottom_V = this.bottomFor_V(v);
    const top_V = bottom_V + v;
    this.bottom_V = bottom_V;
    const { top_S: topLoad_S, bottom_S: bottomLoad_S } = this.network;
    let [fromTop_A, fromBottom_A, across_A] = [-topLoad_S * top_V, -bottomLoad_S * bottom_V, 0];
    let [top_S, bottom_S, across_S] = [topLoad_S, bottomLoad_S, 0];
    let [topRate, bottomRate, acrossRate] = [0, 0, 0];
    for (let k = 0; k < this.emf_V.length; k++) {
      const place = this.place[k]!;
      const node_V = place === TOP ? top_V : place === BOTTOM ? bottom_V : v;
      const wanted_A = (this.emf_V[k]! - node_V) * this.source_S[k]!;
      const limit_A = this.limit_A[k]!;
      const current_A = wanted_A > limit_A ? limit_A : wanted_A < -limit_A ? -limit_A : wanted_A;
      const free_S = current_A === wanted_A ? this.source_S[k]! : 0;
      const rate = free_S * this.slope_V_per_s[k]!;
      if (place === TOP) [fromTop_A, top_S, topRate] = [fromTop_A + current_A, top_S + free_S, topRate + rate];
      else if (place === BOTTOM)
        [fromBottom_A, bottom_S, bottomRate] = [fromBottom_A + current_A, bottom_S + free_S, bottomRate + rate];
      else [across_A, across_S, acrossRate] = [across_A + current_A, across_S + free_S, acrossRate + rate];
    }
    const all_S = top_S + bottom_S;
    // Of the two sides the softer one tells the current: across a milliohm the last bit of a volt is a tenth of a picoampere.
    this.current_A = across_A + (top_S <= bottom_S ? fromTop_A : -fromBottom_A);
    this.conductance_S = across_S + (all_S > 0 ? (top_S * bottom_S) / all_S : 0);
    this.rate_A_per_s = acrossRate + (all_S > 0 ? (topRate * bottom_S - bottomRate * top_S) / all_S : 0);
    return this.current_A;
  }

  /** What one source delivers at its node, with the nodes as given. */
  delivered_A(source: NetworkSource, top_V: number, bottom_V: number): number {
    const k = this.network.sources.indexOf(source);
    const { place, limit_A } = source;
    const node_V = place === "top" ? top_V : place === "bottom" ? bottom_V : top_V - bottom_V;
    return Math.max(-limit_A, Math.min(limit_A, (this.emf_V[k]! - node_V) * this.source_S[k]!));
  }

  /** Where what flows into both nodes together is nothing. Of a stretch where it is nothing, one end; without any path, 0. */
  private bottomFor_V(v: number): number {
    let [low_V, lowExcess_A] = [-Infinity, 0];
    let [high_V, highExcess_A] = [Infinity, 0];
    for (let k = 0; k < this.emf_V.length; k++) {
      const place = this.place[k]!;
      const limit_A = this.limit_A[k]!;
      if (place > BOTTOM || limit_A === Infinity) continue;
      const middle_V = place === TOP ? this.emf_V[k]! - v : this.emf_V[k]!;
      for (let side = -1; side <= 1; side += 2) {
        const bend_V = middle_V + (side * limit_A) / this.source_S[k]!;
        const excess_A = this.intoBoth_A(v, bend_V);
        if (excess_A === 0) return bend_V;
        if (excess_A > 0 && bend_V > low_V) [low_V, lowExcess_A] = [bend_V, excess_A];
        if (excess_A < 0 && bend_V < high_V) [high_V, highExcess_A] = [bend_V, excess_A];
      }
    }
    if (low_V > -Infinity && high_V < Infinity)
      return low_V + ((high_V - low_V) * lowExcess_A) / (lowExcess_A - highExcess_A);
    // Beyond the last bend it is one straight line.
    const from_V = low_V > -Infinity ? low_V : high_V < Infinity ? high_V : 0;
    const from_A = this.intoBoth_A(v, from_V);
    const fall_S = from_A - this.intoBoth_A(v, from_V + (from_V === high_V ? -1 : 1));
    return fall_S === 0 ? from_V : from_V + from_A / Math.abs(fall_S);
  }

  private intoBoth_A(v: number, bottom_V: number): number {
    let sum_A = -this.network.top_S * (bottom_V + v) - this.network.bottom_S * bottom_V;
    for (let k = 0; k < this.emf_V.length; k++) {
      const place = this.place[k]!;
      if (place > BOTTOM) continue;
      const wanted_A = (this.emf_V[k]! - bottom_V - (place === TOP ? v : 0)) * this.source_S[k]!;
      const limit_A = this.limit_A[k]!;
      sum_A += wanted_A > limit_A ? limit_A : wanted_A < -limit_A ? -limit_A : wanted_A;
    }
    return sum_A;
  }
}
