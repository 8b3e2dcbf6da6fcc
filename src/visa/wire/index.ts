export { WireLog } from "./log.js";
export type { WireReport, WireSink } from "./log.js";
export { parseWireLog, readWireLog } from "./read.js";
export type { RecordedEvent, Recording } from "./read.js";
