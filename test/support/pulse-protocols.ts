import type { TestContext } from "node:test";
import type { PulseStation, SourceMeasureUnit } from "../../src/capabilities/index.js";
import type { AnyProtocol } from "../../src/engine/protocol.js";
import type { Columns, Metrics } from "../../src/store/shapes.js";
import type { DutPlan } from "../../src/virtual/bench-plan.js";
import { type Ran, runHere } from "../unit/protocols/bench.js";
import { virtualBench } from "./virtual-bench.js";

/** A gradual memory cell of about 5 to 100 kΩ, set by negative pulses beyond 0.5 V. */
export const gradualCell: DutPlan["parameters"] = {
  ...{ R_on: 5e3, R_off: 100e3, v_off: 0.5, v_on: -0.5 },
  ...{ k_off: 1e-3, k_on: -1e-3, a_off: 3, a_on: 3 },
};

/** Generator and scope on one device with a shunt, served on sockets and opened with the real drivers. */
export async function pulseStation(
  t: TestContext,
  model: string,
  parameters: DutPlan["parameters"] = {},
  shunt_ohm = 1000,
): Promise<PulseStation> {
  const bench = await virtualBench(
    [
      { label: "awg", driver: "keysight-33500", model: "33522B" },
      { label: "scope", driver: "keysight-infiniivision" },
    ],
    [
      { instrument: "awg", terminal: "1", node: "dut.top" },
      { instrument: "scope", terminal: "1", node: "dut.top" },
      { instrument: "scope", terminal: "2", node: "dut.bottom", through: { shunt_ohm } },
      { instrument: "scope", terminal: "3", node: "dut.bottom" },
    ],
    { id: "dut", model, parameters },
  );
  t.after(() => bench.close());
  const probe = (channel: number) => ({ channel, resistance_ohm: shunt_ohm, impedance: "1M" as const });
  return {
    source: await bench.open("awg", "awg"),
    sourceChannel: 1,
    scope: await bench.open("scope", "scope"),
    top: { channel: 1 },
    current: [probe(2), probe(3)],
  };
}

/** A source-measure unit across one device. */
export async function smuStation(
  t: TestContext,
  model: string,
  parameters: DutPlan["parameters"] = {},
): Promise<SourceMeasureUnit> {
  const bench = await virtualBench(
    [{ label: "smu", driver: "keithley-2450" }],
    [
      { instrument: "smu", terminal: "high", node: "dut.top" },
      { instrument: "smu", terminal: "low", node: "dut.bottom" },
    ],
    { id: "dut", model, parameters },
  );
  t.after(() => bench.close());
  return bench.open("smu", "smu");
}

/** What a run left, and what its analysis made of it. */
export interface Measured extends Ran {
  readonly metrics: Metrics;
  mean(metric: string): number;
  column(table: string, name: string): number[];
}

export async function measured(
  protocol: AnyProtocol,
  station: unknown,
  settings: Readonly<Record<string, unknown>>,
): Promise<Measured> {
  const ran = await runHere(protocol, station, settings);
  const metrics = protocol.analyse(ran.tables, protocol.parameters.parse(settings));
  return {
    ...ran,
    metrics,
    mean: (name) => metrics[name]?.mean ?? Number.NaN,
    column: (table, name) => Array.from(ran.tables[table]?.columns[name] ?? [], Number),
  };
}

/** The rows of a table as one object each. */
export function rowsOf(table: Columns | undefined): Record<string, unknown>[] {
  return Array.from({ length: table?.length ?? 0 }, (_, k) =>
    Object.fromEntries(Object.entries(table?.columns ?? {}).map(([name, cells]) => [name, cells[k]])),
  );
}
