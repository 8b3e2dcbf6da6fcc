import { createInterface } from "node:readline";
import type { Command } from "commander";
import { messageOf, MemrigError } from "../../errors.js";
import { parseQuantity } from "../../units.js";
import { openSession, type Session } from "../../visa/index.js";
import { type Output, outputOf } from "../output.js";

interface Exchange {
  readonly sent: string;
  readonly reply?: string;
}

export function addScpiCommand(program: Command): void {
  program
    .command("scpi")
    .argument("<resource>", 'VISA resource name, for example "TCPIP0::192.0.2.10::5025::SOCKET"')
    .argument("[message...]", "messages to send; a message with a question mark is answered")
    .option("--timeout <time>", "longest wait for an answer", "5 s")
    .description("send messages to an instrument and print its replies; without messages, a console with history")
    .addHelpText(
      "after",
      '\nExamples:\n  memrig scpi TCPIP0::192.0.2.10::5025::SOCKET "*IDN?"\n  memrig scpi TCPIP0::192.0.2.10::5025::SOCKET ":OUTP OFF" ":SYST:ERR?"\n' +
        "No limit of any bench file holds here: what you send is what the instrument gets.",
    )
    .action(async (resource: string, messages: string[], options: { timeout: string }, command: Command) => {
      const output = outputOf(command);
      const timeout_ms = 1000 * parseQuantity(options.timeout, "s");
      const session = await openSession(resource, { timeout_ms });
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
      }
    });
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
