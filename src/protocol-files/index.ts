export { keepProtocol, keptProtocolOf, protocolFor, protocolOfRun } from "./kept.js";
export { isProtocolFile, loadProtocolFile, protocolFileOf, type ProtocolFile } from "./load.js";
