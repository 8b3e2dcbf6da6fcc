import { type Figure, median, metricOf, numbersOf, type Series, shareOf, spansOf } from "../src/analysis/index.js";
import type { Columns, Metrics } from "../src/store/shapes.js";

/**
 * Metrics over all pulses. `rOn_ohm`, `delay_s`, `rise_s`, `energy_J`, `charge_C`, `peak_A` and `overshoot` over those that switched the device; `rOff_ohm` is the resistance in the read
 * after each pulse, with its bound where the current was at the floor (`readAtFloor` says how often).
 */
export function trainMetrics(pulses: Columns | undefined): Metrics {
  const column = (name: string) => Array.from<number>(numbersOf(pulses, name));
  const switched = column("switched").map((yes) => yes === 1);
  const where = (values: number[]) => values.filter((_, k) => switched[k]);
  const [on_ohm, off_ohm] = [column("rPulse_ohm"), column("rRead_ohm")];
  return {
    delay_s: metricOf(column("delay_s")),
    rise_s: metricOf(column("rise_s")),
    rOn_ohm: metricOf(where(on_ohm)),
    rOff_ohm: metricOf(off_ohm),
    ratio: metricOf(where(off_ohm.map((ohm, k) => ohm / (on_ohm[k] ?? Number.NaN)))),
    energy_J: metricOf(where(column("energy_J"))),
    charge_C: metricOf(where(column("charge_C"))),
    peak_A: metricOf(where(column("peak_A"))),
    overshoot: metricOf(where(column("overshoot"))),
    switched: shareOf(switched),
    readAtFloor: shareOf(column("read_at_floor").map((yes) => yes === 1)),
  };
}

const always = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

/** The kept waveforms, the turn-on in close-up, and the delay from pulse to pulse. */
export function trainFigures(pulses: Columns | undefined, waveforms: Columns | undefined): readonly Figure[] {
  const start_s = new Map(
    Array.from(numbersOf(pulses, "pulse"), (pulse, k) => [pulse, numbersOf(pulses, "time_s")[k] ?? 0]),
  );
  const time_s = numbersOf(waveforms, "time_s");
  const shown = spansOf(numbersOf(waveforms, "pulse")).slice(0, 7); // as many as there are colours
  const traces = (name: string, [from_s, until_s]: readonly [number, number] = always): Series[] =>
    shown.map(({ key, from, to }) => {
      const since = Float64Array.from(time_s.subarray(from, to), (time) => time - (start_s.get(key) ?? 0));
      const within = (time: number) => time >= from_s && time <= until_s;
      const [first, kept] = [Math.max(0, since.findIndex(within)), since.filter(within).length];
      return {
        name: `pulse ${key}`,
        x: since.subarray(first, first + kept),
        y: numbersOf(waveforms, name).subarray(from + first, from + first + kept),
        style: "line",
      };
    });
  const x = { label: "Time since the edge", unit: "s", scale: "linear" } as const;
  const volts = { label: "Voltage across the device", unit: "V", scale: "linear" } as const;
  const amperes = { label: "Current", unit: "A", scale: "linear" } as const;
  const delay_s = numbersOf(pulses, "delay_s");
  const usual_s = median(Array.from<number>(delay_s));
  const figures: Figure[] = [];
  if (shown.length > 0) {
    figures.push({
      name: "pulse-voltage",
      title: "Voltage across the device",
      x,
      y: volts,
      series: traces("voltage_V"),
    });
    figures.push({
      name: "pulse-current",
      title: "Current through the device",
      x,
      y: amperes,
      series: traces("current_A"),
    });
  }
  if (shown.length > 0 && usual_s > 0) {
    figures.push({
      name: "turn-on",
      title: "Turn-on",
      x,
      y: amperes,
      series: traces("current_A", [-2 * usual_s, 6 * usual_s]),
    });
  }
  if (Number.isFinite(usual_s)) {
    figures.push({
      name: "delay",
      title: "Turn-on delay of every pulse",
      x: { label: "Pulse", unit: "", scale: "linear" },
      y: { label: "Delay", unit: "s", scale: "linear" },
      series: [{ name: "delay", x: numbersOf(pulses, "pulse"), y: delay_s, style: "points" }],
    });
  }
  return figures;
}
