export { discover, DISCOVERY_TIMEOUT_MS } from "./discover.js";
export type { DiscoverOptions, Discovery } from "./discover.js";
export { identityOf, idnOf } from "./record.js";
export type { DiscoveredInstrument, DiscoveryMethod, Identity, MethodReport } from "./record.js";
