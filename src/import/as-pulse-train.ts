import { MemrigError } from "../errors.js";
import type { Row } from "../store/shapes.js";
import { type ImportedRun, type ImportWishes, Notes } from "./imported-run.js";
import { ColumnFinder, listOf } from "./resolve.js";
import type { SourceTable } from "./source-table.js";

/** Columns of ours that are taken by their exact name; where they are missing they stay empty. */
const ownNumbers = ["delay_s", "rise_s", "energy_J", "charge_C", "peak_A", "overshoot"] as const;

/**
 * A list of pulses (voltage and current of each, perhaps the resistance read after it) as a run of `pulse-train`.
 *
 * @throws MemrigError `invalid-request`: voltage or current of the pulses is missing
 */
export function asPulseTrain(tables: readonly SourceTable[], wishes: ImportWishes): ImportedRun {
  const notes = new Notes();
  const rows: Row[] = [];
  for (const table of tables) {
    const finder = new ColumnFinder(table, wishes.columns, notes.add);
    const [voltage, current] = [finder.find("voltage"), finder.find("current")];
    if (voltage === undefined || current === undefined) throw missing(table);
    const time = finder.find("time");
    const pulse = finder.labelled("pulse") ?? finder.find("cycle")?.values;
    const read = finder.labelled("rRead_ohm") ?? finder.find("rOff")?.values;
    const own = ownNumbers.map((name) => [name, finder.labelled(name)] as const);
    const [switched, atFloor, resistance] = ["switched", "read_at_floor", "rPulse_ohm"].map((name) =>
      finder.labelled(name),
    );
    if (switched === undefined) notes.add("which pulses switched the device is not in the file: none is marked");
    for (let k = 0; k < table.length; k++) {
      const [voltage_V, current_A] = [voltage.values[k] ?? Number.NaN, current.values[k] ?? Number.NaN];
      rows.push({
        pulse: pulse?.[k] ?? rows.length + 1,
        time_s: time?.values[k] ?? Number.NaN,
        voltage_V,
        current_A,
        rPulse_ohm: resistance?.[k] ?? voltage_V / current_A,
        rRead_ohm: read?.[k] ?? Number.NaN,
        read_at_floor: atFloor?.[k] === 1,
        ...Object.fromEntries(own.map(([name, values]) => [name, values?.[k] ?? Number.NaN])),
        switched: switched?.[k] === 1,
      });
    }
  }
  const { facts, title } = tables[0] ?? { facts: {}, title: "" };
  return {
    protocol: "pulse-train",
    title,
    rows,
    parameters: { count: rows.length, ...wishes.settings },
    reference: {},
    notes: notes.list(),
    ...(facts.measuredAt === undefined ? {} : { measuredAt: facts.measuredAt }),
    ...(facts.device === undefined ? {} : { device: facts.device }),
  };
}

function missing(table: SourceTable): MemrigError {
  return new MemrigError(
    "invalid-request",
    `The table at line ${table.line} does not give voltage and current of each pulse; its columns are ${listOf(table.columns)}. ` +
      "Say which are which: --columns voltage=NAME,current=NAME.",
    { columns: table.columns.map(({ label }) => label) },
  );
}
