import type { Command } from "commander";
import { serveDashboard } from "../../../dashboard/server/index.js";
import { loadBench, safeBench } from "../../bench/index.js";
import { MemrigError } from "../../errors.js";
import { outputOf } from "../output.js";
import { untilStopped } from "../signals.js";

interface ServeOptions {
  readonly store?: string;
  readonly bench?: string;
  readonly host: string;
  readonly port: string;
  readonly token?: string;
}

export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file: names the store, and the outputs that the button turns off")
    .option("--host <address>", "address to listen on; others than loopback need --token", "127.0.0.1")
    .option("--port <n>", "port; 0 takes a free one", "8321")
    .option("--token <secret>", "secret that a browser has to give")
    .description("the dashboard, until stopped (Ctrl-C)")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig serve --bench lab.yaml\n  memrig serve --bench lab.yaml --host 0.0.0.0 --token secret",
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
      const dashboard = await serveDashboard({
        store: options.store ?? bench?.store ?? "runs",
        host: options.host,
        port,
        ...(bench ? { bench, safe: () => safeBench(bench) } : {}),
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
