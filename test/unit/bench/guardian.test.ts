import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { startGuardian } from "../../../src/bench/guardian.js";
import { eventually } from "../../support/cli.js";
import { fakeInstrument } from "./fake-instrument.js";
import { allOff, allOn, guarded, isGone } from "./guarded.js";

test("kill -9 of the program puts four outputs off within a second, and the run's events say so", async (t) => {
  const instruments = await Promise.all([1, 2, 3, 4].map(() => fakeInstrument(t)));
  const program = await guarded(t, "hang", instruments);
  await allOn(instruments);

  const killed_ms = performance.now();
  program.kill("SIGKILL");
  await allOff(instruments, 1);

  t.diagnostic(`kill -9 to all outputs off: ${(performance.now() - killed_ms).toFixed(0)} ms`);
  await isGone(program.guardianPid);
  const events = (await readFile(program.record, "utf8")).trim().split("\n");
  assert.equal(events.length, 4);
  for (const line of events) {
    const event = JSON.parse(line) as Record<string, unknown>;
    assert.deepEqual([event["event"], event["safe"], event["note"]], ["guardian", true, ":OUTP? answered 0"]);
  }
});

test("an instrument that hangs does not delay the others, and is put off once it listens again", async (t) => {
  const healthy = await Promise.all([1, 2, 3].map(() => fakeInstrument(t)));
  const hung = await fakeInstrument(t);
  const program = await guarded(t, "hang", [...healthy, hung]);
  await allOn([...healthy, hung]);
  hung.hung = true;

  program.kill("SIGKILL");
  await allOff(healthy, 1);
  assert.equal(hung.on, true);
  hung.hung = false;
  await allOff([hung], 5);
  await isGone(program.guardianPid);
});

test("Ctrl-C to the whole group ends the program and not the guardian, which puts the output off", async (t) => {
  const instrument = await fakeInstrument(t);
  const program = await guarded(t, "hang", [instrument]);
  await allOn([instrument]);

  process.kill(program.guardianPid, "SIGINT");
  process.kill(program.guardianPid, "SIGTERM");
  process.kill(program.guardianPid, "SIGHUP");
  process.kill(-program.pid, "SIGINT");
  await allOff([instrument], 2);
});

for (const [mode, what] of [
  ["throw", "an error nobody catches"],
  ["reject", "a rejection nobody waits for"],
] as const) {
  test(`${what} ends the program with its output off`, async (t) => {
    const instrument = await fakeInstrument(t);
    await guarded(t, mode, [instrument]);
    await allOn([instrument]);
    await allOff([instrument], 3);
  });
}

test("a guardian that is disarmed ends and sends nothing", async (t) => {
  const instrument = await fakeInstrument(t);
  const program = await guarded(t, "disarm", [instrument]);
  await isGone(program.guardianPid);
  assert.deepEqual(
    instrument.heard.filter((message) => message !== ":OUTP ON"),
    [],
  );
});

test("a guardian that was killed is known to be gone, and one that can not arm lets no output be turned on", async () => {
  const guardian = startGuardian();
  await guardian.arm([]);
  assert.equal(guardian.alive, true);
  process.kill(guardian.pid, "SIGKILL");
  await assert.rejects(guardian.arm([]), { kind: "no-answer", message: /No output was turned on/ });
  await eventually("it is known to be gone", 5, () => (guardian.alive ? undefined : true));
  await guardian.disarm();
});
