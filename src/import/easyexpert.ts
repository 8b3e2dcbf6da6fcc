import type { Cells } from "./cells.js";
import { type DecimalMark, kindOf, readNumber } from "./numbers.js";
import type { SourceColumn, SourceFacts, SourceTable } from "./source-table.js";

/**
 * Keysight EasyEXPERT text: every line begins with what it is. `SetupTitle, …`; `TestParameter, Channel.Func, VAR1, CONST`;
 * `AnalysisSetup, Analysis.Setup.Vector.List.Datum.Unit, V, A`; `MetaData, TestRecord.RecordTime, …`; `Dimension1, 101`; `DataName, V1, I1`; `DataValue, 0, 1E-9`.
 * A file holds any number of such records. Values are in base units unless the Datum.Unit line says otherwise.
 */
export function isEasyExpert({ rows }: Cells): boolean {
  return rows.some(([key]) => key === "DataName") && rows.some(([key]) => key === "DataValue");
}

/** Lines that were met since the last record, by key. */
type Settings = Map<string, readonly string[]>;

/** Reads the records of such a file. */
export function easyExpertTables({ rows, mark }: Cells): SourceTable[] {
  const tables: SourceTable[] = [];
  let settings: Settings = new Map();
  let ended = false;
  for (let at = 0; at < rows.length; at++) {
    const [key = "", second = "", ...rest] = rows[at] ?? [];
    if (key === "DataName") {
      let to = at + 1;
      while (rows[to]?.[0] === "DataValue") to++;
      const names = [second, ...rest];
      tables.push(...record(rows.slice(at + 1, to), names, settings, mark, at + 2));
      at = to - 1;
      ended = true;
      continue;
    }
    if (key === "") continue;
    // Settings stand before their data, and the first of them begins the next record.
    if (
      ended &&
      (key === "SetupTitle" || key === "PrimitiveTest" || key === "AnalysisSetup" || key === "ClassicTest")
    ) {
      settings = new Map();
      ended = false;
    }
    const named = /^(TestParameter|MetaData|AnalysisSetup|AnalysisFunction|Output\..*)$/.test(key);
    settings.set(named ? second : key, named ? rest : [second, ...rest]);
  }
  return tables;
}

function record(
  rows: readonly (readonly string[])[],
  names: readonly string[],
  settings: Settings,
  mark: DecimalMark,
  line: number,
): SourceTable[] {
  const units = settings.get("Analysis.Setup.Vector.List.Datum.Unit") ?? [];
  const listed = settings.get("Analysis.Setup.Vector.List.Datum.Name") ?? names;
  const columns = names.flatMap((name, at): SourceColumn[] => {
    if (name === "") return [];
    const unit = units[listed.indexOf(name)] ?? "";
    const values = Float64Array.from(rows, (row) => readNumber(row[at + 1] ?? "", mark)?.value ?? Number.NaN);
    return [{ label: name, name, unit, unitFrom: unit === "" ? "format" : "unit row", values }];
  });
  const title = settings.get("SetupTitle")?.[0] || settings.get("Analysis.Setup.Title")?.[0] || "";
  const facts = factsOf(settings, names, mark);
  const whole = { title, facts, reference: {} };
  return sweepsOf(settings, rows.length, mark).map(({ from, to }) => ({
    ...whole,
    columns: columns.map((column) => ({ ...column, values: column.values.subarray(from, to) })),
    length: to - from,
    line: line + from,
  }));
}

/** Dimension1 is the length of a sweep, Dimension2 how many of them follow one another. */
function sweepsOf(settings: Settings, rows: number, mark: DecimalMark): { from: number; to: number }[] {
  const number = (key: string) => readNumber(settings.get(key)?.[0] ?? "", mark)?.value;
  const [length, count] = [number("Dimension1"), number("Dimension2")];
  if (length === undefined || count === undefined || count < 2 || length * count !== rows)
    return [{ from: 0, to: rows }];
  return Array.from({ length: count }, (_, k) => ({ from: k * length, to: (k + 1) * length }));
}

function factsOf(settings: Settings, names: readonly string[], mark: DecimalMark): SourceFacts {
  const sweeping = settings.get("Channel.Func")?.indexOf("VAR1") ?? -1;
  const mode = settings.get("Channel.Mode")?.[sweeping];
  const drive =
    mode === "V" || mode === "VPULSE" ? "voltage" : mode === "I" || mode === "IPULSE" ? "current" : undefined;
  const stepped = settings.get(drive === "current" ? "Channel.IName" : "Channel.VName")?.[sweeping];
  const limit = settings.get("Measurement.Primary.Compliance")?.find((cell) => kindOf(cell, mark) === "number");
  const compliance = limit === undefined ? undefined : readNumber(limit, mark)?.value;
  const measuredAt = settings.get("TestRecord.RecordTime")?.[0];
  const device = settings.get("TestRecord.TestTarget")?.[0];
  return {
    ...(drive === undefined ? {} : { drive }),
    ...(stepped !== undefined && names.includes(stepped) ? { stepped } : {}),
    ...(compliance === undefined || compliance <= 0 ? {} : { compliance }),
    ...(measuredAt ? { measuredAt } : {}),
    ...(device ? { device } : {}),
  };
}
