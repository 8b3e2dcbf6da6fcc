import { complete, deviceModel, drawsOf } from "../catalogue.js";
import { createRandom } from "../random.js";
import { checkPlan, type CycleBatch, type CycleJob, type CyclePlan } from "./cycle-plan.js";
import { pulsed, type Pulsed } from "./pulsed.js";

/** Relative error allowed in a step where a job says nothing. */
const defaultTolerance = 1e-4;
/** A state this far from its start, in units of its scale, is back at rest. */
const restWithin = 1e-9;

/** A device that is taken through the cycles of a job, one after the other; no cycle is left out or guessed. */
export class CycledDevice {
  private readonly plan: CyclePlan;
  private readonly device: Pulsed;
  private readonly initial: readonly number[];
  private readonly scale: readonly number[];
  /** The part of the source's resistance that was made part of the device. */
  private readonly within_ohm: number;
  private cycle = 0;

  /**
   * @param block which of the independent sequences of draws the cycles take: 0, that of `createDevice`, or a later one
   * @throws MemrigError `invalid-request`: no such model or parameter, or a plan that can not be
   */
  constructor(job: CycleJob, block = 0) {
    checkPlan(job);
    const model = deviceModel(job.model);
    const draws = drawsOf(job.model, job.seed);
    const later = createRandom(
      job.seed ?? 0,
      `cycles:${job.model}, block ${block} of ${job.seed ?? "the nominal device"}`,
    );
    const given = complete(model, job.parameters);
    // Resistance in series with the electrodes': where the model has that, they are one, and no voltage is to be solved for.
    const electrodes_ohm = given["Re"];
    this.within_ohm = electrodes_ohm === undefined || given["C"] !== 0 ? 0 : job.plan.source_ohm;
    const values = this.within_ohm > 0 ? { ...given, Re: (electrodes_ohm ?? 0) + this.within_ohm } : given;
    const device = model.create(values, block === 0 ? draws : { ...draws, cycle: later });
    this.initial = device.initial;
    this.scale = device.scale;
    this.plan = job.plan;
    this.device = pulsed(device, job.plan.source_ohm - this.within_ohm, job.tolerance ?? defaultTolerance);
  }

  /**
   * The next cycles.
   *
   * @throws SimulationError the solve failed; the message says where
   */
  run(cycles: number): CycleBatch {
    const { plan, device } = this;
    const first = this.cycle;
    const [rOn_ohm, rOff_ohm, delay_s] = [new Float64Array(cycles), new Float64Array(cycles), new Float64Array(cycles)];
    for (let k = 0; k < cycles; k++) {
      device.hold(plan.set.level_V, plan.set.width_s);
      delay_s[k] = device.eventAfter_s;
      rOn_ohm[k] = this.resistance_ohm();
      device.hold(0, plan.gap_s);
      rOff_ohm[k] = this.read_ohm();
      if (!plan.reset) continue;
      rOn_ohm[k] = rOff_ohm[k] ?? NaN;
      device.hold(plan.reset.level_V, plan.reset.width_s);
      device.hold(0, plan.gap_s);
      rOff_ohm[k] = this.read_ohm();
    }
    this.cycle += cycles;
    return { first, rOn_ohm, rOff_ohm, delay_s };
  }

  /** Nothing of the cycles so far is left in the state. */
  atRest(): boolean {
    return this.initial.every((start, i) => {
      const away = Math.abs((this.device.state[i] ?? NaN) - start);
      return away <= restWithin * (this.scale[i] ?? 1);
    });
  }

  private read_ohm(): number {
    const { plan, device } = this;
    device.hold(plan.read.level_V, plan.read.width_s);
    const found = this.resistance_ohm();
    device.hold(0, plan.gap_s);
    return found;
  }

  /** Between the terminals of the device itself, at the end of the last level. */
  private resistance_ohm(): number {
    return this.device.voltage_V / this.device.current_A - this.within_ohm;
  }
}
