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

test("millivolts and microamperes without a unit would be kilowatts: refused until the units are said", () => {
  const rows = sweep.map(({ voltage_V, current_A }) => ({ voltage_V: 1e3 * voltage_V, current_A: 1e6 * current_A }));
  const text = table("V,I", rows);
  assert.throws(() => read(text), /"V" and "I" have no unit.*300 V times 10 A, 3 kW.*voltage=V:mV,current=I:uA/s);
  const [run] = read(text, {
    ...anyFile,
    columns: { voltage: { column: "V", unit: "mV" }, current: { column: "I", unit: "uA" } },
  });
  assert.ok(Math.abs((run?.rows[20]?.["voltage_V"] as number) - (sweep[20]?.voltage_V ?? 0)) < 1e-12);
});

test("voltage and current in each other's columns are told by the resistance that they would make, unless a person says so", () => {
  const turned = sweep.map(({ voltage_V, current_A }) => ({ voltage_V: current_A, current_A: voltage_V }));
  const text = table("Voltage (V),Current (A)", turned);
  const warned = /TURNED ROUND.*less than the leads.*voltage=Current \(A\):V,current=Voltage \(V\):A/s;
  assert.match(read(text)[0]?.notes.join("\n") ?? "", warned);
  assert.doesNotMatch(read(table("Voltage (V),Current (A)", sweep))[0]?.notes.join("\n") ?? "", /TURNED/);
  const columns = { voltage: { column: "Current", unit: "V" }, current: { column: "Voltage", unit: "A" } };
  const [run] = read(text, { ...anyFile, columns });
  assert.equal(run?.rows[20]?.["voltage_V"], sweep[20]?.voltage_V);
  assert.doesNotMatch(run?.notes.join("\n") ?? "", /TURNED/);
});

test("a last line that breaks off in a number is left out, and told; one that only lacks its end is read", () => {
  const lines = sweep.map(({ voltage_V, current_A }) => `${voltage_V.toFixed(3)},${current_A.toExponential(4)}`);
  const whole = `Voltage (V),Current (A)\n${lines.join("\n")}`;
  assert.equal(read(whole)[0]?.rows.length, sweep.length);
  for (const cut of [3, 4, 6]) {
    const [run] = read(whole.slice(0, -cut));
    assert.equal(run?.rows.length, sweep.length - 1, whole.slice(-12, -cut));
    assert.ok(run?.notes.some((note) => /breaks off and is left out/.test(note)));
  }
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
