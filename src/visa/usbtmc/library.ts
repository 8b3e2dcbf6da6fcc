import { LinkError } from "../message-link.js";
import { messageOf } from "../../errors.js";

/** What is used of the npm package `usb` 3.x: WebUSB's devices, and time limits. */
export interface UsbLibrary {
  getDevices(): Promise<readonly LibraryDevice[]>;
}

export interface LibraryDevice {
  readonly vendorId: number;
  readonly productId: number;
  readonly serialNumber?: string | null | undefined;
  /** The package reads it by opening the device where it is not open. */
  readonly configuration?: { readonly interfaces: readonly LibraryInterface[] } | null | undefined;
  open(): Promise<void>;
  close(): Promise<void>;
  claimInterface(number: number): Promise<void>;
  releaseInterface(number: number): Promise<void>;
  /** Linux only. */
  detachKernelDriver(number: number): Promise<void>;
  attachKernelDriver(number: number): Promise<void>;
  clearHalt(direction: "in" | "out", endpoint: number): Promise<void>;
  controlTransferIn(setup: LibrarySetup, length: number, timeout_ms?: number): Promise<LibraryData>;
  transferIn(endpoint: number, length: number, timeout_ms?: number): Promise<LibraryData>;
  transferOut(endpoint: number, data: Uint8Array, timeout_ms?: number): Promise<unknown>;
}

export interface LibraryInterface {
  readonly interfaceNumber: number;
  readonly alternate: {
    readonly interfaceClass: number;
    readonly interfaceSubclass: number;
    readonly endpoints: readonly LibraryEndpoint[];
  };
}

export interface LibraryEndpoint {
  readonly endpointNumber: number;
  readonly direction: "in" | "out";
  readonly type: string;
  readonly packetSize: number;
}

export interface LibrarySetup {
  readonly requestType: "class";
  readonly recipient: "interface" | "endpoint";
  readonly request: number;
  readonly value: number;
  readonly index: number;
}

export interface LibraryData {
  readonly data?: DataView | undefined;
}

/**
 * The npm package, a native module: loaded by who has a USB instrument, and by nobody else.
 *
 * @throws LinkError `no-answer`: it is not installed, or not for this system
 */
export async function loadUsbLibrary(): Promise<UsbLibrary> {
  try {
    return (await import("usb")).usb as unknown as UsbLibrary; // the part of it that is used
  } catch (error) {
    throw new LinkError(
      "no-answer",
      `the npm package "usb" can not be loaded (${messageOf(error)}). "npm install usb" fetches it for most systems; without ` +
        "it USB instruments are out of reach. Connect the instrument's network connector, if it has one",
      error,
    );
  }
}

/** USBTMC 1.0, table 43: application specific, test and measurement. */
export const isUsbtmc = ({ alternate }: LibraryInterface): boolean =>
  alternate.interfaceClass === 0xfe && alternate.interfaceSubclass === 3;

/** The line that lets this user open devices of one maker on Linux, and what to do with it. */
export function udevAdvice(vendor: number): string {
  const id = vendor.toString(16).padStart(4, "0");
  return (
    `On Linux, put the line SUBSYSTEM=="usb", ATTR{idVendor}=="${id}", MODE="0660", GROUP="plugdev", TAG+="uaccess" into ` +
    "/etc/udev/rules.d/70-memrig.rules, run udevadm control --reload, and plug the instrument in again"
  );
}

/** What the library says, in words. */
export function describeUsbError(error: unknown, vendor: number): string {
  const said = messageOf(error);
  if (/errno 13\b|permission|access denied/i.test(said))
    return `this user may not open it (${said}). ${udevAdvice(vendor)}`;
  if (/errno 16\b|busy/i.test(said)) return `another program has it (${said}). Close that program`;
  if (/errno 19\b|disconnected|no such device/i.test(said)) return `it is gone (${said}). Is it plugged in, and on`;
  if (/not.?supported/i.test(said))
    return `this system has no driver for it (${said}). On Windows, give it WinUSB with Zadig`;
  return said;
}
