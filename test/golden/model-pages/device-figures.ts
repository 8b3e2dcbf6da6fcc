import type { Axis, Figure } from "../../../src/analysis/figure.js";
import { sweepSeries, type Sweep } from "./sweeps.js";

const volts: Axis = { label: "Voltage", unit: "V", scale: "linear" };
const amperes: Axis = { label: "Current", unit: "A", scale: "linear" };
const logAmperes: Axis = { label: "Current, magnitude", unit: "A", scale: "log" };

interface Plan {
  readonly title: string;
  readonly linear?: boolean;
  readonly programmed?: boolean;
  readonly sweeps: readonly Sweep[];
}

/** A threshold switch by current, which shows the whole curve, and by voltage, which jumps past its folds. */
function switchCurve(model: string, peak_V: number, from_A: number, to_A: number, seconds: number): Sweep[] {
  return [
    { name: "by current", model, drive: "current", through: [from_A, to_A], log: true, seconds, points: 300 },
    { name: "by voltage, up and down", model, through: [0, peak_V, 0], seconds, points: 300, limit_A: to_A },
  ];
}

/** What is drawn on the page of each device. */
const plans: Readonly<Record<string, Plan>> = {
  "vo2-mott": { title: "VO2 switch, quasi-static", sweeps: switchCurve("vo2-mott", 1.5, 1e-6, 3e-3, 1e-3) },
  "nbo2-mott": { title: "NbO2 switch, quasi-static", sweeps: switchCurve("nbo2-mott", 2.1, 1e-6, 8e-4, 1e-3) },
  "vox-ndr": { title: "VOx switch, quasi-static", sweeps: switchCurve("vox-ndr", 1.6, 1e-5, 2e-2, 1e-2) },
  "zno-diffusive": {
    title: "Pt/Ag/ZnO/Pt: 0 to 0.3 V and back, 5 mV steps of 50 ms",
    programmed: true,
    sweeps: [100e-9, 10e-6, 100e-6].map((limit_A) => ({
      name: `limit ${limit_A === 100e-9 ? "100 nA" : limit_A === 10e-6 ? "10 µA" : "100 µA"}`,
      model: "zno-diffusive",
      through: [0, 0.3, 0],
      seconds: 3,
      points: 60,
      series_ohm: 0.05,
      limit_A,
      programmed: true,
    })),
  },
  taox: {
    title: "TaOx behind 300 ohm: loops of 4 ms",
    linear: true,
    sweeps: [
      { name: "0, 1 V, -1.2 V, 0", model: "taox", through: [0, 1, 0, -1.2, 0], seconds: 1e-3, series_ohm: 300 },
      { name: "0, 0.9 V, -1.2 V, 0", model: "taox", through: [0, 0.9, 0, -1.2, 0], seconds: 1e-3, series_ohm: 300 },
    ],
  },
  "ag-siox": {
    title: "Ag/SiOx: loops of 4 s",
    sweeps: [{ name: "0, 0.8 V, -0.8 V, 0", model: "ag-siox", through: [0, 0.8, 0, -0.8, 0], seconds: 1 }],
  },
  "wo3-pedot": {
    title: "WO3/PEDOT:PSS (illustrative): loops at two speeds",
    linear: true,
    sweeps: [0.05, 0.5].map((seconds) => ({
      name: `${seconds * 1e3} ms to the peak`,
      model: "wo3-pedot",
      through: [0, 1, 0, -1, 0],
      seconds,
    })),
  },
  ots: {
    title: "Ovonic switch behind 1 kohm: up and down",
    sweeps: [{ name: "1 ms to the peak", model: "ots", through: [0, 2.5, 0], seconds: 1e-3, series_ohm: 1e3, points: 500 }],
  },
  vteam: {
    title: "VTEAM: one loop of 4 µs",
    linear: true,
    sweeps: [{ name: "0, -0.5 V, 0.4 V, 0", model: "vteam", through: [0, -0.5, 0, 0.4, 0], seconds: 1e-6 }],
  },
  yakopcic: {
    title: "Yakopcic: two loops of 10 ms",
    linear: true,
    sweeps: [{ name: "0, 0.45 V, -0.45 V, 0, twice", model: "yakopcic", through: [0, 0.45, 0, -0.45, 0, 0.45, 0, -0.45, 0], seconds: 2.5e-3 }],
  },
  "stanford-rram": {
    title: "Stanford/PKU RRAM: one loop, 1 mA limit",
    sweeps: [
      { name: "0, 1.6 V, -1.8 V, 0", model: "stanford-rram", through: [0, 1.6, 0, -1.8, 0], seconds: 1, limit_A: 1e-3 },
    ],
  },
  "jart-vcm": {
    title: "JART VCM v1b: one loop of 4 ms",
    sweeps: [{ name: "0, -1.5 V, 1.5 V, 0", model: "jart-vcm", through: [0, -1.5, 0, 1.5, 0], seconds: 1e-3, points: 150 }],
  },
};

/** File name without ending, and how the figure is made. */
export const deviceFigures: ReadonlyMap<string, () => Figure> = new Map(
  Object.entries(plans).map(([name, plan]) => [
    name,
    () => ({
      name,
      title: plan.title,
      x: plan.programmed ? { ...volts, label: "Programmed voltage" } : volts,
      y: plan.linear ? amperes : logAmperes,
      series: plan.sweeps.map((sweep) => sweepSeries(sweep, !plan.linear)),
    }),
  ]),
);
