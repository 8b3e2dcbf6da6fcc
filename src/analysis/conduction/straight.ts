import { type LineFit, LineSums } from "../line-fit.js";
import {
  boltzmann_J_per_K,
  electronMass_kg,
  planck_J_s,
  q_C,
  richardson_A_per_m2_K2,
  vacuum_F_per_m,
} from "./constants.js";
import {
  between,
  type ConductionFit,
  type Curve,
  fewestReadings,
  type Film,
  type Mechanism,
  misfit_decades,
} from "./fit.js";

/** A mechanism that is a straight line in a plot of its own. */
export interface StraightLaw {
  readonly mechanism: Mechanism;
  /** Axes of its plot. */
  readonly x: { readonly label: string; readonly of: (voltage_V: number) => number };
  readonly y: { readonly label: string; readonly of: (voltage_V: number, current_A: number, film: Film) => number };
  /** The slope the law asks for, and how far from it is still that law; left out where the slope is a result. */
  readonly slope?: { readonly value: number; readonly within: number };
  /** Current of a line at a voltage. */
  readonly current_A: (
    line: { readonly slope: number; readonly intercept: number },
    voltage_V: number,
    film: Film,
  ) => number;
  readonly implied: (line: LineFit, curve: Curve, film: Film) => Readonly<Record<string, number>>;
  readonly flags: (
    line: LineFit,
    implied: Readonly<Record<string, number>>,
    range: Range,
    film: Film,
  ) => readonly string[];
}

interface Range {
  readonly from_V: number;
  readonly to_V: number;
}

/** Relative permittivities there are: from porous oxides to titania. */
const permittivities = { low: 2, high: 40 };
/** Barriers there are between a metal and an insulator, eV. */
export const barriers_eV = { low: 0.1, high: 6 };
/** Below so many kT/q the way back over the barrier counts too. */
const leastBias_kT = 3;

const logLog = {
  x: { label: "log₁₀ V", of: (v: number) => Math.log10(v) },
  y: { label: "log₁₀ I", of: (_: number, i: number) => Math.log10(i) },
};
const rootV = { label: "√V", of: (v: number) => Math.sqrt(v) };

/** exp of the mean of ln: the constant that is least wrong in decades. */
const typical = (values: Float64Array) => Math.exp(values.reduce((sum, one) => sum + Math.log(one), 0) / values.length);

/** I = V/R. */
const ohmic: StraightLaw = {
  mechanism: "ohmic",
  ...logLog,
  slope: { value: 1, within: 0.1 },
  current_A: ({ slope, intercept }, v) => 10 ** intercept * v ** slope,
  implied: (_, { voltage_V, current_A }) => ({ r_ohm: typical(voltage_V.map((v, k) => v / (current_A[k] ?? NaN))) }),
  flags: () => [],
};

/** Mott and Gurney: J = 9/8 eps mu V²/d³. */
const sclc: StraightLaw = {
  mechanism: "sclc",
  ...logLog,
  slope: { value: 2, within: 0.1 },
  current_A: ohmic.current_A,
  implied(_, { voltage_V, current_A }, { thickness_m: d, area_m2, permittivity }) {
    const perV2 = typical(voltage_V.map((v, k) => (current_A[k] ?? NaN) / (v * v)));
    if (d === undefined || area_m2 === undefined || permittivity === undefined) return { k_A_per_V2: perV2 };
    const mobility_m2_per_Vs = (8 * perV2 * d ** 3) / (9 * permittivity * vacuum_F_per_m * area_m2);
    return { k_A_per_V2: perV2, mobility_m2_per_Vs };
  },
  flags: (_, { mobility_m2_per_Vs: mobility }) =>
    mobility !== undefined && mobility > 1
      ? [`a mobility of ${mobility.toPrecision(2)} m²/Vs is more than any film has`]
      : [],
};

/** Permittivity from d ln I/d √V: the field lowers a barrier by beta √(V/d), beta² = q³/(wells pi eps). */
function permittivityOf(line: LineFit, { thickness_m, temperature_K }: Film, wells: 1 | 4): Record<string, number> {
  const epsTimesD_m =
    q_C ** 3 / (wells * Math.PI * vacuum_F_per_m * (line.slope * boltzmann_J_per_K * temperature_K) ** 2);
  if (!(line.slope > 0)) return {};
  return thickness_m === undefined ? { eps_r_times_d_m: epsTimesD_m } : { eps_r: epsTimesD_m / thickness_m };
}

function permittivityFlags(
  line: LineFit,
  { eps_r, eps_r_times_d_m }: Readonly<Record<string, number>>,
  { from_V }: Range,
  { temperature_K }: Film,
): string[] {
  const flags: string[] = [];
  if (!(line.slope > 0)) flags.push("the slope is not above 0: the field lowers no barrier here");
  if (eps_r !== undefined && (eps_r < permittivities.low || eps_r > permittivities.high)) {
    flags.push(
      `it would need a relative permittivity of ${eps_r.toPrecision(3)}; films have ${permittivities.low} to ${permittivities.high}`,
    );
  }
  if (eps_r_times_d_m !== undefined)
    flags.push("without the thickness its permittivity, the test of this law, is not known");
  const least_V = (leastBias_kT * boltzmann_J_per_K * temperature_K) / q_C;
  if (from_V < least_V) flags.push(`the law holds above ${leastBias_kT} kT/q only, ${(1000 * least_V).toFixed(0)} mV`);
  return flags;
}

/** Poole-Frenkel: I ~ V exp(beta √(V/d)/kT), beta² = q³/(pi eps). Frenkel, Phys. Rev. 54 (1938) 647. */
const pooleFrenkel: StraightLaw = {
  mechanism: "poole-frenkel",
  x: rootV,
  y: { label: "ln(I/V)", of: (v, i) => Math.log(i / v) },
  current_A: ({ slope, intercept }, v) => v * Math.exp(intercept + slope * Math.sqrt(v)),
  implied: (line, _, film) => permittivityOf(line, film, 1),
  flags: permittivityFlags,
};

/** Schottky: I = A A* T² exp((−phi + beta √(V/d))/kT), beta² = q³/(4 pi eps). */
const schottky: StraightLaw = {
  mechanism: "schottky",
  x: rootV,
  y: { label: "ln(I/T²)", of: (_, i, { temperature_K }) => Math.log(i / temperature_K ** 2) },
  current_A: ({ slope, intercept }, v, { temperature_K }) =>
    temperature_K ** 2 * Math.exp(intercept + slope * Math.sqrt(v)),
  implied(line, _, film) {
    const { area_m2, temperature_K } = film;
    const kT_eV = (boltzmann_J_per_K * temperature_K) / q_C;
    const barrier =
      area_m2 === undefined
        ? {}
        : { barrier_eV: kT_eV * (Math.log(area_m2 * richardson_A_per_m2_K2) - line.intercept) };
    return { ...permittivityOf(line, film, 4), ...barrier };
  },
  flags: (line, implied, range, film) => [
    ...permittivityFlags(line, implied, range, film),
    ...barrierFlags(implied["barrier_eV"]),
  ],
};

/** Fowler-Nordheim: I ~ V² exp(−8 pi √(2m) phi^(3/2) d/(3 q h V)), free electron mass. */
const fowlerNordheim: StraightLaw = {
  mechanism: "fowler-nordheim",
  x: { label: "1/V", of: (v) => 1 / v },
  y: { label: "ln(I/V²)", of: (v, i) => Math.log(i / (v * v)) },
  current_A: ({ slope, intercept }, v) => v * v * Math.exp(intercept + slope / v),
  implied({ slope }, _, { thickness_m: d }) {
    if (d === undefined || !(slope < 0)) return {};
    const energy = (-slope * 3 * q_C * planck_J_s) / (8 * Math.PI * Math.sqrt(2 * electronMass_kg) * d);
    return { barrier_eV: energy ** (2 / 3) / q_C };
  },
  flags({ slope }, { barrier_eV }, { from_V }, { thickness_m }) {
    const flags = barrierFlags(barrier_eV);
    if (!(slope < 0)) flags.push("the slope is not below 0: nothing tunnels through a triangle here");
    if (thickness_m === undefined) flags.push("without the thickness its barrier, the test of this law, is not known");
    if (barrier_eV !== undefined && from_V < barrier_eV)
      flags.push(`the barrier is a triangle above ${barrier_eV.toPrecision(2)} V only, its own height`);
    return flags;
  },
};

export function barrierFlags(barrier_eV: number | undefined): string[] {
  if (barrier_eV === undefined || (barrier_eV >= barriers_eV.low && barrier_eV <= barriers_eV.high)) return [];
  return [
    `it would need a barrier of ${barrier_eV.toPrecision(2)} eV; there are ${barriers_eV.low} to ${barriers_eV.high} eV`,
  ];
}

export const straightLaws: readonly StraightLaw[] = [ohmic, sclc, pooleFrenkel, schottky, fowlerNordheim];

/** A line this good is straight. */
const straightR2 = 0.99;
/** Windows are chosen among about this many readings; a longer branch is thinned for the choice only. */
const mostForChoice = 200;

/**
 * Fits a law to a branch.
 *
 * Where no range is given, the widest on a logarithmic voltage axis is chosen over which the law's plot is straight (R² of 0.99 and
 * more) and has the slope the law asks for; failing that the widest straight one, failing that the straightest with half of the readings.
 */
export function fitStraight(law: StraightLaw, curve: Curve, film: Film, range?: Range): ConductionFit | undefined {
  const chosen = range ?? widest(law, curve, film);
  if (chosen === undefined) return undefined;
  const used = between(curve, chosen.from_V, chosen.to_V);
  const n = used.voltage_V.length;
  if (n < fewestReadings) return undefined;
  const line = sumsOf(law, used, film).fit(0, n);
  const ends = { from_V: used.voltage_V[0] ?? NaN, to_V: used.voltage_V[n - 1] ?? NaN };
  const implied = law.implied(line, used, film);
  const at = (v: number) => law.current_A(line, v, film);
  const { slope, slopeError, r2 } = line;
  const flags = [...slopeFlags(law, line), ...law.flags(line, implied, ends, film)];
  return {
    mechanism: law.mechanism,
    ...ends,
    n,
    slope,
    slopeError,
    r2,
    rms_decades: misfit_decades(used, at),
    implied,
    flags,
    at,
  };
}

function slopeFlags({ slope: asked }: StraightLaw, { slope, r2 }: LineFit): string[] {
  const flags: string[] = [];
  if (!(r2 >= straightR2)) flags.push(`its plot is not straight: R² ${r2.toFixed(3)}`);
  if (asked && !(Math.abs(slope - asked.value) <= asked.within))
    flags.push(`the log-log slope is ${slope.toFixed(2)}; this law has ${asked.value}`);
  return flags;
}

function sumsOf(law: StraightLaw, { voltage_V, current_A }: Curve, film: Film): LineSums {
  return new LineSums(
    voltage_V.map((v) => law.x.of(v)),
    voltage_V.map((v, k) => law.y.of(v, current_A[k] ?? NaN, film)),
  );
}

function widest(law: StraightLaw, curve: Curve, film: Film): Range | undefined {
  const every = Math.ceil(curve.voltage_V.length / mostForChoice);
  const thin = (values: Float64Array) => values.filter((_, k) => k % every === 0);
  const few = { voltage_V: thin(curve.voltage_V), current_A: thin(curve.current_A) };
  const count = few.voltage_V.length;
  const sums = sumsOf(law, few, film);
  const best: { score: number; range?: Range } = { score: Number.NEGATIVE_INFINITY };
  for (let from = 0; from + fewestReadings <= count; from++) {
    for (let to = from + fewestReadings; to <= count; to++) {
      const { slope, r2 } = sums.fit(from, to);
      const range = { from_V: few.voltage_V[from] ?? NaN, to_V: few.voltage_V[to - 1] ?? NaN };
      const score = scoreOf(law, slope, r2, Math.log(range.to_V / range.from_V), 2 * (to - from) >= count);
      if (score > best.score) Object.assign(best, { score, range });
    }
  }
  return best.range;
}

/** Straight with the right slope before straight before anything; within each the wider, or the straighter. */
function scoreOf({ slope: asked }: StraightLaw, slope: number, r2: number, width: number, half: boolean): number {
  const right = asked === undefined || Math.abs(slope - asked.value) <= asked.within;
  if (r2 >= straightR2) return (right ? 2e3 : 1e3) + width;
  return half && Number.isFinite(r2) ? r2 : Number.NEGATIVE_INFINITY;
}
