import type { Command } from "commander";
import { checkBench, loadBench } from "../../bench/index.js";
import { MemrigError } from "../../errors.js";
import { outputOf } from "../output.js";

export function addCheckCommand(program: Command): void {
  program
    .command("check")
    .argument("<file>", "bench file")
    .description("open every instrument, identify it, read its errors, check wiring and limits; touch no output")
    .addHelpText("after", "\nExamples:\n  memrig check lab.yaml\n  memrig check lab.yaml --json")
    .action(async (file: string, _options: unknown, command: Command) => {
      const output = outputOf(command);
      const report = await checkBench(await loadBench(file));
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
