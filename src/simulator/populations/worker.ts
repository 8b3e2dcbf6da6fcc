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

/** Arrays within a result, down to `depth` objects deep, change hands without being copied. */
function buffersOf(result: unknown, depth = 3): ArrayBuffer[] {
  if (typeof result !== "object" || result === null) return [];
  if (ArrayBuffer.isView(result)) return result.buffer instanceof ArrayBuffer ? [result.buffer] : [];
  if (depth === 0 || Array.isArray(result)) return [];
  return [...new Set(Object.values(result).flatMap((part: unknown) => buffersOf(part, depth - 1)))];
}
