import type { Command } from "commander";
import { addCommands, type Family } from "../load-commands.js";

const commands: Family = {
  import: async () => (await import("./runs-import.js")).addImportCommand,
  conduction: async () => (await import("./runs-conduction.js")).addConductionCommand,
  list: async () => (await import("./runs-list.js")).addListCommand,
  show: async () => (await import("./runs-show.js")).addShowCommand,
  export: async () => (await import("./runs-export.js")).addExportCommand,
  plot: async () => (await import("./runs-plot.js")).addPlotCommand,
  verify: async () => (await import("./runs-verify.js")).addVerifyCommand,
};

export async function addRunsCommand(program: Command, words: readonly string[]): Promise<void> {
  const runs = program
    .command("runs")
    .description("the store: list, show, export, plot, verify and import runs")
    .addHelpText(
      "after",
      "\nExamples:\n  memrig runs list --protocol iv-sweep --since 7d\n  memrig runs show 7f3a\n  memrig runs export 7f3a --csv - > points.csv\n  memrig runs plot 7f3a --to figures\n  memrig runs verify 7f3a\n  memrig runs import sweep.csv",
    );
  await addCommands(runs, commands, words);
}
