import type { Lab, LabStep } from "../lab.js";

/** Means over one aperture. */
export interface ApertureMeans {
  voltage_V: number;
  current_A: number;
}

/** Integrates what an SMU's terminals see while it is open: its converter. Steps are linear, so this is exact. */
export class Aperture {
  private charge_As = 0;
  private flux_Vs = 0;
  private begin_s = 0;
  private end_s = 0;
  private close: (() => void) | undefined;
  private readonly means: ApertureMeans = { voltage_V: 0, current_A: 0 };

  /** @param terminal the high of the SMU */
  constructor(
    private readonly lab: Lab,
    private readonly terminal: string,
  ) {}

  open(): void {
    this.abandon();
    this.charge_As = this.flux_Vs = 0;
    this.begin_s = this.end_s = this.lab.now_s;
    this.close = this.lab.watch(this.see);
  }

  /**
   * @param leads_ohm in the path of the current: what a two-wire reading includes
   * @returns one object, used again for the next reading
   */
  shut(leads_ohm: number): ApertureMeans {
    this.abandon();
    const width_s = this.end_s - this.begin_s;
    const now = width_s > 0 ? undefined : this.lab.seenAt(this.terminal);
    const current_A = now ? now.current_A : this.charge_As / width_s;
    const sensed_V = now ? now.voltage_V : this.flux_Vs / width_s;
    this.means.current_A = current_A;
    this.means.voltage_V = sensed_V + current_A * leads_ohm;
    return this.means;
  }

  abandon(): void {
    this.close?.();
    this.close = undefined;
  }

  private readonly see = (step: LabStep): void => {
    const { lab, terminal } = this;
    const half_s = (step.t1_s - step.t0_s) / 2;
    const [i0_A, i1_A] = lab.currentsAt_A(terminal, step);
    const v0_V = lab.voltageAt_V(terminal, step.top0_V, step.bottom0_V);
    const v1_V = lab.voltageAt_V(terminal, step.top1_V, step.bottom1_V);
    this.charge_As += (i0_A + i1_A) * half_s;
    this.flux_Vs += (v0_V + v1_V) * half_s;
    this.end_s = step.t1_s;
  };
}
