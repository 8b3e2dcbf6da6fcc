import { messageOf } from "../errors.js";
import type { Drive, OnePort } from "../simulator/one-port.js";
import { Agenda } from "./agenda.js";
import type { Wire } from "./bench-plan.js";
import { Connection } from "./connection.js";
import { Wiring } from "./wiring.js";

/** One step of the device. One object, used again for the next step: copy what is kept. */
export interface LabStep {
  t0_s: number;
  t1_s: number;
  /** Nodes against ground at the two ends of the step; linear in between. */
  top0_V: number;
  top1_V: number;
  bottom0_V: number;
  bottom1_V: number;
  /** Through the device, into its top. */
  i0_A: number;
  i1_A: number;
}

/** Longest time the lab keeps the event loop for itself: sockets are served in between. */
const slice_ms = 4;
/** With `time: "real"` the device is brought up to the wall clock at least this often. */
const realStretch_s = 0.02;

/**
 * One device, one simulated clock, and the instruments' terminals around it.
 *
 * A discrete-event loop: the device advances to the earliest scheduled time under what drives it, the action runs, and so
 * on. With `time: "fast"` nothing waits, and where nothing is scheduled the clock stands still: no time passes between
 * two commands of a controller. With `"real"` a second takes a second, also between commands.
 *
 * Any number of sources may drive at once, at either end of the device and across it: `Connection` makes of them what the
 * device sees, and tells each what it delivers.
 */
export class Lab {
  readonly wiring: Wiring;
  private readonly agenda = new Agenda();
  private readonly sources = new Map<string, { readonly source: Drive; readonly sensed: boolean }>();
  /** And the shortest time that each can tell. */
  private readonly probes = new Map<(step: LabStep) => void, number>();
  /** The same, to go through at every step. */
  private tellers: readonly ((step: LabStep) => void)[] = [];
  private resolution_s = 0;
  private readonly watchListeners = new Set<() => void>();
  private readonly faultListeners = new Set<(message: string) => void>();
  private readonly step: LabStep = {
    t0_s: 0,
    t1_s: 0,
    top0_V: 0,
    top1_V: 0,
    bottom0_V: 0,
    bottom1_V: 0,
    i0_A: 0,
    i1_A: 0,
  };
  private clock_s: number;
  private connection: Connection;
  private faulted: string | undefined;
  private pumping = false;
  private acting = false;
  private still = false;
  private closed = false;
  private timer: NodeJS.Timeout | undefined;
  private stage_K: (() => number) | undefined;
  private readonly wallStart_s = performance.now() / 1000;

  constructor(
    private readonly device: OnePort,
    wires: readonly Wire[],
    readonly time: "fast" | "real",
  ) {
    this.wiring = new Wiring(wires);
    this.connection = new Connection(this.wiring, this.sources);
    this.clock_s = device.time_s;
  }

  /** Simulated time, seconds since the lab was built. */
  get now_s(): number {
    this.catchUp();
    return this.clock_s;
  }

  /** True while anybody watches the nodes. */
  get watched(): boolean {
    return this.probes.size > 0;
  }

  /** Time passes without anybody asking for it: something is scheduled, or the wall clock drives. */
  get moving(): boolean {
    return this.time === "real" || this.agenda.next_s !== undefined;
  }

  /** Why the device's equations could not be solved; undefined while all is well. Nothing flows after that. */
  get fault(): string | undefined {
    return this.faulted;
  }

  /** What an SMU sees now at its end of its leads: the voltage there, high against low, and the current out of its high. */
  seenAt(terminal: string): { readonly voltage_V: number; readonly current_A: number } {
    const [v, i_A, now_s] = [this.device_V, this.device_A, this.clock_s];
    const bottom_V = this.connection.bottom_V(now_s, now_s, v, i_A);
    return {
      voltage_V: this.voltageAt_V(terminal, bottom_V + v, bottom_V),
      current_A: this.connection.current_A(terminal, now_s, now_s, bottom_V + v, bottom_V, i_A),
    };
  }

  /** The voltage that an SMU's sense leads see, for the two nodes as they are. One that is wired to nothing sees what it forces. */
  voltageAt_V(terminal: string, top_V: number, bottom_V: number): number {
    const port = this.wiring.portOf(terminal);
    if (!port) return this.sources.get(terminal)?.source.emf.values[0] ?? 0;
    const volt = port.place === "top" ? top_V : port.place === "bottom" ? bottom_V : top_V - bottom_V;
    return port.reversed ? -volt : volt;
  }

  /** What an SMU delivers at the beginning and at the end of a step. */
  currentsAt_A(terminal: string, step: LabStep): readonly [number, number] {
    const { t0_s, t1_s, top0_V, top1_V, bottom0_V, bottom1_V, i0_A, i1_A } = step;
    return [
      this.connection.current_A(terminal, t0_s, t1_s, top0_V, bottom0_V, i0_A),
      this.connection.current_A(terminal, t1_s, t0_s, top1_V, bottom1_V, i1_A),
    ];
  }

  /** Voltage across the device now, top against bottom. */
  get device_V(): number {
    this.catchUp();
    return this.device.voltage_V;
  }

  /** Current through the device now, into its top. */
  get device_A(): number {
    this.catchUp();
    return this.device.current_A;
  }

  /**
   * Connects a source to the terminal it drives, or takes it off, from now on.
   *
   * @param terminal `label.terminal` of the wire: `smu.high`, `awg.1`. Not wired: nothing happens
   * @param source as seen at the terminal, in lab time; undefined: output off, disconnected
   * @param sensed four-wire: the leads are regulated away
   */
  drive(terminal: string, source: Drive | undefined, sensed = false): void {
    this.catchUp();
    this.wiring.addSource(terminal);
    if (source === undefined) this.sources.delete(terminal);
    else this.sources.set(terminal, { source, sensed });
    this.connect();
  }

  /** Resistance of an input from its node to ground; undefined: as good as none (1 MΩ). */
  load(terminal: string, load_ohm: number | undefined): void {
    this.catchUp();
    this.wiring.setLoad(terminal, load_ohm);
    this.connect();
  }

  /**
   * Sees every step of the device from now on.
   *
   * @param probe must not change what drives the device; it may schedule
   * @param resolution_s the shortest time it can tell: what happens within need not come in straight lines
   * @returns ends it
   */
  watch(probe: (step: LabStep) => void, resolution_s = 0): () => void {
    const mine = (step: LabStep) => probe(step);
    this.probes.set(mine, resolution_s);
    this.probesChanged();
    if (this.probes.size === 1) this.tellWatched();
    return () => {
      if (!this.probes.delete(mine)) return;
      this.probesChanged();
      if (this.probes.size === 0) this.tellWatched();
    };
  }

  /** Told when the first one begins to watch and when the last one ends: a free-running generator need not run unseen. */
  onWatched(listener: () => void): void {
    this.watchListeners.add(listener);
  }

  /** Told once, with the reason, when the device's equations can not be solved any more. */
  onFault(listener: (message: string) => void): void {
    this.faultListeners.add(listener);
  }

  /**
   * Runs an action at a simulated time, or now where that is past.
   *
   * @returns takes it back
   */
  schedule(at_s: number, action: () => void): () => void {
    const cancel = this.agenda.add(Math.max(at_s, this.clock_s), action);
    this.wake();
    return cancel;
  }

  /** Lets time pass with nobody commanding anything. With `time: "real"` that takes as long. */
  pass(duration_s: number): Promise<void> {
    return new Promise((resolve) => {
      this.schedule(this.now_s + duration_s, resolve);
    });
  }

  /**
   * Lets the device stand on something that has a temperature.
   *
   * @param temperature_K asked before the device advances; a model without a temperature is not told
   */
  standOn(temperature_K: () => number): void {
    this.stage_K = temperature_K;
  }

  /** Stops the clock for good. */
  close(): void {
    this.closed = true;
    this.agenda.clear();
    clearTimeout(this.timer);
  }

  private connect(): void {
    this.connection = new Connection(this.wiring, this.sources);
  }

  private probesChanged(): void {
    this.tellers = [...this.probes.keys()];
    this.resolution_s = Math.min(...this.probes.values());
  }

  private readonly probe = (
    t0_s: number,
    v0_V: number,
    i0_A: number,
    t1_s: number,
    v1_V: number,
    i1_A: number,
  ): void => {
    const step = this.step;
    step.t0_s = t0_s;
    step.t1_s = t1_s;
    step.i0_A = i0_A;
    step.i1_A = i1_A;
    const { connection } = this;
    if (connection.plain) {
      step.bottom0_V = i0_A * connection.bottom_ohm;
      step.bottom1_V = i1_A * connection.bottom_ohm;
    } else {
      step.bottom0_V = connection.bottom_V(t0_s, t1_s, v0_V, i0_A);
      step.bottom1_V = connection.bottom_V(t1_s, t0_s, v1_V, i1_A);
    }
    step.top0_V = v0_V + step.bottom0_V;
    step.top1_V = v1_V + step.bottom1_V;
    const tellers = this.tellers;
    for (let k = 0; k < tellers.length; k += 1) {
      const tell = tellers[k];
      if (tell && (tellers === this.tellers || this.probes.has(tell))) tell(step); // one may end the watch of another
    }
  };

  private advanceTo(until_s: number): void {
    if (until_s <= this.clock_s) return;
    const nested = this.acting; // a probe that reads the clock must not advance the device again
    this.acting = true;
    if (this.faulted === undefined) {
      try {
        if (this.stage_K) this.device.setTemperature?.(this.stage_K());
        if (this.probes.size > 0) this.device.advance(until_s, this.connection.drive, this.probe, this.resolution_s);
        else this.device.advance(until_s, this.connection.drive);
      } catch (error) {
        this.faulted = messageOf(error);
        for (const tell of this.faultListeners) tell(this.faulted);
      }
    }
    this.clock_s = until_s;
    this.acting = nested;
  }

  /**
   * Real time only: between two actions the device follows the wall clock. What is done in one turn of the event loop is done at one
   * moment: a generator that asks for the time and takes long to make its waveform of it would else begin in the past.
   */
  catchUp(): void {
    if (this.time === "fast" || this.acting || this.still) return;
    this.still = true;
    setImmediate(() => {
      this.still = false;
      if (!this.closed) this.followWall(); // who watches sees what was done
    });
    this.followWall();
  }

  private followWall(): void {
    this.advanceTo(Math.min(this.wall_s(), this.agenda.next_s ?? Infinity));
  }

  private wall_s(): number {
    return performance.now() / 1000 - this.wallStart_s;
  }

  private wake(): void {
    if (this.pumping || this.closed) return;
    this.pumping = true;
    setImmediate(this.pump);
  }

  private readonly pump = (): void => {
    const end_ms = performance.now() + slice_ms;
    while (!this.closed) {
      const next_s = this.agenda.next_s;
      if (next_s === undefined) {
        this.pumping = false;
        return;
      }
      if (this.time === "real") {
        const wall_s = this.wall_s();
        if (wall_s < next_s) {
          this.advanceTo(wall_s);
          const wait_s = Math.min(next_s - wall_s, realStretch_s);
          this.timer = setTimeout(this.pump, wait_s * 1000);
          return;
        }
      }
      this.advanceTo(next_s);
      this.acting = true;
      this.agenda.take()?.();
      this.acting = false;
      if (performance.now() > end_ms) {
        setImmediate(this.pump);
        return;
      }
    }
    this.pumping = false;
  };

  private tellWatched(): void {
    for (const tell of this.watchListeners) tell();
  }
}
