import { checkLimits, crosspointsOf } from "../../bench/index.js";
import { exitCodeOf, messageOf } from "../../errors.js";
import { textTable } from "../output.js";
import { duration } from "../progress.js";
import type { Campaign } from "./file.js";

/** What a campaign would do, known before anything is opened. */
export interface Outline {
  readonly campaign: string;
  readonly bench: string;
  readonly sites: number;
  readonly runs: number;
  /** Rows of the main tables of all runs. */
  readonly rows: number;
  /** On the instruments alone: moving, opening and keeping come on top. */
  readonly duration_s: number;
  readonly steps: readonly StepOutline[];
  /** Why some runs can not be: a limit, or a site that nobody knows how to get to. Empty: all hold. */
  readonly refusals: readonly { readonly runs: number; readonly reason: string; readonly exitCode: number }[];
}

interface StepOutline {
  readonly step: string;
  readonly protocol: string;
  readonly variant: string;
  readonly runs: number;
  readonly rows: number;
  readonly duration_s: number;
  readonly limits: "hold" | "refused";
}

/** Counts runs, rows and time, and tries every plan on the bench's limits and every site on its ways. Opens nothing. */
export function outlineOf({ plan, tasks, bench }: Campaign): Outline {
  const refusals: { runs: number; reason: string; exitCode: number }[] = [];
  const places = Math.max(1, plan.sites.length);
  const refused = (runs: number, check: () => void): boolean => {
    try {
      check();
      return false;
    } catch (error) {
      refusals.push({ runs, reason: messageOf(error), exitCode: exitCodeOf(error) });
      return true;
    }
  };
  const steps = plan.steps.flatMap(({ name, protocol, variants, repetitions }) =>
    variants.map((variant): StepOutline => {
      const { rows, duration_s } = protocol.cost(variant.plan);
      const runs = places * repetitions;
      // The limits are the bench's and know no site: what holds at one holds at all.
      const no = refused(runs, () => checkLimits(bench, protocol, variant.plan));
      return {
        step: name,
        protocol: protocol.name,
        variant: variant.label,
        runs,
        rows: runs * rows,
        duration_s: runs * duration_s,
        limits: no ? "refused" : "hold",
      };
    }),
  );
  for (const site of plan.sites) {
    if (refused(tasks.length / places, () => crosspointsOf(bench, site))) break; // one tells of all
  }
  const sum = (of: (step: StepOutline) => number): number => steps.reduce((total, step) => total + of(step), 0);
  return {
    campaign: plan.name,
    bench: bench.name,
    sites: plan.sites.length,
    runs: tasks.length,
    rows: sum(({ rows }) => rows),
    duration_s: sum(({ duration_s }) => duration_s),
    steps,
    refusals,
  };
}

/** The outline for a person. */
export function outlineText(campaign: Campaign, outline: Outline): string {
  const { plan, bench, tasks } = campaign;
  const { sites } = plan;
  const [first, last] = [sites[0]?.name, sites.at(-1)?.name];
  const groups = new Map<string, number>();
  for (const { group } of sites) if (group !== undefined) groups.set(group, (groups.get(group) ?? 0) + 1);
  const grouped = [...groups].map(([group, n]) => `${n} of ${group}`).join(", ");
  const where =
    sites.length === 0
      ? `the one device of the bench, ${bench.dut.id}`
      : `${sites.length === 1 ? `1 site, ${String(first)}` : `${sites.length} sites, ${String(first)} to ${String(last)}`}${grouped === "" ? "" : ` (${grouped})`}`;
  const table = textTable(
    ["step", "protocol", "with", "runs", "rows", "on the instruments", "limits"],
    outline.steps.map((step) => [
      step.step,
      step.protocol,
      step.variant,
      String(step.runs),
      String(step.rows),
      duration(step.duration_s),
      step.limits,
    ]),
    [3, 4, 5],
  );
  return [
    `${plan.name}: ${tasks.length} ${tasks.length === 1 ? "run" : "runs"} at ${where}, on ${bench.name}`,
    "",
    table,
    "",
    `${outline.rows} rows, ${duration(outline.duration_s)} on the instruments, ${plan.order}; ways to the sites: ${waysOf(campaign)}.`,
    ...outline.refusals.map(({ runs, reason }) => `REFUSED (${runs} runs): ${reason}`),
    ...(outline.refusals.length === 0 ? ["The limits of the bench hold for every run."] : []),
  ].join("\n");
}

function waysOf({ bench, plan }: Campaign): string {
  if (plan.sites.length === 0) return "none needed";
  const ways = [
    ...(bench.prober ? [`prober (${bench.prober.kind})`] : []),
    ...(bench.sites ? [`crosspoints of ${bench.sites.through}`] : []),
  ];
  return ways.length === 0 ? "NONE IN THE BENCH FILE" : ways.join(", then ");
}
