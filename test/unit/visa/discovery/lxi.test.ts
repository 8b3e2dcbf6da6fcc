import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readLxiDocument } from "../../../../src/visa/discovery/lxi-document.js";
import { sightingOf } from "../../../../src/visa/discovery/lxi-identification.js";
import { lxiDocument } from "../../../../src/virtual/announce/lxi-document.js";

/** The shape that oscilloscopes of several makers serve: schema 1.0, two interfaces, names of both, an address of its own. */
const scope = `\uFEFF<?xml version="1.0" encoding="UTF-8"?>
<!-- generated -->
<LXIDevice xmlns="http://www.lxistandard.org/InstrumentIdentification/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <Manufacturer>Rohde &amp; Schwarz GmbH &amp; Co. KG</Manufacturer>
  <Model> RTE 1024 </Model>
  <SerialNumber>100044</SerialNumber>
  <FirmwareRevision>5.35.1.0</FirmwareRevision>
  <ConnectedDevices><DeviceURI>http://other/</DeviceURI></ConnectedDevices>
  <UserDescription><![CDATA[left of the <probe> station]]></UserDescription>
  <Interface xsi:type="NetworkInformation" InterfaceType="LXI" IPType="IPv4">
    <InstrumentAddressString>TCPIP::scope.lab.example::5025::SOCKET</InstrumentAddressString>
    <InstrumentAddressString>TCPIP::172.29.1.243::hislip0::INSTR</InstrumentAddressString>
    <InstrumentAddressString>TCPIP::172.29.1.243::INSTR</InstrumentAddressString>
    <InstrumentAddressString>172.29.1.243:5025</InstrumentAddressString>
    <Hostname>scope.local</Hostname>
  </Interface>
  <Interface xsi:type="NetworkInformation" InterfaceType="LXI" IPType="IPv6">
    <InstrumentAddressString>TCPIP::[fd00::8]::5025::SOCKET</InstrumentAddressString>
  </Interface>
  <Interface InterfaceType="GPIB"><InstrumentAddressString>GPIB0::20::INSTR</InstrumentAddressString></Interface>
  <Subinstruments><Subinstrument><Manufacturer>Somebody else</Manufacturer></Subinstrument></Subinstruments>
</LXIDevice>`;

test("an identification tells identity and names, of the instrument itself only", () => {
  const document = readLxiDocument(scope);
  assert.deepEqual(document.identity, {
    manufacturer: "Rohde & Schwarz GmbH & Co. KG",
    model: "RTE 1024",
    serial: "100044",
    firmware: "5.35.1.0",
  });
  assert.equal(document.description, "left of the <probe> station");
  assert.equal(document.addresses.length, 6);
});

test("names are those of the host that was reached; other interfaces and things that are no names are left out", () => {
  assert.deepEqual(sightingOf(readLxiDocument(scope), "192.0.2.9", 80).resources, [
    "TCPIP0::192.0.2.9::5025::SOCKET",
    "TCPIP0::192.0.2.9::hislip0::INSTR",
    "TCPIP0::192.0.2.9::inst0::INSTR",
  ]);
});

test("a document with prefixes, of another version, or with an entity that nobody knows is still read", () => {
  const other = `<lxi:LXIDevice xmlns:lxi="http://lxistandard.org/schemas/InstrumentIdentification/2.0"><lxi:Manufacturer>Keysight</lxi:Manufacturer><lxi:Model>MSOX3104T</lxi:Model>`;
  assert.equal(readLxiDocument(`${other}</lxi:LXIDevice>`).identity.model, "MSOX3104T");
  assert.equal(readLxiDocument(scope.replace("100044", "100044&nbsp;")).identity.model, "RTE 1024");
});

test("what is no identification is told so", () => {
  for (const text of [
    "",
    "not here",
    scope.slice(0, scope.indexOf("<Subinstruments>")),
    "<html><body>Hello</body></html>",
    "<LXIDevic/>",
    "{}",
  ]) {
    assert.throws(() => readLxiDocument(text), /^Error: it is no /, text);
  }
});

test("entities of a document's own are not expanded", () => {
  const bomb = `<!DOCTYPE LXIDevice [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><LXIDevice><Model>&b;&b;&b;</Model></LXIDevice>`;
  const model = ((): string => {
    try {
      return readLxiDocument(bomb).identity.model;
    } catch {
      return "";
    }
  })();
  assert.ok(model.length < 20, model);
});

test("a document cut and mixed anywhere is read or refused in words, never anything else", () => {
  const cut = fc.tuple(fc.nat(scope.length), fc.nat(scope.length), fc.string());
  fc.assert(
    fc.property(cut, ([from, to, more]) => {
      try {
        const { identity } = readLxiDocument(scope.slice(0, from) + more + scope.slice(to));
        assert.equal(typeof identity.model, "string");
      } catch (error) {
        assert.match(String(error), /^Error: it is no /);
      }
    }),
    { numRuns: 300 },
  );
});

test("what the virtual bench serves reads back as it was put in, whatever is in the texts", () => {
  // XML has no place for most control characters, and reading takes blanks off the ends.
  const text = fc.stringMatching(/^[\w<>&"' ,.:-]{0,20}$/).map((one) => one.trim());
  fc.assert(
    fc.property(text, text, text, text, text, (manufacturer, model, serial, firmware, description) => {
      const identity = { manufacturer, model, serial, firmware };
      const resources = ["TCPIP0::127.0.0.1::5025::SOCKET"];
      const network = { host: "127.0.0.1", netmask: "255.0.0.0", mac: "00:00:00:00:00:00" };
      const written = lxiDocument({
        identity,
        description,
        url: "http://127.0.0.1/lxi/identification",
        resources,
        network,
      });
      assert.deepEqual(readLxiDocument(written), { identity, description, addresses: resources });
    }),
  );
});
