/** A figure as data: drawn as SVG by `svg.ts`, by uPlot on the dashboard. */
export interface Figure {
  /** File-name safe: `iv`, `iv-log`, `endurance`. */
  readonly name: string;
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

export interface Axis {
  /** Quantity without unit: "Voltage". */
  readonly label: string;
  /** SI unit of the numbers, `""` for none. */
  readonly unit: string;
  readonly scale: "linear" | "log";
}

export interface Series {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly style: "line" | "points" | "bars";
}
