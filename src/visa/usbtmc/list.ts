import { access, constants, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { MemrigError, messageOf } from "../../errors.js";
import { formatResource } from "../resource.js";
import { isUsbtmc, loadUsbLibrary, udevAdvice } from "./library.js";

/** A USBTMC interface that is connected to this computer. */
export interface UsbtmcDevice {
  /** VISA name; undefined where its serial number can not be read, without which there is none. */
  readonly resource: string | undefined;
  readonly vendor: number;
  readonly product: number;
  readonly serial: string | undefined;
  readonly interface: number;
  /** What it calls itself; empty where it does not say. */
  readonly maker: string;
  readonly model: string;
  /** Why this user can not open it and what to do; undefined where nothing is known to stand against it. */
  readonly trouble: string | undefined;
}

/**
 * The USBTMC devices connected now. Nothing is sent to them. On Linux the system's own list is read, which any user may;
 * elsewhere the npm package `usb` is asked.
 *
 * @param sysfs where Linux lists USB devices
 * @throws MemrigError `no-answer`: there is no USB here, or the package can not be loaded; in words
 */
export async function listUsbtmc(sysfs = "/sys/bus/usb/devices"): Promise<UsbtmcDevice[]> {
  return process.platform === "linux" ? listFromSystem(sysfs) : listFromLibrary();
}

async function listFromSystem(sysfs: string): Promise<UsbtmcDevice[]> {
  let names: string[];
  try {
    names = await readdir(sysfs);
  } catch (error) {
    throw new MemrigError("no-answer", `This computer lists no USB devices: ${messageOf(error)}.`, { sysfs }, error);
  }
  const found: UsbtmcDevice[] = [];
  for (const name of names.sort()) {
    if (!name.includes(":")) continue; // `1-2` is a device, `1-2:1.0` an interface of its
    const of = (file: string) => attribute(path.join(sysfs, name, file));
    if ((await of("bInterfaceClass")) !== "fe" || (await of("bInterfaceSubClass")) !== "03") continue;
    const device = (file: string) => attribute(path.join(sysfs, name.split(":")[0] ?? "", file));
    const vendor = parseInt((await device("idVendor")) ?? "", 16);
    const product = parseInt((await device("idProduct")) ?? "", 16);
    if (Number.isNaN(vendor) || Number.isNaN(product)) continue; // unplugged while it was looked at
    const number = parseInt((await of("bInterfaceNumber")) ?? "0", 16);
    const node = nodeOf(await device("busnum"), await device("devnum"));
    found.push({
      ...named(vendor, product, await device("serial"), number),
      maker: (await device("manufacturer")) ?? "",
      model: (await device("product")) ?? "",
      trouble: (await mayOpen(node)) ? undefined : `This user may not open ${node}. ${udevAdvice(vendor)}.`,
    });
  }
  return found;
}

async function listFromLibrary(): Promise<UsbtmcDevice[]> {
  try {
    const found: UsbtmcDevice[] = [];
    for (const device of await (await loadUsbLibrary()).getDevices()) {
      const { vendorId, productId, serialNumber } = device;
      for (const one of device.configuration?.interfaces ?? []) {
        if (!isUsbtmc(one)) continue;
        const name = named(vendorId, productId, serialNumber ?? undefined, one.interfaceNumber);
        found.push({ ...name, maker: "", model: "", trouble: undefined });
      }
    }
    return found;
  } catch (error) {
    throw new MemrigError("no-answer", `USB devices can not be listed here: ${messageOf(error)}.`, {}, error);
  }
}

type Name = Pick<UsbtmcDevice, "resource" | "vendor" | "product" | "serial" | "interface">;

function named(vendor: number, product: number, serial: string | undefined, number: number): Name {
  const place = { kind: "usbtmc", board: 0, vendor, product, interface: number } as const;
  const resource = serial ? formatResource({ ...place, serial }) : undefined;
  return { resource, vendor, product, serial, interface: number };
}

/** The device file: `/dev/bus/usb/001/004`. */
const nodeOf = (bus = "", device = ""): string => `/dev/bus/usb/${bus.padStart(3, "0")}/${device.padStart(3, "0")}`;

async function mayOpen(node: string): Promise<boolean> {
  return access(node, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** undefined where the device has no such text. */
async function attribute(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").then(
    (text) => text.trim(),
    () => undefined,
  );
}
