import { figureSvg } from "../../src/analysis/svg.js";
import type { Figure } from "../../src/analysis/figure.js";
import { MemrigError, messageOf } from "../../src/errors.js";
import { type AnyProtocol, resultsOf as readResults } from "../../src/engine/index.js";
import { protocolOfRun } from "../../src/protocol-files/index.js";
import type { RunReader } from "../../src/store/index.js";
import { thin } from "./live/curve.js";
import { parameterLines } from "./parameters.js";
import type { FigureData, RunPage } from "./wire.js";

/** Enough for a curve over a whole screen; a figure of many curves shares them. */
const mostBuckets = 2000;
const leastBuckets = 16;

/** For what is also shown without it; the page's notes say why it is missing. */
async function protocolIfKnown(reader: RunReader): Promise<AnyProtocol | undefined> {
  return protocolOfRun(reader).catch(() => undefined);
}

type Results = Pick<RunPage, "rows" | "metrics" | "figures" | "notes">;

/** What follows from a run's rows. What can not be drawn is left out with the reason; the rest is still shown. */
async function resultsOf(reader: RunReader): Promise<Results> {
  const kept = await reader.metrics();
  let rows: Readonly<Record<string, number>> = {};
  let damage: readonly string[] = [];
  try {
    const read = await readResults(await protocolOfRun(reader), reader.info.parameters, reader, "leave out");
    ({ rows, damage } = read);
    return { rows, metrics: kept ?? read.metrics(), figures: read.figures().map(forScreen), notes: damage };
  } catch (error) {
    if (Object.keys(rows).length === 0) rows = await rowsOnDisk(reader);
    return { rows, metrics: kept ?? {}, figures: [], notes: [...damage, messageOf(error)] };
  }
}

async function rowsOnDisk(reader: RunReader): Promise<Readonly<Record<string, number>>> {
  const counts = reader.info.tables.map(async ({ name }) => [name, await reader.rows(name)] as const);
  return Object.fromEntries(await Promise.all(counts));
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
      parameters: parameterLines(reader.info.parameters, await protocolIfKnown(reader)),
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
  const read = await readResults(await protocolOfRun(reader), reader.info.parameters, reader, "leave out");
  const figures = read.figures();
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
