import { messageOf } from "../../errors.js";
import { formatResource } from "../resource.js";
import { inTime } from "./in-time.js";
import type { Looked } from "./record.js";

/** A serial port as the system lists it. */
export interface ListedPort {
  readonly path: string;
  readonly manufacturer?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly pnpId?: string | undefined;
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
}

/**
 * The serial ports of this computer. They are listed, not opened: what hangs on one is known only to who set its baud rate,
 * and need not be an instrument.
 */
export async function listSerialPorts(
  timeout_ms: number,
  list: () => Promise<ListedPort[]> = systemPorts,
): Promise<Looked> {
  const looked = "serial ports of this computer";
  try {
    const ports = await inTime(list(), timeout_ms, "the system did not list them in time");
    const real = ports.filter(isThere);
    const left = ports.length - real.length;
    return {
      looked: left === 0 ? looked : `${looked}; ${left} that only the kernel's table has were left out`,
      sightings: real.map((port) => ({
        by: "serial",
        resources: [formatResource({ kind: "serial", port: port.path })],
        note: describe(port),
      })),
      failures: [],
    };
  } catch (error) {
    const why = messageOf(error).replace("spawn udevadm ENOENT", "udevadm, which knows them, is not installed");
    return { looked, sightings: [], failures: [`serial ports: ${why}.`] };
  }
}

async function systemPorts(): Promise<ListedPort[]> {
  const { SerialPort } = await import("serialport"); // a native module: loaded by who needs it
  return SerialPort.list();
}

/** Linux lists thirty-two /dev/ttyS that most computers have no plugs for; a real one has an id of the system. */
const isThere = ({ path, pnpId, vendorId }: ListedPort) =>
  !/^\/dev\/ttyS\d+$/.test(path) || pnpId !== undefined || vendorId !== undefined;

function describe({ manufacturer, vendorId, productId, serialNumber }: ListedPort): string {
  const ids = vendorId === undefined ? "" : ` (USB ${vendorId}:${productId ?? "?"})`;
  const serial = serialNumber === undefined ? "" : `, adapter ${serialNumber}`;
  return `serial port${manufacturer === undefined ? "" : ` by ${manufacturer}`}${ids}${serial}`;
}
