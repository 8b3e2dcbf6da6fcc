import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { MemrigError } from "../../../src/errors.js";
import { listUsbtmc, openSession } from "../../../src/visa/index.js";
import { usbAccess } from "../../../src/visa/usbtmc/access.js";
import { LinkError } from "../../../src/visa/message-link.js";
import { IDENTITY, transportInstrument } from "../../suites/transport-instrument.js";
import { scratchFolder } from "../../support/cli.js";
import { usbDevice } from "../../support/usb-device.js";
import { interfaces, usbLibrary } from "../../support/usb-library.js";

const NAME = "USB0::0x05E6::0x2450::04775040::1::INSTR";

function bench({ kernel = false } = {}) {
  const instrument = transportInstrument();
  const model = usbLibrary(usbDevice(instrument.scpi), "04775040", kernel);
  return { ...model, instrument, usb: usbAccess(() => Promise.resolve(model.library)) };
}

const refused = (says: RegExp) => (error: MemrigError) => {
  assert.equal(error.kind, "no-answer", error.message);
  assert.match(error.message, says);
  return true;
};

test("a session claims the interface of the instrument, and gives it back when it is closed", async () => {
  const { usb, log } = bench();
  const session = await openSession(NAME, { usb });
  assert.equal(await session.query("*IDN?"), IDENTITY);
  await session.close();
  assert.deepEqual(log, ["open", "claim 1", "release 1", "close"]);
});

test("the kernel's driver is taken off for the session and put back after it", async () => {
  const { usb, log } = bench({ kernel: true });
  const session = await openSession(NAME, { usb });
  assert.equal(await session.query("*IDN?"), IDENTITY);
  await session.close();
  assert.deepEqual(log, ["open", "detach 1", "claim 1", "release 1", "attach 1", "close"]);
});

test("a question that is stopped long before its time limit: the abort ends the transfer, and the next gets its own answer", async (t) => {
  const { usb } = bench();
  const session = await openSession(NAME, { usb });
  t.after(() => session.close());
  const stop = new AbortController();
  const asked = session.query(":LATE?", { timeout_ms: 60_000, signal: stop.signal });
  setImmediate(() => stop.abort());
  await assert.rejects(asked, (error: MemrigError) => error.kind === "aborted");
  assert.equal(await session.query(":ECHO? 'next'", { timeout_ms: 5000 }), "next");
});

test("the status byte and a service request come over the interrupt endpoint", async (t) => {
  const { usb } = bench();
  const session = await openSession(NAME, { usb });
  t.after(() => session.close());
  await session.write("*ESE 1;*SRE 32");
  const asked = session.waitForServiceRequest({ timeout_ms: 5000 });
  await session.write("*OPC");
  assert.equal(await asked, 96);
  assert.equal(await session.readStatusByte(), 32);
});

for (const [what, spoil, says] of [
  [
    "no such serial number",
    ({ device }: ReturnType<typeof bench>) => (device.serialNumber = "MY1"),
    /no USB device of this kind has the serial number 04775040; there is MY1/,
  ],
  [
    "no such device",
    ({ device }: ReturnType<typeof bench>) => (device.vendorId = 1),
    /no USB device of this kind is connected\. Is it plugged in/,
  ],
  [
    "no permission",
    ({ device }: ReturnType<typeof bench>) =>
      (device.open = () => Promise.reject(new Error("open error: failed to open device (errno 13)"))),
    /this user may not open it .*SUBSYSTEM=="usb", ATTR\{idVendor\}=="05e6", MODE="0660".*70-memrig\.rules/,
  ],
  [
    "held by another program",
    ({ device }: ReturnType<typeof bench>) =>
      (device.claimInterface = () => Promise.reject(new Error("claimInterface error: (errno 16)"))),
    /another program has it/,
  ],
  [
    "another interface number",
    ({ device }: ReturnType<typeof bench>) =>
      (device.configuration = {
        interfaces: interfaces.map((one) => ({ ...one, interfaceNumber: one.interfaceNumber + 1 })),
      }),
    /its interface 1 is none of USBTMC, but 2 is\. Put that number/,
  ],
  [
    "no instrument",
    ({ device }: ReturnType<typeof bench>) => (device.configuration = { interfaces: interfaces.slice(0, 1) }),
    /has no test and measurement interface \(USBTMC\)/,
  ],
] as const) {
  test(`${what}: the message says so and what to do, and nothing stays open`, async () => {
    const there = bench();
    spoil(there);
    await assert.rejects(openSession(NAME, { usb: there.usb }), refused(says));
    assert.equal(
      there.log.filter((entry) => entry === "open").length,
      there.log.filter((entry) => entry === "close").length,
    );
  });
}

test("without the npm package a USB instrument is refused, with what to install", async () => {
  const load = () => Promise.reject(new LinkError("no-answer", 'the npm package "usb" can not be loaded'));
  await assert.rejects(openSession(NAME, { usb: usbAccess(load) }), refused(/the npm package "usb" can not be loaded/));
});

test("the npm package is what a session uses by itself: a device that is not there is told, not guessed", async () => {
  await assert.rejects(
    openSession("USB0::0xFFFE::0xFFFE::NONE::INSTR"),
    refused(/USB devices can not be listed here|no USB device of this kind is connected/),
  );
});

/** A folder as Linux keeps it under /sys/bus/usb/devices. */
async function system(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await scratchFolder(t);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), `${content}\n`);
  }
  return folder;
}

test("Linux's own list is read without opening anything: instruments by their VISA names, others left out", async (t) => {
  if (process.platform !== "linux") return;
  const folder = await system(t, {
    "1-2/idVendor": "05e6",
    "1-2/idProduct": "2450",
    "1-2/serial": "04775040",
    "1-2/manufacturer": "Keithley Instruments",
    "1-2/product": "2450 SMU",
    "1-2/busnum": "1",
    "1-2/devnum": "250",
    "1-2:1.0/bInterfaceClass": "fe",
    "1-2:1.0/bInterfaceSubClass": "03",
    "1-2:1.0/bInterfaceNumber": "00",
    "1-3/idVendor": "046d",
    "1-3/idProduct": "c31c",
    "1-3:1.0/bInterfaceClass": "03",
    "1-3:1.0/bInterfaceSubClass": "01",
    "usb1/idVendor": "1d6b",
  });
  const [found, ...others] = await listUsbtmc(folder);
  assert.equal(others.length, 0);
  assert.equal(found?.resource, "USB0::0x05E6::0x2450::04775040::0::INSTR");
  assert.deepEqual([found?.maker, found?.model], ["Keithley Instruments", "2450 SMU"]);
  assert.match(found?.trouble ?? "", /may not open \/dev\/bus\/usb\/001\/250\. .*ATTR\{idVendor\}=="05e6"/);
  await assert.rejects(listUsbtmc(join(folder, "none")), refused(/lists no USB devices/));
});
