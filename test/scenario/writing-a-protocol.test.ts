import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { deskFor } from "../../src/cli/desk/desk.js";
import { memrig, scratchFolder } from "../support/cli.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = path.join(root, "docs/writing-a-protocol.md");

const bench = `
instruments: { smu: { driver: keithley-2450, resource: virtual } }
dut: { id: R1, model: resistor, parameters: { R: 100 kohm } }
limits: { voltage: 1 V, current: 1 mA }
`;

test("the page's protocol, written as it says, type-checks in an editor's project and measures what is there", async (t) => {
  const folder = await scratchFolder(t);
  await writeFile(path.join(folder, "lab.yaml"), bench);
  const begun = await memrig(t, ["protocols", "--new", "mine.ts"], { cwd: folder });
  assert.equal(begun.code, 0, begun.stderr);
  const again = await memrig(t, ["protocols", "--new", "mine.ts"], { cwd: folder });
  assert.equal(again.code, 2, "a file that is there is never written over");
  const [, file = "", text = ""] = /^```ts (\S+)\n(.*?)^```/ms.exec(await readFile(page, "utf8")) ?? [];
  await writeFile(path.join(folder, file), text);

  // What an editor does with the tsconfig.json that was written.
  execFileSync(process.execPath, [path.join(root, "node_modules/typescript/bin/tsc"), "-p", folder], { cwd: folder });

  const ran = await memrig(t, ["run", `./${file}`, "--bench", "lab.yaml", "--json"], { cwd: folder });
  assert.equal(ran.code, 0, ran.stderr);
  const { rows, metrics } = JSON.parse(ran.stdout) as { rows: number; metrics: { r_ohm: { mean: number; n: number } } };
  assert.equal(rows, 2);
  await inTheForm(folder, file);
  assert.equal(metrics.r_ohm.n, 2);
  assert.ok(Math.abs(metrics.r_ohm.mean - 1e5) < 100, `${metrics.r_ohm.mean} ohm`);
});

/** What the page says of the dashboard's form: the same fields, and a dry run of them. */
async function inTheForm(folder: string, file: string): Promise<void> {
  const benchFile = path.join(folder, "lab.yaml");
  const desk = deskFor({ benchFile, store: path.join(folder, "runs"), protocolFiles: [path.join(folder, file)] });
  const [first] = (await desk.form()).protocols;
  assert.deepEqual(
    first?.fields.map(({ name, unit, fallback, allowed }) => [name, unit, fallback, allowed]),
    [
      ["low", "V", "100 mV", "more than 0 V"],
      ["high", "V", "200 mV", "more than 0 V"],
      ["compliance", "A", "10 µA", "more than 0 A"],
    ],
  );
  const fine = await desk.dryRun({ protocol: "twice", settings: { high: "500 mV" } });
  assert.deepEqual([fine.ok, fine.rows, fine.duration_s], [true, 2, 0.2]);
  const much = await desk.dryRun({ protocol: "twice", settings: { high: "1.5 V" } });
  assert.deepEqual([much.ok, much.faults.map(({ field }) => field)], [false, ["high"]]);
}
