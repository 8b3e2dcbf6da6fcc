import { Router } from "express";
import { z } from "zod";
import type { Queue, QueueEntry } from "../../src/engine/queue/queue.js";
import { MemrigError } from "../../src/errors.js";
import type { Desk } from "./desk.js";
import type { Order } from "./desk-wire.js";
import type { QueueCommands } from "./queue-commands.js";
import { queueLine, type QueueWatch } from "./queue-watch.js";
import type { RunLine } from "./wire.js";

const short = z.string().max(4000);
const order = z.strictObject({
  protocol: z.string().min(1).max(200),
  settings: z.record(z.string().max(200), short).default({}),
  dut: short.optional(),
  site: short.optional(),
  tags: short.optional(),
});
const one = z.object({ id: z.string().max(40) });
const answered = one.extend({ question: z.string().max(40) });
const moved = one.extend({ position: z.int().min(1) });

export interface DeskApi {
  readonly queue: Queue;
  readonly commands: QueueCommands;
  readonly watch: QueueWatch;
  /** Left out: nothing can be begun from here; what waits can still be seen and moved. */
  readonly desk: Desk | undefined;
  /** Runs of this bench that are running, as the store is now. */
  readonly running: () => Promise<readonly RunLine[]>;
}

/** The form, the dry run, and the queue. */
export function deskApi({ queue, commands, watch, desk, running }: DeskApi): Router {
  const router = Router();
  const open = (): Desk => {
    if (desk !== undefined) return desk;
    throw new MemrigError(
      "invalid-request",
      "This dashboard holds no bench file, so no run can be started from it. Start it with: memrig serve --bench FILE.",
    );
  };

  router.get("/form", async (_request, response) => void response.json(await open().form()));
  router.post("/dry-run", async ({ body }, response) => void response.json(await open().dryRun(orderOf(body))));
  router.post("/start", async ({ body }, response) => {
    response.json(await commands.start(open(), orderOf(body), running));
  });

  router.get("/queue", async (_request, response) => {
    response.json(await watch.look(await running(), undefined));
  });
  router.post("/queue/add", async ({ body }, response) => {
    const entry = await open().add(orderOf(body));
    response.json({ message: `In the queue, at position ${entry.position ?? 1}.`, entry: queueLine(entry) });
  });
  router.post("/queue/run", async (_request, response) => {
    response.json(await commands.goOn(open(), running));
  });
  router.post("/queue/hold", async (_request, response) => {
    await queue.hold();
    response.json({ message: "The queue stops after the run in hand." });
  });
  router.post("/queue/move", async ({ body }, response) => {
    const { id, position } = moved.parse(body);
    await queue.move(id, position);
    response.json({ message: `Moved to position ${(await entryOf(queue, id))?.position ?? position}.` });
  });
  router.post("/queue/cancel", async ({ body }, response) => {
    const { id } = one.parse(body);
    const was = await queue.cancel(id);
    const message = was === "queued" ? "Taken off the queue." : "Asked to stop: its program turns the outputs off.";
    response.json({ message });
  });
  router.post("/queue/answer", async ({ body }, response) => {
    const { id, question } = answered.parse(body);
    await queue.questions.answer(id, question);
    response.json({ message: "The run goes on." });
  });
  router.post("/queue/clear-ended", async (_request, response) => {
    const removed = await queue.clearEnded();
    response.json({ message: `${removed} taken off the list; their runs stay.` });
  });
  return router;
}

/** @throws ZodError what does not look like an order at all */
function orderOf(body: unknown): Order {
  const { protocol, settings, ...rest } = order.parse(body);
  const said = Object.entries(rest).filter(([, text]) => text !== undefined);
  return { protocol, settings, ...(Object.fromEntries(said) as Partial<Order>) };
}

async function entryOf(queue: Queue, id: string): Promise<QueueEntry | undefined> {
  return (await queue.list()).find((entry) => entry.id === id);
}
