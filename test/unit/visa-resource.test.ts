import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MemrigError } from "../../src/errors.js";
import { formatResource, openSession, parseResource } from "../../src/visa/index.js";

test("names are read in any case, and what was left out is filled in", () => {
  const canonical = (text: string) => formatResource(parseResource(text));
  assert.equal(canonical("tcpip::10.0.0.5::5025::socket"), "TCPIP0::10.0.0.5::5025::SOCKET");
  assert.equal(canonical("TCPIP2::smu.lab.example::5025::SOCKET"), "TCPIP2::smu.lab.example::5025::SOCKET");
  assert.equal(canonical("TCPIP::[fe80::1]::5025::SOCKET"), "TCPIP0::[fe80::1]::5025::SOCKET");
  assert.equal(canonical("TCPIP::10.0.0.5"), "TCPIP0::10.0.0.5::inst0::INSTR");
  assert.equal(canonical("TCPIP0::10.0.0.5::hislip0::INSTR"), "TCPIP0::10.0.0.5::hislip0::INSTR");
  assert.equal(canonical("TCPIP::10.0.0.5::hislip0,4881"), "TCPIP0::10.0.0.5::hislip0,4881::INSTR");
  assert.equal(canonical("TCPIP::10.0.0.5::gpib0,5"), "TCPIP0::10.0.0.5::gpib0,5::INSTR");
  assert.equal(canonical("TCPIP::10.0.0.5,40111::inst0"), "TCPIP0::10.0.0.5,40111::inst0::INSTR");
  assert.equal(canonical("GPIB::24"), "GPIB0::24::INSTR");
  assert.equal(canonical("GPIB1::24::3::INSTR"), "GPIB1::24::3::INSTR");
  assert.equal(canonical("GPIB::INTFC"), "GPIB0::INTFC");
  assert.equal(canonical("USB::0x05e6::9296::04610529"), "USB0::0x05E6::0x2450::04610529::0::INSTR");
  assert.equal(canonical("USB0::0x0957::0x17A4::MY51::1::RAW"), "USB0::0x0957::0x17A4::MY51::1::RAW");
  assert.equal(canonical("ASRL/dev/ttyUSB0::INSTR"), "ASRL/dev/ttyUSB0::INSTR");
  assert.equal(canonical("ASRLCOM3"), "ASRLCOM3::INSTR");
  assert.equal(canonical("PRLGX-TCPIP::10.0.0.9"), "PRLGX-TCPIP0::10.0.0.9::1234::INTFC");
  assert.equal(canonical("PRLGX-ASRL1::/dev/ttyUSB1::INTFC"), "PRLGX-ASRL1::/dev/ttyUSB1::INTFC");
});

test("a full name is its own canonical form", () => {
  const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
  const port = fc.integer({ min: 1, max: 65535 });
  fc.assert(
    fc.property(fc.nat(9), host, port, (board, name, number) => {
      const resource = { kind: "socket", board, host: name, port: number } as const;
      assert.deepEqual(parseResource(formatResource(resource)), resource);
    }),
  );
});

test("any text is a name or is refused with an explanation", () => {
  const bits = fc.constantFrom(
    "TCPIP",
    "GPIB",
    "USB",
    "ASRL",
    "0",
    "::",
    "SOCKET",
    "INSTR",
    "[",
    "]",
    "5025",
    "x",
    " ",
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(bits).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (name) => {
      try {
        parseResource(name);
      } catch (error) {
        assert.ok(error instanceof MemrigError && error.kind === "invalid-request", String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

for (const [text, why] of [
  ["TCPIP::10.0.0.5::SOCKET", /a port from 1 to 65535 is expected, nothing is there/],
  ["TCPIP::10.0.0.5::99999::SOCKET", /a port from 1 to 65535 is expected, "99999"/],
  ["TCPIP::::5025::SOCKET", /the host is missing/],
  ["TCPIP::10.0.0.5,80::5025::SOCKET", /the port of a socket stands behind ::, not a comma/],
  ["TCPIP::10.0.0.5,x::inst0::INSTR", /a port from 1 to 65535 is expected, "x"/],
  ["GPIB::31", /a primary address from 0 to 30/],
  ["GPIB::5::SOCKET", /the class SOCKET does not go with this interface/],
  ["10.0.0.5", /"10.0.0.5" is not an interface/],
] as const) {
  test(`"${text}" is refused, and the message says which part`, () => {
    assert.throws(() => parseResource(text), why);
  });
}

test("a good name of a link this build does not speak is refused by that link's name", async () => {
  for (const [name, link] of [
    ["GPIB0::24::INSTR", "GPIB"],
    ["USB0::0x05E6::0x2450::1::RAW", "raw USB"],
  ] as const) {
    await assert.rejects(openSession(name), (error: MemrigError) => {
      assert.equal(error.kind, "invalid-request");
      assert.match(error.message, new RegExp(`not ${link}`));
      return true;
    });
  }
});
