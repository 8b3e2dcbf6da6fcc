import { MemrigError } from "../errors.js";
import { type Meaning, meaningOf, splitName, unitOf } from "./column-name.js";
import { inBase, type NamedUnit, unitNamed } from "./numbers.js";
import type { SourceColumn, SourceTable } from "./source-table.js";

/** Which column is what, as a person said it. */
export interface ColumnChoice {
  readonly column: string;
  /** In place of the unit in the file. */
  readonly unit?: string;
}
export type ColumnChoices = Readonly<Partial<Record<Meaning, ColumnChoice>>>;

/** A column in base units. */
export interface Resolved {
  readonly label: string;
  readonly values: Float64Array;
  /** Neither the file nor a person gave its unit. */
  readonly unitAssumed: boolean;
  /** A person said what it is. */
  readonly said: boolean;
}

/** Beyond these a column without a unit is not believed to be in volts, amperes or ohms. */
const believable = { V: 1100, A: 11, s: 1e9, ohm: 1e16, "": Infinity } as const;

/** Finds columns of one table by what they mean, and tells what it had to assume. */
export class ColumnFinder {
  constructor(
    private readonly table: SourceTable,
    private readonly choices: ColumnChoices,
    private readonly note: (text: string) => void,
  ) {}

  /** Whether there is such a column. */
  has(meaning: Meaning): boolean {
    const choice = this.choices[meaning];
    return choice === undefined ? this.candidates(meaning).length > 0 : this.lookUp(choice.column) !== undefined;
  }

  /**
   * The column of that meaning in base units; undefined where there is none.
   *
   * @throws MemrigError `invalid-request`: several could be meant, the named one is not there, or its unit is of another quantity
   */
  find(meaning: Meaning): Resolved | undefined {
    const choice = this.choices[meaning];
    if (choice !== undefined) return this.inBaseUnits(this.named(choice.column, meaning), meaning, choice.unit);
    const found = this.candidates(meaning);
    const column = found.length > 1 ? this.only(found, meaning) : found[0];
    return column === undefined ? undefined : this.inBaseUnits(column, meaning);
  }

  /** A column with exactly this heading, as our own export writes it; undefined where there is none. */
  labelled(label: string): Float64Array | undefined {
    return this.table.columns.find((column) => column.label === label)?.values;
  }

  private candidates(meaning: Meaning): SourceColumn[] {
    const taken = Object.values(this.choices).map(({ column }) => column);
    return this.table.columns.filter(
      (column) =>
        (meaningOf(column.name) ?? meaningOf(column.label) ?? meaningByUnit(column)) === meaning &&
        !taken.includes(column.label) &&
        column.values.some((value) => !Number.isNaN(value)),
    );
  }

  private named(wanted: string, meaning: Meaning): SourceColumn {
    const found = this.lookUp(wanted);
    if (found) return found;
    throw new MemrigError(
      "invalid-request",
      `--columns ${meaning}=${wanted}: there is no such column; there are ${listOf(this.table.columns)}. Give one of them, or its number from 1.`,
      { wanted, columns: this.table.columns.map(({ label }) => label) },
    );
  }

  private lookUp(wanted: string): SourceColumn | undefined {
    const { name } = splitName(wanted);
    const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
    const { columns } = this.table;
    return (
      columns.find(({ label }) => label === wanted) ??
      columns.find(({ label }) => same(label, wanted)) ??
      columns.find((column) => same(column.name, name)) ??
      (/^\d+$/.test(wanted) ? columns[Number(wanted) - 1] : undefined)
    );
  }

  /** One of several: the stepped one of the instrument's record, else the only one that changes. */
  private only(found: readonly SourceColumn[], meaning: Meaning): SourceColumn {
    const { stepped } = this.table.facts;
    const recorded = found.find(({ name }) => name === stepped);
    if (recorded) return recorded;
    const partner =
      meaning === "current" && stepped !== undefined
        ? found.find(({ name }) => digits(name) === digits(stepped))
        : undefined;
    if (partner) {
      this.note(`current: "${partner.label}", which belongs to "${stepped}" by its name`);
      return partner;
    }
    const changing = found.filter(({ values }) => values.some((value) => value !== values[0] && !Number.isNaN(value)));
    const [first] = changing;
    if (changing.length === 1 && first) {
      this.note(`${meaning}: "${first.label}", the only one of ${listOf(found)} that changes`);
      return first;
    }
    throw new MemrigError(
      "invalid-request",
      `${listOf(found)} may each be the ${meaning}. Say which: --columns ${key(meaning)}=${found[0]?.label ?? ""}.`,
      { meaning, columns: found.map(({ label }) => label) },
    );
  }

  private inBaseUnits(column: SourceColumn, meaning: Meaning, said?: string): Resolved {
    const wanted = unitOf[meaning];
    const text = said ?? column.unit;
    const unit: NamedUnit | undefined = text === "" ? undefined : unitNamed(text);
    if (unit !== undefined && unit.base !== wanted && wanted !== "") {
      throw new MemrigError(
        "invalid-request",
        `The column "${column.label}" would be the ${meaning} by ${said === undefined ? "its name" : "--columns"}, but its unit is ${text}, which is no unit of it. ` +
          `The names or the units are swapped. Say what it is: --columns ${asked(meaning, column, wanted)}, or name another column.`,
        { column: column.label, unit: text, wanted },
      );
    }
    const unitAssumed = unit === undefined && wanted !== "" && column.unitFrom !== "format";
    if (unitAssumed) this.assumeBase(column, meaning, wanted);
    const values =
      unit === undefined || unit.factor === 1 ? column.values : column.values.map((value) => inBase(value, unit));
    return { label: column.label, values, unitAssumed, said: this.choices[meaning] !== undefined };
  }

  private assumeBase(column: SourceColumn, meaning: Meaning, unit: "V" | "A" | "s" | "ohm"): void {
    const most = column.values.reduce((largest, value) => Math.max(largest, Math.abs(value) || 0), 0);
    if (most <= believable[unit]) {
      this.note(`${meaning}: "${column.label}" has no unit and was taken as ${unit}`);
      return;
    }
    throw new MemrigError(
      "invalid-request",
      `The column "${column.label}" was understood as the ${meaning}, but it has no unit and reaches ${most}, too much for ${unit}. ` +
        `Say its unit: --columns ${asked(meaning, column, `m${unit}`)}, for example.`,
      { column: column.label, most },
    );
  }
}

/** A name that tells nothing ("Drain (V)") may have a unit that does. */
function meaningByUnit({ unit, name }: SourceColumn): Meaning | undefined {
  if (unit === "" || /set|lrs|hrs|form|lim|compl|range/i.test(name)) return undefined;
  const base = unitNamed(unit)?.base;
  return base === "V" ? "voltage" : base === "A" ? "current" : base === "s" ? "time" : undefined;
}

/** What to write after --columns, quoted for the shell where it has to be. */
function asked(meaning: Meaning, { name }: SourceColumn, unit: string): string {
  const text = `${key(meaning)}=${name}:${unit}`;
  return /^[\w=:.-]+$/.test(text) ? text : `"${text}"`;
}

/** What --columns calls a meaning. */
function key(meaning: Meaning): string {
  return meaning.replace("asked voltage", "asked_V").replace("asked current", "asked_A");
}

/** Meanings by what --columns calls them. */
export const meanings: ReadonlyMap<string, Meaning> = new Map(
  (Object.keys(unitOf) as Meaning[]).map((meaning) => [key(meaning), meaning]),
);

function digits(name: string): string {
  return name.replace(/[^\d]/g, "") || name.slice(0, 1);
}

/** Headings for a person. */
export function listOf(columns: readonly SourceColumn[]): string {
  return columns
    .map(({ label, unit, unitFrom }) => `"${label}"${unitFrom === "unit row" ? ` in ${unit}` : ""}`)
    .join(", ");
}
