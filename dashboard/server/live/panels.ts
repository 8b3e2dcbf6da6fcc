import type { Column, RunInfo, TableSpec } from "../../../src/store/shapes.js";
import type { LivePanel } from "./live-panel.js";
import { Sweeps } from "./sweeps.js";
import { Trend } from "./trend.js";

/** What counts the curves or points of a table. */
const counters = /^(cycle|pulse|sweep|segment)$/;

/**
 * The panels that a run's tables give, by their columns alone, so that a protocol nobody thought of here is shown too:
 * resistances and delays against the number of the cycle, and curves of current.
 */
export function panelsFor({ tables, parameters }: Pick<RunInfo, "tables" | "parameters">): LivePanel[] {
  return tables.flatMap((table): LivePanel[] => {
    const counter = table.columns.find(({ name, type }) => type === "i32" && counters.test(name));
    if (counter === undefined) return [];
    const trends = trendsOf(table, counter);
    return trends.length > 0 ? trends : curvesOf(table, counter, parameters);
  });
}

function trendsOf(table: TableSpec, counter: Column): LivePanel[] {
  const numeric = table.columns.filter(({ type }) => type === "f64");
  // In the order of their names, as the figures of the protocols have them: R_off and then R_on.
  const ohms = numeric.filter(({ unit }) => unit === "ohm").sort((a, b) => (a.name < b.name ? -1 : 1));
  const delay = numeric.filter(({ name }) => name === "delay_s");
  const panels: LivePanel[] = [];
  if (ohms.length > 0) panels.push(new Trend(table.name, "Resistance", counter, ohms));
  if (delay.length > 0) panels.push(new Trend(table.name, "Delay time", counter, delay));
  return panels;
}

function curvesOf(table: TableSpec, counter: Column, parameters: Readonly<Record<string, unknown>>): LivePanel[] {
  const column = (name: string): Column | undefined =>
    table.columns.find((candidate) => candidate.name === name && candidate.type === "f64");
  const current = column("current_A");
  if (current === undefined) return [];
  const time = counter.name === "pulse" ? column("time_s") : undefined;
  if (time !== undefined) return [new Sweeps(table.name, "Current of each pulse", counter, time, current, true)];
  // Under a forced voltage the level asked for: in compliance the measured one falls back and hides the branch.
  const asked = parameters["drive"] === "voltage" ? column("asked_V") : undefined;
  const voltage = asked ?? column("voltage_V");
  return voltage === undefined ? [] : [new Sweeps(table.name, "Current against voltage", counter, voltage, current)];
}
