export { compareReference, type ReferenceComparison, type ReferenceResult } from "./compare-reference.js";
export type { ImportedRun, References } from "./imported-run.js";
export { readSourceFile } from "./read-file.js";
export { meanings, type ColumnChoice, type ColumnChoices } from "./resolve.js";
export { importable, type ImportRequest, runsOfFile } from "./runs-of-file.js";
export type { SourceFile, SourceTable } from "./source-table.js";
