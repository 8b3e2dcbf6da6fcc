export type { CircuitItem, CircuitRun } from "./circuit-task.js";
export { gridOf, linear, logarithmic, seeded, type Axes, type PointOf } from "./items.js";
export type { Progress } from "./progress.js";
export { runCircuits } from "./run-circuits.js";
export { runMany, siblingModule, type Many, type ManyOutcome, type Task } from "./run-many.js";
