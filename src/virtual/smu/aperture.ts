import type { Lab, LabStep } from "../lab.js";

/** Means over one aperture. */
export interface ApertureMeans {
  voltage_V: number;
  current_A: number;
}

/** Integrates what the terminals see while it is open: the converter of an SMU. Steps are linear, so this is exact. */
export class Aperture {
  private charge_As = 0;
  private flux_Vs = 0;
  private begin_s = 0;
  private end_s = 0;
  private close: (() => void) | undefined;
  private readonly means: ApertureMeans = { voltage_V: 0, current_A: 0 };

  constructor(private readonly lab: Lab) {}

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
    const current_A = width_s > 0 ? this.charge_As / width_s : this.lab.device_A;
    const device_V = width_s > 0 ? this.flux_Vs / width_s : this.lab.device_V;
    this.means.current_A = current_A;
    this.means.voltage_V = device_V + current_A * leads_ohm;
    return this.means;
  }

  abandon(): void {
    this.close?.();
    this.close = undefined;
  }

  private readonly see = (step: LabStep): void => {
    const half_s = (step.t1_s - step.t0_s) / 2;
    this.charge_As += (step.i0_A + step.i1_A) * half_s;
    this.flux_Vs += (step.top0_V - step.bottom0_V + step.top1_V - step.bottom1_V) * half_s;
    this.end_s = step.t1_s;
  };
}
