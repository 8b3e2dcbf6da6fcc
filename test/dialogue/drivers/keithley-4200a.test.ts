import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { keithley4200a, Keithley4200a } from "../../../drivers/smu/keithley-4200a.js";
import type { DriverSettings } from "../../../drivers/index.js";
import type { SweepPlan, SweepReading } from "../../../src/capabilities/index.js";
import { MemrigError } from "../../../src/errors.js";
import { dialogue } from "../../support/dialogue.js";
import { asked } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";

const { session: sessionOptions } = keithley4200a;
const never = new AbortController().signal;
const refused = (kind: MemrigError["kind"]) => (error: unknown) => error instanceof MemrigError && error.kind === kind;
const settings: DriverSettings = { ramp: { V_per_s: 10, A_per_s: 1 } };
const open = (session: Parameters<typeof Keithley4200a.open>[0]) => Keithley4200a.open(session, "smu", settings);

const taken = (...messages: string[]): Turn[] => messages.map((message) => asked(message, "ACK"));
const noError = asked(":ERROR:LAST:GET", "No error. (0)");
const hello: Turn[] = [
  asked("*IDN?", "KEITHLEY INSTRUMENTS,KI4200A,1421024,V1.14"),
  asked("*OPT?", "SMUPA1,SMU2,VM1,PMU1,PMU1RPM1-1"),
  asked(":ERROR:LAST:GET", ""), // older versions say nothing
];
/** Nothing to be seen at the terminals of either SMU. */
const nothingOn: Turn[] = [
  asked("SP", "1"),
  asked(":PMU:TEST:STATUS?", "0"),
  asked("US;TV1", "NAV+1.2000E-06"),
  asked("US;TI1", "NAI-3.1000E-13"),
  asked("US;TV2", "NBV+0.0000E+00"),
  asked("US;TI2", "NBI+2.0000E-11"),
];
/** Another hand's level. */
const foundOn: Turn[] = [
  ...nothingOn.slice(0, 2),
  asked("US;TV1", "NAV+2.0000E-01"),
  asked("US;TI1", "NAI+1.0000E-04"),
];
const pulsesOff = taken(":PMU:ABORT", ":PMU:OUTPUT:STATE 1,0", ":PMU:OUTPUT:STATE 2,0");
const off = (channel: number): Turn[] => [
  ...taken(":ERROR:LAST:CLEAR", "MD;ME4", `US;DV${channel}`, `US;DI${channel}`),
  noError,
  asked("SP", "0"),
];
const plan: SweepPlan = {
  drive: "voltage",
  levels: [0, 0.1, 0.2],
  cycles: 1,
  compliance: 1e-3,
  dwell_s: 0.05,
  nplc: 1,
};
const pages = [
  "BC;EM 1,0",
  "DE;CH1;CH2;CH1,'V1','I1',1,1",
  // 0.2 V is left in one step at 10 V/s and 50 ms.
  "SS;VL1,1,1E-3,0E+0,1E-1,2E-1,0E+0;HT 0;DT 0.01",
  "SS;IT4,0,0,1;RS 7;RG 1,1E-6",
  "SM;DM2;LI 'V1','I1'",
];
const configured: Turn[] = [...taken(pages.join(";")), noError];
const readings: Turn[] = [
  asked("DO 'V1'", "N+0.000000E+00,N+1.000010E-01,C+1.500000E-01,N+0.000000E+00"),
  asked("DO 'I1'", "N+0.000000E+00,N+1.000000E-04,C+1.000000E-03,L+0.000000E+00"),
  asked("DO 'CH1T'", "+1.200000E-02,+6.300000E-02,+1.140000E-01,+1.650000E-01"),
];
const played: Turn[] = [...taken("MD;ME1"), asked("SP", "16"), asked("SP", "1"), ...readings];
const endLine = "MD;ME4;US;DV1;US;DI1";
const failed = asked(":ERROR:LAST:GET", "General failure (-992)");

async function collect(sweep: AsyncGenerator<SweepReading[]>): Promise<SweepReading[]> {
  const all: SweepReading[] = [];
  for await (const readings of sweep) all.push(...readings);
  return all;
}

test("4200A: a sweep is a list sweep of system mode with its way to zero, polled, read by column and turned off", () =>
  dialogue(
    [...hello, ...nothingOn, ...configured, ...played, ...taken(endLine), noError],
    open,
    async (smu) => {
      const readings = await collect(smu.sweep(plan, never));
      assert.deepEqual(
        readings.map(({ voltage_V, current_A, inCompliance }) => [voltage_V, current_A, inCompliance]),
        [
          [0, 0, false],
          [0.100001, 1e-4, false],
          [0.15, 1e-3, true],
        ],
      );
      const times_s = readings.map(({ time_s }) => Number(time_s.toFixed(6)));
      assert.deepEqual(times_s, [0, 0.051, 0.102]);
    },
    3000,
    sessionOptions,
  ));

test("4200A: what is only told by the last error ends the sweep before its output is on, and is cleared", () =>
  dialogue(
    [
      ...hello,
      ...nothingOn,
      ...taken(pages.join(";")),
      failed,
      ...taken(":ERROR:LAST:CLEAR", ...pages), // it may have been one of before, or the many commands in a message
      failed,
      ...taken(":ERROR:LAST:CLEAR"),
      ...off(1),
    ],
    open,
    async (smu) => {
      await assert.rejects(collect(smu.sweep(plan, never)), (error: MemrigError) => {
        assert.equal(error.kind, "instrument-refused");
        assert.match(error.message, /-992 "General failure"/);
        return true;
      });
    },
    3000,
    sessionOptions,
  ));

test("4200A: a column that is shorter than the sweep is an error, not missing readings", () =>
  dialogue(
    [
      ...hello,
      ...nothingOn,
      ...configured,
      ...taken("MD;ME1"),
      asked("SP", "0"),
      asked("DO 'V1'", "N+0.000000E+00"),
      noError,
      ...off(1),
    ],
    open,
    (smu) => assert.rejects(collect(smu.sweep(plan, never)), refused("bad-reply")),
    3000,
    sessionOptions,
  ));

test("4200A: a test that did not begin is told with the instrument's reason, not as a column that is too short", () =>
  dialogue(
    [
      ...hello,
      ...nothingOn,
      ...configured,
      ...taken("MD;ME1"),
      asked("SP", "0"),
      asked("DO 'V1'", ""),
      failed,
      ...taken(":ERROR:LAST:CLEAR"),
      ...off(1),
    ],
    open,
    (smu) => assert.rejects(collect(smu.sweep(plan, never)), refused("instrument-refused")),
    3000,
    sessionOptions,
  ));

test("4200A: outputs that were just seen to be off are not asked about again; one that this program holds is", () =>
  dialogue(
    [
      ...hello,
      ...nothingOn,
      ...[1, 2].flatMap(() => [...configured, ...played, ...taken(endLine), noError]),
      asked("SP", "0"),
      asked("US;TV2", "NBV+0.0000E+00"),
      asked("US;TI2", "NBI+0.0000E+00"),
      noError,
      ...taken("US;IT4,0,0,1"),
      noError,
      ...taken("US;DV2,1,0E+0,1E-3"),
      noError,
      noError,
      ...off(2),
      ...foundOn,
    ],
    open,
    async (smu) => {
      assert.equal(await smu.outputIsOn(), false);
      for (const sweep of [1, 2]) assert.equal((await collect(smu.sweep(plan, never))).length, 3, `sweep ${sweep}`);
      await smu.hold({ channel: 2, drive: "voltage", level: 0, compliance: 1e-3 }, never);
      await assert.rejects(collect(smu.sweep(plan, never)), refused("busy"));
      await smu.release(2);
      await assert.rejects(collect(smu.sweep(plan, never)), refused("busy"));
    },
    3000,
    sessionOptions,
  ));

test("4200A: half a minute later somebody may have closed KXCI and turned an output on: it is asked again", () =>
  dialogue(
    [...hello, ...nothingOn, ...configured, ...played, ...taken(endLine), noError, ...foundOn],
    open,
    async (smu) => {
      const now = performance.now.bind(performance);
      await collect(smu.sweep(plan, never));
      const later = mock.method(performance, "now", () => now() + 31e3);
      try {
        await assert.rejects(collect(smu.sweep(plan, never)), refused("busy"));
      } finally {
        later.mock.restore();
      }
    },
    3000,
    sessionOptions,
  ));

test("4200A: an abort is heard while a test of minutes goes on, which is not looked at meanwhile", () =>
  dialogue(
    [
      ...hello,
      ...nothingOn,
      ...taken(pages.join(";").replace("DT 0.01", "DT 5.96").replace("1E-6", "1E-9")),
      noError,
      ...taken("MD;ME1"),
      asked("SP", "16"),
      ...off(1),
    ],
    open,
    (smu) => assert.rejects(collect(smu.sweep({ ...plan, dwell_s: 6 }, AbortSignal.timeout(150))), refused("aborted")),
    3000,
    sessionOptions,
  ));

test("4200A: where many commands in a message are refused, the sweep is told, and turned off, message by message", () =>
  dialogue(
    [
      ...hello,
      ...nothingOn,
      ...taken(pages.join(";")),
      failed,
      ...taken(":ERROR:LAST:CLEAR", ...pages),
      noError,
      ...taken("MD;ME1"),
      asked("SP", "0"),
      noError,
      ...readings,
      ...off(1),
    ],
    open,
    async (smu) => assert.equal((await collect(smu.sweep(plan, never))).length, 3),
    3000,
    sessionOptions,
  ));

test("4200A: an error that is told when a sweep is over fails it, with its output turned off message by message", () =>
  dialogue(
    [
      ...hello,
      ...nothingOn,
      ...configured,
      ...played,
      ...taken(endLine),
      failed,
      ...taken(":ERROR:LAST:CLEAR"),
      ...off(1),
    ],
    open,
    (smu) => assert.rejects(collect(smu.sweep(plan, never)), refused("instrument-refused")),
    3000,
    sessionOptions,
  ));

test("4200A: a held level goes up in steps, its range and limit in every message, and comes back in steps", () =>
  dialogue(
    [
      ...hello,
      asked("SP", "0"),
      asked("US;TV2", "NBV+0.0000E+00"),
      asked("US;TI2", "NBI+0.0000E+00"),
      noError,
      ...taken("US;IT4,0,0,1"),
      noError,
      ...taken("US;DV2,1,0E+0,1E-3"), // SMU2 has no preamplifier: 20 V is its smallest range
      noError,
      ...taken("US;DV2,1,1E-1,1E-3", "US;DV2,1,2E-1,1E-3"),
      noError,
      asked("US;TV2", "CBV+1.5000E-01"),
      asked("US;TI2", "CBI+1.0000E-03"),
      ...taken("US;DV2,1,1E-1,1E-3", "US;DV2,1,0E+0,1E-3"),
      ...off(2),
    ],
    open,
    async (smu) => {
      await smu.hold({ channel: 2, drive: "voltage", level: 0.2, compliance: 1e-3 }, never);
      const { voltage_V, current_A, inCompliance } = await smu.measure(2);
      assert.deepEqual(
        { voltage_V, current_A, inCompliance },
        { voltage_V: 0.15, current_A: 1e-3, inCompliance: true },
      );
      await smu.release(2);
    },
    3000,
    sessionOptions,
  ));

test("4200A: a level by another hand is seen at the terminals, and brought down with what flows as its limit", () =>
  dialogue(
    [
      ...hello,
      asked("SP", "0"),
      asked(":PMU:TEST:STATUS?", "0"),
      asked("US;TV1", "NAV+2.0000E-01"),
      asked("US;TI1", "NAI+1.0000E-04"),
      ...pulsesOff,
      asked("SP", "0"),
      asked("US;TV1", "NAV+2.0000E-01"),
      asked("US;TI1", "NAI+1.0000E-04"),
      ...taken("US;DV1,4,1E-1,1.05E-4", "US;DV1,4,0E+0,1.05E-4"),
      asked("SP", "0"),
      asked("US;TV2", "NBV+0.0000E+00"),
      asked("US;TI2", "NBI+0.0000E+00"),
      ...taken(":ERROR:LAST:CLEAR", "MD;ME4", "US;DV1", "US;DI1", "US;DV2", "US;DI2"),
      noError,
      asked("SP", "0"),
      asked(":PMU:TEST:STATUS?", "0"),
    ],
    open,
    async (smu) => {
      assert.equal(await smu.outputIsOn(), true);
      await smu.makeSafe();
    },
    3000,
    sessionOptions,
  ));

test("4200A: a test that still runs after it was told to stop is an unknown state, and said so", () =>
  dialogue(
    [
      ...hello,
      ...pulsesOff,
      asked("SP", "16"),
      asked("SP", "16"),
      ...taken(":ERROR:LAST:CLEAR", "MD;ME4", "US;DV1", "US;DI1", "US;DV2", "US;DI2"),
      noError,
      asked("SP", "16"),
    ],
    open,
    (smu) =>
      assert.rejects(smu.makeSafe(), (error: MemrigError) => {
        assert.match(error.message, /its test still runs.*unknown/s);
        return error.kind === "no-answer";
      }),
    3000,
    sessionOptions,
  ));

test("4200A: a setter that is answered with anything but ACK fails where it stands", () =>
  dialogue(
    [asked("US;DV1", "NAK"), ...taken("US;DV1")],
    async (session) => {
      await assert.rejects(session.write("US;DV1"), refused("bad-reply"));
      await session.write("US;DV1");
      return session;
    },
    () => Promise.resolve(),
    3000,
    sessionOptions,
  ));

test("4200A: an off state, which it can not be told, is refused before anything is sent", () =>
  dialogue(
    [],
    async (session) => {
      await assert.rejects(Keithley4200a.open(session, "smu", { offState: "zero" }), refused("invalid-request"));
      return session;
    },
    () => Promise.resolve(),
    3000,
    sessionOptions,
  ));
