import assert from "node:assert/strict";
import { test } from "node:test";
import dnsPacket from "dns-packet";
import fc from "fast-check";
import { MdnsRecords } from "../../../../src/visa/discovery/mdns-records.js";
import type { AnswerRecord } from "../../../../src/visa/discovery/mdns-records.js";
import { identityFromText, sightingOf, textMap } from "../../../../src/visa/discovery/mdns-services.js";
import { announcement, answersTo } from "../../../../src/virtual/announce/mdns-answers.js";
import type { Service } from "../../../../src/virtual/announce/mdns-answers.js";
import { goodbye, lxiAnswer, vxi11Answer } from "./recorded.js";

function recordsOf(...datagrams: Buffer[]): MdnsRecords {
  const records = new MdnsRecords();
  for (const datagram of datagrams) {
    const { answers = [], additionals = [] } = dnsPacket.decode(datagram);
    records.add([...answers, ...additionals], "192.0.2.99");
  }
  return records;
}

test("a recorded answer tells of service, host, port and identity, and nothing is left to ask", () => {
  const records = recordsOf(lxiAnswer, vxi11Answer);
  assert.deepEqual(records.missing(), []);
  const [lxi, vxi11] = records.services().map(sightingOf);
  assert.equal(lxi?.host, "192.0.2.31");
  assert.equal(lxi?.webPort, 80);
  assert.deepEqual(lxi?.resources, []);
  assert.deepEqual(lxi?.identity, {
    manufacturer: "Keithley Instruments",
    model: "2450",
    serial: "04412345",
    firmware: "1.7.3",
  });
  assert.match(lxi?.note ?? "", /"K-2450 No\. 1"/);
  assert.deepEqual(vxi11?.resources, ["TCPIP0::192.0.2.31::inst0::INSTR"]);
});

test("an instrument that took leave is not there any more", () => {
  assert.deepEqual(recordsOf(lxiAnswer, vxi11Answer, goodbye).services(), []);
});

test("where only the name came, place and text are asked for; where no address came, the sender's is taken", () => {
  const records = new MdnsRecords();
  const name = "Scope 7._scpi-raw._tcp.local";
  records.add([{ name: "_SCPI-RAW._tcp.local", type: "PTR", ttl: 10, data: name }], "192.0.2.7");
  assert.deepEqual(records.missing(), [
    { name: name.toLowerCase(), type: "SRV" },
    { name: name.toLowerCase(), type: "TXT" },
  ]);
  records.add([{ name: name.toUpperCase(), type: "SRV", data: { target: "Scope.local", port: 5555 } }], "192.0.2.7");
  assert.deepEqual(records.missing()[0], { name: "scope.local", type: "A" });
  assert.deepEqual(records.services().map(sightingOf)[0]?.resources, ["TCPIP0::192.0.2.7::5555::SOCKET"]);
});

test("each service gives the name of its link; a telnet console gives none", () => {
  const at = (service: "_hislip" | "_vxi-11" | "_scpi-raw" | "_scpi-telnet", port: number) =>
    sightingOf({ service, instance: "x", host: "192.0.2.5", port, text: new Map() }).resources;
  assert.deepEqual(at("_hislip", 4880), ["TCPIP0::192.0.2.5::hislip0::INSTR"]);
  assert.deepEqual(at("_hislip", 4881), ["TCPIP0::192.0.2.5::hislip0,4881::INSTR"]);
  assert.deepEqual(at("_vxi-11", 111), ["TCPIP0::192.0.2.5::inst0::INSTR"]);
  assert.deepEqual(at("_vxi-11", 40111), ["TCPIP0::192.0.2.5,40111::inst0::INSTR"]);
  assert.deepEqual(at("_scpi-raw", 5025), ["TCPIP0::192.0.2.5::5025::SOCKET"]);
  assert.deepEqual(at("_scpi-telnet", 5024), []);
});

test("keys of a TXT record know no case, the first of two holds, and no identity is made up of nothing", () => {
  const text = textMap([
    "txtvers=1",
    "MODEL=DS1054Z",
    "Model=other",
    Buffer.from("manufacturer=Rigol=Technologies"),
    "flag",
  ]);
  assert.equal(text.get("flag"), "");
  assert.deepEqual(identityFromText(text), {
    manufacturer: "Rigol=Technologies",
    model: "DS1054Z",
    serial: "",
    firmware: "",
  });
  assert.equal(identityFromText(textMap(["txtvers=1"])), undefined);
});

test("records of any shape are taken or left, and never throw", () => {
  const anything = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.object(), fc.array(fc.string()));
  const record = fc.record({
    name: fc.oneof(fc.constant("_lxi._tcp.local"), fc.constant("a._lxi._tcp.local"), anything),
    type: fc.oneof(fc.constantFrom("PTR", "SRV", "TXT", "A"), anything),
    ttl: anything,
    data: fc.oneof(fc.constant("a._lxi._tcp.local"), anything),
  });
  fc.assert(
    fc.property(fc.array(record), (all: AnswerRecord[]) => {
      const records = new MdnsRecords();
      records.add(all, "192.0.2.1");
      records.missing();
      records.services().map(sightingOf);
    }),
  );
});

const service: Service = {
  type: "_scpi-raw._tcp.local",
  instance: "MODEL 2450 1 (127-0-0-1-80)",
  hostName: "memrig-127-0-0-1.local",
  address: "127.0.0.1",
  port: 5025,
  text: ["txtvers=1", "Model=MODEL 2450"],
};

test("one question for the type brings all that is needed to connect, as other programs decode it", () => {
  const { answers, additionals } = answersTo([{ name: "_SCPI-raw._tcp.local", type: "PTR" }], [service]);
  const datagram = dnsPacket.encode({ type: "response", answers, additionals });
  const found = recordsOf(datagram).services();
  assert.equal(found.length, 1);
  assert.equal(found[0]?.instance, service.instance);
  assert.equal(found[0]?.host, "127.0.0.1");
  assert.equal(found[0]?.port, 5025);
  assert.equal(found[0]?.text.get("model"), "MODEL 2450");
});

test("questions about others, and of other kinds, get no answer; the list of types has each once", () => {
  const about = (name: string, type: string) =>
    answersTo([{ name, type }], [service, { ...service, instance: "b" }]).answers;
  assert.deepEqual(about("_ipp._tcp.local", "PTR"), []);
  assert.deepEqual(about(service.hostName, "AAAA"), []);
  assert.equal(about(service.hostName, "A").length, 1);
  assert.equal(about(`${service.instance}.${service.type}`, "ANY").length, 2);
  assert.equal(about("_services._dns-sd._udp.local", "PTR").length, 1);
});

test("taking leave drops the service from who knew it", () => {
  const records = new MdnsRecords();
  records.add(announcement([service]), "127.0.0.1");
  assert.equal(records.services().length, 1);
  records.add(announcement([service], 0), "127.0.0.1");
  assert.equal(records.services().length, 0);
});
