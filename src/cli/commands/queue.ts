import path from "node:path";
import type { Command } from "commander";
import { checkConnected, checkLimits, identified, loadBench, siteNamed } from "../../bench/index.js";
import { Queue, type QueueEntry } from "../../engine/queue/queue.js";
import { MemrigError } from "../../errors.js";
import { operator } from "../measure.js";
import { outputOf, textTable } from "../output.js";
import { duration, StatusLine } from "../progress.js";
import { Person } from "../campaign/person.js";
import { runQueue } from "../queue/run-queue.js";
import { collect, keyValues, numbersRead, planFrom } from "../settings.js";
import { abortableBySignals } from "../signals.js";
import { storeFolder, type StoreOptions } from "../store-option.js";
import { isProtocolFile, protocolFor } from "../../protocol-files/index.js";

interface AddOptions {
  readonly bench: string;
  readonly set?: string[];
  readonly dut?: string;
  readonly site?: string;
  readonly tag?: string[];
}

export function addQueueCommand(program: Command): void {
  const queue = program
    .command("queue")
    .description("runs that wait: add, list, move, cancel, clear, run")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig queue add iv-sweep --bench lab.yaml --set cycles=10\n  memrig queue add endurance --bench lab.yaml --set cycles=1000\n" +
        "  memrig queue list\n  memrig queue move 3kf9q2 1\n  memrig queue run --keep-going",
    );
  addAdd(queue);
  addList(queue);
  addChanges(queue);
  addRun(queue);
}

function addAdd(queue: Command): void {
  queue
    .command("add")
    .argument("<protocol>", "see memrig protocols")
    .requiredOption("--bench <file>", "bench file; its store has the queue")
    .option("--set <key=value>", "parameter; repeat, or join by commas", collect)
    .option("--dut <id>", "device, in place of the bench file's id")
    .option("--site <name>", "which device of a bench with sites: or a prober")
    .option("--tag <key=value>", "tag to find the run by; repeat, or join by commas", collect)
    .description("put a run at the end of the queue; it is checked now, and run by memrig queue run")
    .action(async (name: string, options: AddOptions, command: Command) => {
      const protocol = await protocolFor(name);
      const settings = keyValues(options.set ?? [], "--set");
      const plan = planFrom(protocol, numbersRead(settings));
      const config = await loadBench(options.bench);
      checkConnected(config, options.site === undefined ? undefined : siteNamed(config, options.site));
      checkLimits(await identified(config, "memrig queue add"), protocol, plan); // told now, not in the middle of the night
      const entry = await new Queue(config.store).add({
        protocol: isProtocolFile(name) ? path.resolve(name) : name,
        bench: path.resolve(options.bench),
        settings,
        ...(options.dut === undefined ? {} : { dut: options.dut }),
        ...(options.site === undefined ? {} : { site: options.site }),
        tags: keyValues(options.tag ?? [], "--tag"),
        addedAt: new Date().toISOString(),
        addedBy: operator(),
      });
      const { duration_s } = protocol.cost(plan);
      outputOf(command).result(
        entry,
        `${entry.id}: ${name}, at position ${entry.position ?? 1}, ${duration(duration_s)} on the instruments`,
      );
    });
}

function withStore(command: Command): Command {
  return command
    .option("--store <dir>", "folder of the runs (default: runs)")
    .option("--bench <file>", "bench file that names the store");
}

function addList(queue: Command): void {
  withStore(queue.command("list"))
    .description("what has ended, runs and waits, in this order")
    .action(async (options: StoreOptions, command: Command) => {
      const entries = await new Queue(await storeFolder(options)).list();
      outputOf(command).result(entries, entries.length === 0 ? "The queue is empty." : entriesText(entries));
    });
}

function entriesText(entries: readonly QueueEntry[]): string {
  const settings = (entry: QueueEntry): string =>
    Object.entries(entry.settings)
      .map(([key, value]) => `${key}=${value}`)
      .join(",");
  return textTable(
    ["id", "state", "place", "protocol", "settings", "device", "run"],
    entries.map((entry) => [
      entry.id,
      entry.state,
      entry.position === undefined ? "" : String(entry.position),
      entry.protocol,
      settings(entry),
      [entry.dut, entry.site].filter((part) => part !== undefined).join("-"),
      entry.run ?? entry.reason ?? "",
    ]),
    [2],
  );
}

function addChanges(queue: Command): void {
  withStore(queue.command("move"))
    .argument("<id>")
    .argument("<position>", "from 1", Number)
    .description("let one that waits be the first, second, …")
    .action(async (id: string, position: number, options: StoreOptions, command: Command) => {
      const kept = new Queue(await storeFolder(options));
      await kept.move(id, position);
      const entries = (await kept.list()).filter(({ state }) => state === "queued");
      outputOf(command).result(entries, entriesText(entries));
    });
  withStore(queue.command("cancel"))
    .argument("<id>")
    .description("one that waits is not done; one that runs is stopped safely")
    .action(async (id: string, options: StoreOptions, command: Command) => {
      const was = await new Queue(await storeFolder(options)).cancel(id);
      const text =
        was === "queued" ? `${id} is cancelled.` : `${id} is asked to stop: its program turns the outputs off.`;
      outputOf(command).result({ id, was }, text);
    });
  withStore(queue.command("clear"))
    .description("cancel all that wait, and take all that have ended off the list; their runs stay")
    .action(async (options: StoreOptions, command: Command) => {
      const removed = await new Queue(await storeFolder(options)).clear();
      outputOf(command).result({ removed }, `${removed} taken off the queue.`);
    });
}

function addRun(queue: Command): void {
  withStore(queue.command("run"))
    .option("--keep-going", "go on with the next one where one fails")
    .option("--first <id>", "begin with this one, and go on behind it unless the queue is held")
    .description("do what waits, one after the other, also what is added meanwhile; ends when none waits")
    .addHelpText("after", "\nCtrl-C stops the run in hand safely; what waits still waits.")
    .action(async (options: StoreOptions & { keepGoing?: boolean; first?: string }, command: Command) => {
      const output = outputOf(command);
      const kept = new Queue(await storeFolder(options));
      for (const { id, state, run } of await kept.list()) {
        if (state !== "interrupted") continue; // nobody knows what its device has seen
        const how = run === undefined ? `it had not begun; add it anew` : `memrig resume ${run} goes on with it`;
        output.say(`${id} was running when its program ended, and is not run again by itself: ${how}. memrig queue clear takes it off the list.`); // prettier-ignore
      }
      if (options.first === undefined) await kept.release(); // a person who runs the queue wants it to go on
      const line = new StatusLine("queue");
      const person = process.stdin.isTTY ? new Person() : undefined;
      await abortableBySignals(
        async (signal) => {
          const { error, ...counts } = await runQueue({
            queue: kept,
            keepGoing: options.keepGoing ?? false,
            signal,
            ...(options.first === undefined ? {} : { first: options.first }),
            ...(person ? { ask: (question, until) => person.ask(question, until) } : {}),
            onStart: (entry, run) => line.end(`${entry.id}: ${run}`),
            onProgress: (_, { rows, expectedRows, left_s }) =>
              line.update({ done: rows, expected: expectedRows, ...(left_s === undefined ? {} : { left_s }) }),
            onEnd: ({ id }, { state, reason }) =>
              line.end(`${id}: ${state}.${reason === undefined ? "" : ` ${reason}`}`),
          }).finally(() => person?.close());
          output.result(counts, `${counts.done} done, ${counts.failed} failed, ${counts.cancelled} cancelled.`);
          if (await kept.isHeld()) output.say("The queue is held: what waits still waits.");
          if (error instanceof Error) throw error;
          if (counts.failed > 0)
            throw new MemrigError("no-answer", `${counts.failed} of the queue failed; memrig queue list says why.`);
        },
        () => output.say("Stopping already: turning the outputs off. Wait for it."),
      );
    });
}
