import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a process holds at a time. */
export interface Sample {
  readonly wall_ms: number;
  readonly cpu_s: number;
  readonly resident_MB: number;
  /** Resident at most until then. */
  readonly most_MB: number;
  readonly descriptors: number;
  /** That keep the process alive. */
  readonly timers: number;
}

/** What the processes running one program have written down, each in order. */
export function samplesOf(folder: string, program: string): Sample[][] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${program}.`))
    .sort()
    .map((name) =>
      readFileSync(join(folder, name), "utf8")
        .split("\n")
        .filter((line) => line.endsWith("}")) // a process that was killed may have left half a line
        .map((line) => JSON.parse(line) as Sample),
    );
}

/** The most of what was held at one time after `from_ms`, until `to_ms`; undefined where no sample lies there. */
export function mostBetween(samples: readonly Sample[], from_ms: number, to_ms: number): Sample | undefined {
  const within = samples.filter(({ wall_ms }) => wall_ms > from_ms && wall_ms <= to_ms);
  const most = (of: (sample: Sample) => number) => Math.max(...within.map(of));
  const last = within.at(-1);
  return (
    last && {
      ...last,
      resident_MB: most((sample) => sample.resident_MB),
      descriptors: most((sample) => sample.descriptors),
      timers: most((sample) => sample.timers),
    }
  );
}

/** A deadline of a call in hand is a timer: some come and go. What leaks does so thousands of times in a run. */
const someMore = 5;

/** Whether the last tenth of a run held no more than its second: memory by a quarter and 20 MB, descriptors and timers by five. */
export function isFlat(tenths: readonly (Sample | undefined)[]): boolean {
  const [second, last] = [tenths[1], tenths.at(-1)];
  if (!second || !last) return false;
  return (
    last.resident_MB < 1.25 * second.resident_MB + 20 &&
    !(last.descriptors > second.descriptors + someMore) &&
    last.timers <= second.timers + someMore
  );
}
