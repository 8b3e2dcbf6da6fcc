import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { AnyProtocol } from "../engine/index.js";
import { MemrigError, messageOf } from "../errors.js";
import {
  compareReference,
  type ImportedRun,
  type ImportRequest,
  readSourceFile,
  type ReferenceComparison,
  runsOfFile,
  type SourceFile,
} from "../import/index.js";
import {
  type Columns,
  createRun,
  type Metrics,
  openRun,
  replaceFile,
  runFiles,
  type RunWriter,
  runsOfSource,
} from "../store/index.js";
import { protocolNamed } from "./commands/protocols.js";
import { operator, software } from "./measure.js";

/** A file that was understood, and nothing of it stored yet. */
export interface UnderstoodFile {
  readonly file: string;
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly source: SourceFile;
  readonly runs: readonly ImportedRun[];
}

/** A run that was made of a file. */
export interface StoredImport {
  readonly run: string;
  readonly folder: string;
  readonly file: string;
  readonly sha256: string;
  readonly format: string;
  readonly encoding: string;
  readonly title: string;
  readonly protocol: string;
  readonly dut: string;
  readonly rows: number;
  readonly metrics: Metrics;
  readonly reference: readonly ReferenceComparison[];
  /** What was assumed, and what was left out. */
  readonly notes: readonly string[];
  /** Runs that were made of the same file before. */
  readonly importedBefore: readonly string[];
}

/**
 * Reads a file of measurements.
 *
 * @throws MemrigError `invalid-request`: it can not be read, or was not understood; says what is missing and what to write
 */
export async function understand(
  file: string,
  request: ImportRequest,
  decimal: "." | "," | undefined,
): Promise<UnderstoodFile> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new MemrigError(
      "invalid-request",
      `${file} could not be read: ${messageOf(error)}. Nothing was imported.`,
      { file },
      error,
    );
  }
  try {
    const source = readSourceFile(bytes, decimal);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { file, bytes, sha256, source, runs: runsOfFile(source, request) };
  } catch (error) {
    if (!(error instanceof MemrigError)) throw error;
    throw new MemrigError(
      error.kind,
      `${file}: ${error.message} Nothing was imported.`,
      { ...error.details, file },
      error,
    );
  }
}

/**
 * Keeps a run of a file in the store: its rows, the file itself, what was assumed, the values that stood beside the data, and our analysis.
 *
 * @throws MemrigError `storage-failed`: the disk refused; the run is recorded as failed
 */
export async function storeImport(
  store: string,
  { file, bytes, sha256, source }: UnderstoodFile,
  imported: ImportedRun,
  { dut, tags }: { dut?: string | undefined; tags: Readonly<Record<string, string>> },
  importedBefore: readonly string[],
): Promise<StoredImport> {
  const protocol = protocolNamed(imported.protocol);
  const name = path.basename(file);
  const device = dut ?? imported.device ?? path.basename(file, path.extname(file));
  const notes = [...imported.notes];
  if (dut === undefined)
    notes.push(
      `the device is called ${device} after ${imported.device === undefined ? "the file" : "the record"}; --dut names it`,
    );
  const copy = runFiles.original(path.extname(file).replace(/[^A-Za-z0-9.]/g, ""));
  const { format, encoding, separator, decimal } = source;
  const writer = await createRun(store, {
    protocol: protocol.name,
    dut: device,
    parameters: imported.parameters,
    bench: { name: `imported from ${name}` },
    instruments: [],
    tables: protocol.tables,
    mainTable: protocol.mainTable,
    software: software(),
    operator: operator(),
    tags,
    imported: {
      ...{ file: path.resolve(file), sha256, size_B: bytes.length, copy, format, encoding, separator, decimal },
      ...(imported.title === "" ? {} : { title: imported.title }),
      ...(imported.measuredAt === undefined ? {} : { measuredAt: imported.measuredAt }),
    },
    expectedRows: imported.rows.length,
  });
  const { comparisons, notes: more } = compareReference(imported);
  notes.push(...more);
  try {
    writer.event("imported", { file: name, sha256, title: imported.title });
    for (const message of notes) writer.event("assumed", { message });
    if (importedBefore.length > 0) {
      writer.event("warning", { message: `The same file was imported before, as ${importedBefore.join(", ")}.` });
    }
    await writeFile(path.join(writer.folder, copy), bytes, { flag: "wx" });
    writer.append({ table: protocol.mainTable, rows: imported.rows });
    if (Object.keys(imported.reference).length > 0) {
      const kept = { perCycle: imported.reference, comparison: comparisons };
      await replaceFile(path.join(writer.folder, runFiles.reference), `${JSON.stringify(kept, undefined, 2)}\n`);
    }
    await writer.flush();
    const metrics = await metricsOf(writer, protocol, imported);
    await writer.finish("done", { metrics });
    return {
      ...{ run: writer.info.run, folder: writer.folder, file, sha256, format, encoding },
      ...{ title: imported.title, protocol: protocol.name, dut: device, rows: imported.rows.length, metrics },
      ...{ reference: comparisons, notes, importedBefore },
    };
  } catch (error) {
    await writer.finish("failed", { reason: messageOf(error) });
    throw error;
  }
}

/** Runs of the store that this file was made into before. */
export function earlierImports(store: string, { sha256 }: UnderstoodFile): Promise<string[]> {
  return runsOfSource(store, sha256);
}

/** Our analysis of the rows as they are on the disk. */
async function metricsOf(writer: RunWriter, protocol: AnyProtocol, { parameters }: ImportedRun): Promise<Metrics> {
  const reader = await openRun(path.dirname(writer.folder), writer.info.run);
  const tables: Record<string, Columns> = {};
  for (const { name } of protocol.tables) tables[name] = await reader.table(name);
  return protocol.analyse(tables, parameters);
}
