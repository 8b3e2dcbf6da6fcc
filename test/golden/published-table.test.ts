import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const page = readFileSync(new URL("../../docs/models/published.md", import.meta.url), "utf8");

test("every row of the table of published numbers names a test that there is, by its title", () => {
  const rows = page.split("\n").filter((line) => line.startsWith("|") && !/^\| (row|-)/.test(line));
  assert.ok(rows.length > 50, `${rows.length} rows`);
  for (const row of rows) {
    const [, file = "", title = ""] = /\| `([\w-]+)`: (.*?)\s*\|/.exec(row) ?? [];
    const path = new URL(`../numeric/${file}.test.ts`, import.meta.url);
    assert.ok(file !== "" && existsSync(path), `no test file in: ${row}`);
    assert.ok(readFileSync(path, "utf8").includes(title), `${file} has no test "${title}"`);
    assert.match(row, /met|as the reference/, `no verdict in: ${row}`);
  }
});
