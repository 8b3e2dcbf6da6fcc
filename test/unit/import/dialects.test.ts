import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MemrigError } from "../../../src/errors.js";
import { readSourceFile, runsOfFile } from "../../../src/import/index.js";
import { encoded, type Encoding } from "./files.js";

const anyFile = { columns: {}, settings: () => ({}) };

/** How a program may write a table. */
interface Dialect {
  readonly separator: string;
  readonly mark: "." | ",";
  readonly encoding: Encoding;
  readonly lineEnd: string;
  readonly header: (voltage: string, current: string) => string;
  readonly volts: readonly [unit: string, factor: number];
  readonly amperes: readonly [unit: string, factor: number];
  readonly noise: readonly string[];
  readonly swapped: boolean;
  readonly blanks: number;
}

const dialects: fc.Arbitrary<Dialect> = fc
  .record({
    separator: fc.constantFrom("\t", ";", ",", "|"),
    mark: fc.constantFrom<"." | ",">(".", ","),
    encoding: fc.constantFrom<Encoding>(
      ...([
        "utf8",
        "utf8 with mark",
        "utf16le",
        "utf16le with mark",
        "utf16be",
        "utf16be with mark",
        "latin1",
      ] as const),
    ),
    lineEnd: fc.constantFrom("\n", "\r\n"),
    header: fc.constantFrom<Dialect["header"]>(
      (unit, name) => `${name} (${unit})`,
      (unit, name) => `${name}[${unit}]`,
      (unit, name) => `${name} / ${unit}`,
      (unit, name) => `${name}_${unit}`,
    ),
    volts: fc.constantFrom<Dialect["volts"]>(["V", 1], ["mV", 1e3]),
    amperes: fc.constantFrom<Dialect["amperes"]>(["A", 1], ["mA", 1e3], ["\u00b5A", 1e6], ["nA", 1e9]),
    noise: fc.subarray(["Sample: ring 3, cell 4", "# measured by the night shift", "Operator;Jane", ""]),
    swapped: fc.boolean(),
    blanks: fc.integer({ min: 0, max: 2 }),
  })
  // What no reader could tell apart is refused, and tested below.
  .filter(({ separator, mark }) => !(separator === "," && mark === ","));

const number = fc.double({ min: -2, max: 2, noNaN: true }).map((value) => Number(value.toPrecision(6)));
const readings = fc.array(fc.tuple(number, number), { minLength: 5, maxLength: 40 });

test("a sweep comes back with the same numbers from any separator, decimal mark, encoding, unit, header and column order", () => {
  fc.assert(
    fc.property(dialects, readings, (dialect, numbers) => {
      const [[vUnit, vFactor], [iUnit, iFactor]] = [dialect.volts, dialect.amperes];
      const write = (value: number) => value.toExponential(9).replace(".", dialect.mark);
      const order = <T>(pair: readonly [T, T]) => (dialect.swapped ? [pair[1], pair[0]] : [...pair]);
      const text = [
        ...dialect.noise,
        order([dialect.header(vUnit, "Voltage"), dialect.header(iUnit, "Current")]).join(dialect.separator),
        ...numbers.map(([v, i]) => order([write(v * vFactor), write(i * iFactor)]).join(dialect.separator)),
        ...Array.from({ length: dialect.blanks }, () => ""),
      ].join(dialect.lineEnd);

      const file = readSourceFile(encoded(text, dialect.encoding));
      const [run, ...more] = runsOfFile(file, anyFile);

      assert.equal(more.length, 0);
      assert.equal(run?.protocol, "iv-sweep");
      assert.equal(run.rows.length, numbers.length);
      for (const [k, [v, i]] of numbers.entries()) {
        close(run.rows[k]?.["voltage_V"], v);
        close(run.rows[k]?.["current_A"], i);
      }
    }),
    { numRuns: 400 },
  );
});

/** Ten digits are written; scaling there and back costs the last bits of a double. */
function close(read: unknown, wanted: number): void {
  assert.ok(Math.abs(Number(read) - wanted) <= 1e-9 * Math.abs(wanted), `${String(read)} was read, ${wanted} written`);
}

test("any bytes are read or refused with a sentence, and never break the reader", () => {
  const piece = fc.constantFrom(
    "V",
    "I (mA)",
    "#REF",
    "1,5",
    "2.5E-3",
    "\t",
    ";",
    ",",
    '"',
    "\n",
    "\r\n",
    "SET#1",
    "DataName",
    "DataValue",
    " ",
    "sep=;\n",
    "\0",
  );
  const texts = fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join("")));
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(fc.oneof(texts, bytes), (given) => {
      try {
        runsOfFile(readSourceFile(given), anyFile);
      } catch (error) {
        assert.ok(error instanceof MemrigError, String(error));
        assert.equal(error.kind, "invalid-request");
      }
    }),
    { numRuns: 1500 },
  );
});
