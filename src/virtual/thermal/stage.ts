/** What a heater output does, as its commands set it. */
export interface Loop {
  /** 0 off, 1 closed loop, 2 zone, 3 open loop, 4 monitor, 5 warm-up. */
  mode: number;
  /** Input it regulates: 0 none, 1 A, 2 B, … */
  input: number;
  /** On again when power comes back; kept, without effect. */
  powerUp: number;
  /** 0 off, 1 low, 2 medium, 3 high. */
  range: number;
  /** Where it is to go, kelvin. */
  target_K: number;
  /** Where the ramp is now; the target where there is no ramp. */
  setpoint_K: number;
  rampOn: boolean;
  ramp_K_per_min: number;
  /** P in per cent per kelvin, I in 1000/s, D in seconds of the controller's own scale. */
  p: number;
  i: number;
  d: number;
  /** Manual output, per cent. */
  manual_pct: number;
  /** Integral term, per cent. */
  integral_pct: number;
  /** Output, per cent of the range. */
  heater_pct: number;
}

/** Integration step of stage and loop, seconds: the controller's own, 10 readings a second. */
const step_s = 0.1;
/** A copper block of about 130 g on a weak link to the room: time constant 100 s. */
const heatCapacity_J_per_K = 50;
const conductance_W_per_K = 0.5;
/** Each heater range has a tenth of the power of the next. */
const shareOfRange = [0, 0.01, 0.1, 1];
const SECONDS_PER_MINUTE = 60;

/**
 * A stage with heaters and its control loops, brought up to date when somebody looks. All inputs sit on the one stage.
 *
 * @param maxPower_W by output
 */
export class Stage {
  temperature_K: number;
  readonly loops: readonly Loop[];
  private at_s = 0;
  private readonly limits_K = new Map<number, number>();

  constructor(
    private readonly maxPower_W: readonly number[],
    private readonly surroundings_K: number,
    private readonly now_s: () => number,
  ) {
    this.temperature_K = surroundings_K;
    this.at_s = now_s();
    this.loops = maxPower_W.map((_, index) => initialLoop(index));
  }

  /** Over-temperature limit of an input, kelvin; 0 for none. Passing it turns all heaters off. */
  limitOf(input: number): number {
    return this.limits_K.get(input) ?? 0;
  }

  setLimit(input: number, limit_K: number): void {
    this.limits_K.set(input, limit_K);
  }

  reset(): void {
    for (const [index, loop] of this.loops.entries()) Object.assign(loop, initialLoop(index));
    this.limits_K.clear();
  }

  /** Lets the time pass that went by since the last look. */
  update(): void {
    const now_s = this.now_s();
    while (this.at_s + step_s <= now_s) {
      this.at_s += step_s;
      this.advance();
    }
  }

  private advance(): void {
    let power_W = 0;
    for (const [index, loop] of this.loops.entries()) {
      if (loop.rampOn) walk(loop);
      else loop.setpoint_K = loop.target_K;
      loop.heater_pct = this.outputOf(loop);
      power_W += (loop.heater_pct / 100) * (shareOfRange[loop.range] ?? 0) * (this.maxPower_W[index] ?? 0);
    }
    const loss_W = conductance_W_per_K * (this.temperature_K - this.surroundings_K);
    this.temperature_K += ((power_W - loss_W) * step_s) / heatCapacity_J_per_K;
    for (const limit_K of this.limits_K.values()) {
      if (limit_K > 0 && this.temperature_K > limit_K) for (const loop of this.loops) loop.range = 0;
    }
  }

  private outputOf(loop: Loop): number {
    if (loop.range === 0) {
      loop.integral_pct = 0;
      return 0;
    }
    if (loop.mode === 3) return loop.manual_pct;
    if ((loop.mode !== 1 && loop.mode !== 2) || loop.input === 0) return 0;
    const error_K = loop.setpoint_K - this.temperature_K;
    const wanted_pct = loop.p * error_K + loop.integral_pct + loop.manual_pct;
    // The integral waits while the output is at its end.
    if (wanted_pct > 0 && wanted_pct < 100) loop.integral_pct += (loop.p * error_K * loop.i * step_s) / 1000;
    return Math.min(100, Math.max(0, wanted_pct));
  }
}

function initialLoop(index: number): Loop {
  return {
    mode: index === 0 ? 1 : 0,
    powerUp: 0,
    input: index === 0 ? 1 : 0,
    range: 0,
    target_K: 0,
    setpoint_K: 0,
    rampOn: false,
    ramp_K_per_min: 0.1,
    p: 50,
    i: 20,
    d: 0,
    manual_pct: 0,
    integral_pct: 0,
    heater_pct: 0,
  };
}

function walk(loop: Loop): void {
  const step_K = (loop.ramp_K_per_min / SECONDS_PER_MINUTE) * step_s;
  const left_K = loop.target_K - loop.setpoint_K;
  loop.setpoint_K = Math.abs(left_K) <= step_K ? loop.target_K : loop.setpoint_K + Math.sign(left_K) * step_K;
}
