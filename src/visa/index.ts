export { openSession } from "./open.js";
export type { SessionOptions } from "./open.js";
export { formatResource, parseResource } from "./resource.js";
export type { Resource } from "./resource.js";
export { decodeValues } from "./binary.js";
export type { BinaryFormat, BlockOptions, CallOptions, LockOptions, Session } from "./session.js";
export type { WireAct, WireEvent, WireFault, WireMessage } from "./wire/event.js";
export type { ControlRequest, UsbAccess, UsbAddress, UsbPipe } from "./usbtmc/pipe.js";
