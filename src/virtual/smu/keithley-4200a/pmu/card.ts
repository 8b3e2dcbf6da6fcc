import { createRandom } from "../../../../simulator/random.js";
import type { Random } from "../../../../simulator/random.js";
import type { Drive } from "../../../../simulator/one-port.js";
import { output_ohm, Player } from "../../../awg/player.js";
import type { Lab } from "../../../lab.js";
import { mostSamples, sampled, samplesOf, stepOf, Terminal } from "./digitiser.js";
import type { Play } from "./digitiser.js";
import { averaged, pairsOf } from "./records.js";
import type { Row } from "./records.js";
import { durationOf, passOf, shapeOf } from "./sequence.js";
import type { Arrays } from "./sequence.js";
import { defaultPeriod_s, defaultPulses, isAverage, isSpot, Mode, pulsesOf, refused } from "./standard-pulses.js";

/** What an RPM passes on. */
export const RPM = { pulses: 0, cv2: 1, smu: 2, cv4: 3 } as const;
/** Fixed current ranges: with an RPM on the 10 V range, and on the 40 V range. */
export const ranges_A = { 10: [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.2], 40: [1e-4, 0.01, 0.8] } as const;
/** What a level that is regulated at the terminal has before it: as good as nothing. */
const regulated_ohm = 1e-3;
/** `:PMU:EXECUTE` is answered before the test begins. */
const begins_s = 1e-3;

const waveformFields = ["V", "I", "T", "S"];
const highFields = ["VH", "IH", "TH", "SH"];
const lowFields = ["VL", "IL", "TL", "SL"];

/** One of the two channels of a card. */
export class PulseChannel {
  range_V = 10;
  /** Fixed current range; undefined: automatic, which Segment Arb has not. */
  range_A: number | undefined;
  /** The smallest that an automatic one goes down to. */
  leastRange_A = 0;
  load_ohm = 1e6;
  /** Load-line effect compensation: the level is at the terminal, as if found by pulses before the test. */
  levelled = false;
  /** What was set is there for another test. */
  retains = false;
  pulses = defaultPulses();
  readonly sequences = new Map<number, Arrays>();
  list: readonly { readonly sequence: number; readonly loops: number }[] = [];
  on = false;
  route: number = RPM.smu;
  data: readonly Row[] = [];
  /** What `:PMU:DATA:GET` gives where it is not told. */
  fields: readonly string[] = waveformFields;
  readonly player: Player;
  readonly random: Random;

  constructor(
    readonly number: number,
    private readonly lab: Lab,
    private readonly label: string,
    seed: number,
  ) {
    this.random = createRandom(seed, `noise:${this.terminal}`);
    lab.wiring.addSource(this.terminal);
    this.player = new Player({
      get now_s() {
        return lab.now_s;
      },
      get watched() {
        return lab.watched;
      },
      drive: (source) => lab.drive(this.terminal, source && this.levelled ? this.regulated(source) : source),
      schedule: (at_s, action) => lab.schedule(at_s, action),
    });
  }

  /** With what its output has at the most behind 50 Ω. */
  private regulated(source: Drive): Drive {
    return { ...source, series_ohm: regulated_ohm, limit_A: this.range_V / output_ohm };
  }

  get terminal(): string {
    return `${this.label}.pmu${this.number}`;
  }

  get atDevice(): boolean {
    return this.lab.wiring.portOf(this.terminal) !== undefined;
  }

  get series_ohm(): number {
    return this.lab.wiring.wireOf(this.terminal)?.through?.series_ohm ?? 0;
  }

  /** What `:PMU:INIT` makes of it. The RPM stays where it is. */
  reset(): void {
    this.off();
    this.forget();
    this.data = [];
  }

  /** As if nothing had been set. The RPM stays where it is, and data are still there. */
  forget(): void {
    this.range_V = 10;
    this.range_A = undefined;
    this.leastRange_A = 0;
    this.load_ohm = 1e6;
    this.levelled = this.retains = false;
    this.pulses = defaultPulses();
    this.sequences.clear();
    this.list = [];
  }

  off(): void {
    this.on = false;
    this.player.halt();
    this.player.connected = false;
  }

  /** Of Segment Arb. @throws KxciFault -951, -823: what was set can not be played */
  sequencePlays(): Play[] {
    if (this.list.length === 0) throw refused(`channel ${this.number} has no sequence list`);
    const plays = this.list.map(({ sequence, loops }) => {
      const given = this.sequences.get(sequence);
      if (!given) throw refused(`sequence ${sequence} is not there`);
      return { ...passOf(given, this.range_V), loops };
    });
    const measures = plays.some(({ windows }) => windows.length > 0);
    if (measures && this.range_A === undefined) throw refused(`channel ${this.number} has no fixed current range`);
    for (const [k, { pieces, loops }] of plays.entries()) {
      const [first_V, last_V] = [pieces[0]?.start_V ?? 0, pieces.at(-1)?.stop_V ?? 0];
      const next_V = plays[k + 1]?.pieces[0]?.start_V;
      if (loops > 1 && Math.abs(first_V - last_V) > 1e-6) throw refused("a loop does not end where it begins");
      if (next_V !== undefined && Math.abs(next_V - last_V) > 1e-6)
        throw refused("a sequence does not begin where the last one ends");
    }
    return plays;
  }

  /** @throws KxciFault -951: more than the output or the memory have */
  check(plays: readonly Play[]): void {
    const levels = plays.flatMap(({ pieces }) => pieces.flatMap(({ start_V, stop_V }) => [start_V, stop_V]));
    const largest_V = levels.reduce((most, level) => Math.max(most, Math.abs(level)), 0);
    if (largest_V * this.gain > this.range_V * 1.001)
      throw refused(`${largest_V} V into ${this.load_ohm} ohm is more than it has`);
    if (samplesOf(plays, Infinity) > mostSamples) throw refused("there are more points than its memory has");
  }

  /** The emf for a volt at the load that was told. */
  get gain(): number {
    return this.levelled ? 1 : (this.load_ohm + output_ohm) / this.load_ohm;
  }
}

/** A 4225-PMU: two channels on one clock, each 50 Ω behind its emf, which measure what is at their own terminals. */
export class PulseCard {
  sampleRate_Sa_per_s = 200e6;
  segmentArb = false;
  /** Of standard pulses: the same for all channels. */
  period_s = defaultPeriod_s;
  mode: number = Mode.spot;
  burst = 1;
  running = false;
  private cancel: (() => void) | undefined;
  private readonly unwatch: (() => void)[] = [];

  constructor(
    readonly channels: ReadonlyMap<number, PulseChannel>,
    private readonly lab: Lab,
  ) {}

  init(segmentArb: boolean): void {
    this.end();
    for (const channel of this.channels.values()) channel.reset();
    this.forget();
    this.segmentArb = segmentArb;
  }

  private forget(): void {
    this.sampleRate_Sa_per_s = 200e6;
    this.period_s = defaultPeriod_s;
    this.mode = Mode.spot;
    this.burst = 1;
  }

  /** Stops a test, turns every output off; data stay. */
  abort(): void {
    this.end();
    for (const channel of this.channels.values()) channel.off();
  }

  /** @throws KxciFault what was set can not be played; nothing begins */
  execute(): void {
    const on = [...this.channels.values()].filter((channel) => channel.on);
    if (on.length === 0) throw refused("no output is on");
    const plays = this.segmentArb
      ? new Map(on.map((channel) => [channel, channel.sequencePlays()]))
      : this.pulsePlays(on);
    for (const [channel, list] of plays) channel.check(list);
    const [first, ...others] = [...plays.values()].map((list) => durations(list, this.segmentArb).join());
    if (others.some((other) => other !== first)) throw refused("the segment times of the channels differ");
    for (const channel of on) channel.data = [];
    this.cancel = this.lab.schedule(this.lab.now_s + begins_s, () => this.begin(plays));
  }

  /** @throws KxciFault -951: what was set can not be played */
  private pulsePlays(on: readonly PulseChannel[]): Map<PulseChannel, Play[]> {
    const countOf = (kind: "sweep" | "step"): number => {
      const lengths = on.flatMap(({ pulses: { levels } }) => (levels.kind === kind ? [levels.values_V.length] : []));
      const [first = 1, ...others] = lengths;
      if (others.some((other) => other !== first)) throw refused(`a ${kind} has other points than another one`);
      return first;
    };
    const count = { sweep: countOf("sweep"), step: countOf("step") };
    const swept = on.some(({ pulses }) => pulses.levels.kind === "sweep");
    if (!swept && on.some(({ pulses }) => pulses.levels.kind === "step"))
      throw refused("nothing is swept beside a step");
    return new Map(
      on.map((channel) => {
        const passes = pulsesOf(channel.pulses, this.period_s, channel.range_V, this.mode, count);
        return [channel, passes.map((pass) => ({ ...pass, loops: this.burst }))];
      }),
    );
  }

  private begin(plays: ReadonlyMap<PulseChannel, readonly Play[]>): void {
    this.running = true;
    const began_s = this.lab.now_s;
    let left = plays.size;
    for (const [channel, list] of plays) {
      const step_s = stepOf(list, this.sampleRate_Sa_per_s);
      const terminal = new Terminal(this.lab, channel.terminal, channel.series_ohm);
      const reaches = channel.route === RPM.pulses;
      const measured = list.some(({ windows }) => windows.length > 0);
      if (measured && reaches && channel.atDevice)
        this.unwatch.push(this.lab.watch((step) => terminal.see(step), step_s));
      else if (measured) terminal.push(began_s, 0, 0); // nothing is wired to it
      channel.player.rest(channel.gain * (list[0]?.pieces[0]?.start_V ?? 0));
      channel.player.connected = reaches;
      this.play(channel, list, 0, () => {
        if (measured) this.keep(channel, list, terminal, began_s, step_s);
        left -= 1;
        if (left > 0) return;
        this.end();
        this.afterTest();
      });
    }
  }

  private keep(
    channel: PulseChannel,
    list: readonly Play[],
    terminal: Terminal,
    began_s: number,
    step_s: number,
  ): void {
    const { range_V, random, leastRange_A } = channel;
    const ranges: readonly number[] = ranges_A[range_V === 40 ? 40 : 10];
    const fits = Math.max(terminal.largest_A, leastRange_A);
    const range_A = channel.range_A ?? ranges.find((one) => one >= fits) ?? ranges.at(-1) ?? 0;
    const points = sampled(list, terminal, began_s, step_s, { range_V, range_A }, random);
    const { high, low } = channel.pulses;
    channel.fields = waveformFields;
    if (this.segmentArb || !isSpot(this.mode)) channel.data = points.map((point) => ({ high: point }));
    else {
      channel.data = pairsOf(points, high, low);
      channel.fields = [...(high ? highFields : []), ...(low ? lowFields : [])];
    }
    if (!this.segmentArb && isAverage(this.mode)) channel.data = averaged(channel.data, list.length, this.burst);
  }

  /** What was set is gone, unless it was to be kept. Outputs rest where they are. */
  private afterTest(): void {
    const used = [...this.channels.values()].filter((channel) => channel.on);
    if (!used.some(({ retains }) => retains)) this.forget();
    for (const channel of used) if (!channel.retains) channel.forget();
  }

  private play(channel: PulseChannel, list: readonly Play[], k: number, done: () => void): void {
    const next = list[k];
    if (!next) {
      done();
      return;
    }
    const shape = shapeOf(next.pieces, channel.gain);
    channel.player.burst({ shape, cycles: next.loops, delay_s: 0 }, () => this.play(channel, list, k + 1, done));
  }

  private end(): void {
    this.cancel?.();
    for (const unwatch of this.unwatch.splice(0)) unwatch();
    this.cancel = undefined;
    this.running = false;
  }
}

function durations(list: readonly Play[], segments: boolean): number[] {
  return list.flatMap(({ pieces, loops }) => [
    loops,
    durationOf(pieces),
    ...(segments ? pieces.map(({ duration_s }) => duration_s) : []),
  ]);
}
