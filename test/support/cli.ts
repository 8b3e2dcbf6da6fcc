import { spawn, type ChildProcessByStdio } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type MemrigProcess = ChildProcessByStdio<null, Readable, Readable>;

/** Starts `memrig` as a user does: the built program, in a process of its own. It is killed when the test ends. */
export function startMemrig(
  t: TestContext,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): MemrigProcess {
  const child = spawn(process.execPath, [join(root, "bin/memrig.mjs"), ...args], {
    cwd: options.cwd ?? root,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.after(() => {
    if (child.exitCode === null) child.kill("SIGKILL");
  });
  return child;
}

/** Waits for the end of a started command, and gives what it wrote. */
export async function resultOf(child: MemrigProcess): Promise<CommandResult> {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.once("close", (status) => resolve(status)));
  return { code, stdout, stderr };
}

/** Runs `memrig` to its end. */
export function memrig(
  t: TestContext,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> {
  return resultOf(startMemrig(t, args, options));
}

/** A folder that is gone when the test is. */
export async function scratchFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "memrig-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Asks again every 20 ms until the answer is not undefined. @throws when it still is after `deadline_s` */
export async function eventually<T>(
  what: string,
  deadline_s: number,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const end = performance.now() + 1000 * deadline_s;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`${what}: not within ${deadline_s} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export interface Served {
  readonly name: string;
  readonly idn: string;
  readonly resources: readonly string[];
}

/** Serves the virtual instruments of a bench file in a process of its own; gives what the ready file says. */
export async function serveBench(
  t: TestContext,
  benchFile: string,
  more: readonly string[] = [],
): Promise<readonly Served[]> {
  const folder = await scratchFolder(t);
  const ready = join(folder, "ready.json");
  const child = startMemrig(t, ["virtual", "--bench", benchFile, "--ready", ready, ...more]);
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  child.stdout.resume();
  return eventually("the virtual bench listens", 15, async () => {
    if (child.exitCode !== null) throw new Error(`memrig virtual ended with ${child.exitCode}: ${complaint}`);
    return existsSync(ready) ? (JSON.parse(await readFile(ready, "utf8")) as Served[]) : undefined;
  });
}

/** The port in a raw socket's resource name. */
export function portOf(resource: string): number {
  const match = /::(\d+)::SOCKET$/.exec(resource);
  if (!match) throw new Error(`no port in ${resource}`);
  return Number(match[1]);
}
