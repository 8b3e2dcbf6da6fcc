export { LinkEndpoint } from "./endpoint.js";
export { MessageExchange } from "./exchange.js";
export type { ExchangeOptions, ReadResult } from "./exchange.js";
export { Locks } from "./locks.js";
export type { LockOutcome } from "./locks.js";
export { ServiceRequest } from "./service-request.js";
