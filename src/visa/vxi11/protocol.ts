/** Numbers of VXI-11 (TCP/IP Instrument Protocol, revision 1.0, appendix B and C), shared by client and server. */
export const CORE = { program: 0x0607af, version: 1 } as const;
export const ABORT = { program: 0x0607b0, version: 1 } as const;
export const INTERRUPT = { program: 0x0607b1, version: 1 } as const;

export const Procedure = {
  deviceAbort: 1,
  createLink: 10,
  deviceWrite: 11,
  deviceRead: 12,
  deviceReadStb: 13,
  deviceTrigger: 14,
  deviceClear: 15,
  deviceRemote: 16,
  deviceLocal: 17,
  deviceLock: 18,
  deviceUnlock: 19,
  deviceEnableSrq: 20,
  deviceDoCmd: 22,
  destroyLink: 23,
  createInterruptChannel: 25,
  destroyInterruptChannel: 26,
  deviceInterruptSrq: 30,
} as const;

/** Operation flags. */
export const Flag = { waitLock: 1, end: 8, termCharSet: 128 } as const;

/** Why a read ended; several may be set. */
export const Reason = { requestCount: 1, character: 2, end: 4 } as const;

export const DeviceError = {
  none: 0,
  syntax: 1,
  notAccessible: 3,
  invalidLink: 4,
  parameter: 5,
  noChannel: 6,
  notSupported: 8,
  outOfResources: 9,
  lockedByOther: 11,
  noLockHeld: 12,
  timeout: 15,
  io: 17,
  aborted: 23,
  channelExists: 29,
} as const;

/** Longest device name, and longest handle of a service request. */
export const MOST_NAME_BYTES = 256;
export const MOST_HANDLE_BYTES = 40;

/** An error number in words. */
export function deviceErrorText(code: number): string {
  return texts[code] ?? `the instrument reported VXI-11 error ${code}`;
}

const texts: Readonly<Record<number, string>> = {
  [DeviceError.syntax]: "the instrument could not read the request (VXI-11 error 1)",
  [DeviceError.notAccessible]: "the instrument has no device of this name (VXI-11 error 3). Most are called inst0",
  [DeviceError.invalidLink]: "the instrument has forgotten this link (VXI-11 error 4). Was it restarted",
  [DeviceError.parameter]: "the instrument found a parameter out of range (VXI-11 error 5)",
  [DeviceError.noChannel]:
    "the instrument could not reach back to this computer (VXI-11 error 6). Does a firewall forbid it",
  [DeviceError.notSupported]: "the instrument does not support this (VXI-11 error 8)",
  [DeviceError.outOfResources]:
    "the instrument has no link to spare (VXI-11 error 9). Close other programs that use it",
  [DeviceError.lockedByOther]: "another client has locked the instrument. Nothing was done. Wait until it has finished",
  [DeviceError.noLockHeld]: "this session holds no lock",
  [DeviceError.io]: "the instrument reported an I/O error (VXI-11 error 17)",
  [DeviceError.aborted]: "it was aborted",
  [DeviceError.channelExists]: "the interrupt channel exists already (VXI-11 error 29)",
};
