export type { AnyProtocol, Cost, Extremes, Protocol, RunContext } from "./protocol.js";
export type { RunProgress } from "./progress.js";
export type { RunState } from "./state.js";
export type { SafeReport } from "./safe-report.js";
export { runProtocol } from "./run.js";
export type { RunOutcome, RunRequest } from "./run.js";
export type { Earlier } from "./context.js";
export type { Hooks } from "./hooks.js";
export { within } from "./clean-up.js";
