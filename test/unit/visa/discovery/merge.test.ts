import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mergeSightings } from "../../../../src/visa/discovery/merge.js";
import type { Identity, Sighting } from "../../../../src/visa/discovery/record.js";
import { identityOf, idnOf } from "../../../../src/visa/discovery/record.js";

const smu: Identity = { manufacturer: "Keithley Instruments", model: "2450", serial: "04412345", firmware: "1.7.3" };
const socket = "TCPIP0::192.0.2.31::5025::SOCKET";
const vxi11 = "TCPIP0::192.0.2.31::inst0::INSTR";

test("what four ways saw of one instrument is one instrument, its raw socket first", () => {
  const usb = "USB0::0x05E6::0x2450::04412345::0::INSTR";
  const found = mergeSightings([
    { by: "vxi11-broadcast", host: "192.0.2.31", resources: [vxi11] },
    { by: "mdns", host: "192.0.2.31", resources: [socket], identity: { ...smu, firmware: "" } },
    { by: "usbtmc", resources: [usb], identity: { ...smu, manufacturer: "KEITHLEY INSTRUMENTS", model: "MODEL 2450" } },
    { by: "lxi-identification", host: "192.0.2.31", resources: [vxi11.toLowerCase()], identity: smu, webPort: 80 },
  ]);
  assert.equal(found.length, 1);
  assert.equal(found[0]?.resources[0], socket);
  assert.equal(found[0]?.resources.length, 3);
  assert.deepEqual(found[0]?.foundBy, ["mdns", "vxi11-broadcast", "lxi-identification", "usbtmc"]);
  assert.equal(found[0]?.identity?.firmware, "1.7.3");
});

test("two instruments on one host stay two, and what does not say of which it is stays by itself", () => {
  const found = mergeSightings([
    { by: "mdns", host: "127.0.0.1", resources: ["TCPIP0::127.0.0.1::4001::SOCKET"], identity: smu },
    {
      by: "mdns",
      host: "127.0.0.1",
      resources: ["TCPIP0::127.0.0.1::4002::SOCKET"],
      identity: { ...smu, serial: "2" },
    },
    { by: "vxi11-broadcast", host: "127.0.0.1", resources: ["TCPIP0::127.0.0.1::inst0::INSTR"] },
  ]);
  assert.equal(found.length, 3);
});

test("instruments without a serial number, or with one of zeros only, are not taken for each other", () => {
  for (const serial of ["", "0", "0000"]) {
    const found = mergeSightings([
      { by: "mdns", host: "192.0.2.1", resources: ["TCPIP0::192.0.2.1::5025::SOCKET"], identity: { ...smu, serial } },
      { by: "mdns", host: "192.0.2.2", resources: ["TCPIP0::192.0.2.2::5025::SOCKET"], identity: { ...smu, serial } },
    ]);
    assert.equal(found.length, 2, `serial "${serial}"`);
  }
});

test("simulated instruments of two benches, with equal serial numbers on two addresses of this machine, stay two", () => {
  const at = (host: string): Sighting => ({
    by: "mdns",
    host,
    resources: [`TCPIP0::${host}::5025::SOCKET`],
    identity: smu,
  });
  assert.equal(mergeSightings([at("127.0.0.1"), at("127.0.0.2")]).length, 2);
  assert.equal(mergeSightings([at("192.0.2.1"), at("192.0.2.2")]).length, 1, "a real one may have two addresses");
});

test("no name is lost and none comes twice, in whatever order things were seen", () => {
  const host = fc.constantFrom("192.0.2.1", "192.0.2.2", "192.0.2.3");
  const sighting = fc.record({
    host,
    port: fc.constantFrom(5025, 5555),
    serial: fc.constantFrom("", "1", "2"),
    named: fc.boolean(),
  });
  const seen = fc.array(sighting, { maxLength: 12 }).map((all) =>
    all.map(({ host, port, serial, named }): Sighting => ({
      by: "mdns",
      host,
      resources: [`TCPIP0::${host}::${port}::SOCKET`],
      ...(named ? { identity: { ...smu, serial } } : {}),
    })),
  );
  fc.assert(
    fc.property(seen, (sightings) => {
      const names = (from: readonly { readonly resources: readonly string[] }[]) =>
        from.flatMap(({ resources }) => resources);
      const merged = mergeSightings(sightings);
      assert.deepEqual(names(merged).sort(), [...new Set(names(sightings))].sort());
      assert.deepEqual(
        mergeSightings([...sightings].reverse()).map(({ resources }) => resources),
        merged.map(({ resources }) => resources),
      );
    }),
  );
});

test("a reply to *IDN? is taken apart at its commas, and further ones belong to the firmware", () => {
  const reply = "Agilent Technologies,33522B,MY52139043,2.09,1.19";
  assert.deepEqual(identityOf(reply), {
    manufacturer: "Agilent Technologies",
    model: "33522B",
    serial: "MY52139043",
    firmware: "2.09,1.19",
  });
  assert.equal(idnOf(identityOf(reply)), reply);
  assert.equal(identityOf("nonsense").serial, "");
});
