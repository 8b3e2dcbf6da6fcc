/** A column as the file has it: its numbers, not yet in base units. */
export interface SourceColumn {
  /** Its heading, as in the file. */
  readonly label: string;
  /** As in the file, without its unit. */
  readonly name: string;
  /** The unit the file gives, "" where it gives none. */
  readonly unit: string;
  /** Where the unit was read. */
  readonly unitFrom: "name" | "unit row" | "cells" | "format" | "";
  /** NaN where the cell holds no number. */
  readonly values: Float64Array;
}

/** What the file says beside its numbers. */
export interface SourceFacts {
  /** What the instrument forced. */
  readonly drive?: "voltage" | "current";
  /** Name of the column that was stepped. */
  readonly stepped?: string;
  /** Limit of the other quantity, base units. */
  readonly compliance?: number;
  /** When it was measured, as the file writes it. */
  readonly measuredAt?: string;
  readonly device?: string;
}

/** One sweep, or one list of cycles, as it stands in a file. */
export interface SourceTable {
  /** Name of the setup or group, "" where there is none. Tables of one title belong together. */
  readonly title: string;
  readonly columns: readonly SourceColumn[];
  readonly length: number;
  /** Line of the file on which its numbers begin, from 1. */
  readonly line: number;
  readonly facts: SourceFacts;
  /** Values the instrument's software wrote beside the data, by the name of their column (`VSET`, `I_LRS`). */
  readonly reference: Readonly<Record<string, number>>;
}

/** A file, read. */
export interface SourceFile {
  /** "Keithley Clarius text", "Keysight EasyEXPERT", "delimited text". */
  readonly format: string;
  readonly encoding: string;
  readonly separator: string;
  readonly decimal: "." | ",";
  readonly tables: readonly SourceTable[];
  /** What was taken to be so without the file saying it, and what was left out. */
  readonly notes: readonly string[];
}
