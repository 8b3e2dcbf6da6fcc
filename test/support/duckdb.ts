import { appendFileSync } from "node:fs";
import type { TestContext } from "node:test";
import type { DuckDBConnection } from "@duckdb/node-api";

/**
 * DuckDB in memory: it shares no code with what writes our files, so it says what any other program would read. Undefined,
 * and the test skipped, where its package has no part for this system; with CI=true that is a failure.
 */
export async function duckdb(t: TestContext): Promise<DuckDBConnection | undefined> {
  let api: typeof import("@duckdb/node-api");
  try {
    api = await import("@duckdb/node-api");
  } catch (error) {
    const reason = `needs DuckDB's package for this system: ${String(error).split("\n")[0] ?? ""}`;
    if (process.env["CI"] === "true") throw error;
    const log = process.env["MEMRIG_SKIPS"];
    if (log) appendFileSync(log, `${t.name}: ${reason}\n`);
    t.skip(reason);
    return undefined;
  }
  const instance = await api.DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  t.after(() => {
    connection.closeSync();
    instance.closeSync();
  });
  return connection;
}

export async function rowsOf(connection: DuckDBConnection, sql: string) {
  return (await connection.runAndReadAll(sql)).getRows();
}

/** A path as text in a statement. */
export const quoted = (file: string) => `'${file.replaceAll("'", "''")}'`;
