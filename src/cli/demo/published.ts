/**
 * What the papers print, for the table at the end of `memrig demo`. Each entry says how the measured metric is set beside it;
 * nothing here is used in a measurement, a model or an analysis.
 */
export interface PublishedFigure {
  readonly device: string;
  readonly quantity: string;
  readonly unit: string;
  /** What the paper prints. */
  readonly published: number;
  /** Largest |measured − published| that still counts as the paper's figure, and where it comes from. */
  readonly tolerance: number;
  readonly toleranceFrom: string;
  /** How the published figure is written, where value ± tolerance would not be how the paper has it. */
  readonly shownAs?: string;
  readonly source: string;
  /** Which of the demo's measurements, and what of it. */
  readonly measurement: string;
  readonly metric: string;
  readonly statistic: "mean" | "cv";
}

const zno = "Pt/Ag/ZnO/Pt";
const znoPaper = "Wang et al. 2025";

export const publishedFigures: readonly PublishedFigure[] = [
  {
    device: zno,
    quantity: "threshold voltage, 1024 sweeps",
    unit: "V",
    published: 0.17,
    tolerance: 0.01,
    toleranceFrom: "two sweep steps of 5 mV",
    source: `${znoPaper}, Fig. 2a`,
    measurement: "zno-sweeps",
    metric: "vth_V",
    statistic: "mean",
  },
  {
    device: zno,
    quantity: "hold voltage, 1024 sweeps",
    unit: "V",
    published: 0.1,
    tolerance: 0.01,
    toleranceFrom: "two sweep steps of 5 mV",
    source: `${znoPaper}, Fig. 2a`,
    measurement: "zno-sweeps",
    metric: "vhold_V",
    statistic: "mean",
  },
  {
    device: zno,
    quantity: "C_v of the threshold, cycle to cycle",
    unit: "",
    published: 0.0225,
    tolerance: 0.005,
    toleranceFrom: "sampling error of 1024 sweeps and the 5 mV step",
    source: `${znoPaper}, Fig. 2c`,
    measurement: "zno-sweeps",
    metric: "vth_V",
    statistic: "cv",
  },
  {
    device: zno,
    quantity: "C_v of the hold voltage, cycle to cycle",
    unit: "",
    published: 0.0444,
    tolerance: 0.01,
    toleranceFrom: "sampling error of 1024 sweeps and the 5 mV step",
    source: `${znoPaper}, Fig. 2c`,
    measurement: "zno-sweeps",
    metric: "vhold_V",
    statistic: "cv",
  },
  {
    device: zno,
    quantity: "C_v of the threshold, 30 devices × 10 sweeps",
    unit: "",
    published: 0.0467,
    tolerance: 0.01,
    toleranceFrom: "sampling error of 30 devices",
    source: `${znoPaper}, Fig. 2g`,
    measurement: "zno-devices",
    metric: "vth_V",
    statistic: "cv",
  },
  {
    device: zno,
    quantity: "switching slope, 5 mV steps at 10 µA",
    unit: "V/decade",
    published: 1.31e-3,
    tolerance: 0.1e-3,
    toleranceFrom: "read off the paper's sweep step over decades",
    source: `${znoPaper}, Fig. 2b`,
    measurement: "zno-sweeps",
    metric: "slope_V_per_decade",
    statistic: "mean",
  },
  {
    device: zno,
    quantity: "off resistance at 0.14 V",
    unit: "ohm",
    published: 130e6,
    tolerance: 13e6,
    toleranceFrom: "10 %: “roughly” in the text",
    source: `${znoPaper}, text to Fig. 2a`,
    measurement: "zno-sweeps",
    metric: "rOff_ohm",
    statistic: "mean",
  },
  {
    device: zno,
    quantity: "set power at 100 nA compliance",
    unit: "W",
    published: 16.5e-9,
    tolerance: 1e-9,
    toleranceFrom: "one sweep step times 100 nA, and rounding",
    source: `${znoPaper}, text to Fig. 2e`,
    measurement: "zno-100nA",
    metric: "pSet_W",
    statistic: "mean",
  },
  {
    device: zno,
    quantity: "turn-on delay at 1.5 V",
    unit: "s",
    published: 20e-9,
    tolerance: 5e-9,
    toleranceFrom: "“roughly”, read off a figure",
    source: `${znoPaper}, Fig. 2h`,
    measurement: "zno-pulses",
    metric: "delay_s",
    statistic: "mean",
  },
  {
    device: zno,
    quantity: "on/off ratio at 10 µA",
    unit: "",
    published: 1e4,
    tolerance: 0.5e4,
    toleranceFrom: "a power of ten in the text: a factor of 1.5",
    shownAs: "10⁴",
    source: `${znoPaper}, text to Fig. 2a`,
    measurement: "zno-sweeps",
    metric: "ratio",
    statistic: "mean",
  },
  {
    device: "VO2",
    quantity: "threshold voltage",
    unit: "V",
    published: 0.85,
    tolerance: 0.45,
    toleranceFrom: "the range over all devices",
    shownAs: "0.4 V to 1.3 V",
    source: "Yi et al. 2018, Methods",
    measurement: "vo2-sweeps",
    metric: "vth_V",
    statistic: "mean",
  },
  {
    device: "VO2",
    quantity: "R_off/R_on of pulsed cycles",
    unit: "",
    published: 155.65,
    tolerance: 16.72 / 2,
    toleranceFrom: "half of the published full width at half maximum",
    source: "Yi et al. 2018, Suppl. Fig. 6e",
    measurement: "vo2-endurance",
    metric: "ratio",
    statistic: "mean",
  },
];
