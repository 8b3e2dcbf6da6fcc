import type { Command } from "commander";
import { findInstruments } from "../../bench/index.js";
import { addLookOptions, lookOptions } from "../discover-options.js";
import type { LookOptions } from "../discover-options.js";
import { foundTable, lookedLines } from "../found-lines.js";
import { outputOf } from "../output.js";

export function addDiscoverCommand(program: Command): void {
  addLookOptions(program.command("discover"))
    .option("--identify", "ask each instrument who it is (*IDN?), which changes nothing on it")
    .description(
      "instruments reachable now: multicast DNS, VXI-11 broadcast, LXI pages, serial ports, USBTMC; touches no setting",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  memrig discover\n  memrig discover --identify --timeout 5s\n  memrig discover --host 192.0.2.10 --json\n" +
        "A driver with a question mark is told from what the instrument announces; --identify makes sure.\n" +
        "Serial ports are listed and never opened.",
    )
    .action(async (options: LookOptions & { identify?: boolean }, command: Command) => {
      const output = outputOf(command);
      const found = await findInstruments({
        ...lookOptions(options),
        identify: options.identify ?? false,
        who: "memrig discover",
      });
      const table = found.instruments.length > 0 ? foundTable(found.instruments) : "No instrument was found.";
      output.result(found, [table, "", ...lookedLines(found.methods)].join("\n"));
    });
}
