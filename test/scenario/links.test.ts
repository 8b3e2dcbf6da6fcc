import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { memrig, scratchFolder, serveBench } from "../support/cli.js";
import { find, needs } from "../support/needs.js";

const bench = `name: two links
instruments: { smu: { driver: keithley-2450, resource: virtual } }
dut: { id: R, model: resistor, parameters: { R: 1000 } }
virtual: { links: [socket, vxi11] }
`;

test("a virtual bench with links: [socket, vxi11] lists both names, and both lead to the same instrument", async (t) => {
  const folder = await scratchFolder(t);
  const file = join(folder, "bench.yaml");
  await writeFile(file, bench);
  const [smu] = await serveBench(t, file);
  const [socket = "", vxi11 = ""] = smu?.resources ?? [];
  assert.match(socket, /^TCPIP0::127\.0\.0\.1::\d+::SOCKET$/);
  assert.match(vxi11, /^TCPIP0::127\.0\.0\.\d+(,\d+)?::inst0::INSTR$/);

  const set = await memrig(t, ["scpi", vxi11, ":SENS:CURR:NPLC 0.5", ":SENS:CURR:NPLC?"]);
  const asked = await memrig(t, ["scpi", socket, ":SENS:CURR:NPLC?"]);
  const measured = await memrig(t, ["run", "iv-sweep", "--bench", file, "--set", "stop=0.1 V,step=0.05 V", "--json"], {
    cwd: folder,
  });

  assert.equal(Number(set.stdout.trim()), 0.5, set.stderr);
  assert.equal(Number(asked.stdout.trim()), 0.5, asked.stderr);
  assert.equal(measured.code, 0, measured.stderr);
});

for (const link of ["vxi11", "hislip"]) {
  test(`a protocol runs on an instrument that the bench file names by its resource on ${link}`, async (t) => {
    const folder = await scratchFolder(t);
    const file = join(folder, "served.yaml");
    await writeFile(file, bench.replace("[socket, vxi11]", `[${link}]`));
    const [smu] = await serveBench(t, file);
    const resource = smu?.resources[0] ?? "";
    const lab = join(folder, "lab.yaml");
    const named = bench.replace("resource: virtual", `resource: "${resource}"`).replace(/^virtual:.*\n/m, "");
    await writeFile(lab, named);

    const run = await memrig(t, ["run", "iv-sweep", "--bench", lab, "--set", "stop=0.1 V,step=0.05 V", "--json"], {
      cwd: folder,
    });

    assert.equal(run.code, 0, run.stderr);
    const { status, rows } = JSON.parse(run.stdout) as { status: string; rows: number };
    assert.equal(status, "done");
    assert.ok(rows >= 3, `${rows} rows`);
    const off = await memrig(t, ["scpi", resource, ":OUTP?"]);
    assert.equal(off.stdout.trim(), "0");
  });
}

for (const link of ["vxi11", "hislip", "serial", "prologix"]) {
  test(`a bench whose virtual instruments are served on ${link} alone passes its check over it`, async (t) => {
    if (link === "serial" && find("socat") === undefined) {
      needs(t, "socat");
      return;
    }
    const folder = await scratchFolder(t);
    const file = join(folder, "bench.yaml");
    await writeFile(file, bench.replace("[socket, vxi11]", `[${link}]`));

    const check = await memrig(t, ["check", file, "--json"], { cwd: folder });

    assert.equal(check.code, 0, check.stdout + check.stderr);
    const { instruments } = JSON.parse(check.stdout) as { instruments: { resource: string }[] };
    assert.doesNotMatch(instruments[0]?.resource ?? "SOCKET", /SOCKET$/);
    if (link !== "vxi11") return;
    const run = await memrig(t, ["run", "iv-sweep", "--bench", file, "--set", "stop=0.1 V,step=0.05 V", "--json"], {
      cwd: folder,
    });
    assert.equal(run.code, 0, run.stderr);
    assert.equal((JSON.parse(run.stdout) as { status: string }).status, "done");
  });
}

test("an SMU, a stage and a switch are one bench: found by asking, checked, spoken to by label, and measured with", async (t) => {
  const folder = await scratchFolder(t);
  const file = join(folder, "bench.yaml");
  const drivers = { smu: "keithley-2450", stage: "lakeshore-336", relays: "keithley-switch" };
  const instruments = (of: (label: string, driver: string) => string) =>
    Object.entries(drivers).map(([label, driver]) => `  ${label}: { ${of(label, driver)} }\n`);
  const rest = "dut: { id: R, model: resistor, parameters: { R: 1000 } }\nlimits: { temperature: 400 K }\n";
  const write = (of: (label: string, driver: string) => string) =>
    writeFile(file, `instruments:\n${instruments(of).join("")}${rest}`);
  await write((_, driver) => `driver: ${driver}, resource: virtual`);
  const served = await serveBench(t, file);
  await write((label) => `resource: "${served.find(({ name }) => name === label)?.resources[0]}"`);
  const at = (...args: string[]) => memrig(t, [...args, "--bench", file], { cwd: folder });

  const heats = await at("scpi", "stage", "RANGE 1,1", "RANGE? 1");
  assert.equal(heats.stdout.trim(), "1", heats.stderr);
  const warm = await memrig(t, ["check", file], { cwd: folder });
  assert.match(warm.stdout, /stage .*AN OUTPUT IS ON/);
  assert.match(warm.stdout, /relays .*relays open/);
  assert.equal((await at("safe")).code, 0);
  const run = await at("run", "iv-sweep", "--set", "stop=0.1 V,step=0.05 V", "--json");
  assert.equal(run.code, 0, run.stderr);
  assert.equal((await at("scpi", "stage", "RANGE? 1")).stdout.trim(), "0");
});
