// The guardian: a process of its own that knows nothing but which outputs exist. When the program that started it is
// gone (its pipe ends) or hangs (no word for 10 s), it puts them off. Node only: see safe-socket.ts.
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { inSafeOrder } from "./safe-order.js";
import { sendSafe } from "./safe-socket.js";
import type { SafeTarget } from "./safe-socket.js";

/** One line of its input. */
export type GuardianOrder =
  | { readonly order: "arm"; readonly targets: readonly SafeTarget[] }
  | { readonly order: "record"; readonly file: string }
  | { readonly order: "beat" }
  | { readonly order: "disarm" };

/** A program that has not been heard of for this long no longer controls its instruments. */
const silence_s = 10;
/** Instruments that do not answer are tried again for this long. */
const deadline_s = 30;

let targets: readonly SafeTarget[] = [];
let record: string | undefined;
let acting = false;
let silence: NodeJS.Timeout | undefined;

// It must outlive what ends the program: Ctrl-C in the terminal, a closed window, a log-out.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
process.stdout.on("error", () => undefined); // nobody listens any more

function note(event: Readonly<Record<string, unknown>>): void {
  if (record === undefined) return;
  try {
    appendFileSync(record, `${JSON.stringify({ at: new Date().toISOString(), event: "guardian", ...event })}\n`);
  } catch (error) {
    record = undefined; // the outputs matter more than their record
    process.exitCode = 1;
    process.stdout.write(`${String(error)}\n`);
  }
}

async function makeSafe(why: string): Promise<void> {
  if (acting) return;
  acting = true;
  clearTimeout(silence);
  const jobs = targets.map((target) => ({
    last: target.last === true,
    run: async () => note({ ...(await sendSafe(target, deadline_s)), why }),
  }));
  await inSafeOrder(jobs);
  process.exit();
}

function expectWord(): void {
  clearTimeout(silence);
  if (targets.length > 0)
    silence = setTimeout(() => void makeSafe(`no word from the program for ${silence_s} s`), silence_s * 1000);
}

function obey(line: string): void {
  const order = JSON.parse(line) as GuardianOrder;
  if (order.order === "disarm") {
    if (!acting) process.exit();
    return;
  }
  if (order.order === "arm") {
    targets = order.targets;
    process.stdout.write("armed\n");
  } else if (order.order === "record") record = order.file;
  expectWord();
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    if (!acting) obey(line);
  })
  .on("close", () => void makeSafe("the program ended without making its outputs safe"));
process.stdin.on("error", () => void makeSafe("the pipe to the program broke"));
