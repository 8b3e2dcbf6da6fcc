import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { listRuns, openRun, type RunReader } from "../../src/store/index.js";
import { eventually, resultOf, startMemrig } from "./cli.js";

/** Completed units of the newest run of a store; 0 where there is none yet. */
export async function completedIn(store: string): Promise<number> {
  const [run] = await listRuns(store);
  return run ? ((await (await openRun(store, run.run)).completed()) ?? 0) : 0;
}

/**
 * Starts a run, kills it with SIGKILL once so much more is complete, resumes it, as often as asked; the last sitting ends by itself.
 *
 * @param more units that a sitting completes before it is killed, at least, one number a kill
 */
export async function killedAndResumed(
  t: TestContext,
  { cwd, store, args, more }: { cwd: string; store: string; args: readonly string[]; more: readonly number[] },
): Promise<{ reader: RunReader; killedAt: readonly number[]; rows: number }> {
  let child = startMemrig(t, args, { cwd });
  let ended = resultOf(child);
  const killedAt: number[] = [];
  for (const units of more) {
    const least = (killedAt.at(-1) ?? 0) + units;
    await eventually(`${least} units are complete`, 120, async () =>
      (await completedIn(store)) >= least || child.exitCode !== null ? true : undefined,
    );
    child.kill("SIGKILL");
    const { code, stderr } = await ended;
    assert.equal(code, null, `it ended before it could be killed: ${stderr}`);
    killedAt.push(await completedIn(store));
    const [interrupted] = await listRuns(store);
    assert.equal(interrupted?.status, "interrupted");
    child = startMemrig(t, ["resume", interrupted.run, "--json"], { cwd });
    ended = resultOf(child);
  }
  const { code, stdout, stderr } = await ended;
  assert.equal(code, 0, stderr);
  const result = JSON.parse(stdout) as { run: string; rows: number; status: string };
  assert.equal(result.status, "done");
  return { reader: await openRun(store, result.run), killedAt, rows: result.rows };
}

/** The cycles of a run of the endurance protocol are 1 … n, each once, in order, their times rising, and each was read. */
export async function assertEveryCycleOnce(reader: RunReader, cycles: number): Promise<void> {
  let expected = 1;
  let before_s = -Infinity;
  for await (const { columns, length } of reader.blocks("cycles")) {
    const [cycle, time_s] = [columns["cycle"] as Int32Array, columns["time_s"] as Float64Array];
    const on_ohm = columns["rOn_ohm"] as Float64Array;
    for (let k = 0; k < length; k++) {
      if (cycle[k] !== expected) assert.fail(`row ${expected - 1} is cycle ${cycle[k]}`);
      if (!((time_s[k] ?? Number.NaN) > before_s)) assert.fail(`cycle ${expected} began before the one before it`);
      if (!((on_ohm[k] ?? Number.NaN) > 0)) assert.fail(`cycle ${expected} has no resistance`);
      before_s = time_s[k] ?? Number.NaN;
      expected++;
    }
  }
  assert.equal(expected - 1, cycles);
}
