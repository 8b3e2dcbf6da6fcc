import type { AnyProtocol } from "../engine/protocol.js";
import { MemrigError } from "../errors.js";
import type { RowBatch } from "../store/shapes.js";

/**
 * The same protocol, with what it yields looked at before the store sees it, so that a fault names the file and not the store.
 *
 * @param at file and line of the declaration
 */
export function fitting(protocol: AnyProtocol, at: string): AnyProtocol {
  return {
    ...protocol,
    cost: (plan: object) => {
      const cost: unknown = protocol.cost(plan);
      if (isCost(cost)) return cost;
      throw refused(at, `cost() gave ${shown(cost)}; it gives { rows, duration_s }, both numbers from 0`);
    },
    async *run(station, plan, context) {
      const source: AsyncGenerator<RowBatch, void, undefined> = protocol.run(station, plan, context);
      for await (const batch of source) {
        const fault = faultOf(protocol, batch);
        if (fault !== undefined) throw refused(at, `run() yielded ${fault}`);
        yield batch;
      }
    },
  };
}

function isCost(cost: unknown): cost is { rows: number; duration_s: number } {
  if (typeof cost !== "object" || cost === null) return false;
  const { rows, duration_s } = cost as { rows?: unknown; duration_s?: unknown };
  return [rows, duration_s].every((value) => typeof value === "number" && value >= 0);
}

function faultOf({ tables }: AnyProtocol, batch: unknown): string | undefined {
  const wanted = 'it yields { table: "name", rows: [{ … }] }';
  if (typeof batch !== "object" || batch === null) return `${shown(batch)}; ${wanted}`;
  const { table: name, rows, columns } = batch as Partial<Record<"table" | "rows" | "columns", unknown>>;
  const table = tables.find((each) => each.name === name);
  if (table === undefined) {
    return `rows for a table ${shown(name)}; it declares ${tables.map((each) => each.name).join(", ")}`;
  }
  if (columns !== undefined) return undefined; // whole columns are checked by the store
  if (!Array.isArray(rows)) return `no rows for table ${table.name}; ${wanted}`;
  for (const [i, row] of (rows as unknown[]).entries()) {
    if (typeof row !== "object" || row === null) return `${shown(row)} as row ${i} of table ${table.name}; ${wanted}`;
    for (const { name: column, type } of table.columns) {
      const value = (row as Record<string, unknown>)[column];
      if (value === undefined) return `a row without "${column}", a column of its table ${table.name}`;
      if (!fits[type](value)) return `${column}: ${shown(value)}, where table ${table.name} takes ${takes[type]}`;
    }
    const strange = Object.keys(row).find((key) => !table.columns.some((column) => column.name === key));
    if (strange !== undefined) return `a row with "${strange}", which is no column of its table ${table.name}`;
  }
  return undefined;
}

const fits = {
  f64: (value: unknown) => typeof value === "number",
  i32: (value: unknown) => typeof value === "number" && (value | 0) === value,
  bool: (value: unknown) => typeof value === "boolean",
  utf8: (value: unknown) => typeof value === "string",
};

const takes = { f64: "a number", i32: "a whole number", bool: "true or false", utf8: "text" };

function shown(value: unknown): string {
  if (typeof value === "function") return "a function";
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60);
}

function refused(at: string, what: string): MemrigError {
  return new MemrigError("invalid-request", `${at}: ${what}. The rows before it are kept.`, { at });
}
