import { createInterface } from "node:readline";
import type { Command } from "commander";
import { messageOf, MemrigError } from "../../errors.js";
import { parseQuantity } from "../../units.js";
import { loadBench, loadUserAliases, resolveAlias, serialOf, socketOf } from "../../bench/index.js";
import {
  openSession,
  readSerialSettings,
  type SerialOptions,
  type Session,
  type SessionOptions,
} from "../../visa/index.js";
import { type Output, outputOf } from "../output.js";
import { collect, keyValues } from "../settings.js";
import { endWireLog, wireLog } from "../wire-log.js";

interface ScpiOptions {
  readonly timeout: string;
  readonly bench?: string;
  readonly serial?: string[];
  readonly wire?: string;
}

interface Exchange {
  readonly sent: string;
  readonly reply?: string;
}

export function addScpiCommand(program: Command): void {
  program
    .command("scpi")
    .argument("<resource>", 'VISA resource name, for example "TCPIP0::192.0.2.10::5025::SOCKET", or an alias')
    .argument("[message...]", "messages to send; a message with a question mark is answered")
    .option("--timeout <time>", "longest wait for an answer", "5 s")
    .option("--bench <file>", "bench file whose labels may be given in place of a resource")
    .option(
      "--serial <key=value>",
      "setting of a serial line: baud, parity, data-bits, …; repeat, or join by commas",
      collect,
    )
    .option("--wire <file>", "keep everything said in this file")
    .description("send messages to an instrument and print its replies; without messages, a console with history")
    .addHelpText(
      "after",
      '\nExamples:\n  memrig scpi TCPIP0::192.0.2.10::5025::SOCKET "*IDN?"\n  memrig scpi TCPIP0::192.0.2.10::5025::SOCKET ":OUTP OFF" ":SYST:ERR?"\n' +
        '  memrig scpi ASRL/dev/ttyUSB0::INSTR "*IDN?" --serial baud=57600,parity=odd,data-bits=7,termination=CRLF\n' +
        '  memrig scpi smu "*IDN?" --bench lab.yaml --wire wire.jsonl\n' +
        "No limit of any bench file holds here: what you send is what the instrument gets.",
    )
    .action(async (written: string, messages: string[], options: ScpiOptions, command: Command) => {
      const output = outputOf(command);
      const timeout_ms = 1000 * parseQuantity(options.timeout, "s");
      const { resource, serial, ...speaks } = await placeOf(written, options.bench);
      const line = { ...serial, ...readSerialSettings(keyValues(options.serial ?? [], "--serial")) };
      const wire = options.wire === undefined ? undefined : wireLog(options.wire);
      const onWire = wire && { onWire: wire.listener(written) };
      const opened = openSession(resource, { timeout_ms, serial: line, ...speaks, ...onWire });
      const session = await opened.catch(async (error: unknown) => {
        await endWireLog(wire, output);
        throw error;
      });
      try {
        if (messages.length === 0) await talk(session, output);
        else {
          const exchanges: Exchange[] = [];
          for (const message of messages) exchanges.push(await exchange(session, message));
          const replies = exchanges.flatMap(({ reply }) => (reply === undefined ? [] : [reply]));
          output.result(exchanges, replies.join("\n"));
        }
      } finally {
        await session.close();
        await endWireLog(wire, output);
      }
    });
}

/** Where a person means: a resource name, an alias, or with a bench file one of its labels. */
async function placeOf(
  written: string,
  file: string | undefined,
): Promise<{ resource: string; serial: SerialOptions } & Pick<SessionOptions, "socket">> {
  const own = await loadUserAliases();
  if (file === undefined) return { resource: resolveAlias(written, own), serial: {} };
  const config = await loadBench(file, { secrets: "ignored" });
  const instrument = config.instruments.find(({ label }) => label === written);
  if (!instrument) return { resource: resolveAlias(written, { ...own, ...config.aliases }), serial: {} };
  const { resource } = instrument;
  if (resource !== "virtual") return { resource, serial: serialOf(instrument), ...socketOf(instrument) };
  throw new MemrigError(
    "invalid-request",
    `${written} is simulated in ${file} and runs nowhere now. "memrig virtual --bench ${file}" serves it and prints its resource.`,
    { label: written, file },
  );
}

/** A message is a query where a question mark stands outside quotes. */
export function isQuery(message: string): boolean {
  return /\?/.test(message.replace(/"[^"]*"|'[^']*'/g, ""));
}

async function exchange(session: Session, message: string): Promise<Exchange> {
  if (!isQuery(message)) {
    await session.write(message);
    return { sent: message };
  }
  return { sent: message, reply: await session.query(message) };
}

/** Reads messages from the terminal (or a pipe) until its end; an error is shown and the console goes on. */
async function talk(session: Session, output: Output): Promise<void> {
  if (output.json) {
    throw new MemrigError(
      "invalid-request",
      "scpi --json needs messages to send: memrig scpi RESOURCE '*IDN?' --json.",
    );
  }
  const terminal = process.stdin.isTTY;
  const lines = createInterface({ input: process.stdin, output: process.stderr, prompt: "scpi> ", terminal });
  if (terminal) output.say(`${session.resource}: type a message, Ctrl-D ends.`);
  lines.prompt();
  for await (const line of lines) {
    const message = line.trim();
    if (message !== "") {
      try {
        const { reply } = await exchange(session, message);
        if (reply !== undefined) process.stdout.write(`${reply}\n`);
      } catch (error) {
        output.say(messageOf(error));
      }
    }
    lines.prompt();
  }
}
