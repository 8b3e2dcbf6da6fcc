import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { eventually, memrig, resultOf, scratchFolder, serveBench, startMemrig } from "../support/cli.js";
import type { Served } from "../support/cli.js";

const bench = `name: wire
instruments: { smu: { driver: keithley-2450, resource: virtual } }
dut: { id: D1, model: zno-diffusive, seed: 7 }
limits: { voltage: 2 V, current: 1 mA }
store: runs
influx: { url: "http://127.0.0.1:9", database: memrig, username: lab, password: "\${SECRET_OF_THE_LAB}" }
`;
const sweep = ["--set", "stop=0.3V,step=50mV,compliance=10uA,cycles=2", "--json"];

async function replayServer(t: TestContext, folder: string, wire: string, more: string[] = []) {
  const ready = join(folder, "ready.json");
  const child = startMemrig(t, ["virtual", "--replay", wire, "--ready", ready, ...more], { cwd: folder });
  const ended = resultOf(child);
  const served = await eventually("the replay listens", 15, async () =>
    existsSync(ready) ? (JSON.parse(await readFile(ready, "utf8")) as Served[]) : undefined,
  );
  return { served, stop: () => (child.kill("SIGINT"), ended) };
}

test("a run recorded with --wire is repeated against its recording, row for row, and no secret is in it", async (t) => {
  const folder = await scratchFolder(t);
  const env = { SECRET_OF_THE_LAB: "hunter2-of-the-lab" };
  const ask = (args: string[]) => memrig(t, args, { cwd: folder, env });
  await writeFile(join(folder, "lab.yaml"), bench);
  const first = await ask(["run", "iv-sweep", "--bench", "lab.yaml", ...sweep, "--wire"]);
  assert.equal(first.code, 0, first.stderr);
  const { run } = JSON.parse(first.stdout) as { run: string };
  const wire = join("runs", run, "wire.jsonl");
  const text = await readFile(join(folder, wire), "utf8");
  assert.match(text, /^\{"wire":1,"started":"20/);
  assert.match(text, /"sent":":OUTP OFF\\n"/);
  assert.match(text, /"closed":true,"lines":\d+,"dropped":0\}\n$/);
  assert.ok(!text.includes(env.SECRET_OF_THE_LAB));

  const replay = await replayServer(t, folder, wire);
  const resource = replay.served[0]?.resources[0] ?? "";
  await writeFile(join(folder, "replay.yaml"), bench.replace("resource: virtual", `resource: "${resource}"`));
  const second = await ask(["run", "iv-sweep", "--bench", "replay.yaml", ...sweep]);
  assert.equal(second.code, 0, second.stderr);
  const again = (JSON.parse(second.stdout) as { run: string }).run;
  const rows = await Promise.all([run, again].map((id) => ask(["runs", "export", id, "--csv", "-"])));
  assert.ok((rows[0]?.stdout.length ?? 0) > 1000);
  assert.equal(rows[1]?.stdout, rows[0]?.stdout);
  const ended = await replay.stop();
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stderr, /smu: (\d+) of \1 messages came/);
});

test("scpi and check write what they say into a file; a full disk is told and changes nothing else", async (t) => {
  const folder = await scratchFolder(t);
  const file = join(folder, "lab.yaml");
  await writeFile(file, bench.replace(/^influx.*\n/m, ""));
  const [smu] = await serveBench(t, file);
  const wire = join(folder, "wire.jsonl");
  const asked = await memrig(t, ["scpi", smu?.resources[0] ?? "", "*IDN?", "--wire", wire]);
  assert.equal(asked.code, 0, asked.stderr);
  assert.match(await readFile(wire, "utf8"), /"sent":"\*IDN\?\\n"(.|\n)*"received":"KEITHLEY[^\n]*1\.7\.12b\\n"/);

  const checked = await memrig(t, ["check", file, "--wire", wire, "--json"]);
  assert.equal(checked.code, 0, checked.stderr);
  assert.match(await readFile(wire, "utf8"), /"instrument":"smu","sent":":OUTP\?\\n"/);
  if (process.platform === "linux") {
    const full = await memrig(t, ["scpi", smu?.resources[0] ?? "", "*IDN?", "--wire", "/dev/full"]);
    assert.deepEqual([full.code, full.stdout], [0, asked.stdout]);
    assert.match(
      full.stderr,
      /warning: 4 lines of what was said are missing in \/dev\/full, 0 are there; the disk refused/,
    );
  }

  const replay = await replayServer(t, folder, wire, ["--instrument", "smu"]);
  const wrong = await memrig(t, ["scpi", replay.served[0]?.resources[0] ?? "", "*RST?"]);
  assert.equal(wrong.code, 1);
  const ended = await replay.stop();
  assert.equal(ended.code, 1);
  assert.match(
    ended.stderr,
    /memrig: smu left .*wire\.jsonl:3 \(message 1 of \d+, .*expected "\*IDN\?", got "\*RST\?"/,
  );
});

test("a person's alias, and a label of a bench file, stand for a resource on the command line", async (t) => {
  const folder = await scratchFolder(t);
  const file = join(folder, "lab.yaml");
  await writeFile(file, bench.replace(/^influx.*\n/m, ""));
  const [smu] = await serveBench(t, file);
  const named = join(folder, "named.yaml");
  await mkdir(join(folder, "memrig"));
  await writeFile(join(folder, "memrig", "aliases.yaml"), `mine: "${smu?.resources[0]}"\n`);
  await writeFile(named, `instruments: { left: { driver: keithley-2450, resource: mine } }\n`);
  const env = { XDG_CONFIG_HOME: folder };
  for (const args of [["mine"], ["left", "--bench", named]]) {
    const asked = await memrig(t, ["scpi", ...args, "*IDN?"], { env });
    assert.equal(asked.stdout.trim(), smu?.idn, asked.stderr);
  }
  const wrong = await memrig(t, ["scpi", "mines", "*IDN?"], { env });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /"mines" is not an alias; there is mine\. Did you mean "mine"\?/);
});
