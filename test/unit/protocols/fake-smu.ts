import type { Bias, SourceMeasureUnit, SpotReading, SweepPlan, SweepReading } from "../../../src/capabilities/index.js";

/** What is connected: current at a voltage under a limit, with a memory of its own. */
export type FakeDevice = (
  level: number,
  plan: Pick<SweepPlan, "drive" | "compliance">,
) => { voltage_V: number; current_A: number; limited: boolean };

/** An SMU that asks a function instead of a device. Gives its readings in blocks of `block`; each spot takes a second. */
export class FakeSmu implements SourceMeasureUnit {
  readonly label = "smu";
  readonly channels = 1;
  readonly identity = { maker: "none", model: "fake", serial: "0", firmware: "0" };
  readonly ranges = { maxVoltage_V: 210, maxCurrent_A: 1, maxPower_W: 20, minDwell_s: 1e-4 };
  readonly log: string[] = [];
  asked: SweepPlan | undefined;
  held: Bias | undefined;
  #spots = 0;

  constructor(
    private readonly device: FakeDevice,
    private readonly block = 7,
    private readonly clock_s = (index: number, plan: SweepPlan) => index * plan.dwell_s,
  ) {}

  async *sweep(plan: SweepPlan, signal: AbortSignal): AsyncGenerator<SweepReading[], void, undefined> {
    this.asked = plan;
    this.log.push("sweep");
    let readings: SweepReading[] = [];
    for (let index = 0; index < plan.levels.length * plan.cycles; index++) {
      signal.throwIfAborted();
      const { voltage_V, current_A, limited } = this.device(plan.levels[index % plan.levels.length] ?? 0, plan);
      readings.push({ index, voltage_V, current_A, time_s: this.clock_s(index, plan), inCompliance: limited });
      if (readings.length === this.block) {
        yield readings;
        readings = [];
      }
    }
    yield readings;
  }

  async hold(bias: Bias): Promise<void> {
    this.log.push(`hold ${bias.level}`);
    if (!this.held) this.#spots = 0;
    this.held = bias;
  }
  async measure(): Promise<SpotReading> {
    if (!this.held) throw new Error("nothing is held");
    const { voltage_V, current_A, limited } = this.device(this.held.level, this.held);
    return { voltage_V, current_A, time_s: ++this.#spots, inCompliance: limited };
  }
  async release(): Promise<void> {
    this.log.push("release");
    this.held = undefined;
  }

  async makeSafe(): Promise<void> {
    this.log.push("safe");
    this.held = undefined;
  }
  async outputIsOn(): Promise<boolean> {
    return this.held !== undefined;
  }
  async close(): Promise<void> {}
}

/** A resistor behind a limit, with noise of the reading where asked for. */
export function resistor(r_ohm: number, noise: () => number = () => 0): FakeDevice {
  return (level, plan) => {
    if (plan.drive === "current") return { voltage_V: level * r_ohm + noise(), current_A: level, limited: false };
    const free_A = level / r_ohm;
    const limited = Math.abs(free_A) > plan.compliance;
    const current_A = (limited ? Math.sign(free_A) * plan.compliance : free_A) + noise();
    return { voltage_V: limited ? current_A * r_ohm : level, current_A, limited };
  };
}

/** A volatile switch: off below `vth_V` on the way up, on until below `vhold_V`. Either polarity. */
export function volatileSwitch(
  vth_V: number,
  vhold_V: number,
  rOn_ohm: number,
  rOff_ohm: number,
  noise: () => number = () => 0,
): FakeDevice {
  let on = false;
  return (level, plan) => {
    if (Math.abs(level) >= vth_V - 1e-9) on = true;
    if (Math.abs(level) < vhold_V - 1e-9) on = false;
    return resistor(on ? rOn_ohm : rOff_ohm, noise)(level, plan);
  };
}
