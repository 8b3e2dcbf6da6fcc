import { createRandom } from "../../../../simulator/random.js";
import type { Random } from "../../../../simulator/random.js";
import { output_ohm, Player } from "../../../awg/player.js";
import type { Lab } from "../../../lab.js";
import { KxciFault } from "../arguments.js";
import { sampled, stepOf, Terminal } from "./digitiser.js";
import type { Play, Point } from "./digitiser.js";
import { durationOf, piecesOf, shapeOf } from "./sequence.js";
import type { Arrays } from "./sequence.js";

/** What an RPM passes on. */
export const RPM = { pulses: 0, cv2: 1, smu: 2, cv4: 3 } as const;
/** `:PMU:EXECUTE` is answered before the test begins. */
const begins_s = 1e-3;

/** One of the two channels of a card. */
export class PulseChannel {
  range_V = 10;
  /** Fixed current range; undefined: automatic, which Segment Arb has not. */
  range_A: number | undefined;
  load_ohm = 1e6;
  readonly sequences = new Map<number, Arrays>();
  list: readonly { readonly sequence: number; readonly loops: number }[] = [];
  on = false;
  route: number = RPM.smu;
  data: readonly Point[] = [];
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
      drive: (source) => lab.drive(this.terminal, source),
      schedule: (at_s, action) => lab.schedule(at_s, action),
    });
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
    this.range_V = 10;
    this.range_A = undefined;
    this.load_ohm = 1e6;
    this.sequences.clear();
    this.list = [];
    this.data = [];
  }

  off(): void {
    this.on = false;
    this.player.halt();
    this.player.connected = false;
  }

  /** @throws KxciFault -951, -823: what was set can not be played */
  plays(): Play[] {
    const fail = (why: string): never => {
      throw new KxciFault(`Final verification failed, ${why}`, false, -951);
    };
    if (this.list.length === 0) fail(`channel ${this.number} has no sequence list`);
    if (this.range_A === undefined) fail(`channel ${this.number} has no fixed current range`);
    const plays = this.list.map(({ sequence, loops }) => {
      const given = this.sequences.get(sequence);
      if (!given) throw new KxciFault(`Final verification failed, sequence ${sequence} is not there`, false, -951);
      return { pieces: piecesOf(given, this.range_V), loops };
    });
    for (const [k, { pieces, loops }] of plays.entries()) {
      const [first_V, last_V] = [pieces[0]?.start_V ?? 0, pieces.at(-1)?.stop_V ?? 0];
      const next_V = plays[k + 1]?.pieces[0]?.start_V;
      if (loops > 1 && Math.abs(first_V - last_V) > 1e-6) fail("a loop does not end where it begins");
      if (next_V !== undefined && Math.abs(next_V - last_V) > 1e-6)
        fail("a sequence does not begin where the last one ends");
      const largest_V = pieces.reduce(
        (most, piece) => Math.max(most, Math.abs(piece.start_V), Math.abs(piece.stop_V)),
        0,
      );
      if (largest_V * this.gain > this.range_V * 1.001)
        fail(`${largest_V} V into ${this.load_ohm} ohm is more than it has`);
    }
    return plays;
  }

  /** The emf for a volt at the load that was told. */
  get gain(): number {
    return (this.load_ohm + output_ohm) / this.load_ohm;
  }
}

/** A 4225-PMU: two channels on one clock, each 50 Ω behind its emf, which measure what is at their own terminals. */
export class PulseCard {
  sampleRate_Sa_per_s = 200e6;
  segmentArb = false;
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
    this.sampleRate_Sa_per_s = 200e6;
    this.segmentArb = segmentArb;
  }

  /** Stops a test, turns every output off; data stay. */
  abort(): void {
    this.end();
    for (const channel of this.channels.values()) channel.off();
  }

  /** @throws KxciFault what was set can not be played; nothing begins */
  execute(): void {
    if (!this.segmentArb) throw new KxciFault("Only Segment Arb is simulated");
    const on = [...this.channels.values()].filter((channel) => channel.on);
    const plays = new Map(on.map((channel) => [channel, channel.plays()]));
    const [first, ...others] = [...plays.values()].map((list) => durations(list).join());
    if (first === undefined) throw new KxciFault("Final verification failed, no output is on", false, -951);
    if (others.some((other) => other !== first)) {
      throw new KxciFault("Final verification failed, the segment times of the channels differ", false, -951);
    }
    for (const channel of on) channel.data = [];
    this.cancel = this.lab.schedule(this.lab.now_s + begins_s, () => this.begin(plays));
  }

  private begin(plays: ReadonlyMap<PulseChannel, readonly Play[]>): void {
    this.running = true;
    const began_s = this.lab.now_s;
    let left = plays.size;
    for (const [channel, list] of plays) {
      const step_s = stepOf(list, this.sampleRate_Sa_per_s);
      const terminal = new Terminal(this.lab, channel.terminal, channel.series_ohm);
      const reaches = channel.route === RPM.pulses;
      const measured = list.some(({ pieces }) => pieces.some(({ measure }) => measure !== 0));
      if (measured && reaches && channel.atDevice)
        this.unwatch.push(this.lab.watch((step) => terminal.see(step), step_s));
      else if (measured) terminal.push(began_s, 0, 0); // nothing is wired to it
      channel.player.rest(channel.gain * (list[0]?.pieces[0]?.start_V ?? 0));
      channel.player.connected = reaches;
      const { range_V, range_A = 0, random } = channel;
      this.play(channel, list, 0, () => {
        if (measured) channel.data = sampled(list, terminal, began_s, step_s, { range_V, range_A }, random);
        left -= 1;
        if (left === 0) this.end();
      });
    }
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

function durations(list: readonly Play[]): number[] {
  return list.flatMap(({ pieces, loops }) => [
    loops,
    durationOf(pieces),
    ...pieces.map(({ duration_s }) => duration_s),
  ]);
}
