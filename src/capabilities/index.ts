export type * from "./instrument.js";
export type * from "./sweep.js";
export type * from "./pulse.js";
export type * from "./capture.js";
export type * from "./stations.js";
