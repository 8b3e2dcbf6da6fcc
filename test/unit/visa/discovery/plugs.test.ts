import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { listSerialPorts } from "../../../../src/visa/discovery/serial-ports.js";
import { kernelDevices, listUsbtmc } from "../../../../src/visa/discovery/usbtmc-devices.js";
import { scratchFolder } from "../../../support/cli.js";

test("serial ports with something behind them are listed; those that only the kernel's table has are counted", async () => {
  const { looked, sightings } = await listSerialPorts(1000, async () => [
    { path: "/dev/ttyUSB0", manufacturer: "FTDI", vendorId: "0403", productId: "6001", serialNumber: "A1" },
    { path: "/dev/ttyS0", pnpId: "PNP0501" },
    { path: "/dev/ttyS1" },
    { path: "/dev/ttyS2" },
  ]);
  assert.deepEqual(
    sightings.flatMap(({ resources }) => resources),
    ["ASRL/dev/ttyUSB0::INSTR", "ASRL/dev/ttyS0::INSTR"],
  );
  assert.match(sightings[0]?.note ?? "", /FTDI.*0403:6001.*A1/);
  assert.match(looked, /2 that only the kernel's table has/);
});

test("a list that fails, or never comes, is told and ends in time", async () => {
  const failed = await listSerialPorts(1000, () => Promise.reject(new Error("spawn udevadm ENOENT")));
  assert.deepEqual(failed.sightings, []);
  assert.match(failed.failures.join(), /udevadm.*not installed/);
  const never = await listUsbtmc(20, () => new Promise(() => undefined));
  assert.match(never.failures.join(), /in time/);
});

async function device(folder: string, name: string, attributes: Record<string, string>): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  for (const [file, text] of Object.entries(attributes)) await writeFile(join(folder, name, file), `${text}\n`);
}

test("USBTMC devices are read from the kernel's list, with the numbers in hexadecimal and the device file", async (t) => {
  const folder = await scratchFolder(t);
  const smu = {
    idVendor: "05e6",
    idProduct: "2450",
    serial: "04412345",
    manufacturer: "KEITHLEY INSTRUMENTS",
    product: "2450",
  };
  await device(folder, "1-1", smu);
  await device(folder, "1-1:1.0", { bInterfaceClass: "fe", bInterfaceSubClass: "03", bInterfaceNumber: "00" });
  await mkdir(join(folder, "1-1:1.0", "usbmisc", "usbtmc0"), { recursive: true });
  await device(folder, "1-2", { idVendor: "046d", idProduct: "c077" });
  await device(folder, "1-2:1.0", { bInterfaceClass: "03", bInterfaceSubClass: "01", bInterfaceNumber: "00" });
  await device(folder, "1-3", { idVendor: "1ab1", idProduct: "04ce" });
  await device(folder, "1-3:1.2", { bInterfaceClass: "fe", bInterfaceSubClass: "03", bInterfaceNumber: "02" });

  const { sightings } = await listUsbtmc(1000, () => kernelDevices(folder));

  const [first, second, ...more] = sightings;
  assert.deepEqual(more, []);
  assert.deepEqual(first?.resources, ["USB0::0x05E6::0x2450::04412345::0::INSTR"]);
  assert.equal(first?.note, "/dev/usbtmc0");
  assert.equal(first?.identity?.serial, "04412345");
  assert.deepEqual(second?.resources, [], "a device that tells no serial number");
  assert.match(second?.note ?? "", /serial number can not be read/);
});

test("a computer without USB has no USBTMC devices", async (t) => {
  assert.deepEqual(await kernelDevices(join(await scratchFolder(t), "nowhere")), []);
});
