import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { memrig, scratchFolder } from "../support/cli.js";
import { influxServer } from "../support/influxd.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly query: string }[] }[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: string }[];
  };
}

test("every query of the Grafana dashboard and of the document gets rows from two runs, and the runs are two series a table", async (t) => {
  const influx = await influxServer(t);
  if (influx === undefined) return;
  const folder = await scratchFolder(t);
  const example = await readFile(path.join(root, "examples/zno-virtual.yaml"), "utf8");
  const bench = example.replace("id: ZnO-nominal", "id: W3-D17");
  await writeFile(path.join(folder, "lab.yaml"), `${bench}\ninflux: { url: "${influx.url}", database: memrig }\n`);
  const run = async (protocol: string, set: string) => {
    const args = ["run", protocol, "--bench", "lab.yaml", "--set", set, "--json"];
    const { code, stdout, stderr } = await memrig(t, args, { cwd: folder });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as { run: string; rows: number; metrics: Record<string, { mean: number }> };
  };
  const sweep = await run("iv-sweep", "cycles=3");
  const cycled = await run("endurance", "cycles=12");

  const file = await readFile(path.join(root, "examples/grafana/memrig.json"), "utf8");
  const { panels, templating } = JSON.parse(file) as Dashboard;
  const filled = (query: string, ofRun: string) =>
    query
      .replaceAll("$timeFilter", "time > now() - 1h AND time < now() + 1h")
      .replaceAll("$run", ofRun)
      .replaceAll("$dut", ".*")
      .replaceAll("$cycle", "2");
  const choices = templating.list.filter(({ type }) => type === "query");
  assert.deepEqual(
    choices.map(({ name }) => name),
    ["dut", "run"],
  );
  for (const { query } of choices) assert.ok((await influx.rows(filled(query, ""))).length > 0, query);
  assert.ok(panels.length >= 5);
  const found = new Map<string, unknown[][]>();
  for (const { title, targets } of panels) {
    for (const { query } of targets) {
      const rows = await influx.rows(filled(query, /"cycles"/.test(query) ? cycled.run : sweep.run));
      assert.ok(rows.length > 0, `${title}: ${query}`);
      found.set(title, rows);
    }
  }
  const titled = (start: string) => [...found].find(([title]) => title.startsWith(start))?.[1] ?? [];
  assert.equal(titled("Runs").length, 2);
  assert.equal(titled("I-V").length, sweep.rows / 3);
  assert.equal(titled("Resistance against cycle").length, 12);
  assert.equal(titled("Threshold and hold")[0]?.[1], sweep.metrics["vth_V"]?.mean);

  const page = await readFile(path.join(root, "docs/influx.md"), "utf8");
  const queries = [...page.matchAll(/^```influxql\n(.*?)^```/gms)].flatMap(([, text = ""]) => text.trim().split("\n"));
  assert.ok(queries.length >= 6);
  for (const query of queries) assert.ok((await influx.rows(query)).length > 0, query);

  // A series for each table of a run, and one for the run: never one for a row.
  const series = await influx.rows("SHOW SERIES");
  assert.ok(series.length >= 4 && series.length <= 6, `${series.length} series`);
  assert.equal((await influx.rows("SHOW SERIES CARDINALITY"))[0]?.[0], series.length);
});
