import { MemrigError } from "../errors.js";
import type { Row } from "../store/shapes.js";
import { type ImportedRun, type ImportWishes, Notes, referencesOf } from "./imported-run.js";
import { ColumnFinder, listOf } from "./resolve.js";
import type { SourceTable } from "./source-table.js";

/** States less than this apart are not told as switched; as in our own endurance runs. */
const leastRatio = 10;

/** Both states of every cycle, base units. */
interface States {
  readonly rOn_ohm: ArrayLike<number>;
  readonly rOff_ohm: ArrayLike<number>;
  readonly iOn_A: ArrayLike<number>;
  readonly iOff_A: ArrayLike<number>;
  readonly cycle: ArrayLike<number> | undefined;
  readonly time_s: ArrayLike<number> | undefined;
  readonly length: number;
}

/**
 * A list of cycles (resistance or current of both states in every row), or sweeps with I_LRS and I_HRS beside each, as a run of `endurance`.
 *
 * @throws MemrigError `invalid-request`: one of the states is missing, or there are currents and no read voltage to divide by
 */
export function asEndurance(tables: readonly SourceTable[], wishes: ImportWishes): ImportedRun {
  const notes = new Notes();
  const read_V = wishes.settings["read_amplitude"] as number | undefined;
  const beside = statesBeside(tables, read_V, notes);
  const parts = beside ? [beside] : tables.map((table) => statesOf(table, wishes, read_V, notes));
  const rows: Row[] = [];
  for (const states of parts) {
    for (let k = 0; k < states.length; k++) {
      const [rOn_ohm, rOff_ohm] = [states.rOn_ohm[k] ?? Number.NaN, states.rOff_ohm[k] ?? Number.NaN];
      rows.push({
        cycle: states.cycle?.[k] ?? rows.length + 1,
        time_s: states.time_s?.[k] ?? Number.NaN,
        rOn_ohm,
        rOff_ohm,
        iOn_A: states.iOn_A[k] ?? Number.NaN,
        iOff_A: states.iOff_A[k] ?? Number.NaN,
        off_at_floor: false,
        switched: rOff_ohm >= leastRatio * rOn_ohm,
      });
    }
  }
  notes.add("no off state is marked as at the noise floor: the file does not tell");
  const { facts, title } = tables[0] ?? { facts: {}, title: "" };
  return {
    protocol: "endurance",
    title,
    rows,
    parameters: { cycles: rows.length, ...wishes.settings },
    reference: beside ? referencesOf(tables) : {},
    notes: notes.list(),
    ...(facts.measuredAt === undefined ? {} : { measuredAt: facts.measuredAt }),
    ...(facts.device === undefined ? {} : { device: facts.device }),
  };
}

/** Sweeps with the currents of both states beside them: one cycle each. Undefined where there are none. */
function statesBeside(tables: readonly SourceTable[], read_V: number | undefined, notes: Notes): States | undefined {
  const beside = (pattern: RegExp) =>
    tables.map(({ reference }) => Object.entries(reference).find(([name]) => pattern.test(name))?.[1] ?? Number.NaN);
  const [iOn_A, iOff_A] = [beside(/^i_?lrs$/i).map(Math.abs), beside(/^i_?hrs$/i).map(Math.abs)];
  if (iOn_A.every(Number.isNaN) || iOff_A.every(Number.isNaN)) return undefined;
  const level_V = readLevel(read_V);
  notes.add(`resistances are ${level_V} V over the currents the file gives for both states`);
  return {
    ...{ iOn_A, iOff_A, cycle: undefined, time_s: undefined, length: tables.length },
    rOn_ohm: iOn_A.map((current) => level_V / current),
    rOff_ohm: iOff_A.map((current) => level_V / current),
  };
}

function statesOf(table: SourceTable, { columns }: ImportWishes, read_V: number | undefined, notes: Notes): States {
  const finder = new ColumnFinder(table, columns, notes.add);
  const [rOn, rOff, iOn, iOff] = [finder.find("rOn"), finder.find("rOff"), finder.find("iOn"), finder.find("iOff")];
  const [cycle, time] = [finder.find("cycle"), finder.find("time")];
  const rest = { cycle: cycle?.values, time_s: time?.values, length: table.length };
  const none = new Float64Array(0);
  if (rOn && rOff) {
    return {
      ...rest,
      rOn_ohm: rOn.values,
      rOff_ohm: rOff.values,
      iOn_A: iOn?.values ?? none,
      iOff_A: iOff?.values ?? none,
    };
  }
  if (iOn && iOff) {
    const level_V = readLevel(read_V);
    const over = (values: Float64Array) => values.map((current) => level_V / Math.abs(current));
    notes.add(`resistances are ${level_V} V over the currents`);
    return { ...rest, rOn_ohm: over(iOn.values), rOff_ohm: over(iOff.values), iOn_A: iOn.values, iOff_A: iOff.values };
  }
  throw new MemrigError(
    "invalid-request",
    `The table at line ${table.line} does not give both states of each cycle; its columns are ${listOf(table.columns)}. ` +
      "Say which are which: --columns rOn=NAME,rOff=NAME, or --columns iOn=NAME,iOff=NAME with --set read_amplitude=0.2V.",
    { columns: table.columns.map(({ label }) => label) },
  );
}

function readLevel(read_V: number | undefined): number {
  if (read_V !== undefined) return Math.abs(read_V);
  throw new MemrigError(
    "invalid-request",
    "The file gives the currents of both states, and resistances follow only with the voltage they were read at, which it does not tell. " +
      "Give it: --set read_amplitude=0.2V, for example.",
  );
}
