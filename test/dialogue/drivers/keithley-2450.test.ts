import assert from "node:assert/strict";
import { test } from "node:test";
import { setUp } from "../../../drivers/smu/keithley-2450-plan.js";
import { Keithley2450 } from "../../../drivers/smu/keithley-2450.js";
import type { SweepPlan, SweepReading } from "../../../src/capabilities/index.js";
import { MemrigError } from "../../../src/errors.js";
import { dialogue, noTouchError } from "../../support/dialogue.js";
import { asked, told } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";

const identity = "KEITHLEY INSTRUMENTS,MODEL 2450,04610529,1.7.12b";
const hello: Turn[] = [asked("*LANG?", "SCPI"), asked("*IDN?", identity), noTouchError, asked(":SYST:LFR?", "50")];
const goodbye: Turn[] = [...told(":ABOR", ":OUTP OFF"), asked(":OUTP?", "0"), noTouchError];
const open = (session: Parameters<typeof Keithley2450.open>[0]) => Keithley2450.open(session, "smu");
const never = new AbortController().signal;

/** 0, 0.1, 0.2, 0.1, 0 V, twice: a dual ramp of three points. */
const plan: SweepPlan = {
  drive: "voltage",
  levels: [0, 0.1, 0.2, 0.1, 0],
  cycles: 2,
  compliance: 1e-5,
  dwell_s: 0.05,
  nplc: 1,
};

const configured: Turn[] = [
  asked(":OUTP?", "0"),
  ...told(
    ":ABOR",
    ":SOUR:FUNC VOLT",
    ':SENS:FUNC "CURR"',
    ":SENS:CURR:RANG:AUTO ON",
    ":SOUR:VOLT 0",
    ":SOUR:VOLT:RANG 2E-1",
    ":SOUR:VOLT:ILIM 1E-5",
    ":SOUR:VOLT:DEL 0",
    ":SOUR:VOLT:READ:BACK ON",
    ":SENS:CURR:RSEN OFF",
    ":SENS:CURR:NPLC 1E+0",
    ":SENS:CURR:AVER OFF",
    ":SENS:COUN 1",
    ":SENS:CURR:AZER OFF",
  ),
  noTouchError,
];
const limitHeld = asked(":SOUR:VOLT:ILIM?", "1.000000E-05");
const buffer: Turn[] = [
  ...told(':TRAC:DEL "memrig"'),
  asked(":SYST:ERR?", '4907,"Buffer not found;1;2026/01/02 03:04:05.678"'),
  noTouchError,
  ...told(':TRAC:MAKE "memrig", 74', ":FORM ASC", ":FORM:ASC:PREC 12"),
  noTouchError,
];
const started: Turn[] = [
  ...told(':TRAC:CLE "memrig"', ":SENS:AZER:ONCE", ':SOUR:SWE:VOLT:LIN 0E+0, 2E-1, 3, 1E-2, 2, FIX, OFF, ON, "memrig"'),
  noTouchError,
  ...told(":INIT"),
  noTouchError,
];
const actual = (count: number) => asked(':TRAC:ACT? "memrig"', String(count));
const clock = asked(':TRAC:DATA? 1, 1, "memrig", SEC, FRAC', "1767323045,0.25");
const data = (from: number, to: number, limited: readonly number[] = []): Turn => {
  const readings = Array.from({ length: to - from + 1 }, (_, i) => {
    const n = from + i;
    const level = plan.levels[(n - 1) % plan.levels.length] ?? NaN;
    return `${level.toExponential(6)},${(level * 1e-6).toExponential(6)},${((n - 1) * 0.05).toFixed(6)},${limited.includes(n) ? 160 : 128}`;
  });
  return asked(`:TRAC:DATA? ${from}, ${to}, "memrig", SOUR, READ, REL, SOURSTAT`, readings.join(","));
};
const idle = asked(":TRIG:STAT?", "IDLE;IDLE;9");

async function collect(sweep: AsyncGenerator<SweepReading[]>): Promise<SweepReading[]> {
  const all: SweepReading[] = [];
  for await (const readings of sweep) all.push(...readings);
  return all;
}

test("a sweep sets and reads back its limit, runs by the instrument's trigger model, and ends with the output off", async () => {
  const script = [
    ...hello,
    ...configured,
    limitHeld,
    ...buffer,
    ...started,
    actual(0),
    actual(4),
    clock,
    actual(4),
    data(1, 4, [3]),
    actual(10),
    data(5, 10),
    idle,
    actual(10),
    ...goodbye,
  ];
  await dialogue(script, open, async (smu) => {
    const readings = await collect(smu.sweep(plan, never));
    assert.deepEqual(
      readings.map(({ index }) => index),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    assert.deepEqual(readings[2], { index: 2, voltage_V: 0.2, current_A: 2e-7, time_s: 0.1, inCompliance: true });
    assert.deepEqual(
      readings.filter(({ inCompliance }) => inCompliance).map(({ index }) => index),
      [2],
    );
  });
});

test("a limit that the instrument made another one is refused, and no output was turned on", async () => {
  const script = [...hello, ...configured, asked(":SOUR:VOLT:ILIM?", "1.050000E-04"), ...goodbye];
  await dialogue(script, open, async (smu, instrument) => {
    await assert.rejects(collect(smu.sweep(plan, never)), (error: MemrigError) => {
      assert.equal(error.kind, "instrument-refused");
      assert.match(error.message, /compliance of 10 µA was asked for, and the instrument made it 105 µA/);
      return true;
    });
    assert.ok(!instrument.heard.some((line) => /INIT|OUTP ON/.test(line)));
  });
});

test("an output that is found on is left as it is, and the sweep refused", async () => {
  await dialogue([...hello, asked(":OUTP?", "1")], open, async (smu) => {
    await assert.rejects(collect(smu.sweep(plan, never)), (error: MemrigError) => error.kind === "busy");
  });
});

test("levels that are no ramp go as a list, a hundred to a command", async () => {
  const levels = Array.from({ length: 150 }, (_, i) => (i % 2 === 0 ? 0 : 0.1));
  const list = levels.map((level) => (level === 0 ? "0E+0" : "1E-1"));
  const script = [
    ...hello,
    ...configured.map((turn) =>
      "expect" in turn && turn.expect === ":SOUR:VOLT:RANG 2E-1" ? { expect: ":SOUR:VOLT:RANG 1E-1" } : turn,
    ),
    limitHeld,
    ...told(':TRAC:DEL "memrig"'),
    noTouchError,
    ...told(':TRAC:MAKE "memrig", 214', ":FORM ASC", ":FORM:ASC:PREC 12"),
    noTouchError,
    ...told(
      ':TRAC:CLE "memrig"',
      ":SENS:AZER:ONCE",
      `:SOUR:LIST:VOLT ${list.slice(0, 100).join(", ")}`,
      `:SOUR:LIST:VOLT:APP ${list.slice(100).join(", ")}`,
      ':SOUR:SWE:VOLT:LIST 1, 1E-2, 1, OFF, "memrig"',
    ),
    asked(":SYST:ERR?", '-221,"Settings conflict;1;2026/01/02 03:04:05.678"'),
    noTouchError,
    ...goodbye,
  ];
  await dialogue(script, open, async (smu) => {
    await assert.rejects(collect(smu.sweep({ ...plan, levels, cycles: 1 }, never)), /-221 "Settings conflict"/);
  });
});

test("a current sweep limits the voltage and measures it", async () => {
  const current: SweepPlan = {
    ...plan,
    drive: "current",
    levels: [0, 1e-3],
    cycles: 1,
    compliance: 2,
    dwell_s: 5e-3,
    nplc: 0.1,
  };
  const script = [
    ...hello,
    asked(":OUTP?", "0"),
    ...told(
      ":ABOR",
      ":SOUR:FUNC CURR",
      ':SENS:FUNC "VOLT"',
      ":SENS:VOLT:RANG:AUTO ON",
      ":SOUR:CURR 0",
      ":SOUR:CURR:RANG 1E-3",
      ":SOUR:CURR:VLIM 2E+0",
      ":SOUR:CURR:DEL 0",
      ":SOUR:CURR:READ:BACK ON",
      ":SENS:VOLT:RSEN OFF",
      ":SENS:VOLT:NPLC 1E-1",
      ":SENS:VOLT:AVER OFF",
      ":SENS:COUN 1",
      ":SENS:VOLT:AZER OFF",
      ":SENS:VOLT:RANG 2E+0", // 5 ms leaves no time to look for a range
    ),
    noTouchError,
    asked(":SOUR:CURR:VLIM?", "2.000000E+00"),
    ...told(':TRAC:DEL "memrig"'),
    noTouchError,
    ...told(':TRAC:MAKE "memrig", 66', ":FORM ASC", ":FORM:ASC:PREC 12"),
    noTouchError,
    ...told(
      ':TRAC:CLE "memrig"',
      ":SENS:AZER:ONCE",
      ':SOUR:SWE:CURR:LIN 0E+0, 1E-3, 2, 1E-3, 1, FIX, OFF, OFF, "memrig"',
    ),
    noTouchError,
    ...told(":INIT"),
    noTouchError,
    actual(2),
    clock,
    actual(2),
    asked(/^:TRAC:DATA\? 1, 2,/, "0.0,1.0E-6,0.0,128,1.0E-3,9.9E37,5.0E-3,160"),
    idle,
    actual(2),
    ...goodbye,
  ];
  await dialogue(script, open, async (smu) => {
    const readings = await collect(smu.sweep(current, never));
    assert.deepEqual(readings[0], { index: 0, voltage_V: 1e-6, current_A: 0, time_s: 0, inCompliance: false });
    assert.equal(readings[1]?.current_A, 1e-3);
    assert.ok(Number.isNaN(readings[1]?.voltage_V), "a reading beyond its range is no number");
  });
});

test("an abort in mid-sweep stops it, turns the output off and says how far it came", async () => {
  const stop = new AbortController();
  const script = [...hello, ...configured, limitHeld, ...buffer, ...started, actual(4), clock, actual(4), data(1, 4)];
  await dialogue([...script, ...goodbye], open, async (smu) => {
    const sweep = smu.sweep(plan, stop.signal);
    const first = await sweep.next();
    assert.equal(first.done, false);
    stop.abort();
    await assert.rejects(sweep.next(), (error: MemrigError) => {
      assert.equal(error.kind, "aborted");
      assert.match(error.message, /after 4 readings; the output is off/);
      return true;
    });
  });
});

test("a reader who leaves the sweep early leaves the output off", async () => {
  const script = [...hello, ...configured, limitHeld, ...buffer, ...started, actual(4), clock, actual(4), data(1, 4)];
  await dialogue([...script, ...goodbye], open, async (smu) => {
    for await (const readings of smu.sweep(plan, never)) {
      assert.equal(readings.length, 4);
      break;
    }
  });
});

test("an instrument with another number of readings than levels is told on, not believed", async () => {
  const script = [
    ...hello,
    ...configured,
    limitHeld,
    ...buffer,
    ...started,
    actual(12),
    clock,
    actual(12),
    data(1, 10),
  ];
  await dialogue([...script, idle, actual(12), ...goodbye], open, async (smu) => {
    await assert.rejects(collect(smu.sweep(plan, never)), (error: MemrigError) => {
      assert.equal(error.kind, "bad-reply");
      assert.match(error.message, /took 12 readings in a sweep of 10 levels/);
      return true;
    });
  });
});

test("a sweep that was stopped at the front panel is an error with its count, not an endless wait", async () => {
  const aborted = asked(":TRIG:STAT?", "ABORTED;IDLE;4");
  // Five looks of rising length, then the state, then once more: it may have been an old one.
  const looks = [actual(4), actual(4), actual(4), actual(4), aborted, actual(4)];
  const script = [...hello, ...configured, limitHeld, ...buffer, ...started, actual(4), clock, actual(4), data(1, 4)];
  await dialogue([...script, actual(4), ...looks, noTouchError, ...goodbye], open, async (smu) => {
    await assert.rejects(collect(smu.sweep(plan, never)), /ended the sweep after 4 of 10 readings/);
  });
});

test("when turning off fails too, both failures are told, and that the output may be on", async () => {
  const script: Turn[] = [
    ...hello,
    ...configured,
    asked(":SOUR:VOLT:ILIM?", "1.050000E-04"),
    ...told(":ABOR", ":OUTP OFF"),
    asked(":OUTP?", "1"),
    ...told(":ABOR", ":OUTP OFF"),
    asked(":OUTP?", "1"),
  ];
  await dialogue(script, open, async (smu) => {
    await assert.rejects(collect(smu.sweep(plan, never)), (error: MemrigError) => {
      assert.equal(error.kind, "instrument-refused");
      assert.match(error.message, /made it 105 µA.* And: smu could not be turned off.* by its front panel/s);
      return true;
    });
  });
});

test("making safe needs a second connection when the first one breaks", async () => {
  const broken: Turn[] = [...told(":ABOR", ":OUTP OFF"), { expect: ":OUTP?" }, { hangUp: true }];
  await dialogue([...hello, ...broken, ...goodbye], open, async (smu) => smu.makeSafe());
});

test("an instrument in TSP mode is refused with the way out", async () => {
  await dialogue(
    [asked("*LANG?", "TSP")],
    async (session) => ({ session, close: () => session.close() }),
    async ({ session }) => {
      await assert.rejects(Keithley2450.open(session, "smu"), /smu speaks TSP.*Command Set: SCPI/s);
    },
  );
});

test("another instrument than the driver's is refused, and nothing is sent to it", async () => {
  const script = [asked("*LANG?", "SCPI"), asked("*IDN?", "KEITHLEY INSTRUMENTS INC.,MODEL 2400,1,C33")];
  await dialogue(
    script,
    async (session) => ({ session, close: () => session.close() }),
    async ({ session }) => {
      await assert.rejects(Keithley2450.open(session, "smu"), /smu says it is "KEITHLEY INSTRUMENTS INC\.,MODEL 2400/);
    },
  );
});

for (const [name, change, message] of [
  [
    "a level beyond the source",
    { levels: [0, 250] },
    /a level of 250 V was asked for; this instrument takes up to 210 V/,
  ],
  ["a level that is no number", { levels: [0, NaN] }, /a level of NaN V was asked for/],
  ["no level", { levels: [] }, /a sweep without levels/],
  ["no compliance", { compliance: 0 }, /a compliance of 0 A was asked for/],
  ["more compliance than there is", { compliance: 2 }, /more than 0 A, up to 1.05 A/],
  ["more power than there is", { levels: [0, 200], compliance: 0.5 }, /200 V with a compliance of 500 mA/],
  ["a dwell shorter than the readings", { dwell_s: 0.02 }, /a dwell of 20 ms was asked for.*at least 40 ms/],
  ["half a cycle", { cycles: 1.5 }, /1.5 cycles/],
  ["a long integration", { nplc: 20 }, /20 power line cycles/],
  ["a long list", { levels: Array.from({ length: 3000 }, (_, i) => i % 7) }, /3000 levels in a cycle/],
] as const) {
  test(`${name} is refused before anything is sent`, async () => {
    await dialogue(hello, open, async (smu) => {
      await assert.rejects(collect(smu.sweep({ ...plan, ...change }, never)), (error: MemrigError) => {
        assert.equal(error.kind, "invalid-request");
        assert.match(error.message, message);
        return true;
      });
    });
  });
}

test("where the integration time is left out, one power line cycle is used, or what the dwell has room for", () => {
  const { nplc: _left, ...free } = plan;
  const ranges = { maxVoltage_V: 210, maxCurrent_A: 1.05, maxPower_W: 20, minDwell_s: 1e-3 };
  const chosen = (dwell_s: number) => setUp("smu", { ...free, dwell_s }, ranges, 50);
  assert.equal(chosen(0.05).nplc, 1);
  assert.equal(chosen(10).nplc, 1);
  // 10 ms at 50 Hz: two readings of 0.2 cycles are 8 ms, which leaves 2 ms to settle.
  assert.equal(chosen(0.01).nplc, 0.2);
  assert.equal(chosen(0.01).delay_s, 2e-3);
});
