import { runFiles } from "../store/index.js";
import type { RunOutcome } from "../engine/index.js";
import { MemrigError } from "../errors.js";
import { measure, type Measurement } from "./measure.js";
import type { Output } from "./output.js";
import { Person } from "./campaign/person.js";
import { duration, StatusLine } from "./progress.js";
import { safeLines } from "./safe-lines.js";
import { abortableBySignals } from "./signals.js";
import { metricsTable } from "./tables.js";
import { runTwin, twinText } from "./twin.js";
import { endWireLog, wireLog } from "./wire-log.js";

/** How a run is told of, beside what it is. */
export interface Telling {
  readonly output: Output;
  /** Also on the model. */
  readonly twin?: boolean;
  /** Everything said to the instruments is kept. */
  readonly wire?: boolean;
  /** Added to the JSON result. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/**
 * One run from a command: progress while it goes on, Ctrl-C, its result.
 *
 * @throws the run's own error when it did not end well; its result is printed already
 */
export async function runAndTell(what: Omit<Measurement, "signal">, telling: Telling): Promise<void> {
  const { output, more = {} } = telling;
  const { protocol, plan } = what;
  const { rows, duration_s } = protocol.cost(plan);
  const line = new StatusLine(protocol.name);
  const wire = telling.wire ? wireLog() : undefined;
  const person = new Person();
  await abortableBySignals(
    async (signal) => {
      const request: Measurement = {
        ...what,
        signal,
        ask: (question, until) => person.ask(question, until),
        onStart: ({ run, folder }) =>
          output.say(`${run}: ${rows} rows, ${duration(duration_s)} on the instruments, in ${folder}`),
        onProgress: ({ state, rows: done, expectedRows, left_s }) =>
          line.update({ done, expected: expectedRows, state, ...(left_s === undefined ? {} : { left_s }) }),
        onEvent: ({ event, message, state, by }) => {
          if (event === "influx" && typeof message === "string") line.end(message);
          if (event === "warning" && typeof message === "string") line.end(`warning: ${message}`);
          if (event === "pause" && typeof message === "string")
            line.end(`paused. ${message} "memrig resume" lets it go on.`);
          if (event === "state" && state === "pausing") line.end(`${String(by)}: pauses after what it is at.`);
        },
      };
      const outcome = await measure(request, wire).finally(() => {
        person.close();
        return endWireLog(wire, output);
      });
      line.end(`${outcome.run}: ${outcome.status}, ${outcome.rows} rows.`);
      for (const report of safeLines(outcome.safe.filter(({ state }) => state !== "safe"))) output.say(report);
      const { resume: _resume, ...anew } = request;
      const twin = telling.twin && outcome.status === "done" ? await runTwin(anew, outcome) : undefined;
      line.end("");
      const { run, status, metrics } = outcome;
      output.result(
        {
          ...{ run, status, rows: outcome.rows, metrics, ...more },
          ...(twin ? { twin } : {}),
          ...(outcome.reason ? { reason: outcome.reason } : {}),
        },
        [`${run}  ${status}`, metricsTable(metrics), ...(twin ? ["", twinText(twin)] : [])].join("\n"),
      );
      if (status !== "done") output.say(`"memrig resume ${run}" goes on behind what is complete (${runFiles.marks}).`);
      endWith(outcome);
    },
    () => output.say("Stopping already: turning the outputs off. Wait for it."),
  );
}

/** A run that did not end well ends the command with its error's exit code; its result is printed already. */
function endWith(outcome: RunOutcome): void {
  if (outcome.status === "done") return;
  throw outcome.error instanceof Error
    ? outcome.error
    : new MemrigError(
        outcome.status === "aborted" ? "aborted" : "no-answer",
        outcome.reason ?? `${outcome.run}: ${outcome.status}.`,
      );
}
