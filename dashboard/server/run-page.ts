import { protocols } from "../../protocols/index.js";
import { figureSvg } from "../../src/analysis/svg.js";
import type { Figure } from "../../src/analysis/figure.js";
import { MemrigError, messageOf } from "../../src/errors.js";
import type { AnyProtocol } from "../../src/engine/protocol.js";
import type { RunReader } from "../../src/store/index.js";
import type { Columns } from "../../src/store/shapes.js";
import { thin } from "./live/curve.js";
import { parameterLines } from "./parameters.js";
import type { FigureData, RunPage } from "./wire.js";

/** Enough for a curve over a whole screen; a figure of many curves shares them. */
const mostBuckets = 2000;
const leastBuckets = 16;

type Tables = Readonly<Record<string, Columns>>;

/** All tables of a run. Of a damaged one the sound batches, and a sentence about the others. */
async function tablesOf(reader: RunReader): Promise<{ tables: Tables; damage: readonly string[] }> {
  const tables: Record<string, Columns> = {};
  const damage: string[] = [];
  for (const { name } of reader.info.tables) {
    try {
      tables[name] = await reader.table(name);
    } catch (error) {
      if (!(error instanceof MemrigError && error.kind === "storage-failed")) throw error;
      damage.push(error.message);
      tables[name] = await reader.table(name, { leaveOutDamaged: true });
    }
  }
  return { tables, damage };
}

function protocolOf(reader: RunReader): AnyProtocol {
  const protocol = protocols.get(reader.info.protocol);
  if (protocol) return protocol;
  throw new MemrigError(
    "invalid-request",
    `This run was made by the protocol "${reader.info.protocol}", which this version of memrig does not have; its rows can still be downloaded.`,
  );
}

type Results = Pick<RunPage, "rows" | "metrics" | "figures" | "notes">;

/** What follows from a run's rows. What can not be drawn is left out with the reason; the rest is still shown. */
async function resultsOf(reader: RunReader): Promise<Results> {
  const { tables, damage } = await tablesOf(reader);
  const rows = Object.fromEntries(Object.entries(tables).map(([name, { length }]) => [name, length]));
  const kept = await reader.metrics();
  try {
    const protocol = protocolOf(reader);
    const plan = reader.info.parameters;
    const metrics = kept ?? protocol.analyse(tables, plan);
    return { rows, metrics, figures: protocol.figures(tables, plan).map(forScreen), notes: damage };
  } catch (error) {
    return { rows, metrics: kept ?? {}, figures: [], notes: [...damage, messageOf(error)] };
  }
}

/** Runs that a person goes back and forth between. */
const mostKept = 12;

/** The pages of runs. What follows from the rows of a run that has ended is worked out once and kept a while. */
export class RunPages {
  private readonly kept = new Map<string, Results>();

  async page(reader: RunReader): Promise<RunPage> {
    const status = await reader.status();
    // With its end: a run that was gone on with is another one afterwards.
    const key = `${reader.folder} ${status} ${reader.info.endedAt ?? ""} ${reader.info.sittings?.length ?? 1}`;
    const kept = status === "running" ? undefined : this.kept.get(key);
    const results = kept ?? (await resultsOf(reader));
    if (status !== "running") this.keep(key, results);
    return {
      info: reader.info,
      status,
      ...results,
      parameters: parameterLines(reader.info.parameters, protocols.get(reader.info.protocol)),
      events: await reader.events(),
    };
  }

  private keep(key: string, results: Results): void {
    this.kept.delete(key);
    this.kept.set(key, results); // the newest last
    const [oldest] = this.kept.keys();
    if (this.kept.size > mostKept && oldest !== undefined) this.kept.delete(oldest);
  }
}

/**
 * One figure as a stand-alone SVG file.
 *
 * @throws MemrigError `invalid-request`: no figure of that name; the message lists those there are
 */
export async function runFigureSvg(reader: RunReader, name: string): Promise<string> {
  const { tables } = await tablesOf(reader);
  const figures = protocolOf(reader).figures(tables, reader.info.parameters);
  const figure = figures.find((candidate) => candidate.name === name);
  if (figure) return figureSvg(figure);
  throw new MemrigError(
    "invalid-request",
    `This run has no figure "${name}". It has: ${figures.map((candidate) => candidate.name).join(", ") || "none"}.`,
  );
}

function forScreen(figure: Figure): FigureData {
  const buckets = Math.max(leastBuckets, 2 * Math.floor(mostBuckets / Math.max(1, figure.series.length) / 2));
  return {
    name: figure.name,
    title: figure.title,
    x: figure.x,
    y: figure.y,
    series: figure.series.map(({ name, style, x, y }) => ({ name, style, ...thin(x, y, buckets) })),
  };
}
