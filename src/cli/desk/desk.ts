import path from "node:path";
import { protocols } from "../../../protocols/index.js";
import type { Desk, RunnerProcess } from "../../../dashboard/server/desk.js";
import type { DryRunReply, Order } from "../../../dashboard/server/desk-wire.js";
import { parameterLines } from "../../../dashboard/server/parameters.js";
import { checkLimits, identified, loadBench, type BenchConfig } from "../../bench/index.js";
import { Queue } from "../../engine/queue/queue.js";
import type { AnyProtocol } from "../../engine/index.js";
import { MemrigError } from "../../errors.js";
import { loadProtocolFile, protocolFor } from "../../protocol-files/index.js";
import { dryRun } from "../dry-run.js";
import { operator } from "../measure.js";
import { numbersRead, planFrom } from "../settings.js";
import { formOf } from "./form.js";
import { limitFaults, readOrder } from "./order.js";
import { startRunner } from "./runner.js";
import { stepsOf } from "./steps.js";

export interface DeskOptions {
  /** Read anew for each question: what it says now holds. */
  readonly benchFile: string;
  /** Where the runs and the queue are. */
  readonly store: string;
  /** Files of a person's own protocols, besides those that the bench file names. */
  readonly protocolFiles: readonly string[];
  readonly startRunner?: (first: string) => RunnerProcess;
}

/** The dashboard's desk on a bench file: reads orders as the command line does, and holds them to the same limits. */
export function deskFor(options: DeskOptions): Desk {
  const { store } = options;
  const benchFile = path.resolve(options.benchFile);
  const given = options.protocolFiles.map((file) => path.resolve(file));
  const filesOf = ({ protocolFiles }: BenchConfig): string[] => [...new Set([...given, ...protocolFiles])];
  const bench = async (): Promise<BenchConfig> => ({
    ...(await loadBench(benchFile, { secrets: "ignored" })),
    store,
  });
  return {
    async form() {
      const config = await bench();
      return formOf(config, store, filesOf(config));
    },

    async dryRun(order): Promise<DryRunReply> {
      const file = await bench();
      const { protocol, name } = await protocolOf(order.protocol, filesOf(file));
      const { config, plan, settings } = readOrder(file, protocol, order);
      const { report, refusal } = dryRun(config, protocol, plan);
      const { dut, rows, duration_s, limits, ok } = report;
      return {
        ...{ protocol: protocol.name, dut, rows, duration_s, limits, ok },
        steps: stepsOf(config, protocol, report),
        parameters: parameterLines({ ...plan }, protocol),
        ...(refusal ? { reason: refusal.message } : {}),
        faults: refusal ? limitFaults(config, protocol, plan) : [],
        command: commandLine(name, options.benchFile, settings, order),
      };
    },

    async add(order) {
      const file = await bench();
      const { protocol, name } = await protocolOf(order.protocol, filesOf(file));
      const { config, plan, settings, tags } = readOrder(file, protocol, order);
      try {
        checkLimits(await identified(config, "memrig serve"), protocol, plan);
      } catch (error) {
        throw withFaults(error, () => limitFaults(config, protocol, plan));
      }
      return new Queue(store).add({
        protocol: name,
        bench: benchFile,
        settings,
        ...(order.dut === undefined ? {} : { dut: order.dut.trim() }),
        ...(order.site?.trim() ? { site: order.site.trim() } : {}),
        tags,
        addedAt: new Date().toISOString(),
        addedBy: `${operator()}, dashboard`,
      });
    },

    async duration_s(entry) {
      try {
        const protocol = await protocolFor(entry.protocol);
        return protocol.cost(planFrom(protocol, numbersRead(entry.settings))).duration_s;
      } catch (error) {
        if (error instanceof MemrigError) return undefined; // its file is gone or has a fault: told when it is its turn
        throw error;
      }
    },

    startRunner: options.startRunner ?? ((first) => startRunner(store, first)),
  };
}

/**
 * A protocol of the list. A name that comes over the network is never taken for a path: only the files that this program was started with
 * are loaded.
 *
 * @returns it, and how the queue names it
 * @throws MemrigError `invalid-request`: there is none of that name, or its file has a fault
 */
async function protocolOf(asked: string, files: readonly string[]): Promise<{ protocol: AnyProtocol; name: string }> {
  const known = protocols.get(asked);
  if (known) return { protocol: known, name: asked };
  const faults: unknown[] = [];
  for (const file of files) {
    try {
      const protocol = await loadProtocolFile(file);
      if (protocol.name === asked) return { protocol, name: file };
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults[0] instanceof MemrigError && faults.length === files.length) throw faults[0];
  throw new MemrigError(
    "invalid-request",
    `There is no protocol "${asked}" here. A file of your own is named when the dashboard is started: memrig serve --protocol ./mine.ts. Nothing was opened or sent.`,
    { faults: [{ field: "protocol", message: "there is no such protocol." }] },
  );
}

function withFaults(error: unknown, faults: () => unknown): unknown {
  if (!(error instanceof MemrigError && error.kind === "limit-refused")) return error;
  return new MemrigError(error.kind, error.message, { ...error.details, faults: faults() }, error);
}

function commandLine(
  protocol: string,
  bench: string,
  settings: Readonly<Record<string, string>>,
  { dut, site, tags }: Order,
): string {
  const quoted = (text: string): string => (/^[\w./:=+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
  const options = [
    ...Object.entries(settings).flatMap(([key, text]) => ["--set", `${key}=${text.replaceAll(",", ";")}`]), // , ends a setting
    ...(dut === undefined ? [] : ["--dut", dut.trim()]),
    ...(site?.trim() ? ["--site", site.trim()] : []),
    ...(tags?.trim() ? ["--tag", tags.trim()] : []),
  ];
  return ["memrig run", ...[protocol, "--bench", bench, ...options].map(quoted)].join(" ");
}
