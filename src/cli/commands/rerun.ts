import type { Command } from "commander";
import { atSite, benchOfRun, loadBench, siteOfTags } from "../../bench/index.js";
import { openRun } from "../../store/index.js";
import { outputOf } from "../output.js";
import { runAndTell } from "../run-and-tell.js";
import { collect, keyValues, numbersRead, planFrom } from "../settings.js";
import { storeFolder } from "../store-option.js";
import { dryRun, dryRunText } from "../dry-run.js";
import { protocolOfRun } from "../../protocol-files/index.js";

interface RerunOptions {
  readonly bench?: string;
  readonly store?: string;
  readonly set?: string[];
  readonly tag?: string[];
  readonly twin?: boolean;
  readonly wire?: boolean;
  readonly dryRun?: boolean;
}

export function addRerunCommand(program: Command): void {
  program
    .command("rerun")
    .argument("<run>", "run id")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file; where left out, the one that the run keeps")
    .option("--set <key=value>", "parameter that is to differ; repeat, or join by commas", collect)
    .option("--tag <key=value>", "tag beside those of the run; repeat, or join by commas", collect)
    .option("--twin", "also run the protocol on the device's model, and compare")
    .option("--wire", "keep everything said to the instruments in the run's folder, as wire.jsonl")
    .option("--dry-run", "say what would be done and whether the limits hold; open nothing, send nothing")
    .description("a new run with the protocol, parameters, device and bench of an old one")
    .addHelpText("after", "\nExamples:\n  memrig rerun RUN\n  memrig rerun RUN --bench lab.yaml --set cycles=100")
    .action(async (id: string, options: RerunOptions, command: Command) => {
      const output = outputOf(command);
      const store = await storeFolder(options);
      const run = await openRun(store, id);
      const { info } = run;
      const protocol = await protocolOfRun(run);
      const plan = planFrom(protocol, {
        ...info.parameters,
        ...numbersRead(keyValues(options.set ?? [], "--set")),
      });
      const bench =
        options.bench === undefined
          ? await benchOfRun(info, store)
          : { ...(await loadBench(options.bench)), ...(options.store === undefined ? {} : { store }) };
      const site = siteOfTags(bench, info.tags);
      const config = site && options.bench !== undefined ? atSite(bench, site) : bench;
      if (options.dryRun) {
        const { report, refusal } = dryRun(config, protocol, plan);
        output.result(report, dryRunText(report));
        if (refusal) throw refusal;
        return;
      }
      const tags = { ...info.tags, rerun: info.run, ...keyValues(options.tag ?? [], "--tag") };
      const { twin = false, wire = false } = options;
      await runAndTell({ config, protocol, plan, tags, ...(site ? { site } : {}) }, { output, twin, wire });
    });
}
