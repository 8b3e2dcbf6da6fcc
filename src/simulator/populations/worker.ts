/** A computing thread of `runMany`: takes orders, sends answers, ends when its port is closed or it is terminated. */
import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "../../errors.js";
import type { Answer, Order, WorkerStart } from "./messages.js";
import type { Task } from "./run-many.js";

const { module } = workerData as WorkerStart;
const { run } = (await import(module)) as { run: Task<unknown, unknown> };

parentPort?.on("message", ({ index, item }: Order) => {
  void answerTo(index, item).then((answer) => {
    parentPort?.postMessage(answer, "result" in answer ? buffersOf(answer.result) : []);
  });
});

async function answerTo(index: number, item: unknown): Promise<Answer> {
  try {
    return { index, result: await run(item, index) };
  } catch (error) {
    return { index, failure: messageOf(error) };
  }
}

/** Arrays that are a result, or a field of one, change hands without being copied. */
function buffersOf(result: unknown): ArrayBuffer[] {
  if (typeof result !== "object" || result === null) return [];
  const parts = [result, ...(Object.values(result) as unknown[])];
  const buffers = parts.map((part) => (ArrayBuffer.isView(part) ? part.buffer : part));
  return [...new Set(buffers.filter((buffer) => buffer instanceof ArrayBuffer))];
}
