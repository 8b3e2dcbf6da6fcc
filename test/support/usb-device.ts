import { LinkEndpoint } from "../../src/virtual/links/index.js";
import type { ScpiInstrument } from "../../src/virtual/scpi/index.js";
import type { Call } from "../../src/visa/call.js";
import type { ControlRequest, UsbPipe } from "../../src/visa/index.js";

const HEADER = 12;

/** A USBTMC-USB488 device at the level of transfers: what it gets are the bytes that would go over the cable. */
export interface UsbDevice {
  readonly pipe: UsbPipe;
  /** Everything it was sent, in order, written as `out 01 01 fe 00 …` and `control a1 05 0`. */
  readonly log: string[];
  /** Faults in what came; a sound host makes none. */
  readonly faults: string[];
  /** Bytes of a reply that come in the first transfer; the rest comes in another one, as some instruments do it. */
  firstTransfer: number;
  /** Put in place of the next reply. */
  garbled: Uint8Array | undefined;
  /** Pipes open now. */
  open: number;
}

export function usbDevice(instrument: ScpiInstrument): UsbDevice {
  const endpoint = new LinkEndpoint(instrument);
  let exchange = endpoint.connect({ unread: "interrupt" });
  let lastOut = 0;
  let asked: { tag: number; most: number } | undefined;
  let rest: Uint8Array | undefined;
  let cancelled = new AbortController();
  const interrupts: NonNullable<UsbPipe["interrupts"]> = { listener: undefined };
  const listen = () => exchange.service.onRequest((status) => interrupts.listener?.(Uint8Array.of(0x81, status)));

  const takeOut = async (bytes: Uint8Array, call: Call) => {
    device.log.push(`out ${Buffer.from(bytes.subarray(0, 20)).toString("hex")}`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const [id = 0, tag = 0, inverse = 0] = bytes;
    if (bytes.length % 4 !== 0 || bytes.length < HEADER) device.faults.push(`a transfer of ${bytes.length} bytes`);
    if (inverse !== (~tag & 255) || tag === 0 || tag === lastOut) device.faults.push(`tag ${tag}, inverse ${inverse}`);
    lastOut = tag;
    const size = view.getUint32(4, true);
    if (id === 1) {
      if (size === 0 || HEADER + size > bytes.length || bytes.length - HEADER - size > 3) {
        device.faults.push(`${size} bytes in a transfer of ${bytes.length}`);
      }
      exchange.receive(Uint8Array.from(bytes.subarray(HEADER, HEADER + size)), (view.getUint8(8) & 1) !== 0);
      await call.wait(exchange.room(cancelled.signal));
    } else if (id === 2) asked = { tag, most: size };
    else if (id === 128) exchange.trigger();
    else device.faults.push(`message ${id}`);
  };

  const giveIn = async (most: number): Promise<Uint8Array> => {
    if (rest) {
      const bytes = rest;
      rest = undefined;
      return bytes;
    }
    const { signal } = cancelled;
    const request = asked;
    if (!request) throw new Error("bulk-in was read and nothing was asked for");
    const piece = await exchange.read(request.most, signal);
    if (!piece) throw new Error("cancelled");
    asked = undefined;
    const transfer = Buffer.alloc(HEADER + 4 * Math.ceil(piece.bytes.length / 4));
    transfer.set([2, request.tag, ~request.tag & 255, 0]);
    transfer.writeUInt32LE(piece.bytes.length, 4);
    transfer[8] = piece.end ? 1 : 0;
    transfer.set(piece.bytes, HEADER);
    if (transfer.length > most) device.faults.push(`${transfer.length} bytes are to be sent, ${most} are taken`);
    const { garbled } = device;
    device.garbled = undefined;
    if (garbled) return garbled;
    if (HEADER + device.firstTransfer >= transfer.length) return transfer;
    rest = transfer.subarray(HEADER + device.firstTransfer);
    return transfer.subarray(0, HEADER + device.firstTransfer);
  };

  const answer = ({ request, value, requestType }: ControlRequest): Uint8Array => {
    device.log.push(`control ${requestType.toString(16)} ${request} ${value}`);
    switch (request) {
      case 1:
      case 3:
        return Uint8Array.of(request === 3 && !asked ? 0x81 : 1, value);
      case 2:
      case 4:
        asked = undefined;
        rest = undefined;
        return Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0);
      case 5:
        exchange.clear();
        asked = undefined;
        rest = undefined;
        return Uint8Array.of(1);
      case 6:
        return Uint8Array.of(1, 0);
      case 7:
        return Uint8Array.from({ length: 0x18 }, (_, k) => (k === 0 ? 1 : k === 14 ? 7 : 0));
      case 128: {
        const status = exchange.statusByte();
        setImmediate(() => interrupts.listener?.(Uint8Array.of(value | 0x80, status)));
        return Uint8Array.of(1, value, 0);
      }
      default:
        return Uint8Array.of(1);
    }
  };

  const device: UsbDevice = {
    log: [],
    faults: [],
    firstTransfer: Infinity,
    garbled: undefined,
    open: 0,
    pipe: {
      interrupts,
      bulkOut: takeOut,
      bulkIn: (most, call) => call.wait(giveIn(most)),
      control: (request) => Promise.resolve(answer(request)),
      clearHalt: () => Promise.resolve(),
      cancel: () => {
        cancelled.abort();
        cancelled = new AbortController();
        return Promise.resolve();
      },
      close: () => {
        device.open--;
        exchange.close();
        exchange = endpoint.connect({ unread: "interrupt" });
        listen();
        return Promise.resolve();
      },
    },
  };
  listen();
  return device;
}
