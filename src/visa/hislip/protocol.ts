/** Numbers of HiSLIP (IVI-6.1, tables 3, 4 and 12 to 33), shared by client and server. */
export const HISLIP_PORT = 4880;

/** 2.0, without the secure connection that is optional in it. */
export const VERSION = 0x0200;

export const Type = {
  initialize: 0,
  initializeResponse: 1,
  fatalError: 2,
  error: 3,
  asyncLock: 4,
  asyncLockResponse: 5,
  data: 6,
  dataEnd: 7,
  deviceClearComplete: 8,
  deviceClearAcknowledge: 9,
  asyncRemoteLocalControl: 10,
  asyncRemoteLocalResponse: 11,
  trigger: 12,
  interrupted: 13,
  asyncInterrupted: 14,
  asyncMaximumMessageSize: 15,
  asyncMaximumMessageSizeResponse: 16,
  asyncInitialize: 17,
  asyncInitializeResponse: 18,
  asyncDeviceClear: 19,
  asyncServiceRequest: 20,
  asyncStatusQuery: 21,
  asyncStatusResponse: 22,
  asyncDeviceClearAcknowledge: 23,
  asyncLockInfo: 24,
  asyncLockInfoResponse: 25,
} as const;

/** Control code of Data, DataEnd, Trigger and AsyncStatusQuery: a whole reply has reached the application since the last. */
export const RMT_DELIVERED = 1;

/** Bits of InitializeResponse and of the feature bitmaps of device clear. */
export const Feature = { overlap: 1, encryptionMandatory: 2, secureNow: 4 } as const;

export const LockControl = { release: 0, request: 1 } as const;
/** Answers to a release; to a request `exclusive` means granted, whichever lock it was. */
export const LockAnswer = { failed: 0, exclusive: 1, shared: 2, error: 3 } as const;

export const RemoteLocal = { enableRemote: 1, enableAndGoRemote: 3, goToLocal: 6 } as const;

/** Both sides close the connection after it. */
export const FatalCode = {
  unidentified: 0,
  badHeader: 1,
  channelsNotUp: 2,
  badInitialization: 3,
  tooManyClients: 4,
} as const;
/** The message is dropped, and the connection goes on. */
export const ErrorCode = { unidentified: 0, unknownType: 1, unknownControl: 2, unknownVendor: 3, tooLarge: 4 } as const;

/** Of the first message after the connection was made, or the device cleared. */
export const FIRST_ID = 0xffffff00;
/** Named by who has not sent a message yet. */
export const NO_ID = 0xfffffefe;
/** On Data, from a server that does not know yet which message it answers. */
export const UNKNOWN_ID = 0xffffffff;

/** The id of the message after this one. */
export const nextId = (id: number): number => (id + 2) >>> 0;

/** What both sides assume until they have agreed on a size, and what ours agree on. */
export const MOST_PAYLOAD_BYTES = 1024 * 1024;

export const HEADER_BYTES = 16;

/** The head of every message. */
export interface Header {
  readonly type: number;
  readonly control: number;
  readonly parameter: number;
  readonly length: number;
}

export function putHeader(bytes: Buffer, type: number, control: number, parameter: number, length: number): void {
  bytes.writeUInt16BE(0x4853); // "HS"
  bytes[2] = type;
  bytes[3] = control;
  bytes.writeUInt32BE(parameter, 4);
  bytes.writeUInt32BE(Math.floor(length / 0x100000000), 8);
  bytes.writeUInt32BE(length >>> 0, 12);
}

/** A whole message in one piece of memory, for short payloads. */
export function message(type: number, control = 0, parameter = 0, payload?: Uint8Array): Buffer {
  const length = payload?.length ?? 0;
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + length);
  putHeader(bytes, type, control, parameter, length);
  if (payload) bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** A size as the payload of the two maximum-message-size messages. */
export function sizePayload(bytes: number): Buffer {
  const payload = Buffer.allocUnsafe(8);
  payload.writeBigUInt64BE(BigInt(bytes));
  return payload;
}

/** @returns the largest number that can be counted with where it is larger; undefined where it is no size */
export function readSize(payload: Uint8Array): number | undefined {
  if (payload.length !== 8) return undefined;
  const size = Buffer.from(payload.buffer, payload.byteOffset, 8).readBigUInt64BE();
  return size > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(size);
}
