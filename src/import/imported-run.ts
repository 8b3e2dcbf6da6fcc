import type { Row } from "../store/shapes.js";
import type { ColumnChoices } from "./resolve.js";
import type { SourceTable } from "./source-table.js";

/** Values the instrument's software wrote beside the data: one a cycle, NaN where it wrote none. */
export type References = Readonly<Record<string, readonly number[]>>;

/** A run made of a file, to be stored and analysed like one of ours. */
export interface ImportedRun {
  readonly protocol: string;
  /** Name of the setup or group in the file, "" where there is none. */
  readonly title: string;
  readonly rows: readonly Row[];
  /** What is known of the protocol's parameters, base units; what is not known is left out. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly reference: References;
  /** What was taken to be so without the file saying it, and what was left out. */
  readonly notes: readonly string[];
  readonly measuredAt?: string;
  readonly device?: string;
}

/** What a person said about a file. */
export interface ImportWishes {
  readonly columns: ColumnChoices;
  /** Parameters of the protocol that the file does not tell, base units. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The references of tables that are cycles, side by side. */
export function referencesOf(tables: readonly SourceTable[]): References {
  const names = [...new Set(tables.flatMap(({ reference }) => Object.keys(reference)))];
  return Object.fromEntries(names.map((name) => [name, tables.map(({ reference }) => reference[name] ?? Number.NaN)]));
}

/** Collects notes, each once. */
export class Notes {
  readonly #all = new Map<string, number>();

  readonly add = (text: string): void => {
    this.#all.set(text, (this.#all.get(text) ?? 0) + 1);
  };

  list(): string[] {
    return [...this.#all.keys()];
  }
}
