import type { Command } from "commander";
import { MemrigError } from "../../errors.js";
import { openRun, type RunCheck, verifyRun } from "../../store/index.js";
import { outputOf } from "../output.js";
import { storeFolder, type StoreOptions } from "../store-option.js";

export function addVerifyCommand(runs: Command): void {
  runs
    .command("verify")
    .argument("<run>", "run id, or its unique end or beginning")
    .option("--store <dir>", "folder of the runs")
    .option("--bench <file>", "bench file that names the store")
    .description(
      "read a whole run and check every batch of rows against its checksum; exit code 1 where one is damaged",
    )
    .action(async (id: string, options: StoreOptions, command: Command) => {
      const output = outputOf(command);
      const check = await verifyRun(await openRun(await storeFolder(options), id));
      output.result(check, describe(check));
      if (!check.sound) {
        throw new MemrigError(
          "storage-failed",
          `Run ${check.run} is damaged. Its other rows can still be read; take the damaged ones from a copy if there is one.`,
          { run: check.run },
        );
      }
    });
}

function describe({ run, sound, tables, damage }: RunCheck): string {
  return [
    `${run}  ${sound ? "sound" : "damaged"}`,
    ...tables.flatMap((table) => [
      `  ${table.table}  ${table.good} of ${table.rows} rows agree with their checksums`,
      ...table.damage.map((sentence) => `    ${sentence}`),
      ...(table.torn_B > 0
        ? [`    ${table.torn_B} bytes behind them were being written when the run broke off, and hold no whole batch.`]
        : []),
    ]),
    ...damage.map((sentence) => `  ${sentence}`),
  ].join("\n");
}
