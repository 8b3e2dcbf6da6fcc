export { LinkEndpoint } from "./endpoint.js";
export { MessageExchange } from "./exchange.js";
export type { ExchangeOptions, ReadResult } from "./exchange.js";
export { Locks } from "./locks.js";
export type { LockOutcome } from "./locks.js";
export { ServiceRequest } from "./service-request.js";
export { serveVxi11 } from "./vxi11/server.js";
export type { Vxi11Options, Vxi11Server } from "./vxi11/server.js";
