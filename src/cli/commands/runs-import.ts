import type { Command } from "commander";
import { MemrigError } from "../../errors.js";
import {
  type ColumnChoice,
  importable,
  type ImportRequest,
  meanings,
  type ReferenceComparison,
} from "../../import/index.js";
import { si } from "../../units.js";
import { earlierImports, storeImport, type StoredImport, understand } from "../import-file.js";
import { outputOf, textTable } from "../output.js";
import { collect, keyValues, planFrom } from "../settings.js";
import { storeFolder, type StoreOptions } from "../store-option.js";
import { metricsTable, percent } from "../tables.js";
import { protocolNamed } from "./protocols.js";

interface ImportOptions extends StoreOptions {
  readonly protocol?: string;
  readonly dut?: string;
  readonly tag?: string[];
  readonly columns?: string[];
  readonly set?: string[];
  readonly decimal?: string;
}

export function addImportCommand(runs: Command): void {
  runs
    .command("import")
    .argument("<files...>", "CSV, TSV, Keithley Clarius text, Keysight EasyEXPERT text")
    .option("--protocol <name>", `${importable.join(", ")}; told by the columns where left out`)
    .option("--dut <id>", "device; the record's or the file's name where left out")
    .option("--tag <key=value>", "tag to find the runs by; repeat, or join by commas", collect)
    .option(
      "--columns <what=name>",
      `which column is what: ${[...meanings.keys()].join(", ")}; a unit may follow: current=I:mA; repeat, or join by commas`,
      collect,
    )
    .option(
      "--set <key=value>",
      "parameter of the protocol that the file does not tell; repeat, or join by commas",
      collect,
    )
    .option("--decimal <mark>", "point or comma, where the file leaves it open")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file that names the store")
    .description("make runs of measurements taken elsewhere, with our analysis and figures")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig runs import sweep.csv --dut W3-D17\n  memrig runs import old.txt --columns voltage=U,current=I:mA --set compliance=1mA\n" +
        "  memrig runs import endurance.txt --protocol endurance --set read_amplitude=0.2V\n\n" +
        "What the file does not tell is said and kept in the run's events, and never made up. All files are understood before the first is stored.",
    )
    .action(async (files: string[], options: ImportOptions, command: Command) => {
      const output = outputOf(command);
      const request = requestOf(options);
      const decimal = decimalOf(options.decimal);
      const tags = keyValues(options.tag ?? [], "--tag");
      const store = await storeFolder(options);
      const understood = [];
      for (const file of files) understood.push(await understand(file, request, decimal));
      const stored: StoredImport[] = [];
      for (const file of understood) {
        const before = await earlierImports(store, file);
        for (const run of file.runs) {
          stored.push(await storeImport(store, file, run, { dut: options.dut, tags }, before));
        }
      }
      output.result({ runs: stored }, stored.map(describe).join("\n\n"));
    });
}

function requestOf(options: ImportOptions): ImportRequest {
  const set = keyValues(options.set ?? [], "--set");
  return {
    ...(options.protocol === undefined ? {} : { protocol: options.protocol }),
    columns: columnsOf(keyValues(options.columns ?? [], "--columns")),
    settings: (protocol) => settingsFor(protocol, set),
  };
}

/** `current=I:mA`: the column I, in milliamperes whatever the file says. */
function columnsOf(given: Readonly<Record<string, string>>): ImportRequest["columns"] {
  const choices: Record<string, ColumnChoice> = {};
  for (const [what, text] of Object.entries(given)) {
    const meaning = meanings.get(what);
    if (meaning === undefined || text === "") {
      throw new MemrigError(
        "invalid-request",
        `--columns ${what}=${text}: a column can be said to be ${[...meanings.keys()].join(", ")}, for example --columns voltage=U,current=I:mA.`,
        { what },
      );
    }
    const [, column = text, unit] = /^(.+):([^:\s]{1,5})$/u.exec(text) ?? [];
    choices[meaning] = unit === undefined ? { column } : { column, unit };
  }
  return choices;
}

/** What was given, checked and in base units; the protocol's defaults are not what was measured, and are left out. */
function settingsFor(protocol: string, given: Readonly<Record<string, string>>): Record<string, unknown> {
  if (Object.keys(given).length === 0) return {};
  // A current sweep has no default levels; those of the file come in their place.
  const levels = protocol === "iv-sweep" ? { stop: 1, step: 0.01, compliance: 1 } : {};
  const plan = planFrom(protocolNamed(protocol), { ...levels, ...given }) as Record<string, unknown>;
  return Object.fromEntries(Object.keys(given).map((name) => [name, plan[name]]));
}

function decimalOf(text: string | undefined): "." | "," | undefined {
  if (text === undefined) return undefined;
  if (text === "point" || text === ".") return ".";
  if (text === "comma" || text === ",") return ",";
  throw new MemrigError("invalid-request", `--decimal ${text}: write point or comma.`, { text });
}

function describe(run: StoredImport): string {
  const title = run.title === "" ? "" : `, ${run.title}`;
  return [
    `${run.run}  ${run.rows} rows of ${run.protocol} from ${run.file}${title} (${run.format}, ${run.encoding})`,
    ...run.importedBefore.map((before) => `  the same file was imported before: ${before}`),
    ...run.notes.map((note) => `  ${note}`),
    metricsTable(run.metrics),
    ...(run.reference.length === 0 ? [] : ["", referenceTable(run.reference)]),
  ].join("\n");
}

/** Ours beside what the instrument's software wrote. */
function referenceTable(reference: readonly ReferenceComparison[]): string {
  const value = (metric: { mean: number; n: number }, unit: string) => (metric.n === 0 ? "–" : si(metric.mean, unit));
  return textTable(
    ["beside the data", "compared with", "theirs", "ours", "deviation", "cycles"],
    reference.map(({ name, unit, with: what, theirs, ours, deviation }) => [
      name,
      what === "" ? "–" : what,
      value(theirs, unit),
      value(ours, unit),
      deviation.n === 0 ? "–" : `${deviation.mean < 0 ? "" : "+"}${percent(deviation.mean)}`,
      `${deviation.n} of ${theirs.n}`,
    ]),
    [2, 3, 4, 5],
  );
}
