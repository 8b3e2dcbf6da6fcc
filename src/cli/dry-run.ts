import { checkLimits, headroomOf, type BenchConfig, type LimitLine } from "../bench/index.js";
import type { AnyProtocol } from "../engine/index.js";
import { MemrigError } from "../errors.js";
import { si } from "../units.js";
import { parameterLines } from "../../dashboard/server/parameters.js";
import { percent } from "./tables.js";
import { textTable } from "./output.js";
import { duration } from "./progress.js";

/** What a run would do. */
export interface DryRun {
  readonly protocol: string;
  readonly dut: string;
  readonly parameters: readonly { readonly name: string; readonly value: unknown; readonly unit: string }[];
  /** Magnitudes that are reached. */
  readonly extremes: { readonly voltage_V?: number; readonly current_A?: number };
  readonly rows: number;
  /** On the instruments; setting up and reading out come on top. */
  readonly duration_s: number;
  readonly tables: readonly { readonly name: string; readonly columns: readonly string[] }[];
  /** `driver` null: it would be asked who it is. */
  readonly instruments: readonly {
    readonly label: string;
    readonly driver: string | null;
    readonly resource: string;
  }[];
  readonly limits: readonly LimitLine[];
  readonly store: string;
  /** The limits hold. */
  readonly ok: boolean;
  readonly reason?: string;
}

/**
 * Works out what a run would do. Opens nothing and sends nothing.
 *
 * @returns it with `ok`, and the refusal that the run would meet
 * @throws MemrigError `invalid-request`: the bench lacks what the protocol needs
 */
export function dryRun(
  config: BenchConfig,
  protocol: AnyProtocol,
  plan: object,
): { report: DryRun; refusal: MemrigError | undefined } {
  const limits = headroomOf(config, protocol, plan);
  let refusal: MemrigError | undefined;
  try {
    checkLimits(config, protocol, plan);
  } catch (error) {
    if (!(error instanceof MemrigError && error.kind === "limit-refused")) throw error;
    refusal = error;
  }
  const report: DryRun = {
    protocol: protocol.name,
    dut: config.dut.id,
    parameters: parameterLines({ ...plan }, protocol).map(({ name, value, unit }) => ({ name, value, unit })),
    extremes: protocol.extremes(plan),
    ...protocol.cost(plan),
    tables: protocol.tables.map(({ name, columns }) => ({ name, columns: columns.map((column) => column.name) })),
    instruments: config.instruments.map(({ label, driver, resource }) => ({ label, driver: driver ?? null, resource })),
    limits,
    store: config.store,
    ok: refusal === undefined,
    ...(refusal ? { reason: refusal.message } : {}),
  };
  return { report, refusal };
}

export function dryRunText(report: DryRun): string {
  const value = (given: unknown, unit: string): string =>
    typeof given === "number" && unit !== ""
      ? si(given, unit)
      : typeof given === "string"
        ? given
        : JSON.stringify(given);
  const { voltage_V, current_A } = report.extremes;
  const reaches = [
    ...(voltage_V === undefined ? [] : [si(voltage_V, "V")]),
    ...(current_A === undefined ? [] : [si(current_A, "A")]),
  ];
  const limits = report.limits.map(({ limit, unit, asked, allowed, headroom, where }) => [
    limit,
    asked === undefined ? "–" : si(asked, unit),
    allowed === undefined ? "no limit" : si(allowed, unit),
    headroom === undefined ? "–" : headroom < -1e-9 ? "PASSED" : percent(headroom),
    where ?? "",
  ]);
  return [
    `${report.protocol} on ${report.dut}: what would be done. Nothing was opened, nothing was sent.`,
    "",
    textTable(
      ["parameter", "value"],
      report.parameters.map(({ name, value: given, unit }) => [name, value(given, unit)]),
    ),
    "",
    `Reaches ${reaches.length > 0 ? `${reaches.join(" and ")} at most` : "levels that it does not tell beforehand"}.`,
    `${report.rows} rows, ${duration(report.duration_s)} on the instruments; setting up and reading out come on top.`,
    `Tables: ${report.tables.map(({ name, columns }) => `${name} (${columns.join(", ")})`).join("; ")}.`,
    `Store: ${report.store}`,
    "",
    textTable(
      ["instrument", "driver", "resource"],
      report.instruments.map(({ label, driver, resource }) => [label, driver ?? "asked when opened", resource]),
    ),
    "",
    ...(limits.length > 0
      ? [textTable(["limit", "reached", "allowed", "room left", "where"], limits, [1, 2, 3])]
      : ["The bench file sets no limits."]),
    report.ok ? "The limits hold." : "The limits do NOT hold: the run would be refused.",
  ].join("\n");
}
