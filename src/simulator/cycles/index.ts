export type { CycleBatch, CycleJob, CyclePlan, Level } from "./cycle-plan.js";
export { runCycleBlocks, runCycles, type CycleWatch } from "./run-cycles.js";
