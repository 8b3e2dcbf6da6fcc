import assert from "node:assert/strict";
import { test } from "node:test";
import type { SweepPlan, SweepReading, SweepSmu } from "../../src/capabilities/index.js";
import { MemrigError } from "../../src/errors.js";
import type { Session } from "../../src/visa/index.js";
import { dialogue } from "./dialogue.js";
import type { Turn } from "./scripted-instrument.js";

/** The signal of a sweep that nobody aborts. */
export const never = new AbortController().signal;

/** 0, 0.1, 0.2, 0.1, 0 V, twice. */
export const thereAndBack: SweepPlan = {
  drive: "voltage",
  levels: [0, 0.1, 0.2, 0.1, 0],
  cycles: 2,
  compliance: 1e-5,
  dwell_s: 0.05,
  nplc: 1,
};

export async function collect(sweep: AsyncGenerator<SweepReading[]>): Promise<SweepReading[]> {
  const all: SweepReading[] = [];
  for await (const readings of sweep) all.push(...readings);
  return all;
}

/** Readings of `thereAndBack` on a megohm, the third one in compliance. */
export function assertThereAndBack(readings: readonly SweepReading[]): void {
  assert.deepEqual(
    readings.map(({ index }) => index),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.deepEqual(readings[2], { index: 2, voltage_V: 0.2, current_A: 2e-7, time_s: 0.1, inCompliance: true });
  assert.deepEqual(
    readings.filter(({ inCompliance }) => inCompliance).map(({ index }) => index),
    [2],
  );
}

/** What a sweep is refused with. */
export function refusal(kind: MemrigError["kind"], message: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof MemrigError, String(error));
    assert.equal(error.kind, kind);
    assert.match(error.message, message);
    return true;
  };
}

export interface SweepDialogue<Smu extends SweepSmu> {
  readonly open: (session: Session) => Promise<Smu>;
  readonly plan: SweepPlan;
}

/** @param script until the instrument is asked, and answers with, another limit than was sent; and how it is made safe then */
export function changedLimitIsRefused<Smu extends SweepSmu>(
  { open, plan }: SweepDialogue<Smu>,
  script: readonly Turn[],
  message: RegExp,
  outputOn: RegExp,
): void {
  test("a limit that the instrument made another one is refused, and no output was turned on", async () => {
    await dialogue(script, open, async (smu, { heard }) => {
      await assert.rejects(collect(smu.sweep(plan, never)), refusal("instrument-refused", message));
      assert.ok(!heard.some((line) => outputOn.test(line)));
    });
  });
}

/** @param hello all that is sent; @param plans what is asked for, what is changed in the plan, what the refusal says */
export function impossiblePlansAreRefused<Smu extends SweepSmu>(
  { open, plan }: SweepDialogue<Smu>,
  hello: readonly Turn[],
  plans: readonly (readonly [name: string, change: Partial<SweepPlan>, message: RegExp])[],
): void {
  for (const [name, change, message] of plans) {
    test(`${name} is refused before anything is sent`, async () => {
      await dialogue(hello, open, async (smu) => {
        const sweep = smu.sweep({ ...plan, ...change }, never);
        await assert.rejects(collect(sweep), refusal("invalid-request", message));
      });
    });
  }
}
