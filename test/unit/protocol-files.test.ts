import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { MemrigError } from "../../src/errors.js";
import { loadProtocolFile, protocolFor } from "../../src/protocol-files/index.js";
import type { RunContext } from "../../src/engine/protocol.js";
import type { RowBatch } from "../../src/store/shapes.js";

const example = fileURLToPath(new URL("../../examples/protocols/hold-and-read.ts", import.meta.url));

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "memrig-own-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The example with some of its text replaced; what is replaced must be there. */
async function changed(replacements: Readonly<Record<string, string>>): Promise<string> {
  let text = await readFile(example, "utf8");
  for (const [from, to] of Object.entries(replacements)) {
    assert.ok(text.includes(from), `the example has: ${from}`);
    text = text.replace(from, to);
  }
  return text;
}

const lineOf = (text: string, what: string) => text.slice(0, text.indexOf(what)).split("\n").length;

async function refusal(t: TestContext, text: string): Promise<string> {
  const file = path.join(await folderFor(t), "mine.ts");
  await writeFile(file, text);
  try {
    await loadProtocolFile(file);
  } catch (error) {
    assert.ok(error instanceof MemrigError && error.kind === "invalid-request", String(error));
    assert.match(error.message, /Nothing was opened or sent/);
    return error.message;
  }
  throw new Error("it was loaded");
}

test("a file is loaded with its parameters, units and what it leaves out, with nothing installed beside it", async (t) => {
  const file = path.join(await folderFor(t), "mine.ts");
  await writeFile(file, await changed({ 'title: "Current at a held voltage, read again and again",': "" }));
  const protocol = await loadProtocolFile(file);
  assert.deepEqual([protocol.name, protocol.title, protocol.mainTable], ["hold-and-read", "hold-and-read", "readings"]);
  const plan: unknown = protocol.parameters.parse({ level: "200 mV", readings: "7" });
  assert.deepEqual(plan, { level: 0.2, compliance: 10e-6, every: 0.01, readings: 7 });
  assert.deepEqual(protocol.cost(plan), { rows: 7, duration_s: 0.07 });
  const relative = path.relative(process.cwd(), file);
  assert.equal((await protocolFor(relative.startsWith(".") ? relative : `./${relative}`)).name, "hold-and-read");
});

test("a file may import others beside it", async (t) => {
  const folder = await folderFor(t);
  await writeFile(path.join(folder, "levels.ts"), "export const level_V: number = 0.37;\n");
  const text = await changed({ "default: 0.1 }": "default: level_V }" });
  await writeFile(path.join(folder, "mine.ts"), `import { level_V } from "./levels.js";\n${text}`);
  const protocol = await loadProtocolFile(path.join(folder, "mine.ts"));
  assert.equal((protocol.parameters.parse({}) as { level: number }).level, 0.37);
});

test("a file that is not TypeScript is told with its line", async (t) => {
  const text = await changed({ "cost: ({ readings, every }) =>": "cost: ({ readings, every }) = >" });
  const said = await refusal(t, text);
  assert.match(said, new RegExp(`mine\\.ts:${lineOf(text, "cost:")}:\\d+: it can not be read as TypeScript`));
});

test("an import of what is not there is told with its line and name", async (t) => {
  const said = await refusal(t, `\nimport { fit } from "curve-fitting";\n${await changed({})}\nfit();`);
  assert.match(said, /mine\.ts:2:\d+: "curve-fitting" is imported, and is not there\. Give a path/);
});

test("a file that throws while it is loaded is told with the line that threw", async (t) => {
  const text = `${await changed({})}\nconst levels: number[] = [];\nlevels[0]!.toFixed();\n`;
  const said = await refusal(t, text);
  assert.match(said, new RegExp(`mine\\.ts:${lineOf(text, "levels[0]!")}: loading it threw: Cannot read properties`));
});

test("a file without a default export is told what it exports instead", async (t) => {
  assert.match(await refusal(t, "const a = 1;\n"), /It exports nothing\. Write: export default defineProtocol/);
  const named = await changed({ "export default defineProtocol": "export const mine = defineProtocol" });
  assert.match(await refusal(t, named), /It exports mine, and no default/);
  assert.match(await refusal(t, "export default 5;\n"), /this is not a protocol that can be run/);
});

const faults: Readonly<Record<string, { change: Record<string, string>; says: RegExp }>> = {
  "no table": {
    change: { "tables: [": "tables: [], x: [" },
    says: /tables: it registers no table/,
  },
  "a station there is not": { change: { 'needs: "smu"': 'needs: "laser"' }, says: /needs: one of "sweep-smu", "smu"/ },
  "a name of memrig's": {
    change: { '"hold-and-read"': '"iv-sweep"' },
    says: /"iv-sweep" is the name of a protocol of memrig/,
  },
  "a name that can not be typed": {
    change: { '"hold-and-read"': '"Hold & read"' },
    says: /name: small letters, digits/,
  },
  "a parameter without a description": {
    change: { 'quantity("V", "voltage that is held", { default: 0.1 })': "z.number().default(1)" },
    says: /"level" has no description/,
  },
  "a default that is refused": {
    change: { "default: 10e-6, above: 0": "default: -1, above: 0" },
    says: /the default of "compliance" is one it does not take: .*more than 0 A/,
  },
  "a column twice": {
    change: { 'name: "voltage_V", type': 'name: "time_s", type' },
    says: /has the column "time_s" twice/,
  },
  "a column of a type there is not": {
    change: { 'type: "f64", unit: "V"': 'type: "double", unit: "V"' },
    says: /columns\.1\.type: type: one of "f64"/,
  },
  "no run": { change: { "async *run(": "async *ran(" }, says: /run: a function is to be here/ },
};

for (const [what, { change, says }] of Object.entries(faults)) {
  test(`a declaration with ${what} is refused, with file and line`, async (t) => {
    const text = await changed(change);
    const said = await refusal(t, text);
    assert.match(said, says);
    assert.match(said, new RegExp(`mine\\.ts:${lineOf(text, "export default")}: this is not a protocol`));
  });
}

async function yielded(t: TestContext, rows: string): Promise<string> {
  const file = path.join(await folderFor(t), "mine.ts");
  const row = "rows: [{ time_s: k * every, voltage_V, current_A }]";
  await writeFile(file, await changed({ [row]: rows }));
  const protocol = await loadProtocolFile(file);
  const smu = {
    hold: async () => undefined,
    measure: async () => ({ voltage_V: 1, current_A: 1 }),
    makeSafe: async () => undefined,
  };
  const context = { atEnd: () => undefined, wait: async () => undefined, signal: new AbortController().signal };
  const run = protocol.run(smu, protocol.parameters.parse({}) as object, context as unknown as RunContext);
  try {
    await (run as AsyncGenerator<RowBatch>).next();
  } catch (error) {
    assert.ok(error instanceof MemrigError, String(error));
    return error.message;
  }
  throw new Error("the row was taken");
}

test("rows that do not fit their table are told by file, line, table and column", async (t) => {
  const at = /mine\.ts:4: run\(\) yielded/;
  const missing = await yielded(t, "rows: [{ time_s: 0, voltage_V }]");
  assert.match(missing, at);
  assert.match(missing, /a row without "current_A", a column of its table readings/);
  assert.match(
    await yielded(t, 'rows: [{ time_s: "0", voltage_V, current_A }]'),
    /time_s: "0", where table readings takes a number/,
  );
  assert.match(
    await yielded(t, "rows: [{ time_s: 0, voltage_V, current_A, power_W: 1 }]"),
    /"power_W", which is no column/,
  );
  assert.match(await yielded(t, "row: 1"), /no rows for table readings/);
});
