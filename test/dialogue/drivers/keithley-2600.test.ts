import assert from "node:assert/strict";
import { test } from "node:test";
import { Keithley2600 } from "../../../drivers/smu/keithley-2600.js";
import { dialogue } from "../../support/dialogue.js";
import { asked, told } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";
import {
  assertThereAndBack,
  changedLimitIsRefused,
  collect,
  impossiblePlansAreRefused,
  never,
  thereAndBack,
} from "../../support/sweep-dialogue.js";

const noError = asked("print(errorqueue.next())", "0.00000e+00\tQueue Is Empty\t0.00000e+00\t1.00000e+00");
const hello = (model = "2602B"): Turn[] => [
  asked("*IDN?", `Keithley Instruments Inc., Model ${model}, 4032345, 3.3.5`),
  noError,
  asked("print(localnode.linefreq)", "5.00000e+01"),
];
const halt = (smu: string) =>
  `${smu}.abort() if ${smu}.source.output==1 then ${smu}.measure.count=1 ` +
  `if ${smu}.source.func==1 then ${smu}.source.levelv=${smu}.measure.v() else ${smu}.source.leveli=${smu}.measure.i() end end`;
const isOn = (smu: string, on: boolean) => asked(`print(${smu}.source.output)`, on ? "1.00000e+00" : "0.00000e+00");
/** Making sure that a channel is off: it is, so there is nothing to bring down. */
const goodbye = (smu: string): Turn[] => [
  ...told(halt(smu)),
  isOn(smu, false),
  ...told(`${smu}.abort() ${smu}.source.output=0`),
  isOn(smu, false),
  noError,
];
const open = (session: Parameters<typeof Keithley2600.open>[0]) => Keithley2600.open(session, "smu");

const plan = thereAndBack;
const sweeps = { open, plan };

const forced = (smu: string) =>
  `${smu}.abort() format.data=format.ASCII format.asciiprecision=10 ${smu}.source.func=${smu}.OUTPUT_DCVOLTS ` +
  `${smu}.source.levelv=0 ${smu}.source.rangev=0.2 ${smu}.source.limiti=0.00001 ${smu}.sense=${smu}.SENSE_LOCAL ` +
  `${smu}.measure.nplc=1 ${smu}.measure.count=1 ${smu}.measure.filter.enable=0 ` +
  `${smu}.measure.rel.enablev=0 ${smu}.measure.rel.enablei=0 `;
const stimuli = (smu: string) =>
  ["arm", "source", "measure", "endpulse"].map((stage) => `${smu}.trigger.${stage}.stimulus=0`).join(" ");
const sweepSet = (smu: string, own: string) =>
  `${forced(smu)}${smu}.source.delay=0.03 ${smu}.measure.delay=0 ${smu}.measure.autozero=${smu}.AUTOZERO_ONCE ` +
  `${smu}.measure.autorangei=${smu}.AUTORANGE_ON ${own}={} ` +
  `${own}.i=${smu}.makebuffer(74) ${own}.i.collecttimestamps=1 ${own}.i.appendmode=0 ` +
  `${own}.v=${smu}.makebuffer(74) ${own}.v.collecttimestamps=1 ${own}.v.appendmode=0 ${stimuli(smu)} ` +
  `${smu}.trigger.arm.count=1 ${smu}.trigger.source.limiti=${smu}.LIMIT_AUTO ${smu}.trigger.source.action=${smu}.ENABLE ` +
  `${smu}.trigger.measure.iv(${own}.i,${own}.v) ${smu}.trigger.measure.action=${smu}.ENABLE ` +
  `${smu}.trigger.endpulse.action=${smu}.SOURCE_HOLD ${smu}.trigger.endsweep.action=${smu}.SOURCE_IDLE ` +
  `${own}.l={} for k=0,2 do ${own}.l[k+1]=0+0.2*k/2 end for k=1,2 do ${own}.l[3+k]=${own}.l[3-k] end ` +
  `${smu}.trigger.source.listv(${own}.l) ${smu}.trigger.count=10 print(errorqueue.count,${smu}.source.limiti)`;
const start = (smu: string, own: string) =>
  `${own}.b=${own}.b or timer.measure.t() ${own}.t=timer.measure.t()-${own}.b ` +
  `${smu}.source.output=${smu}.OUTPUT_ON ${smu}.trigger.initiate()`;
const look = (own: string, read: number) =>
  `local n=math.min(${own}.i.n,${own}.v.n,${read + 5000}) if n>${read} then printbuffer(${read + 1},n,${own}.v.readings,` +
  `${own}.i.readings,${own}.i.timestamps,${own}.i.statuses) else print(status.operation.sweeping.condition) end`;
const readings = (from: number, to: number, limited: readonly number[] = []) =>
  Array.from({ length: to - from }, (_, i) => {
    const level = plan.levels[(from + i) % plan.levels.length] ?? NaN;
    const status = limited.includes(from + i) ? "7.600000000e+01" : "1.200000000e+01";
    const numbers = [level, level * 1e-6, (from + i) * 0.05].map((value) => value.toExponential(9));
    return [...numbers, status].join(", ");
  }).join(", ");
const allWell = (smu: string, own: string) =>
  asked(
    `${smu}.abort() ${smu}.source.output=0 ${own}=nil collectgarbage() print(${smu}.source.output,errorqueue.count)`,
    "0.000000000e+00\t0.000000000e+00",
  );

test("a sweep is told in one message, read while the buffers fill, and ends with the output off", async () => {
  const script = [
    ...hello(),
    isOn("smua", false),
    asked(sweepSet("smua", "memrig_a"), "0.000000000e+00\t1.000000000e-05"),
    ...told(start("smua", "memrig_a")),
    asked(look("memrig_a", 0), "2.000000000e+00"), // nothing yet, and smua sweeps
    asked(look("memrig_a", 0), readings(0, 4, [2])),
    asked(look("memrig_a", 4), readings(4, 10)),
    allWell("smua", "memrig_a"),
  ];
  await dialogue(script, open, async (smu) => {
    const all = await collect(smu.sweep(plan, never));
    assertThereAndBack(all);
  });
});

test("channel 2 is smub, with a table and buffers of its own", async () => {
  const script = [
    ...hello("2636B"),
    isOn("smub", false),
    asked(sweepSet("smub", "memrig_b"), "0.000000000e+00\t1.000000000e-05"),
    ...told(start("smub", "memrig_b")),
    asked(look("memrig_b", 0), readings(0, 10)),
    allWell("smub", "memrig_b"),
  ];
  await dialogue(script, open, async (smu) => {
    assert.equal((await collect(smu.sweep({ ...plan, channel: 2 }, never))).length, 10);
  });
});

changedLimitIsRefused(
  sweeps,
  [
    ...hello(),
    isOn("smua", false),
    asked(sweepSet("smua", "memrig_a"), "0.000000000e+00\t1.050000000e-04"),
    ...goodbye("smua"),
  ],
  /compliance of 10 µA was asked for, and the instrument made it 105 µA/,
  /OUTPUT_ON|initiate/,
);

test("what the instrument queued is told with its number and text", async () => {
  const queued = asked(
    "print(errorqueue.next())",
    "-2.860000000e+02\tTSP Runtime Error at line 1: attempt to index a nil value\t2.000000000e+01\t1.000000000e+00",
  );
  const refused = [asked(sweepSet("smua", "memrig_a"), "1.000000000e+00\t1.000000000e-05"), queued, noError];
  // An error that somebody left is one reason: all is sent once more.
  const script = [...hello(), isOn("smua", false), ...refused, ...refused, ...goodbye("smua")];
  await dialogue(script, open, async (smu) => {
    await assert.rejects(collect(smu.sweep(plan, never)), /-286 "TSP Runtime Error at line 1: attempt to index/);
  });
});

test("a sweep that is stopped sets the level to what is measured, and goes to zero from there in steps", async () => {
  const script = [
    ...hello(),
    isOn("smua", false),
    asked(sweepSet("smua", "memrig_a"), "0.000000000e+00\t1.000000000e-05"),
    ...told(start("smua", "memrig_a")),
    asked(look("memrig_a", 0), readings(0, 3)),
    ...told(halt("smua")),
    isOn("smua", true),
    asked("print(smua.source.func)", "1.000000000e+00"),
    asked("print(smua.source.levelv)", "2.500000000e-01"),
    ...told("smua.source.levelv=1.25E-1", "smua.source.levelv=0E+0", "smua.abort() smua.source.output=0"),
    isOn("smua", false),
    noError,
  ];
  await dialogue(script, open, async (smu) => {
    for await (const some of smu.sweep(plan, never)) {
      assert.equal(some.length, 3);
      break;
    }
  });
});

test("a held level: limit read back, output on, steps, one line for a reading, steps back", async () => {
  const set =
    forced("smua").replace("limiti=0.00001", "limiti=0.001").replace("=0.2 ", "=0.1 ") +
    "smua.source.delay=0 smua.measure.delay=smua.DELAY_AUTO smua.measure.autozero=smua.AUTOZERO_AUTO " +
    "smua.measure.autorangei=smua.AUTORANGE_ON memrig_a={}";
  const script = [
    ...hello(),
    isOn("smua", false),
    ...told(set),
    noError,
    asked("print(smua.source.limiti)", "1.000000000e-03"),
    ...told("memrig_a.b=timer.measure.t() smua.source.output=smua.OUTPUT_ON"),
    noError,
    ...told("smua.source.levelv=0.1"),
    noError,
    asked(
      "local t=timer.measure.t()-memrig_a.b local i,v=smua.measure.iv() print(v,i,t,smua.source.compliance)",
      "9.987000000e-02\t1.000000000e-03\t1.250000000e-01\ttrue",
    ),
    ...told(halt("smua")),
    isOn("smua", true),
    asked("print(smua.source.func)", "1.000000000e+00"),
    asked("print(smua.source.levelv)", "1.000000000e-01"),
    ...told("smua.source.levelv=0E+0", "smua.abort() smua.source.output=0"),
    isOn("smua", false),
    noError,
  ];
  await dialogue(script, open, async (smu) => {
    await smu.hold({ drive: "voltage", level: 0.1, compliance: 1e-3 }, never);
    assert.deepEqual(await smu.measure(1), {
      voltage_V: 0.09987,
      current_A: 1e-3,
      time_s: 0.125,
      inCompliance: true,
    });
    await smu.release(1);
  });
});

test("a one-channel model is asked about one channel, a two-channel one about both", async () => {
  await dialogue([...hello("2601B"), isOn("smua", false)], open, async (smu) => {
    assert.equal(smu.channels, 1);
    assert.equal(await smu.outputIsOn(), false);
  });
  await dialogue([...hello(), isOn("smua", false), isOn("smub", true)], open, async (smu) => {
    assert.equal(smu.channels, 2);
    assert.equal(await smu.outputIsOn(), true);
  });
});

const pulsed = { ...plan, levels: [0.5, 1], compliance: 8, nplc: 0.01, pulse: { base: 0, width_s: 1e-3 } };
/** Of smub, timers 4 to 6: measured 60 µs and an aperture before the end. */
const pulseSet = (points: number, timers: string) =>
  forced("smub")
    .replace("rangev=0.2", "rangev=1")
    .replace("limiti=0.00001", "limiti=3.03")
    .replace("nplc=1 ", "nplc=0.01 ") +
  "smub.source.delay=0 smub.measure.delay=0 smub.measure.autozero=smub.AUTOZERO_ONCE smub.measure.rangei=8 memrig_b={} " +
  `memrig_b.i=smub.makebuffer(${points + 64}) memrig_b.i.collecttimestamps=1 memrig_b.i.appendmode=0 ` +
  `memrig_b.v=smub.makebuffer(${points + 64}) memrig_b.v.collecttimestamps=1 memrig_b.v.appendmode=0 ${stimuli("smub")} ` +
  "smub.trigger.arm.count=1 smub.trigger.source.limiti=8 smub.trigger.source.action=smub.ENABLE " +
  "smub.trigger.measure.iv(memrig_b.i,memrig_b.v) smub.trigger.measure.action=smub.ENABLE " +
  "smub.trigger.endpulse.action=smub.SOURCE_IDLE smub.trigger.endsweep.action=smub.SOURCE_IDLE " +
  "trigger.timer[4].reset() trigger.timer[4].delay=0.2 trigger.timer[4].passthrough=true " +
  "trigger.timer[5].reset() trigger.timer[5].delay=0.00074 trigger.timer[5].count=1 " +
  "trigger.timer[6].reset() trigger.timer[6].delay=0.001 trigger.timer[6].count=1 " +
  `memrig_b.l={} ${timers} ` +
  "smub.trigger.measure.stimulus=trigger.timer[5].EVENT_ID smub.trigger.endpulse.stimulus=trigger.timer[6].EVENT_ID " +
  "print(errorqueue.count,smub.source.limiti,smub.trigger.source.limiti)";
const bothLimits = "0.000000000e+00\t3.030000000e+00\t8.000000000e+00";
const periods =
  "smub.trigger.count=4 trigger.timer[4].count=3 trigger.timer[4].stimulus=smub.trigger.ARMED_EVENT_ID " +
  "trigger.timer[5].stimulus=trigger.timer[4].EVENT_ID trigger.timer[6].stimulus=trigger.timer[4].EVENT_ID " +
  "smub.trigger.source.stimulus=trigger.timer[4].EVENT_ID";
const two = "for k=0,1 do memrig_b.l[k+1]=0.5+0.5*k/1 end smub.trigger.source.listv(memrig_b.l)";
const pulsesWell = asked(
  "smub.abort() smub.source.output=0 trigger.timer[4].stimulus=0 trigger.timer[5].stimulus=0 trigger.timer[6].stimulus=0 delay(0.099) " +
    "memrig_b=nil collectgarbage() print(smub.source.output,errorqueue.count)",
  "0.000000000e+00\t0.000000000e+00",
);

test("pulses are timed by three timers of the channel's own; limits of base and pulse are read back before anything is on", async () => {
  const script = [
    ...hello(),
    isOn("smub", false),
    asked(pulseSet(4, `${two} ${periods}`), bothLimits),
    ...told(start("smub", "memrig_b")),
    asked(look("memrig_b", 0), readings(0, 4)),
    pulsesWell,
  ];
  await dialogue(script, open, async (smu) => {
    const all = await collect(smu.sweep({ ...pulsed, channel: 2, dwell_s: 0.2 }, never));
    assert.equal(all.length, 4);
  });
});

test("one pulse has no period, and begins at once; from a base it begins there, reached and left in steps", async () => {
  const alone =
    "for k,x in ipairs({1}) do memrig_b.l[0+k]=x end smub.trigger.source.listv(memrig_b.l) " +
    "smub.trigger.count=1 trigger.timer[4].stimulus=0 trigger.timer[5].stimulus=smub.trigger.ARMED_EVENT_ID " +
    "trigger.timer[6].stimulus=smub.trigger.ARMED_EVENT_ID smub.trigger.source.stimulus=0";
  const script = [
    ...hello(),
    isOn("smub", false),
    asked(pulseSet(1, alone), bothLimits),
    ...told("smub.source.output=smub.OUTPUT_ON"),
    noError,
    ...told("smub.source.levelv=0.15", "smub.source.levelv=0.3", start("smub", "memrig_b")),
    asked(look("memrig_b", 0), readings(0, 1)),
    ...told(halt("smub")),
    isOn("smub", true),
    asked("print(smub.source.func)", "1.000000000e+00"),
    asked("print(smub.source.levelv)", "3.000000000e-01"),
    ...told("smub.source.levelv=1.5E-1", "smub.source.levelv=0E+0", "smub.abort() smub.source.output=0"),
    isOn("smub", false),
    noError,
  ];
  await dialogue(script, open, async (smu) => {
    const one = { ...pulsed, channel: 2, dwell_s: 0.2, levels: [1], cycles: 1, pulse: { base: 0.3, width_s: 1e-3 } };
    assert.equal((await collect(smu.sweep(one, never))).length, 1);
  });
});

impossiblePlansAreRefused({ open, plan: { ...pulsed, dwell_s: 0.2 } }, hello(), [
  [
    "a pulse beyond steady levels that is long",
    { pulse: { base: 0, width_s: 1.9e-3 } },
    /or up to 30 V with 10 A in pulses of up to 1\.8 ms for up to 1 % of the time/,
  ],
  ["a pulse beyond steady levels that is often", { dwell_s: 0.09 }, /compliance of 8 A was asked for/],
  [
    "a base that is beyond its steady area",
    { pulse: { base: 10, width_s: 1e-3 } },
    /10 V with a compliance of 3\.03 A/,
  ],
  ["a pulse that ends before its measurement", { nplc: 0.05 }, /a measurement of 1 ms in a pulse of 1 ms/],
  ["a pulse shorter than there is", { pulse: { base: 0, width_s: 9e-5 } }, /100 µs to/],
]);
