import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { programOf, siblingModule } from "../../support/beside.js";
import { eventually } from "../../support/cli.js";
import type { FakeInstrument } from "./fake-instrument.js";

export interface Guarded {
  readonly pid: number;
  readonly guardianPid: number;
  readonly record: string;
  kill(signal: NodeJS.Signals): void;
}

/** A program in a process of its own whose outputs are on and guarded. */
export async function guarded(t: TestContext, mode: string, instruments: readonly FakeInstrument[]): Promise<Guarded> {
  const folder = await mkdtemp(path.join(tmpdir(), "memrig-guardian-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const record = path.join(folder, "events.jsonl");
  const program = programOf(siblingModule(import.meta.url, "guarded-program"));
  const args = [...program, mode, record, ...instruments.map(({ port }) => String(port))];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"], detached: true });
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  const armed = await eventually("the program arms its guardian", 20, () => /armed (\d+)/.exec(said) ?? undefined);
  const guardianPid = Number(armed[1]);
  return { pid: child.pid ?? 0, guardianPid, record, kill: (signal) => void child.kill(signal) };
}

export const allOn = (instruments: readonly FakeInstrument[]) =>
  eventually("the outputs are on", 10, () => (instruments.every(({ on }) => on) ? true : undefined));
export const allOff = (instruments: readonly FakeInstrument[], deadline_s: number) =>
  eventually("the outputs are off", deadline_s, () => (instruments.some(({ on }) => on) ? undefined : true));
export const isGone = (pid: number) =>
  eventually(`process ${pid} ends`, 10, () => {
    try {
      process.kill(pid, 0);
      return undefined;
    } catch {
      return true;
    }
  });
