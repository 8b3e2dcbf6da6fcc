import assert from "node:assert/strict";
import { test } from "node:test";
import { KeysightInfiniiVision } from "../../../drivers/scope/keysight-infiniivision.js";
import type { Capture, CapturePlan } from "../../../src/capabilities/index.js";
import { MemrigError } from "../../../src/errors.js";
import { encodeBlock } from "../../../src/scpi/index.js";
import { dialogue, noKeysightError } from "../../support/dialogue.js";
import { asked, told } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";

const hello: Turn[] = [
  asked("*IDN?", "KEYSIGHT TECHNOLOGIES,MSO-X 3104T,MY57123456,07.20.2017102614"),
  asked("*OPT?", "MSO,SGM,WGN"),
  noKeysightError,
];
const open = (session: Parameters<typeof KeysightInfiniiVision.open>[0]) =>
  KeysightInfiniiVision.open(session, "scope");
const never = new AbortController().signal;

const plan: CapturePlan = {
  channels: [
    { channel: 1, range_V: 4, offset_V: 0.5 },
    { channel: 3, range_V: 0.08, offset_V: 0, impedance: "50" },
  ],
  window_s: 1e-6,
  pretrigger_s: 1e-7,
  trigger: { channel: 1, level_V: 0.6, slope: "rising" },
  segments: 2,
  points: 80,
};

const armed: Turn[] = [
  ...told(
    ":STOP",
    ":CHAN1:DISP ON",
    ":CHAN1:COUP DC",
    ":CHAN1:BWL OFF",
    ":CHAN1:INV OFF",
    ":CHAN1:IMP ONEM",
    ":CHAN1:RANG 4E+0",
    ":CHAN1:OFFS 5E-1",
    ":CHAN2:DISP OFF",
    ":CHAN3:DISP ON",
    ":CHAN3:COUP DC",
    ":CHAN3:BWL OFF",
    ":CHAN3:INV OFF",
    ":CHAN3:RANG 8E-2",
    ":CHAN3:OFFS 0E+0",
    ":CHAN3:IMP FIFT",
    ":CHAN4:DISP OFF",
    ":TIM:MODE MAIN",
    ":TIM:REF CENT",
    ":TIM:RANG 1E-6",
    ":TIM:POS 4E-7",
    ":TRIG:MODE EDGE",
    ":TRIG:EDGE:SOUR CHAN1",
    ":TRIG:EDGE:COUP DC",
    ":TRIG:EDGE:SLOP POS",
    ":TRIG:EDGE:LEV 6E-1",
    ":TRIG:SWE NORM",
  ),
  noKeysightError,
  asked(":CHAN1:RANG?", "+4.00E+00"),
  asked(":CHAN3:RANG?", "+8.00E-02"),
  ...told(":ACQ:TYPE NORM", ":ACQ:MODE SEGM", ":ACQ:SEGM:COUN 2"),
  noKeysightError,
  asked(":TER?", "+1"),
  ...told(":SING"),
  noKeysightError,
  asked(":OPER:COND?", "+8"), // still filling its memory before the trigger
  asked(":OPER:COND?", "+40"),
];
const complete: Turn[] = [
  asked(":OPER:COND?", "+40"),
  asked(":OPER:COND?", "+0"),
  asked(":WAV:SEGM:COUN?", "+2"),
  asked(":ACQ:SEGM:IND 1;:WAV:SEGM:TTAG?;:ACQ:SEGM:IND 2;:WAV:SEGM:TTAG?", "+0.0E+00;+1.00125E-04"),
];
const setUp = (channel: number): Turn[] => [
  ...told(`:WAV:SOUR CHAN${channel}`, ":WAV:FORM BYTE", ":WAV:UNS 1", ":WAV:POIN:MODE RAW", ":WAV:POIN 100"),
  noKeysightError,
  asked(":WAV:PRE?", "+0,+0,+3,+1,+1.0E-08,-1.0E-07,+0,+1.0E-01,+5.0E-01,+128"),
];
const samples = (...codes: number[]) => {
  return Buffer.concat([encodeBlock(Buffer.from(codes)), Buffer.from("\n")]);
};
const rounded = (values: Float64Array | undefined) => [...(values ?? [])].map((value) => Number(value.toFixed(6)));

async function collect(captures: AsyncGenerator<Capture>): Promise<{ capture: Capture; volts: number[][] }[]> {
  const all = [];
  for await (const capture of captures) all.push({ capture, volts: [...capture.volts.values()].map(rounded) });
  return all;
}

const bothSegments = [
  [
    [0.5, 0.6, 0.4],
    [0.5, 0.6, 0.4],
  ],
  [
    [0.7, 0.8, 0.9],
    [0.7, 0.8, 0.9],
  ],
];

test("all segments of a channel come in one block, and become volts and times", async () => {
  const data = asked(":WAV:DATA?", samples(128, 129, 127, 130, 131, 132));
  const all = [...told(":WAV:SEGM:ALL ON"), noKeysightError, data];
  const script = [...hello, ...armed, ...complete, ...setUp(1), ...all, ...setUp(3), ...all];
  await dialogue(script, open, async (scope, instrument) => {
    await scope.arm(plan, never);
    const records = await collect(scope.captures(5, never));
    assert.deepEqual(
      records.map(({ volts }) => volts),
      bothSegments,
    );
    const [first, second] = records.map(({ capture }) => capture);
    assert.deepEqual([first?.segment, first?.trigger_s, first?.start_s, first?.step_s], [0, 0, -1e-7, 1e-8]);
    assert.equal(second?.trigger_s, 1.00125e-4);
    assert.deepEqual([...(first?.volts.keys() ?? [])], [1, 3]);
    assert.ok(!instrument.heard.some((line) => line.startsWith(":DIG")));
  });
});

test("firmware without :WAV:SEGM:ALL gives its segments one by one", async () => {
  const unknown = [...told(":WAV:SEGM:ALL ON"), asked(":SYST:ERR?", '-113,"Undefined header"'), noKeysightError];
  const one = (index: number, channel: number, ...codes: number[]): Turn[] => [
    ...told(`:ACQ:SEGM:IND ${index}`, `:WAV:SOUR CHAN${channel}`),
    noKeysightError,
    asked(":WAV:DATA?", samples(...codes)),
  ];
  const script = [...hello, ...armed, ...complete, ...setUp(1), ...unknown, ...setUp(3), ...unknown];
  const segments = [
    ...one(1, 1, 128, 129, 127),
    ...one(1, 3, 128, 129, 127),
    ...one(2, 1, 130, 131, 132),
    ...one(2, 3, 130, 131, 132),
  ];
  await dialogue([...script, ...segments], open, async (scope) => {
    await scope.arm(plan, never);
    const records = await collect(scope.captures(5, never));
    assert.deepEqual(
      records.map(({ volts }) => volts),
      bothSegments,
    );
  });
});

test("triggers that do not come are counted, and the scope is stopped", async () => {
  const late = [asked(":OPER:COND?", "+40"), ...told(":STOP"), asked(":WAV:SEGM:COUN?", "+1")];
  await dialogue([...hello, ...armed, ...late], open, async (scope) => {
    await scope.arm(plan, never);
    await assert.rejects(collect(scope.captures(-1, never)), (error: MemrigError) => {
      assert.equal(error.kind, "no-answer");
      assert.match(error.message, /1 of 2 triggers came.*Does channel 1 pass 600 mV rising/s);
      return true;
    });
    await assert.rejects(collect(scope.captures(5, never)), /is not armed/);
  });
});

test("an abort while waiting stops the scope", async () => {
  const stop = new AbortController();
  const script = [...hello, ...armed, asked(":OPER:COND?", "+40"), ...told(":STOP")];
  await dialogue(script, open, async (scope, instrument) => {
    await scope.arm(plan, never);
    stop.abort();
    await assert.rejects(collect(scope.captures(5, stop.signal)), (error: MemrigError) => error.kind === "aborted");
    const deadline_ms = Date.now() + 2000;
    while (instrument.heard.at(-1) !== ":STOP" && Date.now() < deadline_ms) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  });
});

test("a range that the scope made smaller is refused: it would cut the signal off", async () => {
  const script = [...hello, ...armed.slice(0, 28), asked(":CHAN1:RANG?", "+2.0E+00")];
  await dialogue(script, open, async (scope) => {
    await assert.rejects(
      scope.arm(plan, never),
      /a range of 4 V was asked for on channel 1, and the scope made it 2 V/,
    );
  });
});

test("making safe stops the scope and turns its wave generator off", async () => {
  const script = [...told(":STOP", ":WGEN:OUTP 0"), asked(":WGEN:OUTP?", "0"), noKeysightError];
  await dialogue([...hello, ...script], open, async (scope) => scope.makeSafe());
});

for (const [name, change] of [
  [
    "a channel it has not",
    { channels: [{ channel: 5, range_V: 1, offset_V: 0 }], trigger: { ...plan.trigger, channel: 5 } },
  ],
  ["a trigger on a channel that is not captured", { trigger: { ...plan.trigger, channel: 2 } }],
  ["more segments than it has", { segments: 1001 }],
  ["more points than its memory", { points: 5_000_000 }],
  ["points closer than its samples", { points: 80_000 }],
  ["a trigger outside the record", { pretrigger_s: 2e-6 }],
  ["no range", { channels: [{ channel: 1, range_V: 0, offset_V: 0 }] }],
] as const) {
  test(`${name} is refused before anything is sent`, async () => {
    await dialogue(hello, open, async (scope) => {
      const refused = (error: MemrigError) => error.kind === "invalid-request";
      await assert.rejects(scope.arm({ ...plan, ...change }, never), refused);
    });
  });
}
