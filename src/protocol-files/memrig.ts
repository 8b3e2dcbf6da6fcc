/**
 * What `import … from "memrig"` gives in a file of one's own. The file is bundled with this in place of the package, so nothing has
 * to be installed beside it.
 */
export { z } from "zod";
export { defineProtocol, type Declaration } from "./define.js";
export { choiceOr, count, flagOr, quantity } from "./parameters.js";
export { MemrigError } from "../errors.js";
export { parseQuantity, si, type Unit } from "../units.js";
export * from "../analysis/index.js";
export type { ChannelExtremes, Cost, Extremes, Folding, Preset, Protocol, RunContext } from "../engine/protocol.js";
export type {
  CurrentProbe,
  PulseStation,
  SourceMeasureUnit,
  StationName,
  Stations,
  SweepSmu,
  TemperatureStation,
  VoltageProbe,
} from "../capabilities/index.js";
export type { Cell, Column, Columns, ColumnType, Metric, Metrics, Row, RowBatch, TableSpec } from "../store/shapes.js";
