import type { AnyProtocol, RunContext } from "../../../src/engine/protocol.js";
import type { Columns, Row, TableSpec } from "../../../src/store/shapes.js";

/** What a run left: its tables, what it warned of, and the end actions that were registered and then done. */
export interface Ran {
  readonly tables: Readonly<Record<string, Columns>>;
  readonly warnings: readonly string[];
}

/** Plays the engine: runs a protocol with settings as a person writes them, and does its end actions. `engine`: what of it is another. */
export async function runHere(
  protocol: AnyProtocol,
  station: unknown,
  settings: Readonly<Record<string, unknown>>,
  controller = new AbortController(),
  engine: Partial<RunContext> = {},
): Promise<Ran> {
  const plan: unknown = protocol.parameters.parse(settings);
  const rows: Record<string, Row[]> = Object.fromEntries(protocol.tables.map((table) => [table.name, []]));
  const warnings: string[] = [];
  const atEnd: (() => Promise<void>)[] = [];
  const context: RunContext = {
    signal: controller.signal,
    atEnd: (action) => atEnd.unshift(action),
    wait: async () => controller.signal.throwIfAborted(),
    completed: 0,
    between: () => Promise.resolve(),
    warn: (message) => warnings.push(message),
  };
  // With its accessors: whether somebody wants a pause changes while the run goes on.
  Object.defineProperties(context, Object.getOwnPropertyDescriptors(engine));
  try {
    for await (const batch of protocol.run(station, plan, context)) {
      const table = rows[batch.table];
      if (table === undefined) throw new Error(`rows for the undeclared table "${batch.table}"`);
      table.push(...("rows" in batch ? batch.rows : rowsOf(batch.columns)));
    }
  } finally {
    for (const action of atEnd) await action();
  }
  return {
    tables: Object.fromEntries(protocol.tables.map((table) => [table.name, columnsOf(table, rows[table.name] ?? [])])),
    warnings,
  };
}

/** Rows as columns of the declared types. A row with a missing or an undeclared cell throws. */
export function columnsOf(table: TableSpec, rows: readonly Row[]): Columns {
  const declared = table.columns.map((column) => column.name).join();
  for (const row of rows) {
    if (Object.keys(row).join() !== declared) throw new Error(`${table.name}: row ${Object.keys(row).join()}`);
  }
  const columns = table.columns.map(({ name, type }): [string, Columns["columns"][string]] => {
    const cells = rows.map((row) => row[name]);
    if (type === "utf8") return [name, cells.map(String)];
    const numbers = cells.map(Number);
    if (type === "f64") return [name, Float64Array.from(numbers)];
    return [name, type === "i32" ? Int32Array.from(numbers) : Uint8Array.from(numbers)];
  });
  return { length: rows.length, columns: Object.fromEntries(columns) };
}

function rowsOf(columns: Columns): Row[] {
  return Array.from({ length: columns.length }, (_, k) =>
    Object.fromEntries(Object.entries(columns.columns).map(([name, cells]) => [name, cells[k] ?? Number.NaN])),
  );
}

/** Seeded uniform numbers in −1 … 1 for noise in tests (mulberry32). */
export function noiseOf(seed: number, amplitude: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return amplitude * (((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1);
  };
}
