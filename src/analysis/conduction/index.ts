import type { Figure } from "../figure.js";
import { curvedLaws, fitCurved } from "./curved.js";
import { between, type ConductionFit, type Curve, type Film } from "./fit.js";
import { fitStraight, straightLaws } from "./straight.js";

export { branchesOf, type StateBranch } from "./branches.js";
export type { ConductionFit, Curve, Film, Mechanism } from "./fit.js";

/**
 * All laws against one branch, those nothing speaks against first, and among them the one that covers the widest range and misses least.
 *
 * @param range the same for all; left out: each law's own best for the straight ones, all readings for the curved ones
 */
export function conductionFits(
  curve: Curve,
  film: Film,
  range?: { readonly from_V: number; readonly to_V: number },
): ConductionFit[] {
  const fits = [
    ...straightLaws.map((law) => fitStraight(law, curve, film, range)),
    ...curvedLaws.map((law) => fitCurved(law, curve, film, range)),
  ].filter((fit) => fit !== undefined);
  const width = ({ from_V, to_V }: ConductionFit) => Math.log(to_V / from_V);
  const rank = (fit: ConductionFit) => (fit.flags.length === 0 ? 0 : 1);
  return fits.sort((a, b) => rank(a) - rank(b) || width(b) - width(a) || a.rms_decades - b.rms_decades);
}

/** The plot a straight law is judged by: readings of the whole branch, and the line over its range. */
export function conductionFigure(fit: ConductionFit, curve: Curve, film: Film, branch: string): Figure {
  const law = straightLaws.find(({ mechanism }) => mechanism === fit.mechanism);
  const x = (v: number) => law?.x.of(v) ?? v;
  const y = (v: number, i: number) => law?.y.of(v, i, film) ?? i;
  const used = between(curve, fit.from_V, fit.to_V);
  const straight = law !== undefined;
  return {
    name: `${fit.mechanism}-${branch}`,
    title: `${plotTitles[fit.mechanism]}, ${branch}`,
    x: { label: law?.x.label ?? "Voltage", unit: straight ? "" : "V", scale: "linear" },
    y: { label: law?.y.label ?? "|Current|", unit: straight ? "" : "A", scale: straight ? "linear" : "log" },
    series: [
      {
        name: "readings",
        x: curve.voltage_V.map(x),
        y: curve.voltage_V.map((v, k) => y(v, curve.current_A[k] ?? NaN)),
        style: "points",
      },
      {
        name: `fit, R² ${fit.r2.toFixed(4)}`,
        x: used.voltage_V.map(x),
        y: used.voltage_V.map((v) => y(v, fit.at(v))),
        style: "line",
      },
    ],
  };
}

const plotTitles: Readonly<Record<ConductionFit["mechanism"], string>> = {
  ohmic: "Log-log plot, ohmic",
  sclc: "Log-log plot, space charge",
  "poole-frenkel": "Poole-Frenkel plot",
  schottky: "Schottky plot",
  "fowler-nordheim": "Fowler-Nordheim plot",
  simmons: "Simmons' tunnelling law",
  sinh: "Hyperbolic sine",
};
