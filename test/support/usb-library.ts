import { Call, CallEnded } from "../../src/visa/call.js";
import type { LibraryData, LibraryDevice, LibraryInterface, UsbLibrary } from "../../src/visa/usbtmc/library.js";
import type { UsbDevice } from "./usb-device.js";

const BULK_OUT = 1;
const BULK_IN = 2;
const INTERRUPT = 3;
const INITIATE_ABORT_BULK_IN = 3;

export interface LibraryModel {
  readonly library: UsbLibrary;
  readonly device: { -readonly [K in keyof LibraryDevice]: LibraryDevice[K] };
  /** What was done to it besides transfers: `open`, `claim 0`, … */
  readonly log: string[];
}

/** The interfaces of a device: here a mass storage one before that of an instrument. */
export const interfaces: readonly LibraryInterface[] = [
  { interfaceNumber: 0, alternate: { interfaceClass: 8, interfaceSubclass: 6, endpoints: [] } },
  {
    interfaceNumber: 1,
    alternate: {
      interfaceClass: 0xfe,
      interfaceSubclass: 3,
      endpoints: [
        { endpointNumber: BULK_IN, direction: "in", type: "bulk", packetSize: 512 },
        { endpointNumber: BULK_OUT, direction: "out", type: "bulk", packetSize: 512 },
        { endpointNumber: INTERRUPT, direction: "in", type: "interrupt", packetSize: 8 },
      ],
    },
  },
];

/**
 * The npm package `usb` 3.1 with one device, as its source has it: one transfer at a time on an endpoint, nothing can be
 * cancelled, and a transfer that runs out of time has lost what it brought. The device is the model of test/support/usb-device.ts.
 */
export function usbLibrary(model: UsbDevice, serialNumber: string, heldByKernel = false): LibraryModel {
  const log: string[] = [];
  const taken = new Set<number>();
  const packets: Uint8Array[] = [];
  let wake: () => void = () => undefined;
  let kernel = heldByKernel;
  let claimed = false;
  let endRead: (() => void) | undefined;
  const { pipe } = model;
  if (pipe.interrupts) {
    pipe.interrupts.listener = (packet) => {
      packets.push(Uint8Array.from(packet));
      wake();
    };
  }

  /** One transfer: alone on its endpoint, within its time. */
  const transfer = async <T>(endpoint: number, timeout_ms: number, action: (call: Call) => Promise<T>): Promise<T> => {
    if (!claimed || taken.has(endpoint)) throw new Error("transfer error: endpoint not found");
    taken.add(endpoint);
    const call = new Call("transfer", timeout_ms, undefined);
    try {
      return await call.wait(action(call));
    } catch (error) {
      if (!(error instanceof CallEnded)) throw error;
      if (endpoint !== INTERRUPT) await pipe.cancel();
      throw new Error("transferIn error: Cancelled");
    } finally {
      call.end();
      taken.delete(endpoint);
    }
  };
  const data = (bytes: Uint8Array): LibraryData => ({
    data: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
  });

  const device: LibraryModel["device"] = {
    vendorId: 0x05e6,
    productId: 0x2450,
    serialNumber,
    configuration: { interfaces },
    open: async () => void log.push("open"),
    close: async () => void log.push("close"),
    claimInterface: async (number) => {
      if (kernel) throw new Error("claimInterface error: failed to claim interface (errno 16)");
      log.push(`claim ${number}`);
      claimed = true;
      model.open++;
    },
    releaseInterface: async (number) => {
      log.push(`release ${number}`);
      claimed = false;
      await pipe.close();
    },
    detachKernelDriver: async (number) => {
      log.push(`detach ${number}`);
      kernel = false;
    },
    attachKernelDriver: async (number) => void log.push(`attach ${number}`),
    clearHalt: async (direction, endpoint) => {
      if (taken.has(endpoint)) throw new Error("clearHalt error: endpoint not found");
      log.push(`clear halt ${direction} ${endpoint}`);
    },
    controlTransferIn: async ({ recipient, request, value, index }, length, timeout_ms = 1000) => {
      const call = new Call("control", timeout_ms, undefined);
      try {
        const toEndpoint = recipient === "endpoint";
        const endpoint = index === (0x80 | BULK_IN) ? "bulk-in" : "bulk-out";
        if (!toEndpoint && index !== 1) throw new Error(`request ${request} went to interface ${index}`);
        const reply = await pipe.control(
          { requestType: toEndpoint ? 0xa2 : 0xa1, request, value, length, ...(toEndpoint ? { endpoint } : {}) },
          call,
        );
        if (request === INITIATE_ABORT_BULK_IN && taken.has(BULK_IN)) endRead?.();
        return data(reply);
      } finally {
        call.end();
      }
    },
    transferIn: async (endpoint, length, timeout_ms = 1000) => {
      if (endpoint === INTERRUPT) {
        return transfer(endpoint, timeout_ms, async (call) => {
          while (packets.length === 0) await call.wait(new Promise<void>((resolve) => (wake = resolve)));
          return data(packets.shift() ?? new Uint8Array(0));
        });
      }
      const ended = new Promise<Uint8Array>((resolve) => (endRead = () => resolve(new Uint8Array(0))));
      return transfer(endpoint, timeout_ms, async (call) => {
        const read = pipe.bulkIn(length, call);
        read.catch(() => undefined); // the short packet that ends an abort may come first
        const bytes = await Promise.race([read, ended]);
        if (bytes.length === 0) await pipe.cancel();
        return data(bytes);
      });
    },
    transferOut: (endpoint, bytes, timeout_ms = 1000) =>
      transfer(endpoint, timeout_ms, (call) => pipe.bulkOut(bytes, call)),
  };
  return { library: { getDevices: () => Promise.resolve([device]) }, device, log };
}
