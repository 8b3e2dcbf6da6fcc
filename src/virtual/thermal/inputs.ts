import { ScpiError, integer, name, nr3, numeric, takes } from "../scpi/index.js";
import type { ScpiInstrument } from "../scpi/index.js";

/** An input as its commands set it; its sensor is a silicon diode whatever is said of it. */
interface Input {
  /** 0 disabled, 1 diode, 2 platinum, 3 NTC. */
  type: number;
  autorange: number;
  range: number;
  compensation: number;
  /** Of its readings and of the set-points of its loops: 1 kelvin, 2 Celsius. Sensor units are not simulated. */
  units: number;
  name: string;
  curve: number;
}

/** The two standard curves of silicon diodes; the reply to CRVHDR? of an empty one has no name. */
const curves: ReadonlyMap<number, string> = new Map([
  [1, "DT-470         ,STANDARD C,2,+475.000,1"],
  [2, "DT-670         ,STANDARD C,2,+475.000,1"],
]);
const EMPTY_CURVE = "               ,          ,2,+0.000,1";
const MOST_CURVES = 59;
const LONGEST_NAME = 15;
const CELSIUS_K = 273.15;

/** DT-670 about room temperature, as a straight line; the true curve bends below 100 K. */
const diode_V = (temperature_K: number) => 0.5596 - 2.4e-3 * (temperature_K - 300);

export interface Inputs {
  /** What has to be added to a number in an input's preferred units to have kelvin. */
  offset_K(input: number): number;
}

/**
 * Sensor settings and readings in sensor units: `INTYPE`, `INNAME`, `INCRV`, `CRVHDR?`, `SRDG?`. Curves are named and not
 * applied; points of curves are not simulated.
 *
 * @param inputOf number of an input from its letter @param reading_K temperature of the stage, noise included
 * @see Lake Shore 336 manual, chapter 6
 */
export function inputCommands(
  { tree }: ScpiInstrument,
  inputOf: (written: string) => number,
  count: number,
  passing: () => Promise<void>,
  reading_K: () => number,
): Inputs {
  const all = Array.from({ length: count }, (): Input => ({
    type: 1,
    autorange: 0,
    range: 0,
    compensation: 0,
    units: 1,
    name: "",
    curve: 2,
  }));
  const at = (written: string) => all[inputOf(written) - 1] as Input;
  const query = (header: string, answer: (input: Input) => string) =>
    tree.query(
      header,
      takes([name()], async ([written]) => {
        const input = at(written);
        await passing();
        return answer(input);
      }),
    );
  const flag = () => integer({ min: 0, max: 1 });
  tree.command(
    "INTYPE",
    takes(
      [name(), integer({ min: 0, max: 3 }), flag(), integer({ min: 0, max: 8 }), flag(), integer({ min: 1, max: 3 })],
      ([written, type, autorange, range, compensation, units]) => {
        const diode = type === 1; // no autorange, two ranges, no compensation
        if (diode && range > 1) throw new ScpiError(-222);
        Object.assign(at(written), {
          type,
          range,
          units,
          autorange: diode ? 0 : autorange,
          compensation: diode ? 0 : compensation,
        });
      },
    ),
  );
  query("INTYPE", (i) => [i.type, i.autorange, i.range, i.compensation, i.units].join(","));
  tree.command(
    "INNAME",
    takes([name(), name()], ([written, text]) => {
      at(written).name = text.slice(0, LONGEST_NAME);
    }),
  );
  query("INNAME", (i) => i.name.padEnd(LONGEST_NAME));
  tree.command(
    "INCRV",
    takes([name(), integer({ min: 0, max: MOST_CURVES })], ([written, curve]) => {
      at(written).curve = curve;
    }),
  );
  query("INCRV", (i) => String(i.curve).padStart(2, "0"));
  tree.query(
    "CRVHDR",
    takes([integer({ min: 1, max: MOST_CURVES })], async ([number]) => {
      await passing();
      return curves.get(number) ?? EMPTY_CURVE;
    }),
  );
  query("SRDG", () => nr3(diode_V(reading_K()), 6));
  return { offset_K: (input) => (all[input - 1]?.units === 2 ? CELSIUS_K : 0) };
}

/**
 * What a heater is and may take: kept and told, without effect on the stage. The 335 has a field more, for what output 2 is.
 *
 * @see Lake Shore 335 and 336 manuals, HTRSET
 */
export function heaterSetup({ tree }: ScpiInstrument, outputs: number, hasType: boolean): void {
  const kept = Array.from({ length: outputs }, () => (hasType ? [0, 1, 2, 0, 2] : [1, 2, 0, 2]));
  const output = integer({ min: 1, max: outputs });
  const setup = [
    integer({ min: 1, max: 2 }),
    integer({ min: 0, max: 4 }),
    numeric("", { min: 0, max: 2 }),
    integer({ min: 1, max: 2 }),
  ] as const;
  const keep = (number: number, values: number[]) => void (kept[number - 1] = values);
  if (hasType) {
    tree.command(
      "HTRSET",
      takes([output, integer({ min: 0, max: 1 }), ...setup], ([number, ...values]) => keep(number, values)),
    );
  } else {
    tree.command(
      "HTRSET",
      takes([output, ...setup], ([number, ...values]) => keep(number, values)),
    );
  }
  tree.query(
    "HTRSET",
    takes([output], ([number]) => {
      const values = kept[number - 1] ?? [];
      const current = values.length - 2;
      return values.map((value, k) => (k === current ? `+${value.toFixed(3)}` : String(value))).join(",");
    }),
  );
}
