import type { BenchConfig } from "../../bench/index.js";
import type { AnyProtocol } from "../../engine/index.js";
import { si } from "../../units.js";
import type { DryRun } from "../dry-run.js";
import { duration } from "../progress.js";

/** What a run does, in the order in which it does it, for a person. */
export function stepsOf(config: BenchConfig, protocol: AnyProtocol, report: DryRun): string[] {
  const { voltage_V, current_A } = report.extremes;
  const reached = [
    ...(voltage_V === undefined ? [] : [si(voltage_V, "V")]),
    ...(current_A === undefined ? [] : [si(current_A, "A")]),
  ];
  const opened = report.instruments.map(
    ({ label, driver, resource }) => `${label} (${driver ?? "asked when opened"}, ${resource})`,
  );
  const tables = report.tables.map(({ name }) => name).join(", ");
  const hook = (when: string, commands: readonly (readonly string[])[] = []): string[] =>
    commands.map((command) => `${when} the run: ${command.join(" ")}`);
  return [
    `Open ${opened.join(", ")}; the limits are held to again.`,
    ...hook("Before", config.hooks?.before),
    `${protocol.description.trim()} ${reached.length > 0 ? `Reaches ${reached.join(" and ")} at most` : "Levels are not told beforehand"}; ${duration(report.duration_s)} on the instruments.`,
    `Keep ${report.rows} rows (${tables}) in ${report.store}${config.influx ? ", and tell InfluxDB" : ""}.`,
    "Levels to zero, outputs off, also after an error or an abort.",
    ...hook("After", config.hooks?.after),
  ];
}
