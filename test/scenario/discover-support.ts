import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { announceBench } from "../../src/virtual/announce/announce.js";
import { scratchFolder, serveBench, type Served } from "../support/cli.js";

/** Only this computer is looked at: other people's instruments are not part of a test. */
export const HERE = ["--interface", "127.0.0.1", "--timeout", "1.2"];

/** Two instruments at addresses of their own, on the ports of the real ones; none of the other tests is there. */
export async function served(t: TestContext, virtual: string): Promise<{ folder: string; served: readonly Served[] }> {
  const folder = await scratchFolder(t);
  const file = join(folder, "virtual.yaml");
  await writeFile(
    file,
    `name: to be found
instruments:
  smu: { driver: keithley-2450, resource: virtual }
  awg: { driver: keysight-33500, resource: virtual }
dut: { id: R, model: resistor, parameters: { R: 1000 } }
wiring: { smu.high: dut.top, smu.low: dut.bottom, awg.1: dut.top }
virtual: ${virtual}
`,
  );
  return { folder, served: await serveBench(t, file) };
}

/** Something that listens like an instrument, is announced as one, and keeps what it hears. */
export async function listener(t: TestContext, idn: string): Promise<{ resource: string; heard: () => string }> {
  let heard = "";
  const server = createServer((socket) => {
    socket.setEncoding("latin1").on("data", (text: string) => {
      heard += text;
      if (text.includes("*IDN?")) socket.write(`${idn}\n`);
    });
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const resource = `TCPIP0::127.0.0.1::${(server.address() as AddressInfo).port}::SOCKET`;
  const announced = await announceBench("test", [{ name: "it", driver: "none", idn, resources: [resource] }], "any");
  t.after(() => announced.close());
  assert.deepEqual(announced.failures, []);
  return { resource, heard: () => heard };
}
