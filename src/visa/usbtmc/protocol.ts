import { LinkError } from "../message-link.js";

/** Bytes of USBTMC 1.0 (tables 1 to 9, 15 to 43) and of its subclass USB488 1.0 (tables 2 to 15). */
export const Message = { out: 1, requestIn: 2, in: 2, trigger: 128 } as const;

export const Request = {
  initiateAbortBulkOut: 1,
  checkAbortBulkOut: 2,
  initiateAbortBulkIn: 3,
  checkAbortBulkIn: 4,
  initiateClear: 5,
  checkClear: 6,
  getCapabilities: 7,
  readStatusByte: 128,
  renControl: 160,
  goToLocal: 161,
} as const;

export const Status = { success: 1, pending: 2 } as const;

export const HEADER_BYTES = 12;
export const CAPABILITIES_BYTES = 0x18;

const END = 1;

/** Tags go 1 to 255 and around: 0 is none. */
export const nextTag = (tag: number): number => (tag % 255) + 1;
/** Tags of status byte requests go 2 to 127 and around: with bit 7 they name the answer, where 1 means a service request. */
export const nextStatusTag = (tag: number): number => (tag >= 127 ? 2 : tag + 1);

/** A piece of a message with its header, padded to four bytes. @param end EOM: the last byte of the message is among them */
export function outTransfer(tag: number, bytes: Uint8Array, end: boolean): Uint8Array {
  const transfer = new Uint8Array(HEADER_BYTES + 4 * Math.ceil(bytes.length / 4));
  transfer.set(header(Message.out, tag, bytes.length, end ? END : 0));
  transfer.set(bytes, HEADER_BYTES);
  return transfer;
}

/** Asks for up to `most` bytes of the reply. */
export const requestTransfer = (tag: number, most: number): Uint8Array => header(Message.requestIn, tag, most, 0);

/** Group execute trigger. */
export const triggerTransfer = (tag: number): Uint8Array => header(Message.trigger, tag, 0, 0);

export interface InHeader {
  readonly size: number;
  readonly end: boolean;
}

/**
 * The header of what came on bulk-in.
 *
 * @throws LinkError `bad-reply`: not the answer to the request with this tag, or more than was asked for
 */
export function readInHeader(transfer: Uint8Array, tag: number, most: number): InHeader {
  if (transfer.length < HEADER_BYTES) throw wrong(`${transfer.length} bytes are no header`);
  const [id, echoed, inverse] = transfer;
  if (id !== Message.in) throw wrong(`message ${id} is none of a device`);
  if (echoed !== tag || inverse !== (~tag & 255)) throw wrong(`it answers request ${echoed}, not ${tag}`);
  const view = new DataView(transfer.buffer, transfer.byteOffset, transfer.byteLength);
  const size = view.getUint32(4, true);
  if (size > most) throw wrong(`${size} bytes are announced, ${most} were asked for`);
  return { size, end: (view.getUint8(8) & END) !== 0 };
}

export interface Capabilities {
  readonly trigger: boolean;
  readonly remote: boolean;
}

/** @throws LinkError `bad-reply` */
export function readCapabilities(bytes: Uint8Array): Capabilities {
  if (bytes.length < CAPABILITIES_BYTES || bytes[0] !== Status.success) throw wrong("its capabilities can not be read");
  const usb488 = bytes[14] ?? 0;
  return { trigger: (usb488 & 1) !== 0, remote: (usb488 & 2) !== 0 };
}

function header(id: number, tag: number, size: number, attributes: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set([id, tag, ~tag & 255, 0]);
  view.setUint32(4, size, true);
  view.setUint8(8, attributes);
  return bytes;
}

function wrong(why: string): LinkError {
  return new LinkError("bad-reply", `what came is no USBTMC reply: ${why}`);
}
