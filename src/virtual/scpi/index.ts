export { ScpiError, DeviceClear, standardErrors } from "./errors.js";
export { ScpiInstrument } from "./instrument.js";
export type { Dialect } from "./instrument.js";
export type { QueuedError } from "./error-queue.js";
export { INFINITY, NOT_A_NUMBER, nr3, parseNumber } from "./numbers.js";
export type { ParsedNumber, ScpiUnit } from "./numbers.js";
export {
  block,
  boolean,
  channelList,
  either,
  integer,
  keyword,
  name,
  namedBound,
  numeric,
  optional,
  raw,
  rest,
  string,
} from "./parameters.js";
export type { Bound, NumericRange, ParameterType } from "./parameters.js";
export type { RawParameter } from "./program-message.js";
export { registerCommands } from "./common-commands.js";
export { RegisterGroup } from "./status.js";
export { untilWoken } from "./operations.js";
export { booleanSetting, integerSetting, keywordSetting, numberSetting, property } from "./settings.js";
export type { Access } from "./settings.js";
export { CommandTree, Indefinite, takes } from "./tree.js";
export type { Call, ResponseData } from "./tree.js";
export type { MessageDevice } from "./device.js";
