import type { Call } from "../call.js";
import { LinkError } from "../message-link.js";
import type { LibraryDevice, LibraryEndpoint, LibraryInterface } from "./library.js";
import type { ControlRequest, Interrupts, UsbPipe } from "./pipe.js";

/** A transfer outlasts its call by this, so that the call is what ends first, and says why. */
const GRACE_MS = 50;
/** Time limit of a read of the interrupt endpoint: so long `close` may have to wait. */
const INTERRUPT_MS = 100;

export interface Endpoints {
  readonly out: LibraryEndpoint;
  readonly in: LibraryEndpoint;
  readonly interrupt: LibraryEndpoint | undefined;
}

/** @throws LinkError `bad-reply`: not the endpoints of USBTMC (revision 1.0, section 5.6) */
export function endpointsOf({ interfaceNumber, alternate }: LibraryInterface): Endpoints {
  const find = (type: string, direction: string) =>
    alternate.endpoints.find((endpoint) => endpoint.type === type && endpoint.direction === direction);
  const [out, input] = [find("bulk", "out"), find("bulk", "in")];
  if (out && input) return { out, in: input, interrupt: find("interrupt", "in") };
  throw new LinkError("bad-reply", `its interface ${interfaceNumber} lacks a bulk endpoint, which USBTMC demands`);
}

/**
 * A claimed interface. The library can not cancel a transfer: it ends with its time limit, or when the device ends it, which
 * USBTMC's abort requests make it do. Until then its endpoint is taken, so what comes next on that endpoint waits for it.
 * What an abandoned read still brings is given to the next read, which is the one that empties the device.
 *
 * @param released done when the pipe is closed, after the last transfer
 */
export function libraryPipe(
  device: LibraryDevice,
  number: number,
  endpoints: Endpoints,
  released: () => Promise<void>,
): UsbPipe {
  let reading: Promise<Uint8Array | undefined> | undefined;
  let writing: Promise<void> | undefined;
  let closed = false;
  let listening: Promise<void> | undefined;

  const limit = (call: Call) => Math.ceil(call.left_ms) + GRACE_MS;
  const settled = async (transfer: Promise<unknown> | undefined, call: Call) => {
    if (transfer) await call.wait(transfer);
  };

  const listenTo = async ({ endpointNumber, packetSize }: LibraryEndpoint): Promise<void> => {
    while (!closed) {
      try {
        const packet = bytesOf(await device.transferIn(endpointNumber, packetSize, INTERRUPT_MS));
        if (packet.length > 0 && !closed) interrupts?.listener?.(packet);
      } catch (error) {
        // Nothing came in time is how this ends nearly always; a device that is gone shows at the next message.
        if (!/cancel|timed? ?out/i.test(String(error)))
          await new Promise((resolve) => setTimeout(resolve, INTERRUPT_MS));
      }
    }
  };
  const { interrupt } = endpoints;
  const interrupts: Interrupts | undefined = interrupt && {
    listener: undefined,
    listen: () => void (listening ??= listenTo(interrupt)), // a thread of the library waits in it: only where it is of use
  };

  return {
    async bulkOut(bytes, call) {
      await settled(writing, call);
      await settled(reading, call); // an abandoned one would take the answer to this
      const transfer = device.transferOut(endpoints.out.endpointNumber, bytes, limit(call));
      const mine: Promise<void> = transfer.then(ignore, ignore).finally(() => {
        if (writing === mine) writing = undefined;
      });
      writing = mine;
      await call.wait(transfer);
    },
    async bulkIn(most, call) {
      if (reading) {
        const left = await call.wait(reading);
        if (left) return left;
      }
      const transfer = device.transferIn(endpoints.in.endpointNumber, most, limit(call)).then(bytesOf);
      const mine: Promise<Uint8Array | undefined> = transfer.catch(ignore).finally(() => {
        if (reading === mine) reading = undefined;
      });
      reading = mine;
      return call.wait(transfer);
    },
    async control({ requestType, request, value, endpoint, length }: ControlRequest, call) {
      const toEndpoint = requestType === 0xa2;
      const setup = {
        requestType: "class",
        recipient: toEndpoint ? "endpoint" : "interface",
        request,
        value,
        index: !toEndpoint
          ? number
          : endpoint === "bulk-in"
            ? 0x80 | endpoints.in.endpointNumber
            : endpoints.out.endpointNumber,
      } as const;
      return bytesOf(await call.wait(device.controlTransferIn(setup, length, limit(call))));
    },
    async clearHalt(endpoint, call) {
      if (endpoint === "bulk-out") await settled(writing, call);
      else await settled(reading, call);
      const { endpointNumber } = endpoint === "bulk-out" ? endpoints.out : endpoints.in;
      await call.wait(device.clearHalt(endpoint === "bulk-out" ? "out" : "in", endpointNumber));
    },
    cancel: () => Promise.resolve(), // the abort that follows ends the transfer from the device's side
    ...(interrupts ? { interrupts } : {}),
    async close() {
      closed = true;
      await listening;
      await released();
    },
  };
}

const ignore = (): undefined => undefined; // who waits for the transfer itself is told

function bytesOf({ data }: { readonly data?: DataView | undefined }): Uint8Array {
  return data ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(0);
}
