import { levenbergMarquardt } from "ml-levenberg-marquardt";
import { boltzmann_J_per_K, electronMass_kg, planck_J_s, q_C } from "./constants.js";
import {
  between,
  type ConductionFit,
  type Curve,
  fewestReadings,
  type Film,
  type Mechanism,
  misfit_decades,
} from "./fit.js";
import { barrierFlags } from "./straight.js";

/** A law with a curve of its own. Parameters are logarithms: all are above 0, and of like size. */
interface CurvedLaw {
  readonly mechanism: Mechanism;
  start(curve: Curve, film: Film): number[];
  lnCurrent(parameters: readonly number[], voltage_V: number): number;
  implied(parameters: readonly number[], film: Film): Readonly<Record<string, number>>;
  flags(implied: Readonly<Record<string, number>>, to_V: number, film: Film): readonly string[];
}

/** I = i0 sinh(V/v0): hopping over barriers, v0 = 2 kT d/(q a) for a hop of a. */
const sinh: CurvedLaw = {
  mechanism: "sinh",
  start({ voltage_V, current_A }) {
    const v0 = (voltage_V.at(-1) ?? NaN) / 2;
    return [Math.log((current_A[0] ?? NaN) / Math.sinh((voltage_V[0] ?? NaN) / v0)), Math.log(v0)];
  },
  lnCurrent: ([lnI = NaN, lnV = NaN], v) => lnI + lnSinh(v * Math.exp(-lnV)),
  implied([lnI = NaN, lnV = NaN], { thickness_m, temperature_K }) {
    const v0_V = Math.exp(lnV);
    const hop =
      thickness_m === undefined ? {} : { hop_m: (2 * boltzmann_J_per_K * temperature_K * thickness_m) / (q_C * v0_V) };
    return { i0_A: Math.exp(lnI), v0_V, ...hop };
  },
  flags({ v0_V = NaN, hop_m }, to_V, { thickness_m = NaN }) {
    const flags = to_V < v0_V ? ["the range ends below v0: a straight line would do as well"] : [];
    if (hop_m !== undefined && hop_m > thickness_m) flags.push("one hop would be longer than the film is thick");
    return flags;
  },
};

/** ln sinh x without overflow. */
const lnSinh = (x: number) => x + Math.log(-Math.expm1(-2 * x) / 2);

/** A of the Simmons equation for 1 nm, per √eV: 4 pi nm √(2 m q)/h. */
const decayPerNm = (4 * Math.PI * 1e-9 * Math.sqrt(2 * electronMass_kg * q_C)) / planck_J_s;
/** A barrier that voltage has pulled below 0 is none. */
const leastBarrier_eV = 1e-3;

/**
 * Simmons, J. Appl. Phys. 34 (1963) 1793, intermediate voltages: I = K (p exp(−A √p) − P exp(−A √P)), p, P = phi ∓ V/2, A ~ s;
 * K = area q²/(2 pi h s²) an electronvolt. Free electron mass, beta 1.
 */
const simmons: CurvedLaw = {
  mechanism: "simmons",
  start({ voltage_V, current_A }, { thickness_m }) {
    const [lnPhi, lnS] = [Math.log(Math.max(1, 0.6 * (voltage_V.at(-1) ?? 0))), Math.log((thickness_m ?? 2e-9) * 1e9)];
    const middle = voltage_V.length >> 1;
    return [
      Math.log(current_A[middle] ?? NaN) - simmons.lnCurrent([0, lnPhi, lnS], voltage_V[middle] ?? NaN),
      lnPhi,
      lnS,
    ];
  },
  lnCurrent([lnK = NaN, lnPhi = NaN, lnS = NaN], v) {
    const [phi, a] = [Math.exp(lnPhi), decayPerNm * Math.exp(lnS)];
    const [low, high] = [Math.max(leastBarrier_eV, phi - v / 2), phi + v / 2];
    // by the larger of the two flows, so that a thick barrier does not underflow
    const back = Math.exp(-a * (Math.sqrt(high) - Math.sqrt(low)));
    return lnK - a * Math.sqrt(low) + Math.log(low - high * back);
  },
  implied([lnK = NaN, lnPhi = NaN, lnS = NaN]) {
    const width_m = Math.exp(lnS) * 1e-9;
    const area_m2 = (Math.exp(lnK) * 2 * Math.PI * planck_J_s * width_m ** 2) / q_C ** 2;
    return { barrier_eV: Math.exp(lnPhi), width_m, area_m2 };
  },
  flags({ barrier_eV = NaN, width_m = NaN, area_m2 = NaN }, to_V, film) {
    const flags = barrierFlags(barrier_eV);
    if (!(width_m > 0.5e-9 && width_m < 10e-9))
      flags.push(`nothing tunnels straight through ${(width_m * 1e9).toPrecision(2)} nm; 0.5 to 10 nm can be`);
    if (to_V > 2 * barrier_eV) flags.push("the range goes beyond twice the barrier, where the law ends");
    if (to_V < barrier_eV / 2)
      flags.push("the range ends below half the barrier: height and width can hardly be told apart");
    if (film.area_m2 !== undefined && !(area_m2 > film.area_m2 / 100 && area_m2 < film.area_m2 * 100))
      flags.push(
        `it would need an area of ${area_m2.toExponential(1)} m², not the ${film.area_m2.toExponential(1)} m² there are`,
      );
    return flags;
  },
};

export const curvedLaws: readonly CurvedLaw[] = [sinh, simmons];

const mostIterations = 300;

/** Fits a law to ln I of a branch, or of a range of it, by Levenberg-Marquardt; undefined where too little is there or nothing fits. */
export function fitCurved(
  law: CurvedLaw,
  curve: Curve,
  film: Film,
  range?: { readonly from_V: number; readonly to_V: number },
): ConductionFit | undefined {
  const used = range ? between(curve, range.from_V, range.to_V) : curve;
  const n = used.voltage_V.length;
  if (n < fewestReadings) return undefined;
  const lnI = used.current_A.map((i) => Math.log(i));
  const initialValues = law.start(used, film);
  const { parameterValues } = levenbergMarquardt(
    { x: used.voltage_V, y: lnI },
    (parameters) => (v) => law.lnCurrent(parameters, v),
    {
      initialValues,
      maxIterations: mostIterations,
      gradientDifference: 1e-6,
      centralDifference: true,
      errorTolerance: 1e-14,
    },
  );
  if (!parameterValues.every(Number.isFinite)) return undefined;
  const at = (v: number) => Math.exp(law.lnCurrent(parameterValues, v));
  const [from_V, to_V] = [used.voltage_V[0] ?? NaN, used.voltage_V[n - 1] ?? NaN];
  const implied = law.implied(parameterValues, film);
  const r2 = explained(
    lnI,
    used.voltage_V.map((v) => Math.log(at(v))),
  );
  const poor = r2 >= 0.99 ? [] : [`it does not follow the readings: R² ${r2.toFixed(3)}`];
  const flags = [...poor, ...law.flags(implied, to_V, film)];
  const own = { mechanism: law.mechanism, from_V, to_V, n, slope: NaN, slopeError: NaN, r2 };
  return { ...own, rms_decades: misfit_decades(used, at), implied, flags, at };
}

function explained(y: Float64Array, fit: Float64Array): number {
  const mean = y.reduce((sum, one) => sum + one, 0) / y.length;
  const left = y.reduce((sum, one, k) => sum + (one - (fit[k] ?? NaN)) ** 2, 0);
  return 1 - left / y.reduce((sum, one) => sum + (one - mean) ** 2, 0);
}
