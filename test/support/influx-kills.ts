import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createRandom } from "../../src/simulator/random.js";
import { createRun, openRunFolder } from "../../src/store/index.js";
import { InfluxSink } from "../../src/store/sinks/influx.js";
import { points, pointsRows, startOf, storeFor } from "../unit/store/support.js";
import { programOf, siblingModule } from "./beside.js";
import type { InfluxServer } from "./influxd.js";

const sender = programOf(siblingModule(import.meta.url, "influx-sender"));

/** A process that sends a store, and can be killed as a power cut would. */
class Sender {
  #process: ChildProcess | undefined;

  constructor(
    readonly store: string,
    readonly url: string,
  ) {}

  start(): void {
    const args = [...sender, this.store, this.url];
    this.#process = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  }

  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined) return;
    const gone = once(running, "exit");
    running.kill("SIGKILL");
    await gone;
  }
}

/**
 * Writes a run while the server or the sender is killed at random moments, sends the rest, and compares every value in the database
 * with the run's table.
 *
 * @returns rows written, and how many kills came while rows were left to send
 */
export async function killsAndRows(
  t: TestContext,
  influx: InfluxServer,
  kills: number,
  seed: number,
): Promise<{ rows: number; inTheMiddle: number }> {
  const random = createRandom(seed, "kills");
  const store = await storeFor(t);
  const sender = new Sender(store, influx.url);
  t.after(() => sender.kill());
  sender.start();
  const writer = await createRun(store, startOf());
  const grow = async (rows: number) => {
    const from = writer.rows("points");
    writer.append({ table: "points", rows: pointsRows(from, from + rows) });
    await writer.flush();
  };
  let inTheMiddle = 0;
  await grow(30_000);
  for (let kill = 0; kill < kills; kill += 1) {
    await leftAtMost(store, influx.url, writer.rows("points") - 1); // it has begun: kill it in its work, not before it
    await grow(15_000);
    await pause(400 * random.uniform());
    if (random.uniform() < 0.5) {
      await sender.kill();
      inTheMiddle += (await left(store, influx.url)) > 0 ? 1 : 0;
      sender.start();
    } else {
      await influx.kill();
      inTheMiddle += (await left(store, influx.url)) > 0 ? 1 : 0;
      await influx.start();
    }
  }
  await writer.finish("done");
  await sender.kill();
  const sink = new InfluxSink({ url: influx.url, database: "memrig" }, store);
  const report = await sink.pushRun(writer.folder, { patience_s: 30 });
  await sink.stop();
  const rows = writer.rows("points");
  assert.deepEqual([report.sent, report.notStorable, report.complete], [rows, 0, true]);
  await sameValues(influx, writer.folder);
  return { rows, inTheMiddle };
}

async function left(store: string, url: string): Promise<number> {
  const sink = new InfluxSink({ url, database: "memrig" }, store);
  const { runs } = await sink.status();
  await sink.stop();
  return runs.reduce((sum, run) => sum + run.rows - run.sent, 0);
}

async function leftAtMost(store: string, url: string, rows: number): Promise<void> {
  for (const end = performance.now() + 60_000; (await left(store, url)) > rows; await pause(20)) {
    assert.ok(performance.now() < end, "nothing was sent for a minute");
  }
}

/** Row by row and cell by cell: the table on the disk, and what the database answers in the order of its stamps. */
async function sameValues(influx: InfluxServer, folder: string): Promise<void> {
  const table = await (await openRunFolder(folder)).table("points");
  const names = points.columns.map(({ name }) => name);
  const found = await influx.rows(`SELECT ${names.join(", ")} FROM points`);
  assert.equal(found.length, table.length);
  for (const [i, [, ...cells]] of found.entries()) {
    const kept = points.columns.map(({ name, type }) => {
      const value = table.columns[name]?.[i];
      return type === "bool" ? value === 1 : value;
    });
    if (cells.some((cell, k) => cell !== kept[k])) assert.deepEqual(cells, kept, `row ${i}`);
  }
}
