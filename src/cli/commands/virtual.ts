import { rename, writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { loadBench, virtualPlan } from "../../bench/index.js";
import { MemrigError } from "../../errors.js";
import { announceBench } from "../../virtual/announce/announce.js";
import type { Announcement } from "../../virtual/announce/announce.js";
import { serveVirtualBench } from "../../virtual/serve.js";
import { outputOf, textTable } from "../output.js";
import { untilStopped } from "../signals.js";

export function addVirtualCommand(program: Command): void {
  program
    .command("virtual")
    .requiredOption("--bench <file>", "bench file; its instruments with resource: virtual are served")
    .option("--ready <file>", "write [{name, idn, resources}] here once all listen")
    .option(
      "--no-announce",
      "serve no LXI pages and stay silent on multicast DNS: only who is told finds the instruments",
    )
    .description("serve the virtual instruments of a bench file until stopped (Ctrl-C)")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig virtual --bench examples/zno-virtual.yaml\n  memrig virtual --bench lab.yaml --ready ready.json &\n" +
        "Any program may connect: the resource names printed are what PyVISA, lxi-tools and others take.",
    )
    .action(async (options: { bench: string; ready?: string; announce: boolean }, command: Command) => {
      const output = outputOf(command);
      const config = await loadBench(options.bench);
      const plan = virtualPlan(config);
      if (plan.instruments.length === 0) {
        throw new MemrigError(
          "invalid-request",
          `${options.bench}: no instrument has "resource: virtual", so there is nothing to serve. Write resource: virtual for those to simulate.`,
          { bench: options.bench },
        );
      }
      const bench = await serveVirtualBench(plan);
      let announced: Announcement | undefined;
      try {
        if (options.announce) announced = await announceBench(plan.name, bench.instruments, plan.ports);
        const served = bench.instruments.map(({ name, driver, idn, resources }) => ({ name, driver, idn, resources }));
        if (options.ready) {
          // By rename: whoever waits for the file never reads half of it.
          await writeFile(`${options.ready}.tmp`, `${JSON.stringify(served, undefined, 2)}\n`);
          await rename(`${options.ready}.tmp`, options.ready);
        }
        output.result(
          served,
          textTable(
            ["instrument", "resource", "identity"],
            served.map((instrument) => [instrument.name, instrument.resources.join(" "), instrument.idn]),
          ),
        );
        for (const { name, host, port } of announced?.pages ?? []) {
          output.say(`${name}: LXI identification at http://${host}:${port}/lxi/identification`);
        }
        for (const failure of announced?.failures ?? []) output.say(`Not announced in full: ${failure}`);
        output.say(`Serving ${config.name}. Ctrl-C stops it.`);
        await untilStopped();
      } finally {
        await announced?.close();
        await bench.close();
      }
    });
}
