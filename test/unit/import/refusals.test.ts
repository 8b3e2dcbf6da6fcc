import assert from "node:assert/strict";
import { test } from "node:test";
import { type ImportRequest, readSourceFile, runsOfFile } from "../../../src/import/index.js";
import { switchSweep, table } from "./files.js";

const anyFile: ImportRequest = { columns: {}, settings: () => ({}) };
const read = (text: string | Buffer, request = anyFile) => runsOfFile(readSourceFile(Buffer.from(text)), request);
const sweep = switchSweep(0.15);
const inComma = (text: string) => text.replaceAll(".", ",");

test("swapped units are refused with the column, its unit and what to write; --columns then settles it", () => {
  const swapped = table("Voltage (A),Current (V)", sweep);
  assert.throws(() => read(swapped), /"Voltage \(A\)".*unit is A.*--columns voltage=Voltage:V/s);

  const [run] = read(swapped, {
    ...anyFile,
    columns: { voltage: { column: "Voltage", unit: "V" }, current: { column: "Current", unit: "A" } },
  });
  assert.equal(run?.rows[20]?.["voltage_V"], sweep[20]?.voltage_V);
});

test("a file without names is refused with its columns by number; --columns by number reads it", () => {
  const bare = table("", sweep).trimStart();
  assert.throws(() => read(bare), /columns "1", "2".*--columns voltage=1:V,current=2:A/s);
  const [run] = read(bare, {
    ...anyFile,
    columns: { voltage: { column: "1", unit: "V" }, current: { column: "2", unit: "mA" } },
  });
  assert.equal(run?.rows[20]?.["current_A"], (sweep[20]?.current_A ?? 0) / 1000);
});

test("decimal commas between commas are refused: each number falls into two", () => {
  const digits = sweep.map(({ voltage_V, current_A }) => `${voltage_V.toFixed(3)},${(1e6 * current_A).toFixed(3)}`);
  assert.throws(() => read(inComma(`V (V),I (uA)\n${digits.join("\n")}`)), /4 numbers under 2 names.*semicolons/s);
});

test("numbers that all look like 1,234 are refused until the mark is said", () => {
  const text = `V (mV);I (nA)\n${[1, 2, 3, 4, 5, 6].map((k) => `${k},234;${k},500`).join("\n")}\n`;
  assert.throws(() => readSourceFile(Buffer.from(text)), /may be 1\.234 or 1234.*--decimal comma/s);
  const [run] = runsOfFile(readSourceFile(Buffer.from(text), ","), anyFile);
  assert.equal(run?.rows[0]?.["voltage_V"], 1.234e-3);
});

test("points and commas in one file are refused, both quoted", () => {
  const text = `V;I\n${["0.5;0,1", "0.6;0,2", "0.7;0,3", "0.8;0,4", "0.9;0,5"].join("\n")}\n`;
  assert.throws(() => read(text), /"0\.5".*"0,1"/s);
});

test("a current of 295 without a unit is not believed to be in amperes", () => {
  const text = table(
    "Voltage (V),Current",
    sweep.map(({ voltage_V }) => ({ voltage_V, current_A: 295 })),
  );
  assert.throws(() => read(text), /"Current".*no unit and reaches 295.*current=Current:mA/s);
});

test("two voltages that both change are not chosen between", () => {
  const rows = sweep.map(({ voltage_V, current_A }) => `${voltage_V}\t${2 * voltage_V}\t${current_A}`);
  assert.throws(
    () => read(`AV\tBV\tAI\n${rows.join("\n")}\n`),
    /"AV", "BV" may each be the voltage.*--columns voltage=AV/s,
  );
});

test("a column that is not there is refused with those that are", () => {
  const request = { ...anyFile, columns: { voltage: { column: "U" } } };
  assert.throws(
    () => read(table("V (V),I (A)", sweep), request),
    /voltage=U: there is no such column; there are "V \(V\)", "I \(A\)"/,
  );
});

test("an Excel workbook, an empty file and a page of words are refused, each for what it is", () => {
  assert.throws(() => read(Buffer.from([0x50, 0x4b, 3, 4, 20, 0])), /Excel workbook.*save the sheet/s);
  assert.throws(() => read(""), /The file is empty/);
  assert.throws(() => read("Dear all,\nthe sample is dead.\n"), /No two columns of numbers.*Dear all/s);
});

test("a sweep of four readings is refused", () => {
  assert.throws(() => read(table("V (V),I (A)", sweep.slice(0, 4))), /4 rows.*at least 5/);
});
