import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
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
  assert.equal(metrics.r_ohm.n, 2);
  assert.ok(Math.abs(metrics.r_ohm.mean - 1e5) < 100, `${metrics.r_ohm.mean} ohm`);
});
