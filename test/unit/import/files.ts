/** Files of measurements made here, each with a trap that exports from other programs hold. No number in them was measured. */

export interface Reading {
  readonly voltage_V: number;
  readonly current_A: number;
}

/** A switch that turns on at `vth_V` and off below 0.1 V, in steps of 10 mV to 0.3 V and back; the turning point is read twice. */
export function switchSweep(vth_V: number, sign: 1 | -1 = 1): Reading[] {
  const up = Array.from({ length: 31 }, (_, k) => k / 100);
  let on = false;
  return [...up, ...up.toReversed()].map((level, k) => {
    on = k <= 30 ? on || level >= vth_V : on && level > 0.1;
    const current = on ? Math.min(10e-6, level / 6e3) : level / 2e8;
    return { voltage_V: sign * level, current_A: sign * current };
  });
}

/** As Clarius writes numbers: any exponent, `410.1377E-2`. */
export function clariusNumber(value: number): string {
  return `${(value * 100).toPrecision(7)}E-2`.replace(/(\d)e([+-]\d+)E-2$/, (_, digit: string, power: string) => {
    return `${digit}E${Number(power) - 2}`;
  });
}

/** A Clarius sheet of repeated sweeps: two header rows, results only in the first row of each group, one group without data. */
export function clariusSheet(thresholds_V: readonly number[], read_V = 0.12): string {
  const names = ["Time", "AV", "AI", "VSET", "I_LRS", "I_HRS", "NORM_COND"];
  const groups = [...thresholds_V, Number.NaN].map((vth_V) => (Number.isNaN(vth_V) ? [] : switchSweep(vth_V, -1)));
  const header = [groups.flatMap((_, k) => names.map(() => `SET_negative#${k + 1}`)), groups.flatMap(() => names)];
  const length = groups[0]?.length ?? 0;
  const rows = Array.from({ length }, (_, row) =>
    groups.flatMap((group, k) => {
      const reading = group[row];
      if (reading === undefined) return names.map(() => "");
      const at = (from: number, to: number) =>
        group.slice(from, to).find(({ voltage_V }) => Math.abs(Math.abs(voltage_V) - read_V) < 1e-9)?.current_A ?? 0;
      const results = [thresholds_V[k] ?? 0, Math.abs(at(31, 62)), Math.abs(at(0, 31))].map(clariusNumber);
      const { voltage_V, current_A } = reading;
      return [
        clariusNumber(0.05 * row),
        clariusNumber(voltage_V),
        clariusNumber(current_A),
        ...(row === 0 ? results : ["", "", ""]),
        voltage_V === 0 ? "#REF" : clariusNumber(current_A / voltage_V / 7.748e-5),
      ];
    }),
  );
  return [...header, ...rows].map((row) => `${row.join("\t")}\r\n`).join("");
}

/** One record of an EasyEXPERT export. */
export function easyExpertRecord(title: string, readings: readonly Reading[], recordedAt: string, unit = "A"): string {
  const factor = unit === "uA" ? 1e6 : 1;
  return [
    `SetupTitle, ${title}`,
    "PrimitiveTest, I/V Sweep",
    "TestParameter, Channel.UnitType, SMU, SMU",
    "TestParameter, Channel.IName, I1, I2",
    "TestParameter, Channel.VName, V1, V2",
    "TestParameter, Channel.Mode, V, COMMON",
    "TestParameter, Channel.Func, VAR1, CONST",
    "TestParameter, Measurement.Primary.Locus, Double",
    "TestParameter, Measurement.Primary.Compliance, 1E-05",
    `MetaData, TestRecord.RecordTime, ${recordedAt}`,
    "MetaData, TestRecord.TestTarget, W3-D17",
    "AnalysisSetup, Analysis.Setup.Vector.List.Datum.Name, V1, V2, I1",
    `AnalysisSetup, Analysis.Setup.Vector.List.Datum.Unit, V, V, ${unit}`,
    `Dimension1, ${readings.length}, ${readings.length}, ${readings.length}`,
    "Dimension2, 1, 1, 1",
    "DataName, V1, V2, I1",
    ...readings.map(({ voltage_V, current_A }) => `DataValue, ${voltage_V}, 0, ${current_A * factor}`),
    "",
  ].join("\r\n");
}

/** A table of two columns. */
export function table(header: string, readings: readonly Reading[], between = ","): string {
  return [header, ...readings.map(({ voltage_V, current_A }) => `${voltage_V}${between}${current_A}`), ""].join("\n");
}

export type Encoding =
  "utf8" | "utf8 with mark" | "utf16le" | "utf16le with mark" | "utf16be" | "utf16be with mark" | "latin1";

/** Text as bytes in an encoding. */
export function encoded(text: string, encoding: Encoding): Buffer {
  const marked = encoding.endsWith("with mark") ? `\ufeff${text}` : text;
  if (encoding.startsWith("utf8")) return Buffer.from(marked, "utf8");
  if (encoding === "latin1") return Buffer.from(text, "latin1");
  const wide = Buffer.from(marked, "utf16le");
  return encoding.startsWith("utf16be") ? wide.swap16() : wide;
}
