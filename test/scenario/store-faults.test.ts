import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { memrig, resultOf, scratchFolder, serveBench, type CommandResult } from "../support/cli.js";
import { needs } from "../support/needs.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const example = join(root, "examples/zno-virtual.yaml");

/** Runs a shell script with `runs` as a disk of its own, seen by this script only; `memrig` is the built program. */
async function onDisk(
  t: TestContext,
  unshare: string,
  options: string,
  bench: string,
  script: string,
): Promise<CommandResult> {
  const folder = await scratchFolder(t);
  await writeFile(join(folder, "lab.yaml"), bench);
  await mkdir(join(folder, "runs"));
  const text = `set -u\nmemrig() { "${process.execPath}" "${join(root, "bin/memrig.mjs")}" "$@"; }\nmount -t tmpfs -o ${options} none runs || exit 99\n${script}`;
  await writeFile(join(folder, "script.sh"), text);
  const child = spawn(unshare, ["--map-root-user", "--mount", "sh", "script.sh"], {
    cwd: folder,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.after(() => {
    if (child.exitCode === null) child.kill("SIGKILL");
  });
  return resultOf(child);
}

test("a disk that fills up during a run fails it with outputs off and a clear reason, and every row before it is good", async (t) => {
  const unshare = needs(t, "mounts");
  if (unshare === undefined) return;
  // The instruments are another program's, as on a real bench: they can be asked afterwards.
  const [smu] = (await serveBench(t, example)).filter(({ name }) => name === "smu");
  const resource = smu?.resources[0] ?? "";
  const bench = `name: full disk\ninstruments:\n  smu: { driver: keithley-2450, resource: "${resource}" }\ndut: { id: D1 }\nlimits: { voltage: 3 V, current: 5 mA, power: 10 mW }\nstore: runs\n`;
  const { code, stdout, stderr } = await onDisk(
    t,
    unshare,
    "size=3m",
    bench,
    `memrig run iv-sweep --bench lab.yaml --set cycles=400,step=2mV,stop=0.8V >run.txt; echo "exit $?"
    memrig runs list --bench lab.yaml --json >list.json
    RUN=$(sed -n 's/.*"run": "\\(.*\\)",/\\1/p' list.json)
    memrig runs verify "$RUN" --bench lab.yaml --json; echo "verify $?"
    echo ---; memrig runs show "$RUN" --bench lab.yaml --json`,
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^exit 1$/m, stdout + stderr);
  assert.match(stderr, /points\.arrows could not be written: ENOSPC.* rows before them are on the disk.*disk is full/s);
  assert.match(stdout, /^verify 0$/m);
  const [, check = ""] = /^(\{.*?^\})\nverify/ms.exec(stdout) ?? [];
  const { sound, tables } = JSON.parse(check) as { sound: boolean; tables: { good: number; rows: number }[] };
  assert.ok(sound);
  assert.ok((tables[0]?.good ?? 0) > 1000, check);
  const shown = JSON.parse(stdout.slice(stdout.indexOf("---\n") + 4)) as {
    status: string;
    reason: string;
  };
  assert.equal(shown.status, "failed");
  assert.match(shown.reason, /ENOSPC.*The disk is full: free some space/);
  const output = await memrig(t, ["scpi", resource, ":OUTP?"]);
  assert.equal(output.stdout.trim(), "0", output.stderr);
});

test("a store that can not be written is refused before an output is touched, and still listed and read", async (t) => {
  const unshare = needs(t, "mounts");
  if (unshare === undefined) return;
  const { code, stdout, stderr } = await onDisk(
    t,
    unshare,
    "size=8m",
    await readFile(example, "utf8"),
    `memrig run iv-sweep --bench lab.yaml --set cycles=1 >first.txt 2>&1 || exit 98
    mount -o remount,ro none runs || exit 97
    memrig run iv-sweep --bench lab.yaml --set cycles=1; echo "exit $?"
    memrig runs list --bench lab.yaml; echo "list $?"
    RUN=$(ls runs); memrig runs export "$RUN" --bench lab.yaml --csv - | head -2
    memrig runs export "$RUN" --bench lab.yaml --parquet runs/x.parquet; echo "parquet $?"`,
  );
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /^exit 1$/m);
  assert.match(stderr, /could not be made: .*EROFS.*No run was begun.*can not be written: check its permissions/s);
  assert.match(stdout, /iv-sweep.*\nlist 0/s);
  assert.match(stdout, /^parquet 1$/m);
  assert.match(stderr, /x\.parquet could not be written: EROFS.*nothing was lost/);
});

test("a run copied to a folder with spaces and umlauts in its name is complete there: shown, verified, exported, drawn", async (t) => {
  const folder = await scratchFolder(t);
  const store = join(folder, "Läufe von Jürgen, Box 7");
  await copyFile(example, join(folder, "lab.yaml"));
  const ran = await memrig(t, ["run", "iv-sweep", "--bench", "lab.yaml", "--set", "cycles=2", "--json"], {
    cwd: folder,
  });
  assert.equal(ran.code, 0, ran.stderr);
  const { run } = JSON.parse(ran.stdout) as { run: string };
  await cp(join(folder, "runs", run), join(store, run), { recursive: true });
  await rm(join(folder, "runs"), { recursive: true });
  await rm(join(folder, "lab.yaml"));
  const there = (...args: string[]) => memrig(t, ["runs", ...args, "--store", store], { cwd: folder });
  for (const args of [
    ["show", run],
    ["verify", run],
    ["plot", run, "--to", "Bilder"],
    ["export", run, "--csv", "-"],
  ]) {
    const { code, stderr } = await there(...args);
    assert.equal(code, 0, stderr);
  }
  assert.match((await there("list", "--dut", "nobody")).stdout, /No runs/);
  assert.match((await there("list")).stdout, new RegExp(run));
});
