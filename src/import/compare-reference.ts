import { type IvReadings, type IvSwitching, metricOf, nearest, switchingOf } from "../analysis/index.js";
import type { Metric, Row } from "../store/shapes.js";
import type { ImportedRun } from "./imported-run.js";

/** A quantity as we find it beside what the instrument's software wrote. */
export interface ReferenceComparison {
  /** Name in the file. */
  readonly name: string;
  readonly unit: "V" | "A";
  /** What of ours it is compared with; "" where there is nothing. */
  readonly with: string;
  readonly theirs: Metric;
  readonly ours: Metric;
  /** Ours less theirs over theirs, cycles where both are. Magnitudes: signs follow the terminal, not the device. */
  readonly deviation: Metric;
}

export interface ReferenceResult {
  readonly comparisons: readonly ReferenceComparison[];
  readonly notes: readonly string[];
}

/**
 * Sets the values beside the data against ours, cycle by cycle: V_set and V_form against the threshold, I_LRS and I_HRS against the currents at the
 * read level on the way back and on the way out. That level is `parameters.read` where it was said; else the level at which both
 * currents stand in the data, if there is one.
 */
export function compareReference(run: ImportedRun): ReferenceResult {
  const names = Object.keys(run.reference);
  if (names.length === 0 || run.protocol !== "iv-sweep") return { comparisons: [], notes: [] };
  const readings = readingsOf(run);
  const found = new Map(
    switchingOf(readings)
      .toReversed()
      .map((one) => [one.cycle, one]),
  ); // the first excursion of each stays
  const said = Math.abs(Number(run.parameters["read"]));
  const read = said > 0 ? { level: said, note: undefined } : readLevelIn(readings, found, run.reference);
  const at = (cycle: number, side: "out" | "back") => currentAt(readings, found.get(cycle), read?.level, side);
  const comparisons = names.map((name): ReferenceComparison => {
    const kind = name.toLowerCase().replaceAll("_", "");
    const [what, of]: [string, (cycle: number) => number] = /^v(set|form|forming)$/.test(kind)
      ? ["vth_V", (cycle) => Math.abs(found.get(cycle)?.vth_V ?? Number.NaN)]
      : kind === "ilrs"
        ? [`current on the way back${levelText(read?.level)}`, (cycle) => at(cycle, "back")]
        : kind === "ihrs"
          ? [`current on the way out${levelText(read?.level)}`, (cycle) => at(cycle, "out")]
          : ["", () => Number.NaN];
    const theirs = (run.reference[name] ?? []).map(Math.abs);
    const ours = theirs.map((_, k) => of(k + 1));
    return {
      ...{ name, unit: /^v/i.test(name) ? "V" : "A", with: what },
      ...{ theirs: metricOf(theirs), ours: metricOf(ours) },
      deviation: metricOf(theirs.map((value, k) => ((ours[k] ?? Number.NaN) - value) / value)),
    };
  });
  const wantsLevel = comparisons.some(({ with: what }) => what.startsWith("current"));
  const note =
    read?.note ??
    (wantsLevel && read === undefined ? "the level of I_LRS and I_HRS is not known: --set read=… tells it" : undefined);
  return { comparisons, notes: note === undefined ? [] : [note] };
}

function levelText(level: number | undefined): string {
  return level === undefined ? "" : ` at ${Number(level.toPrecision(6))} V`;
}

function readingsOf({ rows, parameters }: ImportedRun): IvReadings {
  const drive = parameters["drive"] === "current" ? "current" : "voltage";
  const column = (name: string) => Float64Array.from(rows, (row: Row) => Number(row[name]));
  return {
    drive,
    cycle: column("cycle"),
    asked: column(drive === "voltage" ? "asked_V" : "asked_A"),
    voltage_V: column("voltage_V"),
    current_A: column("current_A"),
  };
}

function currentAt(
  readings: IvReadings,
  one: IvSwitching | undefined,
  level: number | undefined,
  side: "out" | "back",
): number {
  if (one === undefined || level === undefined) return Number.NaN;
  const { upFrom, peak, downTo } = one.excursion;
  if (side === "back" && downTo === peak) return Number.NaN;
  const at =
    side === "out" ? nearest(readings.asked, upFrom, peak, level) : nearest(readings.asked, peak, downTo, level);
  return Math.abs(readings.current_A[at] ?? Number.NaN);
}

/** The level at which both currents stand in the data of most cycles. */
function readLevelIn(
  readings: IvReadings,
  found: ReadonlyMap<number, IvSwitching>,
  reference: ImportedRun["reference"],
): { level: number; note: string } | undefined {
  const of = (kind: string) =>
    Object.entries(reference).find(([name]) => name.toLowerCase().replace("_", "") === kind)?.[1];
  const [lrs, hrs] = [of("ilrs"), of("ihrs")];
  if (lrs === undefined || hrs === undefined) return undefined;
  const votes = new Map<string, number>();
  for (const [cycle, { excursion }] of found) {
    const { upFrom, peak, downTo } = excursion;
    const back = levelsWith(readings, lrs[cycle - 1], peak, downTo);
    for (const level of levelsWith(readings, hrs[cycle - 1], upFrom, peak)) {
      if (back.has(level)) votes.set(level, (votes.get(level) ?? 0) + 1);
    }
  }
  const [best] = [...votes].sort((a, b) => b[1] - a[1]);
  if (best === undefined || best[1] <= found.size / 2) return undefined;
  return {
    level: Number(best[0]),
    note: `read level ${best[0]} V: there I_LRS and I_HRS stand in the data of ${best[1]} of ${found.size} cycles`,
  };
}

/** Levels at which a current of that magnitude was read, to the digits of a text export. */
function levelsWith(readings: IvReadings, current_A: number | undefined, from: number, to: number): Set<string> {
  const levels = new Set<string>();
  const wanted = Math.abs(current_A ?? Number.NaN);
  for (let k = from; k <= to; k++) {
    const level = Math.abs(readings.asked[k] ?? 0);
    if (level > 0 && Math.abs(Math.abs(readings.current_A[k] ?? 0) - wanted) <= 1e-5 * wanted)
      levels.add(String(Number(level.toPrecision(6))));
  }
  return levels;
}
