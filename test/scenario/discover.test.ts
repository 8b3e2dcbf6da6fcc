import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer as createWebServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { findInstruments, type FoundInstrument } from "../../src/bench/index.js";
import { takeLock } from "../../src/bench/lock.js";
import { lookOptions } from "../../src/cli/discover-options.js";
import { LinkEndpoint } from "../../src/virtual/links/index.js";
import { serveInst0 } from "../../src/virtual/links/vxi11/serve.js";
import { discover } from "../../src/visa/discovery/index.js";
import { askLxiPages } from "../../src/visa/discovery/lxi-identification.js";
import { memrig, scratchFolder, serveBench } from "../support/cli.js";
import { transportInstrument } from "../suites/transport-instrument.js";
import { HERE, listener, served } from "./discover-support.js";

/** The same for a look from inside this process. */
const here = { interfaces: ["127.0.0.1"], timeout_ms: 1200, who: "a test" };

/** Ports below 1024 are for root, or for who set the system so. */
function lowPorts(t: TestContext, resources: readonly string[]): boolean {
  if (resources.every((name) => !/,\d+::inst0/.test(name))) return true;
  if (process.env["CI"] === "true") throw new Error("port 111 can not be had (a skip is a failure with CI=true)");
  t.skip("port 111 can not be had here: run as root, with no port mapper of the system running");
  return false;
}

test("a virtual bench on standard ports is found over multicast DNS, VXI-11 broadcast and its LXI pages, each instrument once with all its names", async (t) => {
  const bench = await served(t, "{ address: 127.0.77.1, ports: standard, links: [socket, vxi11, hislip] }");
  const all = bench.served.flatMap(({ resources }) => resources);
  if (!lowPorts(t, all)) return;

  const ran = await memrig(t, ["discover", ...HERE, "--json"]);

  assert.equal(ran.code, 0, ran.stderr);
  const found = (JSON.parse(ran.stdout) as { instruments: FoundInstrument[] }).instruments;
  for (const { resources } of bench.served) {
    const same = found.filter((one) => one.resources.some((name) => resources.includes(name)));
    assert.equal(same.length, 1);
    assert.deepEqual([...(same[0]?.resources ?? [])].sort(), [...resources].sort());
    assert.deepEqual(same[0]?.foundBy, ["mdns", "vxi11-broadcast", "lxi-identification"]);
  }
});

test("a virtual bench on free ports is found by its announcements, with the driver that fits; asked for, it tells who it is", async (t) => {
  const bench = await served(t, "{ links: [socket, hislip] }");
  const [smu] = bench.served;
  const find = async (identify: boolean) =>
    (await findInstruments({ ...here, identify })).instruments.find((one) =>
      one.resources.some((name) => smu?.resources.includes(name)),
    );

  const [announced, asked] = [await find(false), await find(true)];

  assert.deepEqual(announced?.foundBy, ["mdns", "lxi-identification"]);
  assert.deepEqual(announced?.driver, { name: "keithley-2450", kind: "smu", sure: false });
  assert.equal(announced?.idn, undefined);
  assert.equal(asked?.idn, smu?.idn);
  assert.deepEqual(asked?.driver, { name: "keithley-2450", kind: "smu", sure: true });
});

test("--no-announce keeps a bench to those who are told where it is", async (t) => {
  const folder = await scratchFolder(t);
  const file = join(folder, "bench.yaml");
  await writeFile(
    file,
    "instruments: { smu: { driver: keithley-2450, resource: virtual } }\ndut: { id: R, model: resistor }\n",
  );
  const resources = (await serveBench(t, file, ["--no-announce"])).flatMap((one) => one.resources);
  assert.equal(resources.length, 1);
  const { instruments } = await discover(here);
  assert.ok(!instruments.some((one) => one.resources.some((name) => resources.includes(name))));
});

test("discover sends nothing to an instrument; --identify asks *IDN? and nothing else, and never one that a run holds", async (t) => {
  const instrument = await listener(t, "ACME,Oven 7,S1,1.0");
  const find = async (identify: boolean) =>
    (await findInstruments({ ...here, identify })).instruments.find(({ resources }) =>
      resources.includes(instrument.resource),
    );

  const announced = await find(false);
  assert.equal(announced?.identity?.model, "Oven 7");
  assert.equal(announced?.driver, undefined);
  assert.equal(instrument.heard(), "");

  const asked = await find(true);
  assert.equal(asked?.idn, "ACME,Oven 7,S1,1.0");
  assert.equal(instrument.heard(), "*IDN?\n");

  const lock = await takeLock(instrument.resource, "a run");
  t.after(() => lock.release());
  const busy = await find(true);
  assert.match(busy?.silent ?? "", /a run/);
  assert.equal(instrument.heard(), "*IDN?\n");
});

test("a web page of nonsense and one that never ends are told, and hide no instrument", async (t) => {
  const page = createWebServer((request, response) => {
    response.write("<html>"); // and no end
    if (request.headers["connection"] === "never") response.end();
  });
  page.listen(0, "127.0.0.1");
  await once(page, "listening");
  t.after(() => {
    page.closeAllConnections();
    page.close();
  });
  const { server, resource } = await serveInst0(new LinkEndpoint(transportInstrument().scpi), "127.0.78.1", "standard");
  t.after(() => server.close());
  if (!lowPorts(t, [resource])) return;
  const nonsense = createWebServer((_request, response) => response.end("<html>Hello</html>"));
  nonsense.listen(80, "127.0.78.1");
  await once(nonsense, "listening");
  t.after(() => nonsense.close());

  const { instruments, methods } = await discover({
    hosts: ["127.0.78.1"],
    interfaces: ["127.0.0.1"],
    timeout_ms: 500,
  });
  const endless = await askLxiPages([{ host: "127.0.0.1", port: (page.address() as AddressInfo).port }], 300);

  assert.deepEqual(
    instruments.map(({ resources, foundBy }) => ({ resources, foundBy })),
    [{ resources: [resource], foundBy: ["vxi11-broadcast"] }],
  );
  const report = methods.find(({ method }) => method === "lxi-identification");
  assert.match(report?.failures.join() ?? "", /127\.0\.78\.1.*no LXI identification/);
  assert.match(endless.failures.join(), /no whole answer came in time/);
});

test("an interface, a host or a time that can not be is refused, and a look that finds nothing is no failure", async (t) => {
  const wrong = await memrig(t, ["discover", "--interface", "nothing0"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /no IPv4 interface nothing0.*There are/);
  await assert.rejects(discover({ ...here, hosts: ["no such host"] }), /not known to this computer/);
  assert.throws(() => lookOptions({ timeout: "0" }), /more than 0 s/);
  assert.throws(() => lookOptions({ timeout: "soon" }), /soon/);
  const nobody = await memrig(t, ["discover", ...HERE, "--host", "127.0.79.9"]);
  assert.equal(nobody.code, 0, nobody.stderr);
  assert.match(nobody.stdout, /No instrument was found\.\n\n✓ mdns: 0 found/);
});
