import { copyFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { Desk } from "../../dashboard/server/desk.js";
import { deskFor } from "../../src/cli/desk/desk.js";
import { runQueue } from "../../src/cli/queue/run-queue.js";
import { Queue } from "../../src/engine/queue/queue.js";
import { scratchFolder } from "./cli.js";

const example = fileURLToPath(new URL("../../examples/protocols/hold-and-read.ts", import.meta.url));

/** Nothing of this needs hardware, and a sweep is over at once. */
const bench = `
name: ohms
instruments: { smu: { driver: keithley-2450, resource: virtual } }
dut: { id: R1, model: resistor, parameters: { R: 100 kohm } }
limits: { voltage: 2 V, current: 1 mA }
protocols: [./mine.ts]
`;

export interface DeskLab {
  readonly folder: string;
  readonly store: string;
  readonly benchFile: string;
  readonly queue: Queue;
  readonly desk: Desk;
  /** Runs that were handed to a program. */
  readonly handed: string[];
}

/**
 * A desk on a bench file with limits of 2 V and 1 mA and a protocol of one's own, `hold-and-read`.
 *
 * @param runner what does the runs: `here`, in this process, as `memrig queue run` does; `none`, nobody takes them
 */
export async function deskLab(t: TestContext, runner: "here" | "none", text = bench): Promise<DeskLab> {
  const folder = await scratchFolder(t);
  const [store, benchFile] = [path.join(folder, "runs"), path.join(folder, "lab.yaml")];
  await writeFile(benchFile, text);
  await copyFile(example, path.join(folder, "mine.ts"));
  const queue = new Queue(store);
  const handed: string[] = [];
  const stop = new AbortController();
  const working: Promise<unknown>[] = [];
  t.after(async () => {
    stop.abort();
    await Promise.all(working);
  });
  const desk = deskFor({
    benchFile,
    store,
    protocolFiles: [],
    startRunner(first) {
      handed.push(first);
      if (runner === "here") working.push(runQueue({ queue, keepGoing: false, signal: stop.signal, first }));
      return { trouble: () => "" };
    },
  });
  return { folder, store, benchFile, queue, desk, handed };
}
