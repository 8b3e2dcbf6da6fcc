import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { codeOf } from "./files.js";

/** Who writes a run: enough to tell later whether that process still lives. */
export interface WriterProcess {
  readonly pid: number;
  readonly host: string;
  readonly processMark?: string;
}

/** This process. */
export async function thisProcess(): Promise<WriterProcess> {
  const mark = await markOf(process.pid);
  return { pid: process.pid, host: hostname(), ...(mark === undefined ? {} : { processMark: mark }) };
}

/**
 * Whether the writer of a run still lives. One on another machine can not be asked and counts as living.
 * The mark tells a process from a later one that was given the same number; where the system has none (macOS, Windows)
 * the number alone decides.
 */
export async function isAlive(writer: WriterProcess): Promise<boolean> {
  if (writer.host !== hostname()) return true;
  try {
    process.kill(writer.pid, 0); // signal 0 asks only
  } catch (error) {
    if (codeOf(error) !== "EPERM") return false; // EPERM: it lives, and belongs to someone else
  }
  if (writer.processMark === undefined) return true;
  return (await markOf(writer.pid)) === writer.processMark;
}

/**
 * Boot id and start time of a process in clock ticks since boot; undefined where the system does not tell. A zombie has
 * ended: its mark is undefined too.
 *
 * @see proc(5): /proc/pid/stat, field 22; the command in field 2 may hold spaces and brackets
 */
async function markOf(pid: number): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  try {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
    ]);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // from field 3 on
    const [state, start] = [fields[0], fields[19]];
    return state === "Z" || start === undefined ? undefined : `${boot.trim()}:${start}`;
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES"].includes(codeOf(error) ?? "")) return undefined;
    throw error;
  }
}
