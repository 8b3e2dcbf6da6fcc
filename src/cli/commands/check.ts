import type { Command } from "commander";
import { checkBench, loadBench } from "../../bench/index.js";
import { MemrigError } from "../../errors.js";
import { outputOf } from "../output.js";
import { endWireLog, wireLog } from "../wire-log.js";

export function addCheckCommand(program: Command): void {
  program
    .command("check")
    .argument("<file>", "bench file")
    .option("--wire <file>", "keep everything said to the instruments in this file")
    .description("open every instrument, identify it, read its errors, check wiring and limits; touch no output")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig check lab.yaml\n  memrig check lab.yaml --json\n  memrig check lab.yaml --wire wire.jsonl",
    )
    .action(async (file: string, options: { wire?: string }, command: Command) => {
      const output = outputOf(command);
      const config = await loadBench(file);
      const wire = options.wire === undefined ? undefined : wireLog(options.wire);
      const checked = checkBench(config, wire && ((label, event) => wire.record(label, event)));
      const report = await checked.finally(() => endWireLog(wire, output));
      const lines = report.instruments.map(
        (found) => `${found.ok ? "✓" : "✗"} ${found.label} (${found.driver}) ${found.resource}: ${found.message}`,
      );
      output.result(
        report,
        [
          `${report.name}: ${report.ok ? "ready" : "NOT ready"}`,
          ...lines,
          ...report.notes.map((note) => `  ${note}`),
        ].join("\n"),
      );
      if (!report.ok) {
        const failed = report.instruments.filter(({ ok }) => !ok).map(({ label }) => label);
        throw new MemrigError(
          "no-answer",
          `${file}: ${failed.join(", ")} did not pass; see above. No output was touched.`,
          { failed },
        );
      }
    });
}
