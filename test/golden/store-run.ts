/**
 * The run that the golden folder holds. Run this file to write the folder anew after a wanted change of the format, and read
 * the difference: `node --import tsx test/golden/store-run.ts`.
 */
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createRun, openRunFolder, runFiles } from "../../src/store/index.js";
import type { Row, TableSpec } from "../../src/store/shapes.js";

export const goldenStore = fileURLToPath(new URL("store/", import.meta.url));
export const goldenRun = "20260131T120000Z_iv-sweep_W3-D17_g0lden";

const sweep: TableSpec = {
  name: "points",
  columns: [
    { name: "time_s", type: "f64", unit: "s", description: "since the start of the run" },
    { name: "cycle", type: "i32", unit: "", description: "sweep number" },
    { name: "voltage_V", type: "f64", unit: "V", description: "at the device" },
    { name: "current_A", type: "f64", unit: "A", description: "through the device" },
    { name: "inCompliance", type: "bool", unit: "", description: "the current was limited" },
    { name: "note", type: "utf8", unit: "", description: "what the instrument said" },
  ],
};

const rows: readonly Row[] = [0, 0.1, 0.2, 0.3, 0.2, 0.1, 0].map((voltage_V, i) => ({
  time_s: i * 0.005,
  cycle: i < 4 ? -1 : 2 ** 31 - 1,
  voltage_V,
  current_A: [0, 1e-12, 1e-5, 1e-5, 9.87654321e-6, Number.NaN, -0][i] ?? 0,
  inCompliance: i === 2 || i === 3,
  note: ["", "", "limit reached, 10 µA", "", 'said "ok"', "", "two\nlines"][i] ?? "",
}));

/** Writes it into a store of any name; gives the folder. */
export async function writeGoldenRun(storeDir: string): Promise<string> {
  const writer = await createRun(storeDir, {
    protocol: "iv-sweep",
    dut: "W3-D17",
    parameters: { stop_V: 0.3, compliance_A: 1e-5 },
    bench: { name: "golden" },
    instruments: [],
    tables: [sweep],
    mainTable: "points",
    software: { name: "memrig", version: "0.1.0", commit: "none" },
    seed: 7,
    operator: "lab",
    tags: { lot: "7" },
    expectedRows: rows.length,
  });
  writer.append({ table: "points", rows: rows.slice(0, 4) });
  await writer.flush();
  writer.append({ table: "points", rows: rows.slice(4) });
  await writer.finish("done", { metrics: { vth_V: { mean: 0.2, sd: 0, cv: 0, n: 1 } } });
  return writer.folder;
}

/** What depends on the time and the machine, set to fixed values. */
async function settle(folder: string): Promise<void> {
  const at = "2026-01-31T12:00:00.000Z";
  const infoFile = path.join(folder, runFiles.info);
  const { info } = await openRunFolder(folder);
  const settled = { ...info, run: goldenRun, startedAt: at, endedAt: at, pid: 1, host: "bench", processMark: "boot:1" };
  await writeFile(infoFile, `${JSON.stringify(settled, undefined, 2)}\n`);
  const journalFile = path.join(folder, runFiles.journal("points"));
  const journal = await readFile(journalFile, "utf8");
  await writeFile(journalFile, journal.replace(/"at":"[^"]*"/g, `"at":"${at}"`));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const scratch = await mkdtemp(path.join(tmpdir(), "memrig-golden-"));
  const folder = await writeGoldenRun(scratch);
  await settle(folder);
  let csv = "";
  for await (const piece of (await openRunFolder(folder)).csv("points")) csv += piece;
  await rm(path.join(goldenStore, goldenRun), { recursive: true, force: true });
  await rename(folder, path.join(goldenStore, goldenRun));
  await writeFile(path.join(goldenStore, "points.csv"), csv);
  await rm(scratch, { recursive: true });
}
