export { ScpiClient } from "./client.js";
export { describeErrors, keithleyTouchErrors, kxciErrors, noErrorQueue, scpiErrors, tspErrors } from "./error-queue.js";
export type { ErrorDialect, InstrumentError } from "./error-queue.js";
export { dueLevel, LONGEST_SAFE_RAMP_S, RAMP_STEP_S, rampBetween } from "./ramp.js";
export type { Ramp } from "./ramp.js";
export { blockMessage, encodeBlock } from "./block.js";
export { parseBoolean, parseNumber, parseNumbers, quoted, unquoted } from "./text.js";
