import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { exitCodeOf, MemrigError } from "../../../src/errors.js";
import { holderOf, lockFolder, takeLock } from "../../../src/bench/lock.js";

const scratch = mkdtempSync(path.join(tmpdir(), "memrig-lock-test-"));
process.env["TMPDIR"] = scratch; // locks of this test only
after(() => rmSync(scratch, { recursive: true, force: true }));

const resource = "TCPIP0::192.0.2.7::5025::SOCKET";

/** Puts a lock there as another process would have left it. */
async function leaveLock(holder: object): Promise<void> {
  const lock = await takeLock(resource, "x");
  const [file] = await readdir(lockFolder());
  const text = await readFile(path.join(lockFolder(), file ?? ""), "utf8");
  await writeFile(path.join(lockFolder(), file ?? ""), JSON.stringify({ ...(JSON.parse(text) as object), ...holder }));
  void lock;
}

const clear = () => rmSync(lockFolder(), { recursive: true, force: true });

test("a second program is refused, told who holds the instrument and what to do, and exits with 4", async () => {
  clear();
  const lock = await takeLock(resource, "memrig run iv-sweep");
  lock.setRunFolder("/data/runs/20260101T000000Z_iv-sweep_D1_abc123");

  const error = await takeLock("tcpip::192.0.2.7::5025::socket", "memrig run endurance").catch((e: unknown) => e);

  assert.ok(error instanceof MemrigError);
  assert.equal(error.kind, "busy");
  assert.equal(exitCodeOf(error), 4);
  assert.match(error.message, new RegExp(`process ${process.pid} \\(memrig run iv-sweep, run 20260101T000000Z_`));
  assert.match(error.message, /memrig safe/);
  assert.equal((await holderOf(resource))?.command, "memrig run iv-sweep");
  await lock.release();
  assert.equal(await holderOf(resource), undefined);
  await (await takeLock(resource, "next")).release();
});

test("another instrument is not in the way", async () => {
  clear();
  const one = await takeLock(resource, "one");
  const two = await takeLock("TCPIP0::192.0.2.7::5026::SOCKET", "two");
  await one.release();
  await two.release();
});

test("the lock of a process that is gone is taken over, and its holder is named", async () => {
  clear();
  await leaveLock({ pid: 0x7ffffffe, command: "memrig run that crashed" });
  assert.equal(await holderOf(resource), undefined);
  const lock = await takeLock(resource, "memrig run again");
  assert.equal(lock.tookOverFrom?.command, "memrig run that crashed");
  assert.equal((await holderOf(resource))?.command, "memrig run again");
  await lock.release();
});

test(
  "a process number that was given to another program since does not keep the lock",
  { skip: process.platform !== "linux" && "only Linux tells when a process began" },
  async () => {
    clear();
    await leaveLock({ processMark: "another boot:1" });
    const lock = await takeLock(resource, "next");
    assert.equal(lock.tookOverFrom?.pid, process.pid);
    await lock.release();
  },
);

test("a lock of another machine on a shared folder is not taken over", async () => {
  clear();
  await leaveLock({ host: `not-${hostname()}`, pid: 1 });
  await assert.rejects(takeLock(resource, "next"), { kind: "busy" });
});

test("of many that want an instrument with a stale lock at once, one gets it", async () => {
  for (let round = 0; round < 10; round += 1) {
    clear();
    await leaveLock({ pid: 0x7ffffffe });
    const tries = await Promise.allSettled(Array.from({ length: 8 }, (_, k) => takeLock(resource, `program ${k}`)));
    const got = tries.filter(({ status }) => status === "fulfilled");
    assert.equal(got.length, 1, `${got.length} of 8 hold it`);
    for (const outcome of tries) if (outcome.status === "fulfilled") await outcome.value.release();
  }
  assert.deepEqual(await readdir(lockFolder()), []);
});
