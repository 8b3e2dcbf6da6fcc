import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { ColumnSource, Writer } from "hyparquet-writer";
import { ArrowCodec } from "./arrow-codec.js";
import { isText, valuesIn } from "./columns.js";
import { storageFailed, syncFolder } from "./files.js";
import type { Column, Columns, TableSpec } from "./shapes.js";

/** Rows of a row group; what is in memory at once, a few times over. */
export const rowGroupRows = 131_072;

/** Parquet's physical type of each of ours. */
const parquetTypes = {
  f64: { type: "DOUBLE" },
  i32: { type: "INT32" },
  bool: { type: "BOOLEAN" },
  utf8: { type: "BYTE_ARRAY", converted_type: "UTF8" },
} as const;

/**
 * Writes a table as a Parquet file, row group by row group as its blocks come, and puts it in its place when it is whole.
 * Units and descriptions go along twice: as Arrow's schema, from which pandas and polars take the fields' metadata, and as
 * JSON under the key `memrig`.
 *
 * @param file replaced when it is there
 * @returns the rows written
 * @throws MemrigError `storage-failed`: it could not be written; what stood there before still stands
 */
export async function writeParquet(
  run: string,
  spec: TableSpec,
  blocks: AsyncIterable<Columns>,
  file: string,
): Promise<number> {
  const { ByteWriter, ParquetWriter } = await import("hyparquet-writer"); // most commands write none
  const draft = `${file}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  let handle: FileHandle | undefined;
  try {
    handle = await open(draft, "wx");
    const bytes = streamed(new ByteWriter(), handle);
    const parquet = new ParquetWriter({
      writer: bytes,
      schema: [{ name: spec.name, num_children: spec.columns.length }, ...spec.columns.map(elementOf)],
      kvMetadata: metadataOf(run, spec),
      createdBy: "memrig (hyparquet-writer)",
    });
    let rows = 0;
    for await (const block of blocks) {
      const columnData = spec.columns.map((column) => sourceOf(column, block));
      await parquet.write({ columnData, rowGroupSize: Math.max(1, block.length) });
      rows += block.length;
    }
    await parquet.finish();
    await handle.sync();
    await handle.close();
    handle = undefined;
    await rename(draft, file);
    await syncFolder(path.dirname(path.resolve(file)));
    return rows;
  } catch (error) {
    await handle?.close();
    await rm(draft, { force: true });
    throw storageFailed(`${file} could not be written`, error, "The run's own tables are whole; nothing was lost.");
  }
}

/** Every row group leaves the memory once it is encoded. */
function streamed(writer: Writer & { index: number }, handle: FileHandle): Writer {
  const flush = async (): Promise<void> => {
    const bytes = new Uint8Array(writer.buffer, 0, writer.index);
    writer.index = 0;
    for (let done = 0; done < bytes.length;) {
      done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
    }
  };
  writer.flush = flush;
  writer.finish = flush;
  return writer;
}

function elementOf({ name, type }: Column) {
  return { name, repetition_type: "REQUIRED" as const, ...parquetTypes[type] };
}

function sourceOf({ name, type }: Column, block: Columns): ColumnSource {
  const values = valuesIn(block, name);
  if (isText(values)) return { name, data: [...values] };
  return { name, data: type === "bool" ? Array.from(values, (value) => value === 1) : values };
}

/** @see Arrow's C++ and Python libraries: key `ARROW:schema`, the schema message in base64 */
function metadataOf(run: string, spec: TableSpec) {
  const own = { run, table: spec.name, columns: spec.columns };
  return [
    { key: "ARROW:schema", value: Buffer.from(new ArrowCodec(spec).head).toString("base64") },
    { key: "memrig", value: JSON.stringify(own) },
  ];
}
