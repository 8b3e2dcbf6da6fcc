import { appendFile } from "node:fs/promises";
import path from "node:path";
import { messageOf } from "../errors.js";
import { runFiles } from "../store/index.js";
import type { RunEvent } from "../store/shapes.js";
import type { InfluxSink, PushReport } from "../store/sinks/influx.js";

/**
 * Ends sending beside a run, and adds to its events what the database has of it. The run is over and safe by then: nothing that
 * goes wrong here is thrown.
 */
export async function endInflux(
  sink: InfluxSink,
  folder: string,
  onEvent: ((event: RunEvent) => void) | undefined,
): Promise<void> {
  try {
    await sink.stop();
    const { rows, sent, notStorable, skippedCells, lastError, ...report } = await sink.report(folder);
    const counts = { rows, sent, notStorable, skippedCells, ...(lastError === undefined ? {} : { lastError }) };
    const message = influxSentence({ ...report, ...counts });
    const event: RunEvent = {
      at: new Date().toISOString(),
      event: "influx",
      ...(message ? { message } : {}),
      ...counts,
    };
    await appendFile(path.join(folder, runFiles.events), `${JSON.stringify(event)}\n`);
    onEvent?.(event);
  } catch (error) {
    const message = `InfluxDB: what it has of this run could not be told: ${messageOf(error)}`;
    onEvent?.({ at: new Date().toISOString(), event: "influx", message });
  }
}

/** What InfluxDB has not got, or never will; undefined when it has all. */
export function influxSentence(report: PushReport): string | undefined {
  const { rows, sent, notStorable, skippedCells, lastError } = report;
  const left = rows - sent - notStorable;
  const parts = [];
  if (left > 0) parts.push(`${left} rows wait in the run folder ("memrig influx push" sends them)`);
  if (skippedCells > 0) parts.push(`${skippedCells} cells are NaN or infinite, which it can not store`);
  if (notStorable > 0) parts.push(`${notStorable} rows it can not store at all`);
  if (parts.length === 0) return undefined;
  const why = lastError === undefined ? "" : ` The last thing that went wrong: ${lastError}`;
  return `InfluxDB has ${sent} of ${rows} rows; ${parts.join("; ")}.${why}`;
}
