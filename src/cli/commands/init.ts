import { access, writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { askInstruments, benchTemplate, findInstruments, parseBench } from "../../bench/index.js";
import type { FoundBench, FoundInstrument, Template, TemplateInstrument } from "../../bench/index.js";
import { MemrigError, messageOf } from "../../errors.js";
import { addLookOptions, lookOptions } from "../discover-options.js";
import type { LookOptions } from "../discover-options.js";
import { lookedLines, nameOf } from "../found-lines.js";
import { outputOf } from "../output.js";
import { collect } from "../settings.js";

interface InitOptions extends LookOptions {
  readonly resource?: readonly string[];
  readonly virtual?: boolean;
  readonly force?: boolean;
}

export function addInitCommand(program: Command): void {
  addLookOptions(program.command("init"))
    .argument("[file]", "bench file to write", "bench.yaml")
    .option("--resource <name>", "VISA resource name to use instead of looking; repeat for several", collect)
    .option("--virtual", "a bench of simulated instruments; nothing is looked for")
    .option("--force", "write over the file if there is one")
    .description(
      "write a commented bench file from the instruments that are found; asks each who it is (*IDN?), no more",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  memrig init\n  memrig init lab.yaml --resource TCPIP0::192.0.2.10::5025::SOCKET\n" +
        "  memrig init try.yaml --virtual\nThen set wiring and limits in the file, and: memrig check lab.yaml",
    )
    .action(async (file: string, options: InitOptions, command: Command) => {
      const output = outputOf(command);
      refuseBoth(options);
      if (!options.force) await refuseExisting(file);
      const look = lookOptions(options);
      const template: Omit<Template, "file"> = options.virtual
        ? simulated
        : options.resource
          ? templateOf(await askInstruments(options.resource, "memrig init"), "from the resources that were named")
          : await lookAround();
      if (template.instruments.length === 0) throw nothingToWrite(file, template);
      const text = benchTemplate({ file, ...template });
      parseBench(text, file); // what is written can be read
      await write(file, text, options.force ?? false);
      const { instruments, rest } = template;
      output.result(
        { file, instruments, notUsed: rest },
        [
          `${file}: ${instruments.map(({ driver, resource }) => `${driver} at ${resource}`).join(", ")}.`,
          ...rest.map(({ what, why }) => `  not used: ${what}: ${why}`),
          `Set wiring and limits in it, then: memrig check ${file}`,
        ].join("\n"),
      );

      async function lookAround(): Promise<Omit<Template, "file">> {
        const found: FoundBench = await findInstruments({ ...look, identify: true, who: "memrig init" });
        for (const line of lookedLines(found.methods)) output.say(line);
        return templateOf(found.instruments, "from what was found");
      }
    });
}

/** The three that a memristor bench has, as in the example files. */
const simulated: Omit<Template, "file"> = {
  origin: "with simulated instruments",
  rest: [],
  instruments: [
    { driver: "keithley-2450", kind: "smu", resource: "virtual", others: [] },
    { driver: "keysight-33500", kind: "awg", resource: "virtual", model: "33522B", others: [] },
    { driver: "keysight-infiniivision", kind: "scope", resource: "virtual", others: [] },
  ],
};

function templateOf(found: readonly FoundInstrument[], origin: string): Omit<Template, "file"> {
  const used = found.flatMap((one): TemplateInstrument[] => {
    const { driver, answeredAt, idn, resources } = one;
    if (!driver?.sure || answeredAt === undefined || idn === undefined) return [];
    const others = resources.filter((name) => name !== answeredAt);
    return [{ driver: driver.name, kind: driver.kind, resource: answeredAt, idn, others }];
  });
  const rest = found
    .filter((one) => !one.driver?.sure)
    .map((one) => ({
      what: [nameOf(one), ...one.resources].filter((text, k, all) => all.indexOf(text) === k).join(" "),
      why: one.silent ?? "memrig has no driver for it",
    }));
  return { instruments: used, rest, origin };
}

function refuseBoth({ resource, virtual }: InitOptions): void {
  if (!(resource && virtual)) return;
  throw new MemrigError(
    "invalid-request",
    "--virtual and --resource do not go together: the one simulates, the other names real instruments. Nothing was written.",
  );
}

async function refuseExisting(file: string): Promise<void> {
  const there = await access(file).then(
    () => true,
    () => false, // not there, or not to be seen: writing tells
  );
  if (there) throw exists(file);
}

const exists = (file: string) =>
  new MemrigError(
    "invalid-request",
    `${file} is there already, and was left as it is. Give another name, or --force to write over it.`,
    { file },
  );

async function write(file: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: force ? "w" : "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw exists(file);
    throw new MemrigError("storage-failed", `${file} could not be written: ${messageOf(error)}.`, { file }, error);
  }
}

function nothingToWrite(file: string, { rest }: Omit<Template, "file">): MemrigError {
  const found = rest.map(({ what, why }) => `\n  ${what}: ${why}`).join("");
  return new MemrigError(
    "no-answer",
    `No instrument that memrig has a driver for answered, so ${file} was not written.${found}\n` +
      "Name one with --resource, look at a host behind a router with --host, or simulate with --virtual.",
    { file, notUsed: rest },
  );
}
