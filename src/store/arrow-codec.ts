import {
  Bool,
  type Data,
  type DataType,
  Field,
  Float64,
  Int32,
  makeData,
  RecordBatch,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
} from "apache-arrow";
import type { Column, Columns, ColumnType, TableSpec } from "./shapes.js";

/** One column while its rows are collected. `bool` is 0 or 1. */
export type ColumnArray = Float64Array | Int32Array | Uint8Array | string[];

/** End of an Arrow IPC stream: continuation mark and length 0. */
export const endOfStream = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const arrowTypes: Readonly<Record<ColumnType, () => DataType>> = {
  f64: () => new Float64(),
  i32: () => new Int32(),
  bool: () => new Bool(),
  utf8: () => new Utf8(),
};

function fieldOf({ name, type, unit, description }: Column): Field {
  return new Field(
    name,
    arrowTypes[type](),
    false,
    new Map([
      ["unit", unit],
      ["description", description],
    ]),
  );
}

/** Writes and reads the record batches of one table in Arrow IPC stream format, each batch as bytes of its own. */
export class ArrowCodec {
  readonly #schema: Schema;
  /** The schema message: the first bytes of the stream. */
  readonly head: Uint8Array;

  constructor(readonly spec: TableSpec) {
    this.#schema = new Schema(spec.columns.map(fieldOf), new Map([["table", spec.name]]));
    const writer = new RecordBatchStreamWriter();
    writer.reset(undefined, this.#schema);
    const stream = writer.finish().toUint8Array(true);
    this.head = stream.slice(0, stream.length - endOfStream.length);
  }

  /**
   * The bytes of one record batch, to stand behind the head or another batch. They share no memory with the columns.
   *
   * @param columns in the order of the table, each in memory of its own (the package joins neighbouring buffers)
   */
  encode(columns: readonly ColumnArray[], rows: number): Uint8Array {
    const children = this.spec.columns.map((column, i) => dataOf(column.type, columns[i], rows));
    const type = new Struct(this.#schema.fields);
    const struct = makeData({ type, length: rows, nullCount: 0, children });
    const writer = new RecordBatchStreamWriter();
    writer.write(new RecordBatch(this.#schema, struct));
    const stream = writer.finish().toUint8Array(true);
    return stream.subarray(this.head.length, stream.length - endOfStream.length);
  }

  /** Batches one after the other. `stream` begins with the head and ends behind a whole batch; the arrays may lie in it. */
  *decode(stream: Uint8Array, wanted = this.spec.columns): Generator<Columns> {
    for (const batch of RecordBatchReader.from(stream)) {
      const columns: Record<string, ColumnArray> = {};
      for (const column of wanted) {
        columns[column.name] = valuesOf(column.type, batch, this.spec.columns.indexOf(column));
      }
      yield { length: batch.numRows, columns };
    }
  }
}

function dataOf(type: ColumnType, values: ColumnArray | undefined, length: number): Data {
  if (type === "f64" && values instanceof Float64Array) {
    return makeData({ type: new Float64(), length, nullCount: 0, data: values.subarray(0, length) });
  }
  if (type === "i32" && values instanceof Int32Array) {
    return makeData({ type: new Int32(), length, nullCount: 0, data: values.subarray(0, length) });
  }
  if (type === "bool" && values instanceof Uint8Array) {
    const bits = new Uint8Array(Math.ceil(length / 8));
    for (let i = 0; i < length; i += 1) if (values[i]) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
    return makeData({ type: new Bool(), length, nullCount: 0, data: bits });
  }
  if (type === "utf8" && Array.isArray(values)) {
    const texts = values.slice(0, length).map((text) => encoder.encode(text));
    const valueOffsets = new Int32Array(length + 1);
    texts.forEach((text, i) => {
      valueOffsets[i + 1] = (valueOffsets[i] ?? 0) + text.length;
    });
    const data = new Uint8Array(valueOffsets[length] ?? 0);
    texts.forEach((text, i) => data.set(text, valueOffsets[i]));
    return makeData({ type: new Utf8(), length, nullCount: 0, valueOffsets, data });
  }
  throw new TypeError(`a column of type ${type} is collected in ${values?.constructor.name ?? "nothing"}`);
}

function valuesOf(type: ColumnType, batch: RecordBatch, index: number): ColumnArray {
  const rows = batch.numRows;
  const data = batch.data.children[index];
  if (data === undefined) throw new TypeError(`the batch has no column ${index}`);
  const values: unknown = data.values;
  if (type === "f64" && values instanceof Float64Array) return values.subarray(0, rows);
  if (type === "i32" && values instanceof Int32Array) return values.subarray(0, rows);
  if (type === "bool" && values instanceof Uint8Array) {
    return Uint8Array.from({ length: rows }, (_, i) => ((values[i >> 3] ?? 0) >> (i & 7)) & 1);
  }
  if (type === "utf8" && values instanceof Uint8Array) {
    const offsets: unknown = data.valueOffsets;
    if (!(offsets instanceof Int32Array)) throw new TypeError(`column ${index} of the batch has no offsets`);
    return Array.from({ length: rows }, (_, i) => decoder.decode(values.subarray(offsets[i], offsets[i + 1])));
  }
  throw new TypeError(`column ${index} of the batch is not of type ${type}`);
}
