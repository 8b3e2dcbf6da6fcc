import type { Command } from "commander";
import { atSite, checkConnected, loadBench, siteNamed, type BenchConfig } from "../../bench/index.js";
import { placeTags } from "../../engine/campaign/plan.js";
import { dryRun, dryRunText } from "../dry-run.js";
import { outputOf } from "../output.js";
import { presetOf } from "../presets.js";
import { runAndTell } from "../run-and-tell.js";
import { collect, keyValues, numbersRead, planFrom } from "../settings.js";
import { protocolFor } from "../../protocol-files/index.js";

interface RunOptions {
  readonly bench: string;
  readonly preset?: string;
  readonly set?: string[];
  readonly dut?: string;
  readonly site?: string;
  readonly tag?: string[];
  readonly twin?: boolean;
  readonly wire?: boolean;
  readonly dryRun?: boolean;
}

export function addRunCommand(program: Command): void {
  program
    .command("run")
    .argument("<protocol>", "iv-sweep, pulse-train, endurance; see memrig protocols; or a file of your own, ./mine.ts")
    .requiredOption("--bench <file>", "bench file")
    .option("--preset <name>", "parameters under a name, as memrig protocols NAME lists them; --set goes over them")
    .option("--set <key=value>", "parameter; repeat, or join by commas", collect)
    .option("--dut <id>", "device, in place of the bench file's id")
    .option("--site <name>", "which device of a bench with sites: or a prober; it is connected before the run")
    .option("--tag <key=value>", "tag to find the run by; repeat, or join by commas", collect)
    .option("--twin", "also run the protocol on the device's model, and compare")
    .option("--wire", "keep everything said to the instruments in the run's folder, as wire.jsonl")
    .option("--dry-run", "say what would be done and whether the limits hold; open nothing, send nothing")
    .description("one run; prints its id and metrics, and with --twin the comparison")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig run iv-sweep --bench examples/zno-virtual.yaml --set stop=0.3V,compliance=10uA,cycles=10\n" +
        "  memrig run iv-sweep --bench lab.yaml --set stop=0.5V --dry-run\n" +
        "  memrig run endurance --bench lab.yaml --set cycles=1000 --tag wafer=W3 --twin\n" +
        "  memrig run iv-sweep --bench examples/zno-array.yaml --site D7\n" +
        "  memrig run pulse-train --bench lab.yaml --set amplitude=1.5V,width=2us --json\n\n" +
        "Ctrl-C stops the run: outputs off, rows kept, exit code 3. memrig resume goes on with it.",
    )
    .action(async (name: string, options: RunOptions, command: Command) => {
      const output = outputOf(command);
      const protocol = await protocolFor(name);
      const settings = numbersRead(keyValues(options.set ?? [], "--set"));
      const plan = planFrom(protocol, { ...presetOf(protocol, options.preset), ...settings });
      const tags = keyValues(options.tag ?? [], "--tag");
      const file = await loadBench(options.bench, options.dryRun ? { secrets: "ignored" } : {});
      const site = options.site === undefined ? undefined : siteNamed(file, options.site);
      checkConnected(file, site);
      const config = site ? atSite(file, site, options.dut) : withDut(file, options.dut);
      if (options.dryRun) {
        const { report, refusal } = dryRun(config, protocol, plan);
        output.result(report, dryRunText(report));
        if (refusal) throw refusal;
        return;
      }
      const { twin = false, wire = false } = options;
      const placed = site ? { site, tags: { ...placeTags(site), ...tags } } : { tags };
      await runAndTell({ config, protocol, plan, ...placed }, { output, twin, wire });
    });
}

function withDut(config: BenchConfig, id: string | undefined): BenchConfig {
  return id === undefined ? config : { ...config, dut: { ...config.dut, id } };
}
