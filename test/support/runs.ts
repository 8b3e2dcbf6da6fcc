import { abortRequested, createRun, type RunWriter } from "../../src/store/index.js";
import type { Row, TableSpec } from "../../src/store/shapes.js";
import { createRandom } from "../../src/simulator/random.js";
import { until } from "./until.js";

/** Runs made without a bench, for what only reads runs. Their device is arithmetic, not physics. */
export const sweepTable: TableSpec = {
  name: "points",
  columns: [
    { name: "cycle", type: "i32", unit: "", description: "number of the sweep, from 1" },
    { name: "point", type: "i32", unit: "", description: "number of the level within the sweep, from 0" },
    { name: "branch", type: "i32", unit: "", description: "0 up, 1 down" },
    { name: "asked_V", type: "f64", unit: "V", description: "level" },
    { name: "asked_A", type: "f64", unit: "A", description: "limit" },
    { name: "voltage_V", type: "f64", unit: "V", description: "measured voltage" },
    { name: "current_A", type: "f64", unit: "A", description: "measured current" },
    { name: "time_s", type: "f64", unit: "s", description: "since the first reading" },
    { name: "in_compliance", type: "bool", unit: "", description: "the limit was active" },
  ],
};

export const cycleTable: TableSpec = {
  name: "cycles",
  columns: [
    { name: "cycle", type: "i32", unit: "", description: "number of the cycle, from 1" },
    { name: "time_s", type: "f64", unit: "s", description: "since the first pulse" },
    { name: "rOn_ohm", type: "f64", unit: "ohm", description: "resistance in the on state" },
    { name: "rOff_ohm", type: "f64", unit: "ohm", description: "resistance in the off state" },
  ],
};

/** Rows of one double sweep of a switch that turns on and off again near two voltages. */
export function sweepRows(cycle: number): Row[] {
  const random = createRandom(cycle, "sweep");
  const vth_V = 0.17 + 0.004 * random.normal();
  const vhold_V = 0.1 + 0.0045 * random.normal();
  const limit_A = 10e-6;
  let on = false;
  return Array.from({ length: 121 }, (_, point) => {
    const asked_V = 0.3 - Math.abs(0.3 - 0.005 * point);
    on = point <= 60 ? on || asked_V >= vth_V : on && asked_V > vhold_V;
    const free_A = on ? asked_V / 6e3 : asked_V / 2e10 + 2e-13 * random.normal();
    const current_A = Math.min(limit_A, free_A);
    return {
      cycle,
      point,
      branch: point <= 60 ? 0 : 1,
      asked_V,
      asked_A: limit_A,
      voltage_V: on ? current_A * 6e3 : asked_V,
      current_A,
      time_s: 0.05 * ((cycle - 1) * 121 + point),
      in_compliance: current_A >= limit_A,
    };
  });
}

export function enduranceRows(from: number, count: number): Row[] {
  return Array.from({ length: count }, (_, i) => {
    const random = createRandom(from + i, "endurance");
    return {
      cycle: from + i,
      time_s: 35e-6 * (from + i),
      rOn_ohm: 6e3 * Math.exp(0.08 * random.normal()),
      rOff_ohm: 2e9 * Math.exp(0.3 * random.normal()),
    };
  });
}

interface Options {
  readonly expectedRows?: number;
  readonly dut?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Name of the bench it runs on. */
  readonly bench?: string;
}

/** What both kinds of run have in common. */
function begin(
  store: string,
  { expectedRows = 0, dut = "W3-D17", tags = {}, bench = "ZnO on the virtual bench" }: Options,
  own: Pick<Parameters<typeof createRun>[1], "protocol" | "parameters" | "instruments"> & { readonly table: TableSpec },
): Promise<RunWriter> {
  const { table, ...rest } = own;
  return createRun(store, {
    ...rest,
    software: { name: "memrig", version: "0.1.0", commit: "0123456789" },
    operator: "lab",
    bench: { name: bench },
    dut,
    tables: [table],
    mainTable: table.name,
    expectedRows,
    tags,
  });
}

/** Begins an I-V run; rows are for the test to append. */
export function beginSweepRun(store: string, options: Options = {}): Promise<RunWriter> {
  return begin(store, options, {
    protocol: "iv-sweep",
    table: sweepTable,
    parameters: {
      drive: "voltage",
      start: 0,
      stop: 0.3,
      step: 0.005,
      shape: "double",
      compliance: 10e-6,
      dwell: 0.05,
      nplc: 1,
      cycles: 1,
      read: 0,
    },
    instruments: [
      {
        label: "smu",
        driver: "keithley-2450",
        resource: "virtual",
        identity: "KEITHLEY INSTRUMENTS,MODEL 2450,01234567,1.7.12b",
        virtual: true,
      },
    ],
  });
}

/** Begins an endurance run; rows are for the test to append. */
export function beginEnduranceRun(store: string, options: Options = {}): Promise<RunWriter> {
  return begin(store, options, {
    protocol: "endurance",
    table: cycleTable,
    parameters: {
      set_amplitude: 1.2,
      set_width: 5e-6,
      reset_amplitude: 0,
      reset_width: 5e-6,
      read_amplitude: 0.1,
      read_width: 10e-6,
      gap: 10e-6,
      cycles: 1000,
    },
    instruments: [],
  });
}

/** Does what the engine does with a wish to stop: looks for it, says what became of the outputs, ends the run. */
export async function endWhenAsked(writer: RunWriter): Promise<void> {
  const asked = await until("a wish to abort", () => abortRequested(writer.folder));
  writer.event("safe", {
    label: "smu",
    resource: "virtual",
    state: "safe",
    note: "it answered that its output is off",
    took_s: 0.01,
  });
  await writer.finish("aborted", { reason: `Aborted by ${asked.by}.` });
}
