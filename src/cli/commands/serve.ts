import path from "node:path";
import type { Command } from "commander";
import type { Desk } from "../../../dashboard/server/desk.js";
import { serveDashboard } from "../../../dashboard/server/index.js";
import { loadBench, safeBench, type BenchConfig } from "../../bench/index.js";
import { MemrigError } from "../../errors.js";
import { deskFor } from "../desk/desk.js";
import { outputOf } from "../output.js";
import { collect } from "../settings.js";
import { untilStopped } from "../signals.js";

interface ServeOptions {
  readonly store?: string;
  readonly bench?: string;
  readonly host: string;
  readonly port: string;
  readonly token?: string;
  readonly protocol?: string[];
  readonly readOnly?: boolean;
}

export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file: what runs are started on, and which outputs the button turns off")
    .option("--protocol <file>", "protocol of your own for the form, ./mine.ts; repeat", collect)
    .option("--read-only", "show, and stop what runs; start nothing")
    .option("--host <address>", "address to listen on; others than loopback need --token", "127.0.0.1")
    .option("--port <n>", "port; 0 takes a free one", "8321")
    .option("--token <secret>", "secret that a browser has to give")
    .description("the dashboard, until stopped (Ctrl-C)")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig serve --bench lab.yaml\n  memrig serve --bench lab.yaml --protocol ./mine.ts\n  memrig serve --bench lab.yaml --host 0.0.0.0 --token secret",
    )
    .action(async (options: ServeOptions, command: Command) => {
      const output = outputOf(command);
      const bench = options.bench === undefined ? undefined : await loadBench(options.bench, { secrets: "ignored" });
      const port = Number(options.port);
      if (!Number.isInteger(port) || port < 0 || port > 65_535) {
        throw new MemrigError("invalid-request", `--port "${options.port}": expected a whole number from 0 to 65535.`, {
          port: options.port,
        });
      }
      const store = path.resolve(options.store ?? bench?.store ?? "runs");
      const dashboard = await serveDashboard({
        store,
        host: options.host,
        port,
        ...(bench ? { bench, safe: () => safeBench(bench), desk: deskOn(bench, store, options) } : {}),
        ...(options.readOnly ? { readOnly: true } : {}),
        ...(options.token === undefined ? {} : { token: options.token }),
      });
      try {
        output.result({ url: dashboard.url }, `Dashboard: ${dashboard.url}`);
        output.say("Ctrl-C stops it. Runs go on without it.");
        await untilStopped();
      } finally {
        await dashboard.close();
      }
    });
}

function deskOn({ file }: BenchConfig, store: string, { protocol = [] }: ServeOptions): Desk {
  return deskFor({ benchFile: file, store, protocolFiles: protocol });
}
