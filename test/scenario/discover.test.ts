import assert from "node:assert/strict";
import { once } from "node:events";
import { access, readFile, writeFile } from "node:fs/promises";
import { createServer as createWebServer } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { findInstruments, parseBench, type FoundInstrument } from "../../src/bench/index.js";
import { takeLock } from "../../src/bench/lock.js";
import { lookOptions } from "../../src/cli/discover-options.js";
import { announceBench } from "../../src/virtual/announce/announce.js";
import { LinkEndpoint } from "../../src/virtual/links/index.js";
import { serveInst0 } from "../../src/virtual/links/vxi11/serve.js";
import { discover } from "../../src/visa/discovery/index.js";
import { askLxiPages } from "../../src/visa/discovery/lxi-identification.js";
import { memrig, scratchFolder, serveBench, type Served } from "../support/cli.js";
import { transportInstrument } from "../suites/transport-instrument.js";

/** Only this computer is looked at: other people's instruments are not part of a test. */
const HERE = ["--interface", "127.0.0.1", "--timeout", "2"];
const here = { interfaces: ["127.0.0.1"], timeout_ms: 2000, who: "a test" };

/** Three instruments at addresses of their own, on the ports of the real ones; none of the other tests is there. */
async function served(t: TestContext, virtual: string): Promise<{ folder: string; served: readonly Served[] }> {
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

/** Something that listens like an instrument, is announced as one, and keeps what it hears. */
async function listener(t: TestContext, idn: string): Promise<{ resource: string; heard: () => string }> {
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

test("init writes a bench file from what it finds, check passes on it, and it is not written over without --force", async (t) => {
  const { folder, served: instruments } = await served(t, "{ address: 127.0.77.11, ports: standard, links: [socket] }");
  const hosts = ["--host", "127.0.77.11", "--host", "127.0.77.12"];
  const init = (...more: string[]) => memrig(t, ["init", "lab.yaml", ...HERE, ...hosts, ...more], { cwd: folder });

  const first = await init();
  assert.equal(first.code, 0, first.stderr);
  const text = await readFile(join(folder, "lab.yaml"), "utf8");
  for (const { idn, resources } of instruments) {
    assert.ok(text.includes(`# ${idn}\n`), text);
    assert.ok(text.includes(`resource: "${resources[0]}"`), text);
  }
  const check = await memrig(t, ["check", "lab.yaml"], { cwd: folder });
  assert.equal(check.code, 0, check.stdout + check.stderr);

  await writeFile(join(folder, "lab.yaml"), "mine");
  const again = await init();
  assert.equal(again.code, 2);
  assert.match(again.stderr, /--force/);
  assert.equal(await readFile(join(folder, "lab.yaml"), "utf8"), "mine");
  assert.equal((await init("--force", "--json")).code, 0);
  assert.equal(await readFile(join(folder, "lab.yaml"), "utf8"), text);
});

test("init lists an instrument without a driver, or without an answer, as a comment; with no other it writes nothing", async (t) => {
  const oven = await listener(t, "ACME,Oven 7,S2,1.0");
  const { folder, served: instruments } = await served(t, "{ links: [hislip] }");
  const nobody = "TCPIP0::127.0.0.1::9::SOCKET";
  const smu = instruments[0]?.resources[0] ?? "";
  const named = (file: string, resources: string[]) =>
    memrig(t, ["init", file, ...resources.flatMap((name) => ["--resource", name])], { cwd: folder });

  const mixed = await named("mixed.yaml", [oven.resource, smu, nobody]);
  assert.equal(mixed.code, 0, mixed.stderr);
  const text = await readFile(join(folder, "mixed.yaml"), "utf8");
  assert.match(text, /# not used: ACME,Oven 7.*no driver/);
  assert.match(text, /# not used: TCPIP0::127\.0\.0\.1::9::SOCKET.*refused/);
  assert.equal(parseBench(text, "mixed.yaml").instruments.length, 1);

  const none = await named("none.yaml", [oven.resource]);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /none\.yaml was not written.*ACME/s);
  await assert.rejects(access(join(folder, "none.yaml")));
});

test("init --virtual writes a bench that runs as it stands", async (t) => {
  const folder = await scratchFolder(t);
  assert.equal((await memrig(t, ["init", "--virtual"], { cwd: folder })).code, 0);
  const set = "stop=0.1 V,step=0.05 V,compliance=10 uA";
  const ran = await memrig(t, ["run", "iv-sweep", "--bench", "bench.yaml", "--set", set], { cwd: folder });
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal((await memrig(t, ["init", "x.yaml", "--virtual", "--resource", "A"], { cwd: folder })).code, 2);
});
