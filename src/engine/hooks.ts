import { spawn } from "node:child_process";
import { MemrigError, messageOf } from "../errors.js";
import type { RunLog } from "./run-log.js";

/** Commands of the bench around each run. A command is a program and its arguments; no shell is between. */
export interface Hooks {
  readonly before: readonly (readonly string[])[];
  readonly after: readonly (readonly string[])[];
  /** Longest time for one command. */
  readonly deadline_s: number;
}

/** What a command reads in its environment, beside what this program has. */
export type HookFacts = Readonly<Record<`MEMRIG_${string}`, string>>;

/** Of what a command writes so much is kept. */
const mostOutput = 16_000;

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly fault?: string;
}

/**
 * Runs the commands in order, each kept as an event `hook`. The first that fails is the last that is run.
 *
 * @throws MemrigError `limit-refused`: a command ended with another code than 0, did not start, or took too long (it was killed)
 * @throws the signal's reason: the run is to stop; the command was killed
 */
export async function runBefore(
  { before, deadline_s }: Hooks,
  facts: HookFacts,
  log: RunLog,
  signal: AbortSignal,
): Promise<void> {
  for (const command of before) {
    signal.throwIfAborted();
    const ended = await runHook("before", command, facts, deadline_s, log, signal);
    signal.throwIfAborted();
    const why = faultOf(ended);
    if (why === undefined) continue;
    throw new MemrigError(
      "limit-refused",
      `The command before the run, ${command.join(" ")}, ${why}. The run was not begun, and no output was turned on. ` +
        `${ended.output === "" ? "It wrote nothing." : `It wrote: ${ended.output.trim().slice(-500)}`}`,
      { command, code: ended.code },
    );
  }
}

/** Runs all commands in order, whatever becomes of each; one that fails is told by a warning. */
export async function runAfter({ after, deadline_s }: Hooks, facts: HookFacts, log: RunLog): Promise<void> {
  for (const command of after) {
    const why = faultOf(await runHook("after", command, facts, deadline_s, log));
    if (why !== undefined)
      log.event("warning", { message: `The command after the run, ${command.join(" ")}, ${why}.` });
  }
}

function faultOf({ code, fault }: Ended): string | undefined {
  if (fault !== undefined) return fault;
  return code === 0 ? undefined : `ended with code ${code ?? "none (it was killed)"}`;
}

async function runHook(
  when: "before" | "after",
  command: readonly string[],
  facts: HookFacts,
  deadline_s: number,
  log: RunLog,
  signal?: AbortSignal,
): Promise<Ended> {
  const began_ms = performance.now();
  const ended = await execute(command, { ...process.env, ...facts }, deadline_s, signal);
  log.event("hook", { when, command, ...ended, took_s: (performance.now() - began_ms) / 1000 });
  return ended;
}

function execute(
  [program = "", ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  deadline_s: number,
  signal?: AbortSignal,
): Promise<Ended> {
  return new Promise((resolve) => {
    let output = "";
    let fault: string | undefined;
    // A group of its own: what the command started is ended with it, and Ctrl-C does not reach it before us.
    const child = spawn(program, args, { env, detached: true, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    const end = (why: string): void => {
      fault ??= why;
      killGroup(child.pid);
      // A grandchild that left the group may hold the pipes open: they are not waited for.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(() => end(`did not end within ${deadline_s} s and was killed`), deadline_s * 1000);
    const onAbort = (): void => end("was killed, because the run was aborted");
    signal?.addEventListener("abort", onAbort, { once: true });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (output = (output + text).slice(-mostOutput)));
    }
    const finish = (code: number | null): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      resolve({ code, output, ...(fault === undefined ? {} : { fault }) });
    };
    child.once("error", (error) => {
      fault ??= `could not be started (${messageOf(error)})`;
      finish(null);
    });
    child.once("close", finish);
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // ended in the same moment
  }
}
