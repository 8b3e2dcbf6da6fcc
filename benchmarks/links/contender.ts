import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** What a contender measured, by name with unit. */
export type Measured = Readonly<Record<string, number>>;

/** A program that waits for orders on its input and answers each with one line. */
export class Contender {
  private readonly lines: AsyncIterator<string>;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcessWithoutNullStreams,
  ) {
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.pipe(process.stderr);
    child.stdin.on("error", () => undefined); // it has ended: the missing answer says so
  }

  /** Starts a program on one core; it stays on it for good. */
  static start(name: string, core: number, command: string, args: readonly string[]): Contender {
    return new Contender(name, spawn("taskset", ["-c", String(core), command, ...args], { stdio: "pipe" }));
  }

  /** @throws Error it ended instead */
  async line(): Promise<string> {
    const next = await this.lines.next();
    if (next.done === true) throw new Error(`${this.name} ended where an answer was due`);
    return next.value;
  }

  async ask(order: string): Promise<Measured> {
    this.child.stdin.write(`${order}\n`);
    return JSON.parse(await this.line()) as Measured;
  }

  /** Ends its input, which ends the program. */
  async end(): Promise<void> {
    const over = new Promise((resolve) => this.child.once("close", resolve));
    this.child.stdin.end();
    if (this.child.exitCode === null && this.child.signalCode === null) await over;
  }
}

/** The last of the cores this process may use: interrupts are mostly served on the first. */
export function lastCore(): number {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  return Number(list.split(/[,-]/).at(-1));
}
