import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { broadcastOf, ipv4Interfaces, nearTo } from "../../../../src/visa/discovery/interfaces.js";
import { corePortAnswer, corePortQuestion } from "../../../../src/visa/discovery/vxi11-broadcast.js";
import { Accept, replyHead } from "../../../../src/visa/rpc/messages.js";
import { lxiToolsQuestion } from "./recorded.js";

test("the broadcast question is byte for byte the one that lxi-tools sends", () => {
  assert.equal(corePortQuestion(1000).toString("hex"), lxiToolsQuestion.toString("hex"));
});

test("only a reply to this question that tells a port is an instrument", () => {
  const reply = (port: number) => replyHead(7).uint(port).bytes();
  assert.equal(corePortAnswer(reply(1024), 7), 1024);
  assert.equal(corePortAnswer(reply(1024), 8), undefined);
  assert.equal(corePortAnswer(reply(0), 7), undefined, "a port mapper without VXI-11");
  assert.equal(corePortAnswer(reply(70000), 7), undefined);
  assert.equal(corePortAnswer(replyHead(7, Accept.noProgram).bytes(), 7), undefined);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const port = corePortAnswer(Buffer.from(bytes), 7);
      assert.ok(port === undefined || (port > 0 && port <= 65535));
    }),
  );
});

test("the broadcast address has all bits of the host set; networks of two ends have none", () => {
  assert.equal(broadcastOf("127.0.0.1", "255.0.0.0"), "127.255.255.255");
  assert.equal(broadcastOf("192.0.2.200", "255.255.255.128"), "192.0.2.255");
  assert.equal(broadcastOf("10.1.2.3", "255.255.240.0"), "10.1.15.255");
  assert.equal(broadcastOf("10.1.2.3", "255.255.255.254"), undefined);
  assert.equal(broadcastOf("10.1.2.3", "255.255.255.255"), undefined);
});

test("interfaces are taken by name or address, and one that is not there is refused with those that are", () => {
  const system = {
    lo: [{ family: "IPv4", address: "127.0.0.1", netmask: "255.0.0.0" }],
    eth0: [
      { family: "IPv4", address: "192.0.2.2", netmask: "255.255.255.0" },
      { family: "IPv6", address: "fe80::1", netmask: "ffff:ffff:ffff:ffff::" },
    ],
  };
  assert.deepEqual(
    ipv4Interfaces([], system).map(({ address }) => address),
    ["127.0.0.1", "192.0.2.2"],
  );
  assert.deepEqual(
    ipv4Interfaces(["eth0"], system).map(({ broadcast }) => broadcast),
    ["192.0.2.255"],
  );
  assert.equal(ipv4Interfaces(["127.0.0.1"], system).length, 1);
  const near = (host: string) => nearTo(ipv4Interfaces([], system), [host]).map(({ name }) => name);
  assert.deepEqual([near("127.0.7.1"), near("192.0.2.77"), near("198.51.100.1")], [["lo"], ["eth0"], []]);
  assert.throws(() => ipv4Interfaces(["eth7"], system), /eth7.*lo \(127\.0\.0\.1\), eth0 \(192\.0\.2\.2\)/);
});
