export { ScpiClient } from "./client.js";
export { describeErrors, keithleyTouchErrors, noErrorQueue, scpiErrors } from "./error-queue.js";
export type { ErrorDialect, InstrumentError } from "./error-queue.js";
export { blockMessage, encodeBlock } from "./block.js";
export { parseBoolean, parseNumber, parseNumbers, quoted, unquoted } from "./text.js";
