/**
 * W/WO3/PEDOT:PSS/Pt second-order volatile memristor with a battery effect. ILLUSTRATIVE: Huang H.-M. et al., Adv. Mater.
 * 31 (2019) 1803849, doi 10.1002/adma.201803849, give no equations and no values. The form follows Chang, Jo, Lu, ACS
 * Nano 5 (2011) 7669 (WOx) and Kim et al., Nano Lett. 15 (2015) 2203; every constant is chosen [C], none is measured,
 * and only the behaviour is meant: leaky integration, decay that slows with use, a voltage of its own after current.
 *
 *   e = v - E_b tanh(z)                                         z: protons moved, one decides (1 = Q_z coulombs)
 *   i = w gamma sinh(delta e) + (1 - w) alpha (1 - exp(-beta e))  w: conducting share, 0 ... 1
 *   dw/dt = lambda exp(a tanh(z)) sinh(eta e) (1 - w or, for e < 0, w) - w/tau_w   tau_w = tau_0 exp(c tanh(z))
 *   dz/dt = i/Q_z - z/tau_z
 *
 * A device with a battery is not passive: with z charged a current flows at v = 0. Beyond 40 in an argument of sinh
 * or exp the curve goes on straight, and growth of w approaches 1e9 1/s.
 */
import { boundedCosh, boundedExp, boundedExpSlope, boundedSinh } from "./bounded.js";
import { parameter, type Device, type DeviceModel, type Draws, type ParametersOf } from "./device.js";
import { capped, cappedSlope } from "./smooth.js";

const parameters = [
  parameter("gamma", "A", 1e-6, 1e-15, 1, "current prefactor of the conducting share [C]"),
  parameter("delta", "1/V", 3, 0.01, 40, "steepness of the conducting share [C]"),
  parameter("alpha", "A", 1e-7, 0, 1, "current scale of the rest [C]"),
  parameter("beta", "1/V", 0.5, 0.001, 40, "steepness of the rest [C]"),
  parameter("lambda", "Hz", 3, 0, 1e9, "growth of the conducting share, 1/s [C]"),
  parameter("eta", "1/V", 4.5, 0.01, 40, "steepness of that growth [C]"),
  parameter("a", "", 0, 0, 20, "speeding up of that growth by protons moved [C]"),
  parameter("tau_0", "s", 0.02, 1e-9, 1e6, "decay of the conducting share [C]"),
  parameter("c", "", 1, 0, 5, "slowing of that decay by protons moved [C]"),
  parameter("Q_z", "C", 2e-7, 1e-18, 1, "charge that moves z by 1 [C]"),
  parameter("tau_z", "s", 0.2, 1e-9, 1e6, "return of the protons [C]"),
  parameter("E_b", "V", 0.2, 0, 2, "largest voltage of the battery [C]"),
  parameter("sigma_device", "", 0, 0, 2, "spread of ln lambda over devices; not published"),
  parameter("C", "F", 0, 0, 1, "capacitance across the terminals: stray, or a capacitor of the circuit"),
];

/** Constants by the letters of the header. */
export type Wo3Parameters = ParametersOf<typeof parameters>;

export const wo3Pedot: DeviceModel = {
  name: "wo3-pedot",
  title: "W/WO3/PEDOT:PSS/Pt second-order memristor (illustrative)",
  source:
    "Illustrative: behaviour of Huang H.-M. et al., Adv. Mater. 31 (2019) 1803849; form after Chang, Jo, Lu, ACS Nano 5 " +
    "(2011) 7669; all constants chosen",
  parameters,
  create: (given, draws) => new Wo3Device(given, draws),
};

/** Growth is limited to this, smoothly: no voltage meant for the device comes near. */
const fastest_per_s = 1e9;

class Wo3Device implements Device {
  readonly size = 2;
  readonly capacitance_F: number;
  readonly emf_V: number;
  readonly initial = [0, 0];
  readonly fires = false;
  readonly scale = [0.01, 0.01];
  private readonly k: Wo3Parameters;

  constructor(given: Wo3Parameters, draws: Draws) {
    this.capacitance_F = given.C;
    this.emf_V = given.E_b;
    this.k = { ...given, lambda: given.lambda * Math.exp(given.sigma_device * (draws.device?.normal() ?? 0)) };
  }

  current_A(v: number, x: Float64Array): number {
    const k = this.k;
    const e = this.inner_V(v, x);
    return x[0]! * k.gamma * boundedSinh(k.delta * e) - (1 - x[0]!) * k.alpha * (boundedExp(-k.beta * e) - 1);
  }

  conductance_S(v: number, x: Float64Array): number {
    const k = this.k;
    const e = this.inner_V(v, x);
    return (
      x[0]! * k.gamma * k.delta * boundedCosh(k.delta * e) +
      (1 - x[0]!) * k.alpha * k.beta * boundedExpSlope(-k.beta * e)
    );
  }

  currentByState(v: number, x: Float64Array, out: Float64Array): void {
    const k = this.k;
    const e = this.inner_V(v, x);
    out[0] = k.gamma * boundedSinh(k.delta * e) + k.alpha * (boundedExp(-k.beta * e) - 1);
    out[1] = -this.conductance_S(v, x) * this.batterySlope_V(x);
  }

  rates(v: number, x: Float64Array, out: Float64Array): void {
    const k = this.k;
    const e = this.inner_V(v, x);
    out[0] = this.growth_per_s(e, x) * (e >= 0 ? 1 - x[0]! : x[0]!) - x[0]! / this.decay_s(x);
    out[1] = this.current_A(v, x) / k.Q_z - x[1]! / k.tau_z;
  }

  ratesByVoltage(v: number, x: Float64Array, out: Float64Array): void {
    out[0] = this.growthSlope(v, x);
    out[1] = this.conductance_S(v, x) / this.k.Q_z;
  }

  ratesByState(v: number, x: Float64Array, out: Float64Array): void {
    const k = this.k;
    const e = this.inner_V(v, x);
    const battery = this.batterySlope_V(x);
    const tanh = Math.tanh(x[1]!);
    this.currentByState(v, x, out);
    const [currentByShare, currentByProtons] = [out[0]!, out[1]!];
    const sech2 = 1 - tanh * tanh;
    const growth = this.growth_per_s(e, x);
    // what speeds growth up is under the limit too
    const faster = k.a * sech2 * growth * Math.sqrt(cappedSlope(this.freeGrowth_per_s(e, x), fastest_per_s));
    out[0] = (e >= 0 ? -1 : 1) * growth - 1 / this.decay_s(x);
    out[1] =
      -this.growthSlope(v, x) * battery +
      faster * (e >= 0 ? 1 - x[0]! : x[0]!) +
      (x[0]! * k.c * sech2) / this.decay_s(x);
    out[2] = currentByShare / k.Q_z;
    out[3] = currentByProtons / k.Q_z - 1 / k.tau_z;
  }

  guard(): number {
    return -1;
  }

  fire(): void {}

  accepted(x: Float64Array): void {
    for (let j = 0; j < 2; j++) if (Math.abs(x[j]!) < 1e-30) x[j] = 0; // denormal numbers are slow
  }

  /** What the terminals' voltage leaves beside the battery. */
  private inner_V(v: number, x: Float64Array): number {
    return v - this.k.E_b * Math.tanh(x[1]!);
  }

  private batterySlope_V(x: Float64Array): number {
    const tanh = Math.tanh(x[1]!);
    return this.k.E_b * (1 - tanh * tanh);
  }

  private decay_s(x: Float64Array): number {
    return this.k.tau_0 * Math.exp(this.k.c * Math.tanh(x[1]!));
  }

  /** lambda exp(a tanh(z)) sinh(eta e), limited; negative for e < 0. */
  private growth_per_s(e: number, x: Float64Array): number {
    return Math.sign(e) * capped(this.freeGrowth_per_s(e, x), fastest_per_s);
  }

  /** Its magnitude before the limit. */
  private freeGrowth_per_s(e: number, x: Float64Array): number {
    return this.lambda(x) * Math.abs(boundedSinh(this.k.eta * e));
  }

  private lambda(x: Float64Array): number {
    return this.k.a === 0 ? this.k.lambda : this.k.lambda * Math.exp(this.k.a * Math.tanh(x[1]!));
  }

  /** d(dw/dt)/dv. */
  private growthSlope(v: number, x: Float64Array): number {
    const k = this.k;
    const e = this.inner_V(v, x);
    const slope =
      this.lambda(x) * k.eta * boundedCosh(k.eta * e) * cappedSlope(this.freeGrowth_per_s(e, x), fastest_per_s);
    return slope * (e >= 0 ? 1 - x[0]! : x[0]!);
  }
}
