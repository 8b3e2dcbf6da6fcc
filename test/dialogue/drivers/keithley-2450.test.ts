import assert from "node:assert/strict";
import { test } from "node:test";
import { setUp } from "../../../drivers/smu/keithley-2450-plan.js";
import { Keithley2450 } from "../../../drivers/smu/keithley-2450.js";
import type { SweepPlan } from "../../../src/capabilities/index.js";
import { MemrigError } from "../../../src/errors.js";
import { dialogue, noTouchError } from "../../support/dialogue.js";
import { asked, told } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";
import {
  assertThereAndBack,
  changedLimitIsRefused,
  collect,
  impossiblePlansAreRefused,
  never,
  refusal,
  thereAndBack,
} from "../../support/sweep-dialogue.js";

const identity = "KEITHLEY INSTRUMENTS,MODEL 2450,04610529,1.7.12b";
const hello: Turn[] = [asked("*LANG?", "SCPI"), asked("*IDN?", identity), noTouchError, asked(":SYST:LFR?", "50")];
/** Making sure that the output is off: it is, so there is nothing to bring down. */
const goodbye: Turn[] = [
  ...told(":ABOR"),
  asked(":OUTP?", "0"),
  ...told(":ABOR", ":OUTP OFF"),
  asked(":OUTP?", "0"),
  noTouchError,
];
/** The output is on at a level: down in two steps of at most 0.2 V, then off. */
const broughtDown: Turn[] = [
  ...told(":ABOR"),
  asked(":OUTP?", "1"),
  asked(":SOUR:FUNC?", "VOLT"),
  asked(":SOUR:VOLT?", "2.5E-01"),
  ...told(":SOUR:VOLT 1.25E-1", ":SOUR:VOLT 0E+0", ":ABOR", ":OUTP OFF"),
  asked(":OUTP?", "0"),
  noTouchError,
];
const open = (session: Parameters<typeof Keithley2450.open>[0]) => Keithley2450.open(session, "smu");

const plan = thereAndBack;
const sweeps = { open, plan };

const sourceVoltage =
  ':ABOR;:SOUR:FUNC VOLT;:SENS:FUNC "CURR";:SENS:CURR:RANG:AUTO ON;:SOUR:VOLT 0;:SOUR:VOLT:RANG 2E-1;' +
  ":SOUR:VOLT:ILIM 1E-5;:SOUR:VOLT:DEL 0;:SOUR:VOLT:READ:BACK ON;:SENS:CURR:RSEN OFF;:SENS:CURR:NPLC 1E+0;" +
  ":SENS:CURR:AVER OFF;:SENS:COUN 1;:FORM ASC;:FORM:ASC:PREC 12;";
const sweepSet =
  sourceVoltage +
  ':SENS:CURR:AZER OFF;:TRAC:MAKE "memrig", 74;:SENS:AZER:ONCE;' +
  ':SOUR:SWE:VOLT:LIN 0E+0, 2E-1, 3, 1E-2, 2, FIX, OFF, ON, "memrig"';
/** Number of queued errors, and the limit in force. */
const limitHeld = asked(":SYST:ERR:COUN?;:SOUR:VOLT:ILIM?", "0;1.000000E-05");
const configured: Turn[] = [asked(":OUTP?", "0"), ...told(sweepSet)];
const started: Turn[] = [limitHeld, ...told(":INIT")];
const RUNNING = "RUNNING;RUNNING;6";
const IDLE = "IDLE;IDLE;9";
const ask = ':TRAC:ACT? "memrig";:TRIG:STAT?';
const look = (held: number, state = RUNNING) => asked(ask, `${held};${state}`);
/** A look that fetches what the one before saw. */
const data = (from: number, to: number, held = to, state = RUNNING, limited: readonly number[] = []): Turn => {
  const readings = Array.from({ length: to - from + 1 }, (_, i) => {
    const n = from + i;
    const level = plan.levels[(n - 1) % plan.levels.length] ?? NaN;
    return `${level.toExponential(6)},${(level * 1e-6).toExponential(6)},${((n - 1) * 0.05).toFixed(6)},${limited.includes(n) ? 160 : 128}`;
  });
  const question = `:TRAC:DATA? ${from}, ${to}, "memrig", SOUR, READ, REL, SOURSTAT;${ask}`;
  return asked(question, `${readings.join(",")};${held};${state}`);
};
const allWell = asked(':ABOR;:OUTP OFF;:OUTP?;:SYST:ERR:COUN?;:TRAC:DEL "memrig"', "0;0");

test("a sweep sets and reads back its limit, runs by the instrument's trigger model, and ends with the output off", async () => {
  const script = [
    ...hello,
    ...configured,
    ...started,
    look(0),
    look(4),
    data(1, 4, 6, RUNNING, [3]),
    data(5, 6, 10),
    data(7, 10, 10, RUNNING), // the state may be as old as 0.1 s
    look(10, IDLE),
    allWell,
  ];
  await dialogue(script, open, async (smu) => {
    const readings = await collect(smu.sweep(plan, never));
    assertThereAndBack(readings);
  });
});

changedLimitIsRefused(
  sweeps,
  [...hello, ...configured, asked(":SYST:ERR:COUN?;:SOUR:VOLT:ILIM?", "0;1.050000E-04"), ...goodbye],
  /compliance of 10 µA was asked for, and the instrument made it 105 µA/,
  /INIT|OUTP ON/,
);

test("an output that is found on is left as it is, and the sweep refused", async () => {
  await dialogue([...hello, asked(":OUTP?", "1")], open, async (smu) => {
    await assert.rejects(collect(smu.sweep(plan, never)), (error: MemrigError) => error.kind === "busy");
  });
});

test("levels that are no ramp go as a list, a hundred to a command, and come home where they do not end at zero", async () => {
  const levels = Array.from({ length: 150 }, (_, i) => (i % 2 === 0 ? 0 : 0.1));
  const list = [...levels, 0].map((level) => (level === 0 ? "0E+0" : "1E-1"));
  const listSet =
    sourceVoltage.replace("RANG 2E-1", "RANG 1E-1") +
    ':SENS:CURR:AZER OFF;:TRAC:MAKE "memrig", 215;:SENS:AZER:ONCE;' +
    `:SOUR:LIST:VOLT ${list.slice(0, 100).join(", ")};:SOUR:LIST:VOLT:APP ${list.slice(100).join(", ")};` +
    ':SOUR:SWE:VOLT:LIST 1, 1E-2, 1, OFF, "memrig"';
  const refusedOnce = [
    ...told(listSet),
    asked(":SYST:ERR:COUN?;:SOUR:VOLT:ILIM?", "1;1.000000E-05"),
    asked(":SYST:ERR?", '-221,"Settings conflict;1;2026/01/02 03:04:05.678"'),
    noTouchError,
  ];
  // A buffer that was left behind is one reason: it is taken away, and all is sent once more.
  const script = [
    ...hello,
    asked(":OUTP?", "0"),
    ...refusedOnce,
    ...told(':TRAC:DEL "memrig"'),
    noTouchError,
    ...refusedOnce,
    ...goodbye,
  ];
  await dialogue(script, open, async (smu) => {
    await assert.rejects(collect(smu.sweep({ ...plan, levels, cycles: 1 }, never)), /-221 "Settings conflict"/);
  });
});

test("a current sweep limits the voltage and measures it; wires, measuring range and off state are set where asked for", async () => {
  const current: SweepPlan = {
    ...plan,
    drive: "current",
    levels: [0, 1e-3, 0],
    cycles: 1,
    compliance: 2,
    dwell_s: 5e-3,
    nplc: 0.1,
    wires: 4,
    measureRange: 0.5,
  };
  const set =
    ':ABOR;:SOUR:FUNC CURR;:SENS:FUNC "VOLT";:SENS:VOLT:RANG:AUTO ON;:SOUR:CURR 0;:SOUR:CURR:RANG 1E-3;' +
    ":SOUR:CURR:VLIM 2E+0;:OUTP:CURR:SMOD HIMP;:SOUR:CURR:DEL 0;:SOUR:CURR:READ:BACK ON;:SENS:VOLT:RSEN ON;" +
    ":SENS:VOLT:NPLC 1E-1;:SENS:VOLT:AVER OFF;:SENS:COUN 1;:FORM ASC;:FORM:ASC:PREC 12;:SENS:VOLT:AZER OFF;" +
    ':SENS:VOLT:RANG 5E-1;:TRAC:MAKE "memrig", 67;:SENS:AZER:ONCE;' +
    ':SOUR:SWE:CURR:LIN 0E+0, 1E-3, 2, 1E-3, 1, FIX, OFF, ON, "memrig"';
  const script = [
    ...hello,
    asked(":OUTP?", "0"),
    ...told(set),
    asked(":SYST:ERR:COUN?;:SOUR:CURR:VLIM?", "0;2.000000E+00"),
    ...told(":INIT"),
    look(3, IDLE),
    asked(/^:TRAC:DATA\? 1, 3,/, `0.0,1.0E-6,0.0,128,1.0E-3,9.9E37,5.0E-3,160,0.0,1.0E-6,1.0E-2,128;3;${IDLE}`),
    allWell,
  ];
  const openSet = (session: Parameters<typeof Keithley2450.open>[0]) =>
    Keithley2450.open(session, "smu", { offState: "high-impedance" });
  await dialogue(script, openSet, async (smu) => {
    const readings = await collect(smu.sweep(current, never));
    assert.deepEqual(readings[0], { index: 0, voltage_V: 1e-6, current_A: 0, time_s: 0, inCompliance: false });
    assert.equal(readings[1]?.current_A, 1e-3);
    assert.ok(Number.isNaN(readings[1]?.voltage_V), "a reading beyond its range is no number");
  });
});

test("an error that was queued during a sweep is told, after all readings", async () => {
  const script: Turn[] = [
    ...hello,
    ...configured,
    ...started,
    look(10, IDLE),
    data(1, 10, 10, IDLE),
    asked(':ABOR;:OUTP OFF;:OUTP?;:SYST:ERR:COUN?;:TRAC:DEL "memrig"', "0;1"),
    asked(":SYST:ERR?", '5076,"Over temperature;1;2026/01/02 03:04:05.678"'),
    noTouchError,
    ...goodbye,
  ];
  await dialogue(script, open, async (smu) => {
    let count = 0;
    await assert.rejects(async () => {
      for await (const readings of smu.sweep(plan, never)) count += readings.length;
    }, /5076 "Over temperature"/);
    assert.equal(count, 10);
  });
});

test("an abort in mid-sweep stops it, brings the output to zero and off, and says how far it came", async () => {
  const stop = new AbortController();
  const script = [...hello, ...configured, ...started, look(4), data(1, 4)];
  await dialogue([...script, ...broughtDown], open, async (smu) => {
    const sweep = smu.sweep(plan, stop.signal);
    const first = await sweep.next();
    assert.equal(first.done, false);
    stop.abort();
    await assert.rejects(sweep.next(), refusal("aborted", /after 4 readings; the output is brought to zero and off/));
  });
});

test("a reader who leaves the sweep early leaves the output off", async () => {
  const script = [...hello, ...configured, ...started, look(4), data(1, 4)];
  await dialogue([...script, ...broughtDown], open, async (smu) => {
    for await (const readings of smu.sweep(plan, never)) {
      assert.equal(readings.length, 4);
      break;
    }
  });
});

test("an instrument with another number of readings than levels is told on, not believed", async () => {
  const script = [...hello, ...configured, ...started, look(12), data(1, 10, 12, IDLE), ...goodbye];
  await dialogue(script, open, async (smu) => {
    await assert.rejects(
      collect(smu.sweep(plan, never)),
      refusal("bad-reply", /took 12 readings in a sweep of 10 levels/),
    );
  });
});

test("a sweep that was stopped at the front panel is an error with its count, not an endless wait", async () => {
  // Looked at twice: the state may be an old one.
  const stopped = look(4, "ABORTED;IDLE;4");
  const script = [...hello, ...configured, ...started, look(4), data(1, 4), stopped, stopped, noTouchError];
  await dialogue([...script, ...goodbye], open, async (smu) => {
    await assert.rejects(collect(smu.sweep(plan, never)), /ended the sweep after 4 of 10 readings/);
  });
});

test("when turning off fails too, both failures are told, and that the output may be on", async () => {
  const script: Turn[] = [
    ...hello,
    ...configured,
    asked(":SYST:ERR:COUN?;:SOUR:VOLT:ILIM?", "0;1.050000E-04"),
    ...told(":ABOR"),
    asked(":OUTP?", "0"),
    ...told(":ABOR", ":OUTP OFF"),
    asked(":OUTP?", "1"),
    // The second try can not even ask for the level, and turns off all the same.
    ...told(":ABOR"),
    asked(":OUTP?", "1"),
    asked(":SOUR:FUNC?", "VOLT"),
    asked(":SOUR:VOLT?", "?"),
    ...told(":ABOR", ":OUTP OFF"),
    asked(":OUTP?", "1"),
  ];
  await dialogue(script, open, async (smu) => {
    await assert.rejects(
      collect(smu.sweep(plan, never)),
      refusal("instrument-refused", /made it 105 µA.* And: smu could not be turned off.* by its front panel/s),
    );
  });
});

test("making safe needs a second connection when the first one breaks", async () => {
  const broken: Turn[] = [...told(":ABOR"), { expect: ":OUTP?" }, { hangUp: true }];
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

impossiblePlansAreRefused(sweeps, hello, [
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
  ["a long list", { levels: Array.from({ length: 3001 }, (_, i) => (i % 3000) % 7) }, /3001 levels in a cycle/],
  [
    "a long list that does not end at zero",
    { levels: Array.from({ length: 2500 }, (_, i) => 1 + (i % 7)), compliance: 1e-3 },
    /2500 levels that end at 1 V.*up to 2499 that do not end at zero/,
  ],
  ["pulses", { pulse: { base: 0, width_s: 1e-3 } }, /pulses were asked for/],
  ["a second channel", { channel: 2 }, /channel 2 was asked for; this instrument takes channel 1 only/],
  ["a measuring range of nothing", { measureRange: 0 }, /a measuring range of 0 A/],
]);

test("where the integration time is left out, one power line cycle is used, or what the dwell has room for", () => {
  const { nplc: _left, ...free } = plan;
  const ranges = { maxVoltage_V: 210, maxCurrent_A: 1.05, maxPower_W: 20, minDwell_s: 1e-3 };
  const chosen = (dwell_s: number) => setUp({ label: "smu", channels: 1, ranges }, { ...free, dwell_s }, 50);
  assert.equal(chosen(0.05).nplc, 1);
  assert.equal(chosen(10).nplc, 1);
  // 10 ms at 50 Hz: two readings of 0.2 cycles are 8 ms, which leaves 2 ms to settle.
  assert.equal(chosen(0.01).nplc, 0.2);
  assert.equal(chosen(0.01).delay_s, 2e-3);
});

test("a ramp too long for a list that ends away from zero comes back by its own levels", () => {
  const ranges = { maxVoltage_V: 210, maxCurrent_A: 1.05, maxPower_W: 20, minDwell_s: 1e-3 };
  const levels = Array.from({ length: 2600 }, (_, i) => i * 1e-3);
  const setup = setUp({ label: "smu", channels: 1, ranges }, { ...plan, levels, cycles: 2 }, 50);
  assert.equal(setup.cyclesPerRun, 1);
  const run = setup.runOf(1);
  assert.deepEqual(run.ramp, { start: 0, stop: 2.599, points: 2600, dual: true });
  assert.deepEqual([run.expected, run.total, run.comesBack], [2600, 5199, true]);
});

const holdSet = [
  ':ABOR;:SOUR:FUNC VOLT;:SENS:FUNC "CURR";:SENS:CURR:RANG:AUTO ON;:SOUR:VOLT 0;:SOUR:VOLT:RANG 3E-1;',
  ":SOUR:VOLT:ILIM 1E-3;:SOUR:VOLT:DEL 0;:SOUR:VOLT:READ:BACK ON;:SENS:CURR:RSEN OFF;:SENS:CURR:NPLC 1E+0;",
  ":SENS:CURR:AVER OFF;:SENS:COUN 1;:FORM ASC;:FORM:ASC:PREC 12;:SENS:CURR:AZER ON;",
  ':TRAC:MAKE "memrig", 100;:TRAC:FILL:MODE CONT, "memrig"',
].join("");
const spot = ':READ? "memrig", SOUR, READ, SOURSTAT, SEC, FRAC';

test("a held level: limit read back, output on at zero, steps; then readings; then steps back and off", async () => {
  const script: Turn[] = [
    ...hello,
    asked(":OUTP?", "0"),
    ...told(':TRAC:DEL "memrig"'),
    asked(":SYST:ERR?", '4907,"Buffer not found;1;2026/01/02 03:04:05.678"'),
    noTouchError,
    ...told(holdSet),
    noTouchError,
    asked(":SOUR:VOLT:ILIM?", "1.000000E-03"),
    ...told(":OUTP ON"),
    noTouchError,
    asked(spot, "0.0,1.0E-9,128,1767323045,0.25"),
    ...told(":SOUR:VOLT 1.5E-1", ":SOUR:VOLT 3E-1"),
    noTouchError,
    asked(spot, "3.0E-1,1.0E-3,160,1767323047,0.75"),
    ...told(":SENS:CURR:NPLC 1E-1"),
    noTouchError,
    asked(spot, "3.0E-1,9.9E37,128,1767323048,0.25"),
    ...told(":ABOR"),
    asked(":OUTP?", "1"),
    asked(":SOUR:FUNC?", "VOLT"),
    asked(":SOUR:VOLT?", "3.0E-01"),
    ...told(":SOUR:VOLT 1.5E-1", ":SOUR:VOLT 0E+0", ":ABOR", ":OUTP OFF"),
    asked(":OUTP?", "0"),
    noTouchError,
  ];
  await dialogue(script, open, async (smu) => {
    await smu.hold({ drive: "voltage", level: 0.3, compliance: 1e-3 }, never);
    const expected = { voltage_V: 0.3, current_A: 1e-3, time_s: 2.5, inCompliance: true };
    assert.deepEqual(await smu.measure(1), expected);
    const { current_A } = await smu.measure(1, 0.1);
    assert.ok(Number.isNaN(current_A));
    await assert.rejects(smu.measure(1, 20), /20 power line cycles/);
    await smu.release(1);
  });
});

test("a limit of a held level that the instrument made another one is refused before the output is on", async () => {
  const script: Turn[] = [
    ...hello,
    asked(":OUTP?", "0"),
    ...told(':TRAC:DEL "memrig"'),
    noTouchError,
    ...told(holdSet),
    noTouchError,
    asked(":SOUR:VOLT:ILIM?", "1.050000E-04"),
    ...goodbye,
  ];
  await dialogue(script, open, async (smu, instrument) => {
    const hold = smu.hold({ drive: "voltage", level: 0.3, compliance: 1e-3 }, never);
    await assert.rejects(hold, (error: MemrigError) => error.kind === "instrument-refused");
    assert.ok(!instrument.heard.includes(":OUTP ON"));
  });
});

const hello2461: Turn[] = [
  asked("*LANG?", "SCPI"),
  asked("*IDN?", identity.replace("2450", "2461")),
  noTouchError,
  asked(":SYST:LFR?", "50"),
];
const pulsed: SweepPlan = {
  ...plan,
  levels: [0.5, 1, 0.5],
  compliance: 9,
  nplc: 0.01,
  pulse: { base: 0, width_s: 1e-3 },
};
/** The limit of the base is what a steady level may have; the range that of the pulses. */
const pulseSet =
  sourceVoltage
    .replace("RANG 2E-1", "RANG 1E+0")
    .replace("ILIM 1E-5", "ILIM 7.35E+0")
    .replace("NPLC 1E+0", "NPLC 1E-2") +
  ':SENS:CURR:AZER OFF;:SENS:CURR:RANG 9E+0;:SOUR:PULS:VOLT:ILIM 9E+0;:TRAC:MAKE "memrig", 70;:SENS:AZER:ONCE;' +
  ":SOUR:PULS:LIST:VOLT 5E-1, 1E+0, 5E-1;" +
  ':SOUR:PULS:SWE:VOLT:LIST 1E-3, ON, "memrig", 1, 2, 0, 4.9E-2, OFF';
const pulseLimits = ":SYST:ERR:COUN?;:SOUR:VOLT:ILIM?;:SOUR:PULS:VOLT:ILIM?";

test("pulses are a list with a width and an off time, and both of their limits are read back before anything is on", async () => {
  const script = [
    ...hello2461,
    asked(":OUTP?", "0"),
    ...told(pulseSet),
    asked(pulseLimits, "0;7.350000E+00;9.000000E+00"),
    ...told(":INIT"),
    look(6, IDLE),
    asked(
      /^:TRAC:DATA\? 1, 6,/,
      `${Array.from({ length: 6 }, (_, k) => `1.0,1.0E-3,${k * 0.05},128`).join(",")};6;${IDLE}`,
    ),
    allWell,
  ];
  await dialogue(script, open, async (smu) => {
    const readings = await collect(smu.sweep(pulsed, never));
    assert.deepEqual(
      readings.map(({ index }) => index),
      [0, 1, 2, 3, 4, 5],
    );
  });
});

test("a pulse limit that the instrument made another one is refused, and no output was turned on", async () => {
  const changed = asked(pulseLimits, "0;7.350000E+00;7.350000E+00");
  const script = [...hello2461, asked(":OUTP?", "0"), ...told(pulseSet), changed, ...goodbye];
  await dialogue(script, open, async (smu, { heard }) => {
    const message = /compliance of 9 A was asked for, and the instrument made it 7\.35 A/;
    await assert.rejects(collect(smu.sweep(pulsed, never)), refusal("instrument-refused", message));
    assert.ok(!heard.some((line) => /INIT|OUTP ON/.test(line)));
  });
});

impossiblePlansAreRefused({ open, plan: pulsed }, hello2461, [
  [
    "a pulse from another level than zero",
    { pulse: { base: 0.1, width_s: 1e-3 } },
    /from a base of 0\.1 .* pulses from 0/,
  ],
  [
    "a pulse beyond steady levels that is long",
    { pulse: { base: 0, width_s: 2e-3 } },
    /or up to 105 V with 10\.5 A in pulses of up to 1 ms for up to 5 % of the time/,
  ],
  ["a pulse beyond steady levels that is often", { dwell_s: 0.019 }, /compliance of 9 A was asked for/],
  ["a pulse shorter than its measurement", { nplc: 0.1 }, /a measurement of 4 ms in a pulse of 1 ms/],
  ["a pulse with an edge", { pulse: { base: 0, width_s: 1e-3, edge_s: 1e-6 } }, /edges of its own only/],
]);
