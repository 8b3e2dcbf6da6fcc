import assert from "node:assert/strict";
import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parseBench } from "../../src/bench/index.js";
import { memrig, scratchFolder } from "../support/cli.js";
import { HERE, listener, served } from "./discover-support.js";

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
