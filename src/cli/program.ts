import { Command, CommanderError } from "commander";
import { addCommands, type Family } from "./load-commands.js";
import { outputOf } from "./output.js";
import { ourPackage } from "./package-root.js";

/** The commands in the order of the help. A module is loaded when its command is asked for: together they take half a second. */
const commands: Family = {
  demo: async () => (await import("./commands/demo.js")).addDemoCommand,
  run: async () => (await import("./commands/run.js")).addRunCommand,
  pause: async () => (await import("./commands/pause.js")).addPauseCommand,
  resume: async () => (await import("./commands/resume.js")).addResumeCommand,
  rerun: async () => (await import("./commands/rerun.js")).addRerunCommand,
  campaign: async () => (await import("./commands/campaign.js")).addCampaignCommand,
  queue: async () => (await import("./commands/queue.js")).addQueueCommand,
  runs: async () => (await import("./commands/runs.js")).addRunsCommand,
  protocols: async () => (await import("./commands/protocols.js")).addProtocolsCommand,
  discover: async () => (await import("./commands/discover.js")).addDiscoverCommand,
  init: async () => (await import("./commands/init.js")).addInitCommand,
  check: async () => (await import("./commands/check.js")).addCheckCommand,
  virtual: async () => (await import("./commands/virtual.js")).addVirtualCommand,
  scpi: async () => (await import("./commands/scpi.js")).addScpiCommand,
  safe: async () => (await import("./commands/safe.js")).addSafeCommand,
  abort: async () => (await import("./commands/safe.js")).addAbortCommand,
  simulate: async () => (await import("./commands/simulate.js")).addSimulateCommand,
  netlist: async () => (await import("./commands/netlist.js")).addNetlistCommand,
  serve: async () => (await import("./commands/serve.js")).addServeCommand,
  influx: async () => (await import("./commands/influx.js")).addInfluxCommand,
};

/** Builds the command line and runs it. @returns the exit code: 0 done, 1 failed, 2 bad arguments or file, 3 aborted, 4 refused for safety */
export async function main(argv: readonly string[]): Promise<number> {
  const program = emptyProgram();
  try {
    const words = argv.slice(2).filter((word) => !word.startsWith("-"));
    const onlyVersion = words.length === 0 && argv.slice(2).some((word) => word === "--version" || word === "-V");
    if (!onlyVersion) await addCommands(program, commands, words);
    acceptJsonEverywhere(program);
    await program.parseAsync(argv);
    return 0;
  } catch (error) {
    // Help and version end this way too, with exit code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return outputOf(program).fail(error);
  }
}

/** All commands, declared and not run: for whoever asks what there is. */
export async function wholeProgram(): Promise<Command> {
  const program = emptyProgram();
  await addCommands(program, commands, []);
  acceptJsonEverywhere(program);
  return program;
}

function emptyProgram(): Command {
  return new Command("memrig")
    .description(
      "A memristor test bench: drives the instruments, keeps every reading, sets it beside the device model.",
    )
    .version(ourPackage.version)
    .option("--json", "one JSON document on stdout; progress and logs on stderr")
    .showHelpAfterError("(add --help for what is allowed)")
    .enablePositionalOptions(false)
    .exitOverride();
}

/** `memrig runs list --json` as well as `memrig --json runs list`. */
function acceptJsonEverywhere(command: Command): void {
  for (const sub of command.commands) {
    sub.option("--json", "one JSON document on stdout");
    sub.exitOverride().showHelpAfterError("(add --help for what is allowed)");
    acceptJsonEverywhere(sub);
  }
}
