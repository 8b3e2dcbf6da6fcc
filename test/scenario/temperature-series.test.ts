import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { temperatureSeries } from "../../protocols/temperature-series.js";
import type { RunContext } from "../../src/engine/protocol.js";
import type { Columns, Row } from "../../src/store/shapes.js";
import { columnsOf } from "../unit/protocols/bench.js";
import { smuWiring, virtualBench } from "../support/virtual-bench.js";

/** A device on a heated stage: both instruments virtual, on sockets, with the real drivers. Waiting passes the lab's time. */
async function heated(t: TestContext, model: string, parameters: Readonly<Record<string, number>>) {
  const instruments = [
    { label: "smu", driver: "keithley-2450" },
    { label: "stage", driver: "lakeshore-336" },
  ];
  const bench = await virtualBench(instruments, smuWiring("smu"), { id: "dut", model, parameters });
  t.after(() => bench.close());
  const [smu, thermal] = [await bench.open("smu", "smu"), await bench.open("stage", "thermal")];
  return { bench, station: { smu, thermal, loop: 1, input: "A" } };
}

async function runOn(
  t: TestContext,
  settings: object,
  parameters: Readonly<Record<string, number>>,
  { stopAfter_s = Infinity, model = "vo2-mott" } = {},
) {
  const { bench, station } = await heated(t, model, parameters);
  const plan = temperatureSeries.parameters.parse(settings);
  const rows: Record<string, Row[]> = { temperatures: [], points: [] };
  const warnings: string[] = [];
  const ends: (() => Promise<void>)[] = [];
  const marks: number[] = [];
  const context: RunContext = {
    signal: new AbortController().signal,
    atEnd: (action) => ends.unshift(action),
    async wait(duration_s) {
      await bench.lab.pass(duration_s);
      if (bench.lab.now_s > stopAfter_s) throw new Error("stopped");
    },
    completed: 0,
    async between(completed) {
      assert.equal(await station.thermal.outputIsOn(), false, "a pause finds the heater off");
      marks.push(completed);
    },
    warn: (message) => warnings.push(message),
  };
  let failure: unknown;
  try {
    for await (const batch of temperatureSeries.run(station, plan, context)) {
      if ("rows" in batch) rows[batch.table]?.push(...batch.rows);
    }
  } catch (error) {
    failure = error;
  }
  const heaterOn = await station.thermal.outputIsOn();
  for (const action of ends) await action();
  const tables: Record<string, Columns> = Object.fromEntries(
    temperatureSeries.tables.map((table) => [table.name, columnsOf(table, rows[table.name] ?? [])]),
  );
  return { station, plan, tables, rows, warnings, marks, failure, heaterOn };
}

test("through the virtual stage and SMU the VO2 device is activated with 0.205 ± 0.003 eV below 60 °C, and surges above", async (t) => {
  const ran = await runOn(
    t,
    { temperatures: "298; 306; 314; 322; 330; 343", fit_to: "331 K", settle: "20 s", poll: "5 s" },
    { Re: 0, sigma_cycle: 0 },
  );
  assert.deepEqual([ran.failure, ran.warnings, ran.marks], [undefined, [], [1, 2, 3, 4, 5, 6]]);
  const metrics = temperatureSeries.analyse(ran.tables, ran.plan);
  // Yi et al. 2018, Suppl. Fig. 6c: (0.205 ± 0.003) eV, R² 0.996
  assert.ok(Math.abs((metrics["activation_eV"]?.mean ?? 0) - 0.205) < 0.003, `${metrics["activation_eV"]?.mean} eV`);
  assert.equal(metrics["activation_eV"]?.n, 5);
  assert.ok((metrics["r2"]?.mean ?? 0) > 0.996, `R² ${metrics["r2"]?.mean}`);
  assert.ok((metrics["surge"]?.mean ?? 0) > 100, `surge ${metrics["surge"]?.mean}`);
  for (const row of ran.rows["temperatures"] ?? []) {
    assert.ok(Math.abs(Number(row["temperature_K"]) - Number(row["asked_K"])) < 0.15);
  }
  assert.deepEqual([await ran.station.thermal.outputIsOn(), await ran.station.smu.outputIsOn()], [false, false]);
  assert.equal(temperatureSeries.figures(ran.tables, ran.plan)[0]?.series.length, 2);
});

test("an ovonic switch on the virtual stage is activated with E_a: i goes as exp(-E_a/kT)/T at small voltage, 0.35 eV", async (t) => {
  const settings = { temperatures: "300; 330", settle: "5 s", poll: "5 s", level: "100 mV", fit_to: "340 K" };
  const ran = await runOn(t, settings, {}, { model: "ots" });
  const [cold, hot] = ran.rows["temperatures"] ?? [];
  assert.ok(cold && hot, String(ran.failure));
  const read = (row: Row, name: string) => Number(row[name]);
  const perTemperature = (row: Row) => Math.log(read(row, "conductance_S") * read(row, "temperature_K"));
  const inverse_per_V = (row: Row) => 1 / (8.617333e-5 * read(row, "temperature_K"));
  const energy_eV = (perTemperature(hot) - perTemperature(cold)) / (inverse_per_V(cold) - inverse_per_V(hot));
  assert.ok(Math.abs(energy_eV - 0.35) < 0.003, `${energy_eV} eV`); // sinh adds 0.4 % at 100 mV, the meter's last digit less
});

test("the hotter the stage, the lower the threshold of the sweep at it", async (t) => {
  const settings = { temperatures: "300; 320", settle: "0 s", stop: "1.6 V", step: "20 mV", dwell: "5 ms" };
  const { rows, tables, plan } = await runOn(t, settings, { Re: 0, sigma_cycle: 0 });
  const on_V = (asked_K: number) =>
    Number(rows["points"]?.find((row) => row["asked_K"] === asked_K && row["in_compliance"] === true)?.["asked_V"]);
  assert.ok(on_V(300) > on_V(320) + 0.1, `${on_V(300)} V at 300 K, ${on_V(320)} V at 320 K`);
  assert.equal(temperatureSeries.figures(tables, plan).length, 3);
});

test("a set-point the stage can not reach is read at the deadline, said, and kept out of the fit", async (t) => {
  const settings = { temperatures: "280; 300", settle: "10 s", deadline: "60 s" };
  const { rows, warnings, tables, plan } = await runOn(t, settings, {});
  assert.match(warnings.join(), /not within 100 mK of 280 K for 10 s within 60 s/);
  assert.deepEqual(
    rows["temperatures"]?.map((row) => row["settled"]),
    [false, true],
  );
  const metrics = temperatureSeries.analyse(tables, plan);
  assert.deepEqual([metrics["settled"]?.mean, metrics["activation_eV"]?.n], [0.5, 0]);
});

test("stopped while it heats, its end actions put the heater off", async (t) => {
  const ran = await runOn(t, { temperatures: "340" }, {}, { stopAfter_s: 30 });
  assert.match(String(ran.failure), /stopped/);
  assert.equal(ran.heaterOn, true, "it was stopped with the heater on");
  assert.equal(await ran.station.thermal.outputIsOn(), false);
});

test("a limit below a set-point, no temperature and a reading at 0 V are refused", () => {
  const refused = (settings: object) =>
    temperatureSeries.parameters
      .safeParse(settings)
      .error?.issues.map(({ message }) => message)
      .join() ?? "";
  assert.match(refused({ limit: "300 K" }), /above the highest set-point, 328 K/);
  assert.match(refused({ temperatures: "" }), /at least one/);
  assert.match(refused({ level: 0 }), /no current/);
  assert.match(refused({ temperatures: "20 V" }), /number in K/);
});
