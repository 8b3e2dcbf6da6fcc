import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { wholeProgram } from "../../src/cli/program.js";
import { eventually, memrig, resultOf, scratchFolder, serveBench, startMemrig } from "../support/cli.js";

const bench = (instruments: string, more = "") => `
name: test
instruments:
${instruments}
dut: { id: D1, model: zno-diffusive }
limits: { voltage: 2 V, current: 1 mA }
store: runs
${more}`;

const virtualSmu = "  smu: { driver: keithley-2450, resource: virtual }";

async function folderWith(t: TestContext, text: string): Promise<{ folder: string; file: string }> {
  const folder = await scratchFolder(t);
  const file = join(folder, "bench.yaml");
  await writeFile(file, text);
  return { folder, file };
}

/** A socket that takes connections and keeps what is sent to it. */
async function listener(t: TestContext): Promise<{ resource: string; heard: () => string }> {
  let heard = "";
  const server = createServer((socket) => {
    socket.setEncoding("latin1").on("data", (text: string) => (heard += text));
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { resource: `TCPIP0::127.0.0.1::${(server.address() as AddressInfo).port}::SOCKET`, heard: () => heard };
}

test("a sweep run prints its id, rows and metrics as one JSON document, and its folder holds the rows", async (t) => {
  const { folder, file } = await folderWith(t, bench(virtualSmu));

  const ran = await memrig(
    t,
    ["run", "iv-sweep", "--bench", file, "--set", "cycles=3,compliance=10uA", "--tag", "who=me", "--json"],
    { cwd: folder },
  );

  assert.equal(ran.code, 0, ran.stderr);
  const result = JSON.parse(ran.stdout) as {
    run: string;
    status: string;
    rows: number;
    metrics: Record<string, { mean: number; n: number }>;
  };
  assert.equal(result.status, "done");
  assert.equal(result.rows, 363);
  assert.equal(result.metrics["vth_V"]?.n, 3);
  const csv = await memrig(t, ["runs", "export", result.run, "--csv", "-"], { cwd: folder });
  assert.equal(csv.stdout.trimEnd().split("\n").length, 364);
  const list = JSON.parse((await memrig(t, ["runs", "list", "--json"], { cwd: folder })).stdout) as {
    run: string;
    tags: object;
  }[];
  assert.deepEqual(
    list.map(({ run, tags }) => ({ run, tags })),
    [{ run: result.run, tags: { who: "me" } }],
  );
  const plotted = await memrig(t, ["runs", "plot", result.run, "--to", "figures", "--json"], { cwd: folder });
  const { files } = JSON.parse(plotted.stdout) as { files: { file: string }[] };
  for (const { file: svg } of files)
    assert.match(await readFile(join(folder, svg), "utf8"), /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"|^<\?xml/);
  const shown = await memrig(t, ["runs", "show", result.run.slice(-6)], { cwd: folder });
  assert.match(shown.stdout, /status +done/);
});

test("the same seed gives the same rows, another seed others", async (t) => {
  const rows = async (seed: number) => {
    const { folder, file } = await folderWith(
      t,
      bench(virtualSmu).replace("zno-diffusive }", `zno-diffusive, seed: ${seed} }`),
    );
    const ran = await memrig(t, ["run", "iv-sweep", "--bench", file, "--set", "cycles=2", "--json"], { cwd: folder });
    const { run } = JSON.parse(ran.stdout) as { run: string };
    return (await memrig(t, ["runs", "export", run, "--csv", "-"], { cwd: folder })).stdout;
  };
  const [first, again, other] = [await rows(7), await rows(7), await rows(8)];
  assert.ok(first.length > 1000);
  assert.equal(again, first);
  assert.notEqual(other, first);
});

test("--twin prints each metric beside the model's with a verdict, and keeps the comparison", async (t) => {
  const { folder, file } = await folderWith(t, bench(virtualSmu));
  const ran = await memrig(t, ["run", "iv-sweep", "--bench", file, "--set", "cycles=10", "--twin", "--json"], {
    cwd: folder,
  });
  assert.equal(ran.code, 0, ran.stderr);
  const { run, twin } = JSON.parse(ran.stdout) as {
    run: string;
    twin: { run: string; verdict: string; metrics: { metric: string; verdict: string }[] };
  };
  assert.notEqual(twin.run, run);
  assert.equal(twin.metrics.find(({ metric }) => metric === "vth_V")?.verdict, "agrees");
  const kept = JSON.parse(
    await readFile(
      join(folder, "runs", (await readdir(join(folder, "runs"))).find((name) => name === run) ?? run, "twin.json"),
      "utf8",
    ),
  ) as object;
  assert.deepEqual((kept as { run: string }).run, twin.run);
});

for (const { what, file = bench(virtualSmu), set = [], code, says } of [
  {
    what: "a compliance above the bench's limit",
    set: ["compliance=5mA"],
    code: 4,
    says: /5 mA was asked for; the bench allows 1 mA/,
  },
  { what: "a 12 V level on a 2 V bench", set: ["stop=12V"], code: 4, says: /12 V was asked for; the bench allows 2 V/ },
  { what: "an unknown key", file: bench(virtualSmu, "stor: elsewhere"), code: 2, says: /bench\.yaml:\d+.*stor/s },
  {
    what: "a wrong unit in the bench file",
    file: bench(virtualSmu).replace("2 V", "2 A"),
    code: 2,
    says: /bench\.yaml:\d+.*2 A/s,
  },
  { what: "a wrong unit on the command line", set: ["stop=0.3A"], code: 2, says: /0\.3A.*number in V/s },
  { what: "an unknown parameter", set: ["stopp=0.3"], code: 2, says: /no parameter "stopp".*start, stop/s },
  {
    what: "a model that does not exist",
    file: bench(virtualSmu).replace("zno-diffusive", "zno-difusive"),
    code: 2,
    says: /zno-difusive.*zno-diffusive/s,
  },
  {
    what: "a circuit, which this version does not simulate",
    file: bench(virtualSmu).replace("model: zno-diffusive", "circuit: vo2-tonic"),
    code: 2,
    says: /vo2-tonic/,
  },
]) {
  test(`${what} is refused with exit code ${code} before anything is opened`, async (t) => {
    const port = await listener(t);
    const { folder, file: path } = await folderWith(
      t,
      file.replace("resource: virtual", `resource: "${port.resource}"`),
    );
    const ran = await memrig(
      t,
      ["run", "iv-sweep", "--bench", path, ...set.flatMap((pair) => ["--set", pair]), "--json"],
      { cwd: folder },
    );
    assert.equal(ran.code, code, ran.stderr);
    assert.match(ran.stderr, says);
    assert.equal(port.heard(), "");
    const { error } = JSON.parse(ran.stdout) as { error: { kind: string; message: string } };
    assert.equal(error.kind, code === 4 ? "limit-refused" : "invalid-request");
  });
}

test("an instrument that is not there fails with exit code 1 and says where it was looked for", async (t) => {
  const { folder, file } = await folderWith(
    t,
    bench('  smu: { driver: keithley-2450, resource: "TCPIP0::127.0.0.1::9::SOCKET" }'),
  );
  const ran = await memrig(t, ["run", "iv-sweep", "--bench", file], { cwd: folder });
  assert.equal(ran.code, 1);
  assert.match(ran.stderr, /TCPIP0::127\.0\.0\.1::9::SOCKET/);
});

test("an unknown protocol and a missing bench file are bad arguments", async (t) => {
  assert.equal((await memrig(t, ["run", "iv-swep", "--bench", "x.yaml"])).code, 2);
  assert.equal((await memrig(t, ["run", "iv-sweep", "--bench", "nowhere.yaml"])).code, 2);
  assert.equal((await memrig(t, ["run", "iv-sweep"])).code, 2);
  assert.equal((await memrig(t, ["nonsense"])).code, 2);
});

/** A bench of real resources: the virtual one, served by a process of its own. */
async function servedBench(t: TestContext): Promise<{ folder: string; file: string; resource: string }> {
  const { folder, file: virtual } = await folderWith(t, bench(virtualSmu, "virtual: { time: real }"));
  const served = await serveBench(t, virtual);
  const resource = served[0]?.resources[0] ?? "";
  const file = join(folder, "real.yaml");
  await writeFile(file, bench(`  smu: { driver: keithley-2450, resource: "${resource}" }`));
  return { folder, file, resource };
}

test("a second controller on a busy bench is refused with who holds it; abort ends the first with exit code 3 and outputs off", async (t) => {
  const { folder, file, resource } = await servedBench(t);
  const first = startMemrig(t, ["run", "iv-sweep", "--bench", file, "--set", "cycles=100", "--json"], { cwd: folder });
  const ended = resultOf(first);
  const output = () => memrig(t, ["scpi", resource, ":OUTP?"]);
  await eventually("the first controller turns the output on", 20, async () =>
    (await output()).stdout.trim() === "1" ? true : undefined,
  );

  const second = await memrig(t, ["run", "iv-sweep", "--bench", file], { cwd: folder });
  assert.equal(second.code, 4, second.stderr);
  assert.match(second.stderr, new RegExp(`${first.pid}`));
  assert.equal((await output()).stdout.trim(), "1", "the first one goes on undisturbed");

  const abort = await memrig(t, ["abort", "--bench", file], { cwd: folder });
  assert.equal(abort.code, 0, abort.stderr);
  const { code, stdout } = await ended;
  assert.equal(code, 3);
  assert.equal((JSON.parse(stdout) as { status: string }).status, "aborted");
  assert.equal((await output()).stdout.trim(), "0");
});

test("safe turns off the outputs of a bench that a run holds, and says so for each instrument", async (t) => {
  const { folder, file, resource } = await servedBench(t);
  const first = startMemrig(t, ["run", "iv-sweep", "--bench", file, "--set", "cycles=100", "--json"], { cwd: folder });
  const ended = resultOf(first);
  const output = () => memrig(t, ["scpi", resource, ":OUTP?"]);
  await eventually("the output is on", 20, async () => ((await output()).stdout.trim() === "1" ? true : undefined));

  const safe = await memrig(t, ["safe", "--bench", file, "--json"], { cwd: folder });

  assert.equal(safe.code, 0, safe.stderr);
  assert.deepEqual(
    (JSON.parse(safe.stdout) as { instruments: { label: string; state: string }[] }).instruments.map(
      ({ label, state }) => ({ label, state }),
    ),
    [{ label: "smu", state: "safe" }],
  );
  assert.equal((await output()).stdout.trim(), "0");
  assert.equal((await ended).code, 3);
});

test("Ctrl-C, twice, ends a run with exit code 3, its rows kept and the output off", async (t) => {
  const { folder, file, resource } = await servedBench(t);
  const child = startMemrig(t, ["run", "iv-sweep", "--bench", file, "--set", "cycles=100", "--json"], { cwd: folder });
  const ended = resultOf(child);
  const output = () => memrig(t, ["scpi", resource, ":OUTP?"]);
  await eventually("the output is on", 20, async () => ((await output()).stdout.trim() === "1" ? true : undefined));

  child.kill("SIGINT");
  child.kill("SIGINT");

  const { code, stdout } = await ended;
  assert.equal(code, 3);
  assert.equal((JSON.parse(stdout) as { status: string }).status, "aborted");
  assert.equal((await output()).stdout.trim(), "0");
});

test("check identifies every instrument and touches no output", async (t) => {
  const { folder, file } = await folderWith(t, bench(virtualSmu));
  const checked = await memrig(t, ["check", file, "--json"], { cwd: folder });
  assert.equal(checked.code, 0, checked.stderr);
  const report = JSON.parse(checked.stdout) as { ok: boolean; instruments: { message: string }[] };
  assert.equal(report.ok, true);
  assert.match(report.instruments[0]?.message ?? "", /MODEL 2450.*outputs off/);
});

test("every command explains itself with an example", async (t) => {
  const help = await memrig(t, ["runs", "--help"]);
  assert.equal(help.code, 0);
  const program = await wholeProgram();
  assert.ok(program.commands.length >= 20);
  for (const command of program.commands) {
    let said = "";
    command.configureOutput({ writeOut: (text) => (said += text) });
    assert.throws(() => command.help(), { code: "commander.help" });
    assert.match(said, /Example/, command.name());
    assert.match(said, /--json/, command.name());
    if (command.name() === "runs") assert.equal(said, help.stdout);
  }
});
