import type { RunReader } from "../store/index.js";
import type { Columns, Metrics } from "../store/shapes.js";
import type { Figure } from "../analysis/figure.js";
import { MemrigError } from "../errors.js";
import type { AnyProtocol } from "./protocol.js";

/** What follows from the rows of a run. */
export interface RunResults {
  readonly metrics: () => Metrics;
  readonly figures: () => readonly Figure[];
  /** By table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Sentences about batches that were left out. */
  readonly damage: readonly string[];
}

/**
 * Reads a run and analyses it: block by block where the protocol can do that, so that a table of any length fits; else all of it at once.
 *
 * @param damaged `refuse`: a damaged batch is an error; `leave out`: the sound ones around it are taken, and it is told
 * @throws MemrigError `storage-failed`: a batch is damaged, and they are refused
 */
export async function resultsOf(
  protocol: AnyProtocol,
  plan: object,
  reader: RunReader,
  damaged: "refuse" | "leave out" = "refuse",
): Promise<RunResults> {
  const damage: string[] = [];
  const rows: Record<string, number> = {};
  const tables: Record<string, Columns> = {};
  // What was taken before a damaged batch was met can not be taken back: once more from the beginning, without it.
  let leaveOutDamaged = false;
  let folding = protocol.fold?.(plan);
  const read = async (name: string): Promise<void> => {
    rows[name] = 0;
    if (!folding) {
      tables[name] = await reader.table(name, { leaveOutDamaged });
      rows[name] = tables[name]?.length ?? 0;
      return;
    }
    for await (const columns of reader.blocks(name, { leaveOutDamaged })) {
      folding.take(name, columns);
      rows[name] = (rows[name] ?? 0) + columns.length;
    }
  };
  const readAll = async (): Promise<void> => {
    for (const { name } of reader.info.tables) await read(name);
  };
  try {
    await readAll();
  } catch (error) {
    if (damaged === "refuse" || !(error instanceof MemrigError && error.kind === "storage-failed")) throw error;
    damage.push(error.message);
    leaveOutDamaged = true;
    folding = protocol.fold?.(plan);
    await readAll();
  }
  const folded = folding;
  return {
    metrics: () => folded?.metrics() ?? protocol.analyse(tables, plan),
    figures: () => folded?.figures() ?? protocol.figures(tables, plan),
    rows,
    damage,
  };
}
