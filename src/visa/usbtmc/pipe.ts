import type { Call } from "../call.js";

/** A class request on the control endpoint that reads: `length` bytes come back. */
export interface ControlRequest {
  /** bmRequestType: 0xA1 goes to the interface, 0xA2 to an endpoint. */
  readonly requestType: 0xa1 | 0xa2;
  readonly request: number;
  readonly value: number;
  /** For 0xA2 the endpoint; for 0xA1 the pipe puts its interface number. */
  readonly endpoint?: "bulk-out" | "bulk-in";
  readonly length: number;
}

/**
 * One USBTMC interface of one USB device, as raw transfers: what a USB library gives. Everything USBTMC stands above it.
 * Methods wait with `call.wait` only; a device that is gone is an error of any kind.
 */
export interface UsbPipe {
  /** One whole transfer. */
  bulkOut(bytes: Uint8Array, call: Call): Promise<void>;
  /** One transfer: ends with a short packet or when `most` bytes have come. */
  bulkIn(most: number, call: Call): Promise<Uint8Array>;
  control(request: ControlRequest, call: Call): Promise<Uint8Array>;
  clearHalt(endpoint: "bulk-out" | "bulk-in", call: Call): Promise<void>;
  /** Ends bulk transfers that are under way on this side. */
  cancel(): Promise<void>;
  /** Where the interface has an interrupt endpoint: told of every packet that comes from it. Set by the link. */
  readonly interrupts?: Interrupts;
  close(): Promise<void>;
}

export interface Interrupts {
  listener: ((packet: Uint8Array) => void) | undefined;
  /** Where the endpoint has to be asked for packets: begins with it. Called before the first is waited for, any number of times. */
  listen?(): void;
}

export interface UsbAddress {
  readonly vendor: number;
  readonly product: number;
  readonly serial: string;
  readonly interface: number;
}

/** Finds a device and claims its interface. @throws any error in words: not there, or not allowed */
export type UsbAccess = (address: UsbAddress, call: Call) => Promise<UsbPipe>;
