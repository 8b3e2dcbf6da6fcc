import type { Command } from "commander";
import { exitCodeOf, MemrigError, messageOf } from "../errors.js";

/** Where a command's words go: its result on stdout (text, or one JSON document), everything else on stderr. */
export class Output {
  private answered = false;

  constructor(readonly json: boolean) {}

  /** The result of the command: `value` under --json, else `text`. */
  result(value: unknown, text: string): void {
    this.answered = true;
    process.stdout.write(this.json ? `${toJson(value)}\n` : `${text}\n`);
  }

  /** A line for the person who waits. */
  say(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  /** Says what went wrong, and gives the exit code of design.md. */
  fail(error: unknown): 1 | 2 | 3 | 4 {
    const code = exitCodeOf(error);
    // One JSON document on stdout: a result that was given already (a run that was aborted) carries its reason itself.
    if (this.json && !this.answered) {
      const details = error instanceof MemrigError ? { kind: error.kind, details: error.details } : { kind: "failed" };
      process.stdout.write(`${toJson({ error: { ...details, message: messageOf(error) } })}\n`);
    }
    process.stderr.write(`memrig: ${messageOf(error)}\n`);
    // An error of another class is a fault in the program: its place is worth more than its brevity.
    if (!(error instanceof MemrigError) && error instanceof Error && error.stack)
      process.stderr.write(`${error.stack}\n`);
    return code;
  }
}

let shared: Output | undefined;

/** The output of this process, as --json stands on its command line. */
export function outputOf(command: Command): Output {
  shared ??= new Output(command.optsWithGlobals<{ json?: boolean }>().json ?? false);
  return shared;
}

/** JSON has no NaN and no infinity: they become null. */
function toJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}

/** A table for a terminal: columns as wide as their longest cell, numbers (`right`) flush right. */
export function textTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const widths = header.map((title, k) => Math.max(...[title, ...rows.map((row) => row[k] ?? "")].map(displayWidth)));
  const line = (cells: readonly string[]) =>
    widths
      .map((width, k) => {
        const cell = cells[k] ?? "";
        const padding = " ".repeat(width - displayWidth(cell));
        return right.includes(k) ? padding + cell : cell + padding;
      })
      .join("  ")
      .trimEnd();
  return [line(header), widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}

/** Columns a text takes: combining marks take none. */
function displayWidth(text: string): number {
  return [...text.normalize("NFC")].length;
}
