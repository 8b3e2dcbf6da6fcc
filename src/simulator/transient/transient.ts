import { MemrigError } from "../../errors.js";
import { defaultTolerance, type LocatedEvent, type TransientOptions, type TransientResult } from "./api.js";
import { EventFinder } from "./event-finder.js";
import type { Method } from "./method.js";
import { failureOf, type SolveProblem } from "./problem.js";
import { unknownNamed } from "./quantities.js";
import { channelShares, Recorder } from "./recorder.js";
import { restState } from "./rest.js";
import { rodas3, rodas3From } from "./rodas3.js";
import { rodas5p } from "./rodas5p.js";
import { settle } from "./settle.js";
import { StepControl } from "./step-control.js";
import { Stepper } from "./stepper.js";
import type { System } from "./system.js";
import { Channels, RecordedWaveforms } from "./waveforms.js";

export const [tightestTolerance, loosestTolerance] = [1e-12, 1e-2];

/**
 * Follows a circuit through time from 0 to `stop_s`.
 *
 * @returns also when the solve failed: `status`, `failure` and what was computed until then
 * @throws MemrigError `invalid-request`: an option out of range, an unknown probe, or no rest state to start from
 */
export function transient(system: System, options: TransientOptions): TransientResult {
  return new Run(system, options).toTheEnd();
}

class Run {
  private readonly stepper: Stepper;
  private readonly finder: EventFinder;
  private readonly recorder: Recorder | undefined;
  private readonly channels: Channels;
  private readonly events: LocatedEvent[] = [];
  private readonly maxSteps: number;
  private stopAfter: number;
  private time_s = 0;
  private stopped = false;
  private problem: SolveProblem | undefined;

  constructor(
    private readonly system: System,
    private readonly options: TransientOptions,
  ) {
    checkOptions(options);
    const { tolerance = defaultTolerance, growthLimited = true } = options;
    this.begin(tolerance >= rodas3From ? rodas3 : rodas5p);
    this.stepper = new Stepper(system, new StepControl(system, tolerance, growthLimited));
    this.finder = new EventFinder(system, options.events ?? []);
    this.channels = new Channels(system);
    this.recorder = (options.record ?? true) ? new Recorder(system, this.channels.count) : undefined;
    this.maxSteps = options.maxSteps ?? 1e8;
    this.stopAfter = options.stopWhen?.count ?? 1;
  }

  toTheEnd(): TransientResult {
    const { system, options } = this;
    let jumped = true;
    while (this.time_s < options.stop_s && !this.stopped && !this.problem) {
      const corner = system.cornerAfter(this.time_s);
      const end_s = Math.min(corner.t_s, options.stop_s);
      jumped = this.enterSpan() || jumped;
      if (!this.problem) this.span(end_s - this.time_s, jumped);
      if (this.stopped || this.problem) break;
      this.time_s = end_s;
      jumped = !corner.soft;
    }
    return this.result();
  }

  private begin(method: Method): void {
    const { system, options } = this;
    if (options.initial === "rest") {
      const rest = restState(system);
      if (rest.status === "none")
        throw new MemrigError("invalid-request", rest.message, { share: rest.share, values: rest.values });
      system.use(method);
      system.begin(0);
      return;
    }
    system.restart(method);
    for (const [name, value] of Object.entries(options.initial ?? {})) {
      system.memory.X[unknownNamed(system, name)] = value;
    }
  }

  /** The sources go on from here; what jumps moves charge at once. True: something jumped. */
  private enterSpan(): boolean {
    const { system } = this;
    const jump = system.enter(this.time_s);
    if (jump || this.time_s === 0) {
      if (system.algebraic || jump) this.problem = settle(system, 0, jump);
    }
    return jump !== undefined;
  }

  private span(length_s: number, jumped: boolean): void {
    const { system, stepper } = this;
    const start_s = this.time_s;
    const longest_s = system.longestStep_s(start_s);
    let t = 0;
    let changed = jumped;
    while (t < length_s) {
      const left_s = length_s - t;
      this.problem = stepper.make(t, left_s, longest_s, changed);
      if (this.problem) return;
      const { h, share } = stepper;
      this.locate(start_s + t, t, h, share);
      if (this.recorder) this.keep(start_s + t, t, h, share);
      stepper.accept();
      changed = share < 1;
      t = h === left_s && !changed ? length_s : t + share * h;
      if (this.stopped) return;
      this.time_s = start_s + t;
      if (stepper.control.steps <= this.maxSteps) continue;
      this.problem = stepper.control.problem(`${this.maxSteps} steps were not enough`);
      return;
    }
  }

  private locate(start_s: number, t: number, h: number, share: number): void {
    const found = this.finder.find(t, h, share, this.stepper.jumped);
    if (found === 0) return;
    for (const { event, share: at } of this.finder.found) {
      const t_s = start_s + at * h;
      this.events.push({ event, t_s });
      if (event === this.options.stopWhen?.event && --this.stopAfter === 0) {
        this.stopped = true;
        this.time_s = t_s;
        return;
      }
    }
  }

  private keep(start_s: number, t: number, h: number, share: number): void {
    const at = this.recorder!.keep(start_s, h, share);
    if (at >= 0) this.channels.read(t, h, share, this.recorder!.rows, at, channelShares);
  }

  private result(): TransientResult {
    const { system, stepper, options, recorder } = this;
    const done = {
      events: this.events,
      steps: stepper.control.steps,
      rejected: stepper.control.rejected,
    };
    const common = {
      ...done,
      end_s: this.time_s,
      final: system.named(system.memory.X),
      waveforms: new RecordedWaveforms(system, recorder, this.channels),
    };
    if (!this.problem) return { status: this.stopped ? "stopped" : "done", ...common };
    const name = `Circuit ${system.circuit.name}, simulated to ${options.stop_s} s`;
    return { status: "failed", failure: failureOf(this.problem, this.time_s, name), ...common };
  }
}

function checkOptions({ stop_s, tolerance = defaultTolerance, stopWhen, events = [] }: TransientOptions): void {
  const refuse = (message: string, details: Record<string, unknown>): never => {
    throw new MemrigError("invalid-request", message, details);
  };
  if (!(stop_s > 0 && stop_s < Infinity)) {
    refuse(`A simulation was asked to stop at ${stop_s} s; it must be a finite time above 0.`, { stop_s });
  }
  if (!(tolerance >= tightestTolerance && tolerance <= loosestTolerance)) {
    refuse(`A tolerance of ${tolerance} was asked for; allowed is ${tightestTolerance} to ${loosestTolerance}.`, {
      tolerance,
    });
  }
  if (stopWhen && !events.some(({ event }) => event === stopWhen.event)) {
    const known = events.map(({ event }) => event);
    refuse(`The simulation was to stop at ${stopWhen.event}; its events are: ${known.join(", ") || "none"}.`, {
      known,
    });
  }
}
