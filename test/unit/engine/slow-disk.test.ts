import assert from "node:assert/strict";
import { test } from "node:test";
import { play } from "../../../src/engine/play.js";
import type { AnyProtocol, RunContext } from "../../../src/engine/protocol.js";
import type { RunLog } from "../../../src/engine/run-log.js";
import { SlowDisk } from "../../../src/engine/slow-disk.js";
import type { Stop } from "../../../src/engine/stop.js";
import { MemrigError } from "../../../src/errors.js";
import { createRun } from "../../../src/store/index.js";
import { pointsRows, startOf, storeFor } from "../store/support.js";

/** A source that would give rows without end, and how often it was asked. */
function tireless() {
  const asked = { times: 0 };
  const protocol = {
    run: async function* () {
      for (;;) yield { table: "points", rows: [{ k: (asked.times += 1) }] };
    },
  } as unknown as AnyProtocol;
  return { asked, piece: { protocol, station: {} as never, plan: {} } };
}

const turns = () => new Promise((resolve) => setImmediate(resolve));
const silent = { event: () => undefined, error: () => undefined } as unknown as RunLog;

test("no further rows are asked for while the disk takes those that wait, and an abort ends that wait too", async () => {
  const { asked, piece } = tireless();
  const controller = new AbortController();
  const stop = { signal: controller.signal, cause: new MemrigError("aborted", "enough") } as unknown as Stop;
  let room: () => void = () => undefined;
  const taken: number[] = [];
  const playing = play(piece, {} as RunContext, stop, silent, () => {
    taken.push(asked.times);
    return taken.length % 3 === 0 ? new Promise<void>((resolve) => (room = resolve)) : undefined;
  });
  playing.catch(() => undefined); // looked at below
  for (let k = 0; k < 20; k += 1) await turns();
  assert.deepEqual(taken, [1, 2, 3]);
  room();
  for (let k = 0; k < 20; k += 1) await turns();
  assert.deepEqual(taken, [1, 2, 3, 4, 5, 6]);
  controller.abort();
  room();
  await assert.rejects(playing);
  assert.equal(asked.times, 6);
});

test("batches count as waiting until they are on the disk, and the run is told once that it waits", async (t) => {
  const writer = await createRun(await storeFor(t), startOf(), { parquet: false });
  writer.append({ table: "points", rows: pointsRows(0, 3000) });
  assert.equal(writer.waiting_B, 0); // no batch yet
  const told: string[] = [];
  const disk = new SlowDisk(writer, { event: (_, { message } = {}) => void told.push(String(message)) });
  const flushing = writer.flush();
  assert.ok(writer.waiting_B > 3000 * 20, `${writer.waiting_B} bytes of 3000 rows`);
  await disk.room();
  assert.equal(writer.waiting_B, 0);
  await flushing;
  await disk.room();
  assert.equal(told.length, 1);
  assert.match(told[0] ?? "", /disk is slower than the measurement.*waits until they are written/);
  await writer.finish("done");
});
