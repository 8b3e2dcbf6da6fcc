import {
  block,
  boolean,
  channelList,
  either,
  integer,
  keyword,
  name,
  numeric,
  optional,
  raw,
  string,
} from "../../src/virtual/scpi/index.js";
import type { ParameterType } from "../../src/virtual/scpi/index.js";

/** One of every type of parameter. */
export const parameterTypes: readonly ParameterType<unknown>[] = [
  block(),
  boolean(),
  channelList(),
  either(boolean(), keyword("ONCE")),
  integer({ min: 1, max: 100, default: 3 }),
  keyword("IMMediate", "BUS"),
  name(),
  numeric("V", { min: -1, max: 1 }),
  numeric(["HZ", "S"]),
  numeric(),
  optional(numeric("A")),
  raw(),
  string(),
];
