import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { announceBench } from "../../src/virtual/announce/announce.js";
import { discover } from "../../src/visa/discovery/index.js";
import { needs } from "../support/needs.js";

const run = promisify(execFile);
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

// lxi-tools can not be told where to look, and asks on every interface of the computer: here it has a network of its own.
test("lxi discover finds every instrument of a virtual bench on loopback, and one on a network of its own by broadcast", async (t) => {
  const lxi = needs(t, "lxi");
  const unshare = lxi && needs(t, "namespace");
  if (!unshare) return;

  const inside = [process.execPath, "--import", "tsx", script("lxi_discover.ts"), lxi];
  const { stdout } = await run(unshare, ["--map-root-user", "--net", ...inside], { timeout: 60_000 });

  const { served, said } = JSON.parse(stdout) as { served: { idn: string; host: string }[]; said: string };
  const found = [...said.matchAll(/Found "(.*)" on address ([\d.]+)/g)].map(([, idn, host]) => ({ idn, host }));
  assert.equal(served.length, 3);
  assert.deepEqual(found, served);
});

test("python-zeroconf finds the services of a virtual instrument with address, port and identity, and sees them go", async (t) => {
  const python = needs(t, "zeroconf");
  if (!python) return;
  const idn = "KEITHLEY INSTRUMENTS,MODEL 2450,Z77,1.7.3";
  const resources = ["TCPIP0::127.0.80.1::5025::SOCKET", "TCPIP0::127.0.80.1::hislip0,4881::INSTR"];
  const name = "MODEL 2450 Z77 (127-0-80-1";
  const announced = await announceBench("b", [{ name: "smu", driver: "keithley-2450", idn, resources }], "any");
  t.after(() => announced.close());
  const [page] = announced.pages;

  const watching = spawn(python, [script("zeroconf_watch.py"), name], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => watching.kill("SIGKILL"));
  const lines = createInterface({ input: watching.stdout })[Symbol.asyncIterator]();
  const seen = JSON.parse(String((await lines.next()).value)) as Record<string, unknown>;
  await announced.close();
  const gone = JSON.parse(String((await lines.next()).value)) as string[];

  const text = {
    txtvers: "1",
    Manufacturer: "KEITHLEY INSTRUMENTS",
    Model: "MODEL 2450",
    SerialNumber: "Z77",
    FirmwareVersion: "1.7.3",
  };
  const host = "127.0.80.1";
  assert.deepEqual(seen, {
    "_lxi._tcp.local.": { host, port: page?.port, text },
    "_scpi-raw._tcp.local.": { host, port: 5025, text },
    "_hislip._tcp.local.": { host, port: 4881, text },
  });
  assert.deepEqual(gone.sort(), Object.keys(seen).sort());
});

test("memrig finds an instrument that python-zeroconf announces", async (t) => {
  const python = needs(t, "zeroconf");
  if (!python) return;
  const announcing = spawn(python, [script("zeroconf_announce.py")], { stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => announcing.kill("SIGKILL"));
  await once(announcing.stdout, "data"); // it says when it has announced

  const { instruments } = await discover({ interfaces: ["127.0.0.1"], methods: ["mdns"], timeout_ms: 2000 });

  const found = instruments.find(({ host }) => host === "127.0.81.1");
  assert.deepEqual(found, {
    resources: ["TCPIP0::127.0.81.1::5555::SOCKET", "TCPIP0::127.0.81.1::inst0::INSTR"],
    identity: { manufacturer: "Rigol Technologies", model: "DG1062Z", serial: "DG1ZA001", firmware: "03.01.12" },
    foundBy: ["mdns"],
    host: "127.0.81.1",
    notes: ['announces itself as "DG1000Z no. 1"'],
  });
});
