import { Command, CommanderError } from "commander";
import { addCampaignCommand } from "./commands/campaign.js";
import { addCheckCommand } from "./commands/check.js";
import { addDemoCommand } from "./commands/demo.js";
import { addDiscoverCommand } from "./commands/discover.js";
import { addInfluxCommand } from "./commands/influx.js";
import { addInitCommand } from "./commands/init.js";
import { addNetlistCommand } from "./commands/netlist.js";
import { addProtocolsCommand } from "./commands/protocols.js";
import { addQueueCommand } from "./commands/queue.js";
import { addRunCommand } from "./commands/run.js";
import { addRunsCommand } from "./commands/runs.js";
import { addAbortCommand, addSafeCommand } from "./commands/safe.js";
import { addScpiCommand } from "./commands/scpi.js";
import { addServeCommand } from "./commands/serve.js";
import { addSimulateCommand } from "./commands/simulate.js";
import { addVirtualCommand } from "./commands/virtual.js";
import { outputOf } from "./output.js";
import { ourPackage } from "./package-root.js";

/** Builds the command line and runs it. @returns the exit code: 0 done, 1 failed, 2 bad arguments or file, 3 aborted, 4 refused for safety */
async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("memrig")
    .description(
      "A memristor test bench: drives the instruments, keeps every reading, sets it beside the device model.",
    )
    .version(ourPackage.version)
    .option("--json", "one JSON document on stdout; progress and logs on stderr")
    .showHelpAfterError("(add --help for what is allowed)")
    .enablePositionalOptions(false)
    .exitOverride();
  addDemoCommand(program);
  addRunCommand(program);
  addCampaignCommand(program);
  addQueueCommand(program);
  addRunsCommand(program);
  addProtocolsCommand(program);
  addDiscoverCommand(program);
  addInitCommand(program);
  addCheckCommand(program);
  addVirtualCommand(program);
  addScpiCommand(program);
  addSafeCommand(program);
  addAbortCommand(program);
  addSimulateCommand(program);
  addNetlistCommand(program);
  addServeCommand(program);
  addInfluxCommand(program);
  acceptJsonEverywhere(program);

  try {
    await program.parseAsync(argv);
    return 0;
  } catch (error) {
    // Help and version end this way too, with exit code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return outputOf(program).fail(error);
  }
}

/** `memrig runs list --json` as well as `memrig --json runs list`. */
function acceptJsonEverywhere(command: Command): void {
  for (const sub of command.commands) {
    sub.option("--json", "one JSON document on stdout");
    sub.exitOverride().showHelpAfterError("(add --help for what is allowed)");
    acceptJsonEverywhere(sub);
  }
}

// The exit code is set, not forced: what is still being written to a pipe gets there.
process.exitCode = await main(process.argv);
