import assert from "node:assert/strict";
import { test } from "node:test";
import { compareReference, type ImportRequest, readSourceFile, runsOfFile } from "../../../src/import/index.js";
import { clariusNumber, clariusSheet, easyExpertRecord, encoded, switchSweep, table } from "./files.js";

const anyFile: ImportRequest = { columns: {}, settings: () => ({}) };
const read = (text: string, request = anyFile) => runsOfFile(readSourceFile(Buffer.from(text)), request);

test("the number 410.1377E-2 of a Clarius sheet is 4.101377, and so are all its others", () => {
  assert.match(clariusNumber(4.101377), /^410\.1377E-2$/);
  const [run] = read(clariusSheet([0.15, 0.17]));
  const wanted = switchSweep(0.17, -1);
  const second = run?.rows.filter(({ cycle }) => cycle === 2) ?? [];
  assert.equal(second.length, wanted.length);
  for (const [k, { voltage_V, current_A }] of wanted.entries()) {
    assert.ok(Math.abs(Number(second[k]?.["voltage_V"]) - voltage_V) < 1e-9);
    assert.ok(Math.abs(Number(second[k]?.["current_A"]) - current_A) <= 1e-6 * Math.abs(current_A));
  }
});

test("a Clarius sheet of repeated groups is one run, a cycle a group, the empty group told", () => {
  const [run, ...more] = read(clariusSheet([0.15, 0.17, 0.19]));

  assert.equal(more.length, 0);
  assert.equal(run?.title, "SET_negative");
  assert.equal(run.parameters["cycles"], 3);
  assert.deepEqual(
    [run.parameters["start"], run.parameters["stop"], run.parameters["step"], run.parameters["shape"]],
    [0, -0.3, 0.01, "double"],
  );
  assert.ok(
    run.notes.some((note) => /1 empty group left out: SET_negative#4/.test(note)),
    run.notes.join("\n"),
  );
});

test("what Clarius wrote in the first row is compared with ours, cycle by cycle, at the level where it stands in the data", () => {
  const [run] = read(clariusSheet([0.15, 0.17, 0.19]));
  assert.ok(run);
  const { comparisons, notes } = compareReference(run);
  const of = (name: string) => comparisons.find((one) => one.name === name);

  assert.deepEqual(
    run.reference["VSET"]?.map((value) => Number(value.toFixed(6))),
    [0.15, 0.17, 0.19],
  );
  assert.equal(of("VSET")?.deviation.n, 3);
  assert.ok(Math.abs(of("VSET")?.deviation.mean ?? 1) < 1e-6);
  assert.ok(Math.abs((of("I_LRS")?.ours.mean ?? 0) - 10e-6) < 1e-11);
  assert.ok(Math.abs((of("I_HRS")?.ours.mean ?? 0) - 0.12 / 2e8) < 1e-14);
  assert.match(notes.join(), /read level 0\.12 V/);
});

test("a wrong V_set beside the data shows as a deviation of its size", () => {
  const sheet = clariusSheet([0.15, 0.17]).replace(clariusNumber(0.17), clariusNumber(0.136));
  const [run] = read(sheet);
  assert.ok(run);
  const found = compareReference(run).comparisons.find(({ name }) => name === "VSET");
  assert.ok(Math.abs((found?.deviation.mean ?? 0) - 0.5 * (0.17 / 0.136 - 1)) < 1e-6, String(found?.deviation.mean));
});

test("the same sheet as endurance needs the read voltage, and then divides by the currents", () => {
  const endurance = { ...anyFile, protocol: "endurance" };
  assert.throws(() => read(clariusSheet([0.15, 0.17]), endurance), /--set read_amplitude=0\.2V/);
  const [run] = read(clariusSheet([0.15, 0.17]), { ...endurance, settings: () => ({ read_amplitude: 0.12 }) });
  assert.equal(run?.rows.length, 2);
  assert.ok(Math.abs(Number(run.rows[0]?.["rOff_ohm"]) - 2e8) < 100);
});

test("records of one title in an EasyEXPERT file are cycles; another title is a run of its own", () => {
  const file =
    easyExpertRecord("Set", switchSweep(0.15), "05/01/2024 10:00:00", "uA") +
    easyExpertRecord("Set", switchSweep(0.17), "05/01/2024 10:01:00", "uA") +
    easyExpertRecord("Reset", switchSweep(0.2, -1), "05/01/2024 10:02:00");
  const [set, reset, ...more] = read(file);

  assert.equal(more.length, 0);
  assert.deepEqual([set?.title, set?.parameters["cycles"], set?.device], ["Set", 2, "W3-D17"]);
  assert.deepEqual([set?.parameters["drive"], set?.parameters["compliance"]], ["voltage", 1e-5]);
  assert.equal(Number(set?.rows[25]?.["current_A"]), 1e-5);
  assert.equal(set?.rows[25]?.["in_compliance"], true);
  assert.equal(reset?.title, "Reset");
  assert.equal(reset.parameters["stop"], -0.3);
  assert.equal(reset.measuredAt, "05/01/2024 10:02:00");
});

test("levels that repeat in one table are taken as cycles, and that is told", () => {
  const twice = [...switchSweep(0.15), ...switchSweep(0.17)];
  const [run] = read(table("V (V),I (A)", twice));
  assert.equal(run?.parameters["cycles"], 2);
  assert.ok(
    run.notes.some((note) => /repeat every 62 rows: taken as 2 cycles/.test(note)),
    run.notes.join("\n"),
  );
});

test("UTF-16 without a mark is found by its zero bytes and told", () => {
  const file = readSourceFile(encoded(table("V (V);I (\u00b5A)", switchSweep(0.15), ";"), "utf16be"));
  assert.equal(file.encoding, "UTF-16 BE");
  assert.match(file.notes.join(), /no byte-order mark/);
});

test("nothing that the file does not tell is filled in with a default", () => {
  const [run] = read(table("V (V),I (A)", switchSweep(0.15)));
  assert.ok(run);
  assert.deepEqual(Object.keys(run.parameters).sort(), ["cycles", "drive", "read", "shape", "start", "step", "stop"]);
  assert.ok(Number.isNaN(run.rows[0]?.["asked_A"]) && Number.isNaN(run.rows[0]?.["time_s"]));
  assert.match(run.notes.join("\n"), /compliance is not known/);
});

test("resistances of both states with units of their own are a run of endurance", () => {
  const rows = ["Cycle;R_on (kOhm);R_off [M\u2126]", ...[1, 2, 3].map((k) => `${k};6,${k};200,5`), ""].join("\n");
  const [run] = read(rows);
  assert.equal(run?.protocol, "endurance");
  assert.equal(run.rows[1]?.["rOn_ohm"], 6200);
  assert.equal(run.rows[1]["rOff_ohm"], 200.5e6);
});

test("a file of 200 000 rows is read whole", () => {
  const long = Array.from({ length: 200_000 }, (_, k) => ({ voltage_V: (k % 1000) / 1000, current_A: k * 1e-9 }));
  const [run] = read(table("V (V),I (A)", long));
  assert.deepEqual([run?.rows.length, run?.parameters["cycles"]], [200_000, 200]);
});
