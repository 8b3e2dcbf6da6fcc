export { gridOf, linear, logarithmic, seeded, type Axes, type PointOf } from "./items.js";
export type { Progress } from "./progress.js";
export { runMany, siblingModule, type Many, type ManyOutcome, type Task } from "./run-many.js";
