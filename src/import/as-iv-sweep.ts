import { MemrigError } from "../errors.js";
import type { Row } from "../store/shapes.js";
import { type ImportedRun, type ImportWishes, Notes, referencesOf } from "./imported-run.js";
import { holdPlausible } from "./plausible.js";
import { ColumnFinder, listOf } from "./resolve.js";
import type { SourceTable } from "./source-table.js";
import { branchesOf, isStepped, periodOf, shapeOf } from "./sweep-shape.js";

/** One sweep, base units; NaN where the file has no such column. */
interface Sweep {
  readonly asked_V: Float64Array;
  readonly asked_A: Float64Array | undefined;
  readonly voltage_V: Float64Array;
  readonly current_A: Float64Array;
  readonly time_s: Float64Array | undefined;
  readonly limited: Float64Array | undefined;
}

/** Fewer readings are no sweep. */
const fewest = 5;
/** The limit is active where the other quantity reaches this share of it. */
const atLimit = 0.99;

/**
 * Sweeps of one title as a run of `iv-sweep`, each a cycle.
 *
 * @throws MemrigError `invalid-request`: no voltage, no current, or fewer than five readings with both
 */
export function asIvSweep(tables: readonly SourceTable[], wishes: ImportWishes): ImportedRun {
  const notes = new Notes();
  const read = tables.map((table) => readSweeps(table, wishes, notes));
  const sweeps = read.flat();
  const [first] = sweeps;
  const { facts, title } = tables[0] ?? { facts: {}, title: "" };
  if (first === undefined) throw new MemrigError("invalid-request", "There is no sweep in the table.");
  const drive = driveOf(first, wishes, facts.drive, notes);
  const levelsOf = (sweep: Sweep) => (drive === "voltage" ? sweep.asked_V : (sweep.asked_A ?? sweep.current_A));
  const compliance =
    (wishes.settings["compliance"] as number | undefined) ??
    facts.compliance ??
    constant(drive === "voltage" ? first.asked_A : first.asked_V);
  if (compliance === undefined) {
    notes.add(
      `the compliance is not known: the limit is left empty and no reading is marked as limited; --set compliance=… tells it`,
    );
  } else if (first.limited === undefined)
    notes.add(`readings at ${100 * atLimit} % of the compliance or more are marked as limited`);
  const rows: Row[] = [];
  for (const [k, sweep] of sweeps.entries()) for (const row of rowsOf(sweep, k + 1, drive, compliance)) rows.push(row);
  if (first.time_s === undefined) notes.add("the file has no time: it is left empty");
  const recorded = tables.map(({ facts: { measuredAt } }) => measuredAt).filter((at) => at !== undefined);
  if (recorded.length > 1) {
    notes.add(
      `cycles are in the order of the file: the first was recorded ${recorded[0]}, the last ${recorded.at(-1)}`,
    );
  }
  const one = tables.length === sweeps.length;
  return {
    protocol: "iv-sweep",
    title,
    rows,
    parameters: {
      drive,
      ...shapeOf(levelsOf(first)),
      ...(compliance === undefined ? {} : { compliance }),
      cycles: sweeps.length,
      read: 0,
      ...wishes.settings,
    },
    reference: one ? referencesOf(tables) : {},
    notes: notes.list(),
    ...(facts.measuredAt === undefined ? {} : { measuredAt: facts.measuredAt }),
    ...(facts.device === undefined ? {} : { device: facts.device }),
  };
}

function readSweeps(table: SourceTable, { columns }: ImportWishes, notes: Notes): Sweep[] {
  const finder = new ColumnFinder(table, columns, notes.add);
  const [measured, asked, current] = [finder.find("voltage"), finder.find("asked voltage"), finder.find("current")];
  const askedCurrent = finder.find("asked current");
  const voltage = measured ?? asked;
  const amperes = current ?? askedCurrent;
  if (voltage === undefined || amperes === undefined)
    throw missing(table, voltage !== undefined, amperes !== undefined);
  if (measured === undefined) notes.add("only the forced voltage is in the file: it stands for the measured one too");
  else if (asked === undefined)
    notes.add(`"${measured.label}" stands for the voltage asked for and for the one measured`);
  const time = finder.find("time");
  const limited = finder.labelled("in_compliance");
  const whole: number[] = [];
  for (let k = 0; k < table.length; k++) {
    if (Number.isFinite(voltage.values[k]) && Number.isFinite(amperes.values[k])) whole.push(k);
  }
  if (whole.length < table.length) {
    const left = table.length - whole.length;
    notes.add(
      `${left} row${left === 1 ? "" : "s"} left out where voltage or current is no number${table.title === "" ? "" : ` (${table.title})`}`,
    );
  }
  if (whole.length < fewest) {
    throw new MemrigError(
      "invalid-request",
      `The table at line ${table.line} has ${whole.length} rows with both "${voltage.label}" and "${amperes.label}"; a sweep has at least ${fewest}.`,
      { rows: whole.length },
    );
  }
  holdPlausible(voltage, amperes, whole, (text) => notes.add(text));
  const pick = (values: Float64Array) => Float64Array.from(whole, (k) => values[k] ?? Number.NaN);
  const sweep: Sweep = {
    asked_V: pick((asked ?? voltage).values),
    asked_A: askedCurrent === undefined ? undefined : pick(askedCurrent.values),
    voltage_V: pick(voltage.values),
    current_A: pick(amperes.values),
    time_s: time === undefined ? undefined : pick(time.values),
    limited: limited === undefined ? undefined : pick(limited),
  };
  const cycle = finder.find("cycle");
  return split(sweep, cycleEnds(sweep, cycle === undefined ? undefined : pick(cycle.values), notes));
}

function missing(table: SourceTable, voltage: boolean, current: boolean): MemrigError {
  const what = voltage ? "no current" : current ? "no voltage" : "neither voltage nor current";
  const example = table.columns.map(({ label }) => label);
  return new MemrigError(
    "invalid-request",
    `The table at line ${table.line} has ${what} that could be told by name or unit; its columns are ${listOf(table.columns)}. ` +
      `Say which is which, with units where the names have none: --columns voltage=${example[0] ?? "V"}:V,current=${example[1] ?? "I"}:A.`,
    { columns: example },
  );
}

/** Where each cycle ends: by the column of cycles, else where the levels repeat. */
function cycleEnds(sweep: Sweep, cycle: Float64Array | undefined, notes: Notes): number[] {
  const { length } = sweep.voltage_V;
  if (cycle !== undefined) {
    return Array.from({ length }, (_, k) => k + 1).filter((k) => k === length || cycle[k] !== cycle[k - 1]);
  }
  const period = periodOf(constant(sweep.asked_V) !== undefined ? (sweep.asked_A ?? sweep.current_A) : sweep.asked_V);
  if (period === undefined) return [length];
  notes.add(`the levels repeat every ${period} rows: taken as ${length / period} cycles`);
  return Array.from({ length: length / period }, (_, k) => (k + 1) * period);
}

function split(sweep: Sweep, ends: readonly number[]): Sweep[] {
  return ends.map((to, k) => {
    const from = ends[k - 1] ?? 0;
    const { asked_V, asked_A, voltage_V, current_A, time_s, limited } = sweep;
    return {
      asked_V: asked_V.subarray(from, to),
      asked_A: asked_A?.subarray(from, to),
      voltage_V: voltage_V.subarray(from, to),
      current_A: current_A.subarray(from, to),
      time_s: time_s?.subarray(from, to),
      limited: limited?.subarray(from, to),
    };
  });
}

function driveOf(
  sweep: Sweep,
  { settings }: ImportWishes,
  recorded: "voltage" | "current" | undefined,
  notes: Notes,
): "voltage" | "current" {
  const said = settings["drive"];
  if (said === "voltage" || said === "current") return said;
  if (recorded !== undefined) return recorded;
  if (!isStepped(sweep.asked_V) && isStepped(sweep.asked_A ?? sweep.current_A)) {
    notes.add("the current changes in equal steps and the voltage does not: taken as driven by current");
    return "current";
  }
  notes.add("taken as driven by voltage; --set drive=current tells otherwise");
  return "voltage";
}

/** The value of a column that has the same one in all rows, a limit. */
function constant(values: Float64Array | undefined): number | undefined {
  const first = values?.[0];
  return first !== undefined && first > 0 && values?.every((value) => value === first) ? first : undefined;
}

function rowsOf(sweep: Sweep, cycle: number, drive: "voltage" | "current", compliance: number | undefined): Row[] {
  const limit = compliance ?? Number.NaN;
  const branches = branchesOf(drive === "voltage" ? sweep.asked_V : (sweep.asked_A ?? sweep.current_A));
  return Array.from(sweep.voltage_V, (voltage_V, point) => {
    const current_A = sweep.current_A[point] ?? Number.NaN;
    const other = drive === "voltage" ? current_A : voltage_V;
    return {
      cycle,
      point,
      branch: branches[point] ?? 0,
      asked_V: drive === "voltage" ? (sweep.asked_V[point] ?? Number.NaN) : limit,
      asked_A: drive === "voltage" ? limit : ((sweep.asked_A ?? sweep.current_A)[point] ?? Number.NaN),
      voltage_V,
      current_A,
      time_s: sweep.time_s?.[point] ?? Number.NaN,
      in_compliance: sweep.limited === undefined ? Math.abs(other) >= atLimit * limit : sweep.limited[point] === 1,
    };
  });
}
