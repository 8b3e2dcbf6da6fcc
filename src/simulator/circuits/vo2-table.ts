/**
 * Circuit values of the VO2 neuron experiments: Yi et al., Nat. Commun. 9 (2018) 4661, Supplementary Table 3. RL in kohm,
 * C in nF (discrete capacitors; about 1 nF of stray is added to C1 and C2 in simulations), V in volt; `undefined` is a part
 * that was not fitted. X1 and X2 are the paper's labels of the two devices.
 */
export interface Vo2TableRow {
  readonly behaviour: string;
  readonly figure: string;
  readonly RL1_kohm: number | undefined;
  readonly RL2_kohm: number;
  /** One value, or the range that was tried. */
  readonly C1_nF: number | readonly [number, number];
  readonly C2_nF: number;
  readonly Cin_nF: number | undefined;
  readonly V1_V: number;
  readonly V2_V: number;
  readonly X1: string;
  readonly X2: string;
}

const none = undefined;

export const vo2Table: readonly Vo2TableRow[] = [
  row("all-or-nothing", "S11", 6, 6, 2, 2, none, 1.35, "5251-13", "5251-9"),
  row("refractory", "S12", 5, 5, 5, 5, none, 1.6, "5050-15", "5050-7"),
  row("absolute and relative refractory", "S13", 6, 6, 4, 1, none, 1.45, "5352-1", "5252-13"),
  row("tonic spike", "S14", 5, 5, 5, 2, none, 1.5, "5151-7", "5151-3"),
  row("tonic burst", "S15", 10, 10, [5, 30], 0, none, 1.85, "5051-9", "5051-5"),
  row("class 1 excitable", "4c", 5, 5, 5, 5, none, 1.5, "5151-7", "5151-3"),
  row("class 2 excitable", "4b", 5, 5, 1, 5, none, 1.5, "5151-7", "5151-3"),
  row("spike frequency adaptation (tonic)", "S16", 10, 10, 200, 2, none, 1.4, "5251-13", "5251-9"),
  row("spike frequency adaptation (phasic)", "S17", none, 9, 4, 1.2, 9, 1.6, "5351-11", "5351-7"),
  row("spike latency", "S18", 6, 6, 10, 3, none, 1.5, "5352-1", "5252-13"),
  row("subthreshold oscillation", "S19", 5, 5, 2, 3, none, 1.4, "5350-11", "5350-7"),
  row("integrator", "S20", 6, 6, 8.5, 2, none, 1.4, "5251-13", "5251-9"),
  row("bistability", "S21", 0, 7, 1.5, 2, none, 1.58, "5352-1", "5252-13"),
  row("inhibition-induced spike", "S22", 6, 6, 6, 2, none, 1.4, "5251-13", "5251-9"),
  row("inhibition-induced burst", "S23a", 6, 6, 35, 0, none, 1.4, "5251-13", "5251-9"),
  row("inhibition-induced burst", "S23b", 7, 7, 21, 0, none, 1.5, "5049-3", "4949-15"),
  row("excitation block", "S24", 6, 6, 0, 2, none, 1.4, "5251-13", "5251-9"),
  row("resonator", "S25", 5, 7, 5, 0, 5, 1.5, "5250-13", "5250-9"),
  row("phasic spike", "S26", none, 7, 1, 2, 0.3, 1.6, "5352-1", "5252-13"),
  row("phasic burst", "S27", none, 7, 4, 0, 0.3, 1.6, "5352-1", "5252-13"),
  row("rebound spike", "S28-S30", none, 5.9, 0, 1, 0.3, 1.5, "5352-1", "5252-13"),
  row("rebound burst", "S31", none, 5.9, 0, 0.5, 0.3, 1.5, "5352-1", "5252-13"),
  row("threshold variability", "S32", none, 5.9, 0, 0.5, 0.3, 1.5, "5352-1", "5252-13"),
  row("depolarizing after-potential", "S33", none, 6, 0.9, 2, 0.3, 1.3, "5352-1", "5252-13"),
  row("accommodation", "S34", none, 7, 1, 0, 0.3, 1.68, "5352-1", "5252-13"),
  row("mixed mode", "S35", 240, 9, 4, 1.2, 1, 1.6, "5351-11", "5351-7"),
  row("skipping", "S36", 7, 7, 1, 1, none, 1.5, "5149-11", "5149-7"),
];

/** The two biases of a row have the same magnitude, V1 is negative. */
function row(
  behaviour: string,
  figure: string,
  RL1_kohm: number | undefined,
  RL2_kohm: number,
  C1_nF: number | readonly [number, number],
  C2_nF: number,
  Cin_nF: number | undefined,
  bias_V: number,
  X1: string,
  X2: string,
): Vo2TableRow {
  return { behaviour, figure, RL1_kohm, RL2_kohm, C1_nF, C2_nF, Cin_nF, V1_V: -bias_V, V2_V: bias_V, X1, X2 };
}

/** The row of a figure, as parameters of the VO2 neuron circuits, base units; of a range its middle in the paper's use, 10 nF. */
export function vo2RowParameters(figure: string): Readonly<Record<string, number>> {
  const found = vo2Table.find((candidate) => candidate.figure === figure);
  if (!found) throw new RangeError(`no row of figure ${figure} in Supplementary Table 3`);
  return {
    ...(found.RL1_kohm === undefined ? {} : { RL1: found.RL1_kohm * 1e3 }),
    RL2: found.RL2_kohm * 1e3,
    C1: nano(typeof found.C1_nF === "number" ? found.C1_nF : 10),
    C2: nano(found.C2_nF),
    ...(found.Cin_nF === undefined ? {} : { Cin: nano(found.Cin_nF) }),
    V1: found.V1_V,
    V2: found.V2_V,
  };
}

/** Division by 1e9 keeps 1.2 nF equal to 1.2e-9, which multiplying by 1e-9 does not. */
function nano(value: number): number {
  return value / 1e9;
}
