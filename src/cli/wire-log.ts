import { WireLog } from "../visa/wire/index.js";
import type { Output } from "./output.js";
import { ourPackage } from "./package-root.js";

/** A log of what is said to instruments. @param file where it goes; left out: told later, or never */
export function wireLog(file?: string): WireLog {
  const log = new WireLog(`${ourPackage.name} ${ourPackage.version}`);
  if (file !== undefined) log.writeTo(file);
  return log;
}

/** Ends the log, and says where it is and what is missing in it. Waits for the disk for 2 s at most. */
export async function endWireLog(log: WireLog | undefined, output: Output): Promise<void> {
  const report = await log?.close();
  if (report?.file === undefined) return;
  const { file, lines, dropped, failure } = report;
  const why = failure === undefined ? "the disk was too slow" : `the disk refused them: ${failure}`;
  output.say(
    dropped === 0
      ? `What was said is in ${file} (${lines} lines).`
      : `warning: ${dropped} lines of what was said are missing in ${file}, ${lines} are there; ${why}.`,
  );
}
