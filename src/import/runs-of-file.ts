import { MemrigError } from "../errors.js";
import { asEndurance } from "./as-endurance.js";
import { asIvSweep } from "./as-iv-sweep.js";
import { asPulseTrain } from "./as-pulse-train.js";
import type { ImportedRun, ImportWishes } from "./imported-run.js";
import { ColumnFinder, listOf } from "./resolve.js";
import type { SourceFile, SourceTable } from "./source-table.js";

type Maker = (tables: readonly SourceTable[], wishes: ImportWishes) => ImportedRun;
const makers: Readonly<Record<string, Maker>> = {
  "iv-sweep": asIvSweep,
  endurance: asEndurance,
  "pulse-train": asPulseTrain,
};

/** What a person said about a file, before it is known which protocol's parameters are meant. */
export interface ImportRequest extends Omit<ImportWishes, "settings"> {
  readonly protocol?: string;
  /** Parameters the person gave, read for that protocol. */
  readonly settings: (protocol: string) => Readonly<Record<string, unknown>>;
}

/** Protocols that a file can be imported as. */
export const importable: readonly string[] = Object.keys(makers);

/**
 * Makes runs of a file: one for each title in it, whose tables are its cycles in the order of the file.
 *
 * @throws MemrigError `invalid-request`: what was understood, what is missing, and what to write
 */
export function runsOfFile(file: SourceFile, wishes: ImportRequest): ImportedRun[] {
  const protocol = wishes.protocol;
  if (protocol !== undefined && makers[protocol] === undefined) {
    throw new MemrigError(
      "invalid-request",
      `A file can not be imported as "${protocol}"; it can as ${importable.join(", ")}.`,
      { protocol },
    );
  }
  const fitting = file.tables.filter((table) => fits(table, wishes));
  const said = protocol !== undefined || Object.keys(wishes.columns).length > 0;
  const useful = fitting.length === 0 && said ? file.tables : fitting;
  if (useful.length === 0) throw notUnderstood(file);
  const left = file.tables.length - useful.length;
  return byTitle(useful).map(([title, first, tables]) => {
    const name = protocol ?? protocolFor(first, wishes);
    const run = (makers[name] ?? asIvSweep)(tables, { ...wishes, settings: wishes.settings(name) });
    const kept =
      left === 0
        ? []
        : [
            `${left} other table${left === 1 ? "" : "s"} of the file left out (${leftOut(file.tables, useful)}): no voltage and current, no resistances`,
          ];
    return { ...run, title, notes: [...file.notes, ...kept, ...run.notes] };
  });
}

/** The first of what was left out, by its title or its columns. */
function leftOut(all: readonly SourceTable[], useful: readonly SourceTable[]): string {
  const out = all.filter((table) => !useful.includes(table));
  const told = out.slice(0, 3).map(({ title, columns }) => (title === "" ? listOf(columns) : title));
  return [...told, ...(out.length > 3 ? ["…"] : [])].join("; ");
}

/** Tables of one title without its number ("SET_negative#3"), in the order of the file. */
function byTitle(tables: readonly SourceTable[]): [string, SourceTable, SourceTable[]][] {
  const groups = new Map<string, [string, SourceTable, SourceTable[]]>();
  for (const table of tables) {
    const title = table.title.replace(/\s*#\s*\d+$/, "");
    const group = groups.get(title);
    if (group) group[2].push(table);
    else groups.set(title, [title, table, [table]]);
  }
  return [...groups.values()];
}

function finderOf(table: SourceTable, wishes: ImportRequest): ColumnFinder {
  return new ColumnFinder(table, wishes.columns, () => undefined);
}

function fits(table: SourceTable, wishes: ImportRequest): boolean {
  const has = finderOf(table, wishes);
  const [volts, amperes] = [
    has.has("voltage") || has.has("asked voltage"),
    has.has("current") || has.has("asked current"),
  ];
  return (volts && amperes) || (has.has("rOn") && has.has("rOff")) || (has.has("iOn") && has.has("iOff"));
}

/** By its columns: states of cycles, else pulses where ours are named, else a sweep. */
function protocolFor(table: SourceTable, wishes: ImportRequest): string {
  const has = finderOf(table, wishes);
  if ((has.has("rOn") && has.has("rOff")) || (has.has("iOn") && has.has("iOff"))) return "endurance";
  return has.labelled("pulse") === undefined ? "iv-sweep" : "pulse-train";
}

function notUnderstood({ format, encoding, separator, tables }: SourceFile): MemrigError {
  const [first] = tables;
  const shown = first === undefined ? "none" : listOf(first.columns);
  const [a = "1", b = "2"] = first?.columns.map(({ label }) => label) ?? [];
  return new MemrigError(
    "invalid-request",
    `It was read as ${format} (${encoding}, ${separator} between cells) with ${tables.length} table${tables.length === 1 ? "" : "s"}; the first, at line ${first?.line ?? 0}, ` +
      `has the columns ${shown}. Which of them are voltage and current (or the resistances of both states) could not be told. ` +
      `Say so: --columns voltage=${a}:V,current=${b}:A (with units where the names have none).`,
    { columns: first?.columns.map(({ label }) => label) ?? [] },
  );
}
