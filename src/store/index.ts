export { abortRequested, type AbortRequest, requestAbort } from "./abort.js";
export { joinColumns, sliceColumns } from "./columns.js";
export { runFiles } from "./files.js";
export { csvOf, jsonOf } from "./export.js";
export { listRuns, type RunSummary } from "./list-runs.js";
export { openRun, openRunFolder, RunReader } from "./run-reader.js";
export { createRun, type EndStatus, type RunStart, type RunWriter } from "./run-writer.js";
export type { Batch, ReadOptions, TailCursor } from "./table-reader.js";
export type * from "./shapes.js";
