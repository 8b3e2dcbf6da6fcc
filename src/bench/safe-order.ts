// Imported by the guardian process: Node only.
import { setTimeout as pause } from "node:timers/promises";

/** How long relays wait for the sources to be off: a source that does not answer must not keep the device connected. */
const relaysWait_s = 2;

/** Something that puts one instrument off. */
export interface SafeJob<T> {
  /** Relays: they open without voltage where that can be had. */
  readonly last: boolean;
  run(): Promise<T>;
}

/** All at the same time, relays once the others are done or have had their time. Gives the outcomes in the order of the jobs. */
export async function inSafeOrder<T>(jobs: readonly SafeJob<T>[]): Promise<T[]> {
  const going = new Map(jobs.filter(({ last }) => !last).map((job) => [job, job.run()] as const));
  const others = Promise.allSettled([...going.values()]);
  const waited = new AbortController();
  const off = Promise.race([
    others,
    pause(relaysWait_s * 1000, undefined, { signal: waited.signal }).catch(() => undefined),
  ]);
  void others.then(() => waited.abort());
  for (const job of jobs)
    if (job.last)
      going.set(
        job,
        off.then(() => job.run()),
      );
  return Promise.all(jobs.flatMap((job) => going.get(job) ?? []));
}
