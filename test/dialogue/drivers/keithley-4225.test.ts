import assert from "node:assert/strict";
import { test } from "node:test";
import { keithley4200a, Keithley4200a } from "../../../drivers/smu/keithley-4200a.js";
import type { Capture, CapturePlan, PulseCycle, PulseUnit } from "../../../src/capabilities/index.js";
import { MemrigError } from "../../../src/errors.js";
import { dialogue } from "../../support/dialogue.js";
import { asked } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";

const never = new AbortController().signal;
const taken = (...messages: string[]): Turn[] => messages.map((message) => asked(message, "ACK"));
const noError = asked(":ERROR:LAST:GET", "");
const hello: Turn[] = [
  asked("*IDN?", "KEITHLEY INSTRUMENTS,KI4200A,1421024,V1.14"),
  asked("*OPT?", "SMUPA1,SMU2,PMU1,PMU1RPM1-1"),
  noError,
];

const cycle: PulseCycle = {
  segments: [
    { level_V: 1, duration_s: 1e-6 },
    { level_V: -0.5, duration_s: 2e-6 },
    { level_V: 0, duration_s: 7e-6 },
  ],
  limit: { low_V: -0.5, high_V: 1 },
};
const plan: CapturePlan = {
  channels: [
    { channel: 1, range_V: 2, offset_V: 0.25 },
    { channel: 2, range_V: 12e-3, offset_V: 2e-3 },
  ],
  window_s: 4e-6,
  pretrigger_s: 0.5e-6,
  trigger: { channel: 1, level_V: 0.3, slope: "rising" },
  segments: 2,
  points: 40,
};

/** What comes first, and leaves the output off. */
const prepared = (channel: number, range: string): Turn[] => [
  noError,
  ...taken(
    ":PMU:INIT 1",
    ...(channel === 1 ? [":PMU:RPM:CONFIGURE PMU1-1,0"] : []),
    `:PMU:SOURCE:RANGE ${channel},10`,
    `:PMU:MEASURE:RANGE ${channel},2,${range}`,
    `:PMU:LOAD ${channel},1E+6`,
  ),
];
const loaded: Turn[] = [
  ...prepared(1, "2E-1"),
  ...taken(
    ":PMU:SARB:SEQ:TIME 1,1,2E-8,9.8E-7,2E-8,1.98E-6,2E-8,6.98E-6",
    ":PMU:SARB:SEQ:STARTV 1,1,0E+0,1E+0,1E+0,-5E-1,-5E-1,0E+0",
    ":PMU:SARB:SEQ:STOPV 1,1,1E+0,1E+0,-5E-1,-5E-1,0E+0,0E+0",
    ":PMU:SARB:SEQ:MEAS:TYPE 1,1,0,0,0,0,0,0",
    ":PMU:SARB:SEQ:MEAS:START 1,1,0,0,0,0,0,0",
    ":PMU:SARB:SEQ:MEAS:STOP 1,1,0,0,0,0,0,0",
    ":PMU:SARB:WFM:SEQ:LIST 1,1,2",
  ),
  noError,
];
const armed: Turn[] = [
  // The record wants 8 mA, and the rest before the first edge comes first.
  ...prepared(1, "1E-2"),
  ...taken(
    ":PMU:SAMPLE:RATE 1E+7",
    ":PMU:SARB:SEQ:TIME 1,1,5E-7,2E-8,9.8E-7,2E-8,1.98E-6,2E-8,6.48E-6",
    ":PMU:SARB:SEQ:STARTV 1,1,0E+0,0E+0,1E+0,1E+0,-5E-1,-5E-1,0E+0",
    ":PMU:SARB:SEQ:STOPV 1,1,0E+0,1E+0,1E+0,-5E-1,-5E-1,0E+0,0E+0",
    ":PMU:SARB:SEQ:MEAS:TYPE 1,1,2,0,2,0,2,0,2",
    ":PMU:SARB:SEQ:MEAS:START 1,1,0,0,0,0,0,0,0",
    ":PMU:SARB:SEQ:MEAS:STOP 1,1,5E-7,0,9.8E-7,0,1.98E-6,0,4.8E-7",
    ":PMU:SARB:WFM:SEQ:LIST 1,1,2",
  ),
  noError,
];
const pulseOff = [...taken(":PMU:ABORT", ":PMU:OUTPUT:STATE 1,0"), asked(":PMU:TEST:STATUS?", "0")];

function on(turns: readonly Turn[], action: (unit: PulseUnit) => Promise<void>): Promise<void> {
  return dialogue(
    [...hello, ...turns],
    (session) => Keithley4200a.open(session, "smu"),
    async ({ pulses }) => {
      assert.ok(pulses);
      await action(pulses);
    },
    3000,
    keithley4200a.session,
  );
}

test("4225-PMU: a cycle is a Segment Arb sequence, recorded as it is played, waited for and fetched", () => {
  const points = Array.from({ length: 80 }, (_, k) => {
    const time_s = (k % 40) * 1e-7 + Math.floor(k / 40) * 10e-6;
    return `${(k % 40) / 100},${(k % 40) * 1e-5},${time_s.toExponential(6)},0`;
  });
  return on(
    [
      ...loaded,
      ...taken(":PMU:OUTPUT:STATE 1,1"),
      noError,
      ...armed,
      ...taken(":PMU:OUTPUT:STATE 1,1", ":PMU:EXECUTE"),
      noError,
      // Idle without data or error: the test has not begun.
      asked(":PMU:TEST:STATUS?", "0"),
      asked(":PMU:DATA:COUNT? 1", "0"),
      noError,
      asked(":PMU:TEST:STATUS?", "1"),
      asked(":PMU:TEST:STATUS?", "0"),
      asked(":PMU:DATA:COUNT? 1", "80"),
      asked(":PMU:DATA:GET 1,0,80", `${points.join(";")};`),
      ...pulseOff,
    ],
    async ({ source, scope }) => {
      await source.load(1, cycle, 2);
      await source.outputOn(1);
      await scope.arm(plan, never);
      await source.trigger(1);
      const captures: Capture[] = [];
      for await (const capture of scope.captures(5, never)) captures.push(capture);
      assert.deepEqual(
        captures.map(({ segment, trigger_s }) => [segment, Number(trigger_s.toPrecision(6))]),
        [
          [0, 0],
          [1, 10e-6],
        ],
      );
      for (const { volts, start_s, step_s } of captures) {
        assert.deepEqual([start_s, Number(step_s.toPrecision(6))], [-0.5e-6, 1e-7]);
        assert.equal(volts.get(1)?.length, 40);
        assert.ok(Math.abs((volts.get(1)?.[30] ?? NaN) - 0.3) < 1e-6);
        assert.ok(Math.abs((volts.get(2)?.[30] ?? NaN) - 3e-4) < 1e-9);
      }
      await source.outputOff(1);
    },
  );
});

test("4225-PMU: what the final verification finds turns the output off, and nothing is loaded any more", () =>
  on(
    [
      ...loaded,
      ...taken(":PMU:OUTPUT:STATE 1,1"),
      noError,
      ...taken(":PMU:OUTPUT:STATE 1,1", ":PMU:EXECUTE"),
      asked(":ERROR:LAST:GET", "Final verification failed (-951)"),
      ...taken(":ERROR:LAST:CLEAR"),
      ...pulseOff,
    ],
    async ({ source }) => {
      await source.load(1, cycle, 2);
      await source.outputOn(1);
      await assert.rejects(source.trigger(1), (error: MemrigError) => {
        assert.match(error.message, /-951/);
        return error.kind === "instrument-refused";
      });
      await assert.rejects(source.trigger(1), (error: MemrigError) => error.kind === "invalid-request");
    },
  ));

test("4225-PMU: what can not be played is refused before a byte is sent", () =>
  on([], async ({ source }) => {
    const one = (level_V: number, duration_s: number): PulseCycle => ({
      segments: [
        { level_V, duration_s },
        { level_V: 0, duration_s: 1e-6 },
      ],
      limit: { low_V: -50, high_V: 50 },
    });
    const wrong: [number, PulseCycle, number][] = [
      [1, one(40.1, 1e-6), 1],
      [1, one(1, 30e-9), 1],
      [1, one(11, 90e-9), 1], // slower edges on the 40 V range
      [1, one(1, NaN), 1],
      [1, one(NaN, 1e-6), 1],
      [1, { ...one(1, 1e-6), limit: { low_V: 0, high_V: 0.9 } }, 1],
      [1, { segments: [], limit: { low_V: 0, high_V: 1 } }, 1],
      [1, { ...one(1, 1e-6), segments: [{ level_V: 1, duration_s: 1e-6 }] }, 2],
      [3, one(1, 1e-6), 1],
      [1, one(1, 1e-6), 0],
    ];
    for (const [channel, asked_, cycles] of wrong) {
      await assert.rejects(
        source.load(channel, asked_, cycles),
        (error: MemrigError) => error.kind === "invalid-request",
        JSON.stringify(asked_),
      );
    }
  }));

test("4225-PMU: long sequences go out 128 values a message, and a level of more than a second in pieces", () => {
  const segments = Array.from({ length: 80 }, (_, k) => ({ level_V: k % 2, duration_s: 1e-6 }));
  segments.push({ level_V: 0, duration_s: 2.5 });
  const sent: string[] = [];
  const session = { write: (text: string) => void sent.push(text) };
  const lengths = () =>
    sent
      .filter((text) => text.includes(":TIME"))
      .map((text) => [text.includes(":ADD"), text.split(",").length - 2] as const);
  return dialogue(
    [],
    async (real) => {
      const answering = Object.create(real, {
        write: { value: (text: string) => Promise.resolve(session.write(text)) },
        query: {
          value: (text: string) =>
            Promise.resolve(
              text === "*IDN?" ? "KEITHLEY INSTRUMENTS,KI4200A,1,V1.14" : text === "*OPT?" ? "SMU1,PMU1" : "",
            ),
        },
      }) as typeof real;
      const { pulses } = await Keithley4200a.open(answering, "smu");
      await pulses?.source.load(2, { segments, limit: { low_V: 0, high_V: 1 } }, 1);
      assert.deepEqual(lengths(), [
        [false, 128],
        [true, 35],
      ]);
      const times_s = sent
        .filter((text) => text.includes(":TIME"))
        .flatMap((text) => text.split(",").slice(2).map(Number));
      assert.ok(Math.max(...times_s) <= 1);
      assert.ok(Math.abs(times_s.reduce((sum, time_s) => sum + time_s, 0) - 2.50008) < 1e-9);
      return real;
    },
    () => Promise.resolve(),
    3000,
    keithley4200a.session,
  );
});
