import type { Cells } from "./cells.js";
import { isReferenceName, meaningOf, splitName, unitCell } from "./column-name.js";
import { kindOf } from "./numbers.js";

/** Rows of numbers under their names. Indices count rows from 0. */
export interface Block {
  readonly from: number;
  readonly to: number;
  readonly names: readonly string[];
  /** "" where there is none. */
  readonly units: readonly string[];
  /** Name of the group each column stands under, "" where there is none. */
  readonly groups: readonly string[];
}

type RowKind = "blank" | "data" | "gap" | "label";

/**
 * Finds the tables of a text that was cut into cells: lines of numbers without a line of words between, and above them a line of names,
 * perhaps with a line of units below it and a line of group names above it. A block without names has those of the block before it.
 */
export function findBlocks({ rows, mark }: Cells): Block[] {
  const kinds = rows.map((row) => rowKind(row, mark));
  const blocks: Block[] = [];
  let before: Block | undefined;
  for (let at = 0; at < rows.length; at++) {
    if (kinds[at] !== "data") continue;
    let to = at + 1;
    while (kinds[to] === "data" || (kinds[to] === "gap" && to < rows.length)) to++;
    const width = widest(rows, at, to);
    const header = headerAbove(rows, kinds, at, width) ?? (before && before.names.length >= width ? before : undefined);
    const block: Block = {
      from: at,
      to,
      names: header?.names ?? [],
      units: header?.units ?? [],
      groups: header?.groups ?? [],
    };
    blocks.push(block);
    if (block.names.length > 0) before = block;
    at = to - 1;
  }
  return blocks;
}

function rowKind(row: readonly string[], mark: Cells["mark"]): RowKind {
  const count = { empty: 0, number: 0, "no-number": 0, text: 0 };
  for (const cell of row) count[kindOf(cell, mark)]++;
  if (count.empty === row.length) return "blank";
  if (count.number >= 2 && count.text < count.number) return "data";
  // A lone number or a row of #REF goes on a table, but begins none.
  return count.text === 0 ? "gap" : "label";
}

function widest(rows: Cells["rows"], from: number, to: number): number {
  let width = 0;
  for (let at = from; at < to; at++) {
    const row = rows[at] ?? [];
    let filled = row.length;
    while (filled > width && row[filled - 1] === "") filled--;
    width = Math.max(width, filled);
  }
  return width;
}

/** The label rows right above a row of numbers, at most three: names, units, groups. Undefined where there are none. */
function headerAbove(
  rows: Cells["rows"],
  kinds: readonly RowKind[],
  from: number,
  width: number,
): Pick<Block, "names" | "units" | "groups"> | undefined {
  let at = from - 1;
  while (at >= 0 && kinds[at] === "blank" && from - at <= 2) at--;
  const above: (readonly string[])[] = [];
  for (; at >= 0 && kinds[at] === "label" && above.length < 3; at--) above.push(uncommented(rows[at] ?? []));
  let [nearest] = above;
  let units: readonly string[] = [];
  const unitRow = nearest?.map((cell) => (cell === "" ? "" : unitCell(cell)));
  if (nearest !== undefined && unitRow?.every((unit) => unit !== undefined) && above.length > 1) {
    units = unitRow;
    above.shift();
    nearest = above[0];
  }
  if (nearest === undefined || (filled(nearest) < 2 && width > 1)) return undefined;
  const next = above[1];
  if (next === undefined || !(numbered(next) || numbered(nearest) || repeats(nearest)))
    return headed(nearest, [], units);
  // Groups stand above the names in some exports and below them in others: names are what means something.
  if (meanings(next) > meanings(nearest)) return headed(next, nearest, units);
  return headed(nearest, numbered(next) || repeats(nearest) ? next : [], units);
}

function headed(names: readonly string[], groups: readonly string[], units: readonly string[]) {
  let last = "";
  const spread = names.map((_, column) => (last = groups[column] || last));
  const ends = names.map((name) => groupNumber.exec(name)?.[0] ?? "");
  if (groups.length > 0 || new Set(ends.filter((end) => end !== "")).size < 2) return { names, units, groups: spread };
  return { names: names.map((name) => name.replace(groupNumber, "")), units, groups: ends }; // AV#1, AI#1, AV#2, …
}

/** `SET_negative#3`: how Clarius numbers what was measured again. */
const groupNumber = /\s*#\s*\d+$/;

function numbered(row: readonly string[]): boolean {
  return row.some((cell) => groupNumber.test(cell) && meaningOf(splitName(cell).name) === undefined);
}

/** Without the mark that makes a comment of the header in text exports. */
function uncommented(row: readonly string[]): readonly string[] {
  const first = (row[0] ?? "").replace(/^(#+(?!\w*[A-Z]{3}\b)|%+|\/\/)\s*/, "");
  return [first, ...row.slice(1)];
}

function filled(row: readonly string[]): number {
  return row.filter((cell) => cell !== "").length;
}

/** The same name stands over more than one column. */
function repeats(row: readonly string[]): boolean {
  const cells = row.filter((cell) => cell !== "");
  return new Set(cells).size < cells.length;
}

function meanings(row: readonly string[]): number {
  return row.filter((cell) => isReferenceName(cell) || meaningOf(splitName(cell).name) !== undefined).length;
}
