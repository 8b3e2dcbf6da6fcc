import assert from "node:assert/strict";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { loadBench, type BenchConfig } from "../../src/bench/index.js";
import { measure } from "../../src/cli/measure.js";
import type { RunOutcome } from "../../src/engine/index.js";
import { MemrigError } from "../../src/errors.js";
import { loadProtocolFile } from "../../src/protocol-files/index.js";
import { memrig, scratchFolder } from "../support/cli.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const example = path.join(root, "examples/protocols/hold-and-read.ts");

const bench = `
instruments: { smu: { driver: keithley-2450, resource: virtual } }
dut: { id: R1, model: resistor, parameters: { R: 100 kohm } }
limits: { voltage: 2 V, current: 1 mA }
`;

test("a file of one's own runs as ours do, and its run can be shown and plotted when the file is gone", async (t) => {
  const folder = await scratchFolder(t);
  await writeFile(path.join(folder, "lab.yaml"), bench);
  await copyFile(example, path.join(folder, "mine.ts"));
  const go = async (...args: string[]) => {
    const result = await memrig(t, args, { cwd: folder });
    assert.equal(result.code, 0, `${args.join(" ")}\n${result.stderr}`);
    return JSON.parse(result.stdout) as Record<string, unknown>;
  };

  const described = await go("protocols", "./mine.ts", "--json");
  assert.deepEqual((described["parameters"] as { name: string }[])[0]?.name, "level");
  const settings = ["--set", "level=500 mV,readings=7", "--set", "compliance=20 uA"];
  const ran = await go("run", "./mine.ts", "--bench", "lab.yaml", ...settings, "--twin", "--json");
  assert.deepEqual([ran["status"], ran["rows"]], ["done", 7]);
  const { current_A } = ran["metrics"] as { current_A: { mean: number } };
  assert.ok(Math.abs(current_A.mean - 5e-6) < 0.1e-6, `${current_A.mean} A through 100 kohm at 0.5 V`);
  assert.ok(ran["twin"]);

  const campaign =
    "bench: lab.yaml\nsteps: [{ protocol: ./mine.ts, settings: { readings: 3 }, grid: { level: [0.1 V, 0.2 V] } }]\n";
  await writeFile(path.join(folder, "night.yaml"), campaign);
  await go("campaign", "night.yaml", "--json");
  const listed = await go("runs", "list", "--protocol", "hold-and-read", "--json");
  assert.equal((listed as unknown as readonly unknown[]).length, 4, "run, its twin, and the two of the campaign");

  const run = String(ran["run"]);
  const kept = path.join(folder, "runs", run);
  assert.equal(await readFile(path.join(kept, "protocol.ts"), "utf8"), await readFile(example, "utf8"));
  await rm(path.join(folder, "mine.ts"));
  const shown = await go("runs", "show", run, "--json");
  assert.ok(shown);
  const { files } = (await go("runs", "plot", run, "--to", "figures", "--json")) as { files?: { file: string }[] };
  assert.match(await readFile(path.join(folder, files?.[0]?.file ?? ""), "utf8"), /Current at a held voltage/);

  await writeFile(path.join(kept, "protocol.bundle.mjs"), "export default 5;");
  const changed = await memrig(t, ["runs", "plot", run, "--to", "figures"], { cwd: folder });
  assert.notEqual(changed.code, 0);
  assert.match(changed.stderr, /not the protocol this run was made with: it was changed since/);
});

/** The example with its run replaced by another, on a bench of 2 V. */
async function hostile(
  t: TestContext,
  body: string,
  extremes = "{ voltage_V: 0.1, current_A: 1e-5 }",
): Promise<{ run: (signal?: AbortSignal, onRow?: () => void) => Promise<RunOutcome> }> {
  const folder = await scratchFolder(t);
  const [file, benchFile] = [path.join(folder, "mine.ts"), path.join(folder, "lab.yaml")];
  const text = await readFile(example, "utf8");
  const [from, to] = [text.indexOf("  async *run"), text.indexOf("  analyse:")];
  const declared = text.replace(/extremes: .*/, `extremes: () => (${extremes}),`);
  const shift = declared.length - text.length;
  await writeFile(
    file,
    `${declared.slice(0, from + shift)}  async *run(smu, plan, context) {\n${body}\n  },\n${declared.slice(to + shift)}`,
  );
  await writeFile(benchFile, `${bench}store: ${JSON.stringify(path.join(folder, "runs"))}\n`);
  const config: BenchConfig = await loadBench(benchFile);
  const protocol = await loadProtocolFile(file);
  const plan = protocol.parameters.parse({ readings: 1000 }) as object;
  return {
    run: (signal = new AbortController().signal, onRow = () => undefined) =>
      measure({ config, protocol, plan, signal, onProgress: ({ rows }) => (rows > 0 ? onRow() : undefined) }),
  };
}

const hold = (level: string) =>
  `await smu.hold({ drive: "voltage", level: ${level}, compliance: 1e-5 }, new AbortController().signal);`;
const row = 'yield { table: "readings", rows: [{ time_s: 0, voltage_V: 0, current_A: 0 }] };';

const outputsOff = ({ safe }: RunOutcome) => {
  assert.ok(safe.length > 0);
  for (const report of safe) assert.equal(report.state, "safe", report.note);
};

test("a protocol that asks for 10 V on a bench of 2 V is refused: where it says so before it is opened, where it lies at the bench", async (t) => {
  const honest = await hostile(t, `${hold("10")} ${row}`, "{ voltage_V: 10, current_A: 1e-5 }");
  await assert.rejects(
    honest.run(),
    (error: MemrigError) => error.kind === "limit-refused" && /10 V/.test(error.message),
  );

  const lying = await (await hostile(t, `${row} ${hold("10")} ${row}`)).run();
  assert.deepEqual([lying.status, lying.rows], ["failed", 1]);
  assert.ok(lying.error instanceof MemrigError && lying.error.kind === "limit-refused", lying.reason);
  outputsOff(lying);
});

test("a protocol that hears no abort is left behind after its grace, with the outputs off", async (t) => {
  const deaf = await hostile(
    t,
    `${hold("0.5")} ${row} for (;;) await new Promise((resolve) => setTimeout(resolve, 50).unref());`,
  );
  const stop = new AbortController();
  const outcome = await deaf.run(stop.signal, () => stop.abort());
  assert.equal(outcome.status, "aborted");
  outputsOff(outcome);
});

test("a protocol that throws in its finally has the first error told, and the outputs off", async (t) => {
  const body = `try { ${hold("0.5")} ${row} throw new Error("the cell is gone"); } finally { context.atEnd(async () => { throw new Error("end"); }); }`;
  const first = await (await hostile(t, body)).run();
  assert.deepEqual([first.status, first.rows], ["failed", 1]);
  assert.match(first.reason ?? "", /the cell is gone/);
  outputsOff(first);

  const stop = new AbortController();
  const wild = `try { ${hold("0.5")} for (;;) { ${row} await context.wait(0.01); } } finally { throw new Error("in finally"); }`;
  const second = await (await hostile(t, wild)).run(stop.signal, () => stop.abort());
  assert.equal(second.status, "aborted");
  outputsOff(second);
});

test("a station that the bench has not is named, and nothing is turned on", async (t) => {
  const folder = await scratchFolder(t);
  const text = (await readFile(example, "utf8")).replace('needs: "smu"', 'needs: "temperature-station"');
  await writeFile(path.join(folder, "mine.ts"), text);
  await writeFile(path.join(folder, "lab.yaml"), `${bench}store: ${JSON.stringify(path.join(folder, "runs"))}\n`);
  const protocol = await loadProtocolFile(path.join(folder, "mine.ts"));
  const config = await loadBench(path.join(folder, "lab.yaml"));
  const plan = protocol.parameters.parse({}) as object;
  const outcome = measure({ config, protocol, plan, signal: new AbortController().signal });
  const told = await outcome.then(
    ({ status, reason }) => ({ status, message: reason ?? "" }),
    (error: Error) => ({ status: "refused", message: error.message }),
  );
  assert.notEqual(told.status, "done");
  assert.match(told.message, /has no temperature controller.*Add one.*Nothing was turned on/);
});
