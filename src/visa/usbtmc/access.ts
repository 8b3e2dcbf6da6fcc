import { messageOf } from "../../errors.js";
import type { Call } from "../call.js";
import { LinkError } from "../message-link.js";
import { describeUsbError, isUsbtmc, loadUsbLibrary } from "./library.js";
import type { LibraryDevice, LibraryInterface, UsbLibrary } from "./library.js";
import { endpointsOf, libraryPipe } from "./library-pipe.js";
import type { UsbAccess, UsbAddress } from "./pipe.js";

/**
 * Reaches USB instruments through the npm package `usb`. The kernel's usbtmc driver, where it holds the interface, is taken
 * off while the session lasts and put back after it.
 *
 * @param load the library; the npm package where left out
 */
export function usbAccess(load: () => Promise<UsbLibrary> = loadUsbLibrary): UsbAccess {
  return async (address, call) => {
    const library = await call.wait(load());
    const devices = await call.wait(library.getDevices().catch(noUsb));
    const device = chosen(devices, address);
    const tell = (error: unknown) => {
      throw new LinkError("no-answer", describeUsbError(error, address.vendor), error);
    };
    await call.wait(device.open().catch(tell));
    try {
      const found = interfaceOf(device, address);
      const endpoints = endpointsOf(found);
      const detached = await claim(device, found.interfaceNumber, call).catch(tell);
      return libraryPipe(device, found.interfaceNumber, endpoints, async () => {
        await device.releaseInterface(found.interfaceNumber);
        if (detached) await device.attachKernelDriver(found.interfaceNumber).catch(() => undefined); // unplugged meanwhile
        await device.close();
      });
    } catch (error) {
      await device.close();
      throw error;
    }
  };
}

/** @returns whether the kernel's driver had to be taken off */
async function claim(device: LibraryDevice, number: number, call: Call): Promise<boolean> {
  const first = await call.wait(
    device.claimInterface(number).then(
      () => undefined,
      (error: unknown) => error ?? "refused",
    ),
  );
  if (first === undefined) return false;
  await call.wait(device.detachKernelDriver(number).catch(() => undefined)); // there was none: the next claim tells
  await call.wait(device.claimInterface(number));
  return true;
}

function chosen(devices: readonly LibraryDevice[], { vendor, product, serial }: UsbAddress): LibraryDevice {
  const alike = devices.filter(({ vendorId, productId }) => vendorId === vendor && productId === product);
  const found = alike.find(({ serialNumber }) => serialNumber?.toUpperCase() === serial.toUpperCase());
  if (found) return found;
  const others = alike.map(({ serialNumber }) => serialNumber ?? "one whose serial number can not be read");
  throw new LinkError(
    "no-answer",
    others.length > 0
      ? `no USB device of this kind has the serial number ${serial}; there is ${others.join(", ")}`
      : "no USB device of this kind is connected. Is it plugged in, and on",
  );
}

function interfaceOf(device: LibraryDevice, address: UsbAddress): LibraryInterface {
  const instruments = (device.configuration?.interfaces ?? []).filter(isUsbtmc);
  const found = instruments.find(({ interfaceNumber }) => interfaceNumber === address.interface);
  if (found) return found;
  const there = instruments.map(({ interfaceNumber }) => interfaceNumber);
  throw new LinkError(
    "no-answer",
    there.length === 0
      ? "this USB device has no test and measurement interface (USBTMC). Some have to be set to it in their menu"
      : `its interface ${address.interface} is none of USBTMC, but ${there.join(", ")} is. Put that number behind the serial number`,
  );
}

function noUsb(error: unknown): never {
  throw new LinkError("no-answer", `USB devices can not be listed here: ${messageOf(error)}`, error);
}
