import type { Command } from "commander";
import { loadBench, virtualPlan } from "../../bench/index.js";
import { MemrigError } from "../../errors.js";
import { announceBench } from "../../virtual/announce/announce.js";
import type { Announcement } from "../../virtual/announce/announce.js";
import { serveVirtualBench } from "../../virtual/serve.js";
import { outputOf } from "../output.js";
import { tellServed } from "../served.js";
import { untilStopped } from "../signals.js";
import { runReplay, type ReplayCommandOptions } from "./replay.js";

interface VirtualOptions {
  readonly bench?: string;
  readonly ready?: string;
  readonly announce: boolean;
}

export function addVirtualCommand(program: Command): void {
  program
    .command("virtual")
    .option("--bench <file>", "bench file; its instruments with resource: virtual are served")
    .option("--replay <file>", "wire log; its instruments are served: they say again what they said")
    .option("--instrument <label>", "with --replay: this one only")
    .option("--link <kind>", "with --replay: socket, vxi11, hislip or serial; join by commas", "socket")
    .option("--replay-any-order", "with --replay: a message is answered as recorded, whenever it comes")
    .option("--ready <file>", "write [{name, idn, resources}] here once all listen")
    .option(
      "--no-announce",
      "serve no LXI pages and stay silent on multicast DNS: only who is told finds the instruments",
    )
    .description("serve the virtual instruments of a bench file, or a recorded dialogue, until stopped (Ctrl-C)")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig virtual --bench examples/zno-virtual.yaml\n  memrig virtual --bench lab.yaml --ready ready.json &\n" +
        "  memrig virtual --replay wire.jsonl --instrument smu\n" +
        "Any program may connect: the resource names printed are what PyVISA, lxi-tools and others take.",
    )
    .action(async (options: VirtualOptions & Partial<ReplayCommandOptions>, command: Command) => {
      const output = outputOf(command);
      const { replay } = options;
      if ((replay === undefined) === (options.bench === undefined)) {
        throw new MemrigError(
          "invalid-request",
          "memrig virtual needs one of --bench FILE (instruments to be simulated) and --replay FILE (a dialogue to be repeated).",
        );
      }
      if (replay !== undefined) return runReplay({ ...options, replay }, output);
      const config = await loadBench(options.bench ?? "");
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
        await tellServed(served, options.ready, output);
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
