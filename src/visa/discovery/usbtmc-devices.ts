import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { messageOf } from "../../errors.js";
import { formatResource } from "../resource.js";
import { inTime } from "./in-time.js";
import type { Looked, Sighting } from "./record.js";

/** A USBTMC interface of a device (USBTMC 1.0, 4.3: application class, subclass test and measurement). */
export interface UsbtmcDevice {
  readonly vendor: number;
  readonly product: number;
  readonly serial: string;
  readonly interface: number;
  readonly manufacturerName: string;
  readonly productName: string;
  /** `/dev/usbtmc0` where the kernel's driver has it. */
  readonly file?: string;
}

const APPLICATION_CLASS = 0xfe;
const TEST_AND_MEASUREMENT = 3;
const SYSFS = "/sys/bus/usb/devices";

/** The USBTMC devices of this computer; none is opened. On Linux the kernel knows them, elsewhere the USB library. */
export async function listUsbtmc(
  timeout_ms: number,
  list: () => Promise<UsbtmcDevice[]> = systemDevices,
): Promise<Looked> {
  const looked = "USB devices of this computer";
  try {
    const devices = await inTime(list(), timeout_ms, "the system did not list them in time");
    return { looked, sightings: devices.map(sightingOf), failures: [] };
  } catch (error) {
    return { looked, sightings: [], failures: [`USB devices: ${messageOf(error)}.`] };
  }
}

function sightingOf(device: UsbtmcDevice): Sighting {
  const { vendor, product, serial, manufacturerName, productName, file } = device;
  const named = manufacturerName !== "" || productName !== "";
  const resource = { kind: "usbtmc", board: 0, vendor, product, serial, interface: device.interface } as const;
  return {
    by: "usbtmc",
    resources: serial === "" ? [] : [formatResource(resource)],
    ...(named ? { identity: { manufacturer: manufacturerName, model: productName, serial, firmware: "" } } : {}),
    note: serial === "" ? "its USB serial number can not be read: it has no name to be opened by" : (file ?? "USBTMC"),
  };
}

function systemDevices(): Promise<UsbtmcDevice[]> {
  return process.platform === "linux" ? kernelDevices() : libraryDevices();
}

/** @param folder the kernel's list of USB devices; not being there means a computer without USB */
export async function kernelDevices(folder = SYSFS): Promise<UsbtmcDevice[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  });
  const devices = await Promise.all(
    names
      .filter((name) => name.includes(":")) // an interface: device:configuration.interface
      .map(async (name): Promise<UsbtmcDevice[]> => {
        const at = (file: string) => attribute(path.join(folder, name, file));
        const of = (file: string) => attribute(path.join(folder, name.slice(0, name.indexOf(":")), file));
        const [kind, subclass] = [await at("bInterfaceClass"), await at("bInterfaceSubClass")].map(fromHex);
        if (kind !== APPLICATION_CLASS || subclass !== TEST_AND_MEASUREMENT) return [];
        const [file] = await readdir(path.join(folder, name, "usbmisc")).catch(() => []); // no driver has it
        return [
          {
            vendor: fromHex(await of("idVendor")),
            product: fromHex(await of("idProduct")),
            serial: await of("serial"),
            interface: fromHex(await at("bInterfaceNumber")),
            manufacturerName: await of("manufacturer"),
            productName: await of("product"),
            ...(file === undefined ? {} : { file: `/dev/${file}` }),
          },
        ];
      }),
  );
  return devices.flat();
}

/** Empty where the kernel has no such attribute: strings that a device does not tell have no file. */
async function attribute(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

const fromHex = (text: string) => Number.parseInt(text, 16);

/** Of the library's device what is looked at here. */
interface LibraryDevice {
  readonly vendorId: number;
  readonly productId: number;
  readonly serialNumber?: string | null | undefined;
  readonly manufacturerName?: string | null | undefined;
  readonly productName?: string | null | undefined;
  readonly configurations: readonly {
    readonly interfaces: readonly {
      readonly interfaceNumber: number;
      readonly alternates: readonly { readonly interfaceClass: number; readonly interfaceSubclass: number }[];
    }[];
  }[];
}

async function libraryDevices(): Promise<UsbtmcDevice[]> {
  const { WebUSB } = await import("usb"); // a native module: loaded by who needs it
  const devices: readonly LibraryDevice[] = await new WebUSB({ allowAllDevices: true }).getDevices();
  return devices.flatMap((device) =>
    device.configurations
      .flatMap(({ interfaces }) => interfaces)
      .filter(({ alternates }) =>
        alternates.some(
          ({ interfaceClass, interfaceSubclass }) =>
            interfaceClass === APPLICATION_CLASS && interfaceSubclass === TEST_AND_MEASUREMENT,
        ),
      )
      .map(({ interfaceNumber }) => ({
        vendor: device.vendorId,
        product: device.productId,
        serial: device.serialNumber ?? "",
        interface: interfaceNumber,
        manufacturerName: device.manufacturerName ?? "",
        productName: device.productName ?? "",
      })),
  );
}
