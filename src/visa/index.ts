export { openSession } from "./open.js";
export type { SessionOptions } from "./open.js";
export { formatResource, parseResource } from "./resource.js";
export type { Resource } from "./resource.js";
export type { BinaryFormat, BlockOptions, CallOptions, LockOptions, Session, WireEvent } from "./session.js";
export type { ControlRequest, UsbAccess, UsbAddress, UsbPipe } from "./usbtmc/pipe.js";
