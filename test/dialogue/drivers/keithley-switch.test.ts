import assert from "node:assert/strict";
import { test } from "node:test";
import { KeithleySwitch } from "../../../drivers/switch/keithley-switch.js";
import type { MemrigError } from "../../../src/errors.js";
import { dialogue } from "../../support/dialogue.js";
import { asked, told } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";

const noError = asked("print(errorqueue.next())", "0.00000e+00\tQueue Is Empty\t0.00000e+00\t1.00000e+00");
const slots = (count: number) => Array.from({ length: count }, (_, index) => `slot[${index + 1}].idn`).join(",");
const hello: Turn[] = [
  asked("*IDN?", "Keithley Instruments Inc., Model 707B, 1234567, 01.20d"),
  noError,
  asked(
    `print(${slots(6)})`,
    ["7072,8x12 Semi Matrix,01.00a,1234567", ...Array.from({ length: 5 }, () => "Empty Slot")].join("\t"),
  ),
];
const exclusively = (list: string) =>
  `channel.connectrule=channel.BREAK_BEFORE_MAKE channel.exclusiveclose("${list}") waitcomplete() ` +
  'print(errorqueue.count,channel.getclose("allslots"))';
const opened: Turn[] = [
  ...told("scan.abort()", 'channel.open("allslots")'),
  asked('waitcomplete() print(channel.getclose("allslots")==nil and 0 or 1)', "0.00000e+00"),
  noError,
];
const open = (session: Parameters<typeof KeithleySwitch.open>[0]) => KeithleySwitch.open(session, "matrix");

test("the channels are those of the cards, and closing is exclusive, waited for and read back", async () => {
  const script = [
    ...hello,
    asked(exclusively("1A01,1B02"), "0.00000e+00\t1A01;1B02"),
    asked('print(channel.getclose("allslots"))', "1A01;1B02"),
    ...opened,
  ];
  await dialogue(script, open, async (matrix) => {
    assert.equal(matrix.ranges.channels.length, 96);
    assert.equal(matrix.ranges.channels.at(-1), "1H12");
    await matrix.closeOnly(["1A01", "1B02"]);
    assert.deepEqual(await matrix.closed(), ["1A01", "1B02"]);
    await matrix.openAll();
  });
});

test("something else closed than was asked for: all is opened, and it is told", async () => {
  const script = [...hello, asked(exclusively("1A01,1B02"), "0.00000e+00\t1A01"), ...opened];
  await dialogue(script, open, async (matrix) => {
    await assert.rejects(matrix.closeOnly(["1A01", "1B02"]), (error: MemrigError) => {
      assert.equal(error.kind, "instrument-refused");
      assert.match(error.message, /1A01 was closed where 1A01, 1B02 was asked for/);
      return true;
    });
  });
});

test("a queued error is told with its number, and nothing closed reads as none", async () => {
  const script = [
    ...hello,
    asked('print(channel.getclose("allslots"))', "nil"),
    asked(exclusively("1A01"), "1.00000e+00\tnil"),
    asked("print(errorqueue.next())", "1.11500e+03\tChannel is forbidden to close: 1A01\t2.00000e+01\t1.00000e+00"),
    noError,
    ...opened,
  ];
  await dialogue(script, open, async (matrix) => {
    assert.deepEqual(await matrix.closed(), []);
    await assert.rejects(matrix.closeOnly(["1A01"]), /1115 "Channel is forbidden to close: 1A01"/);
  });
});

test("a 3706A numbers its matrix by row and column, its multiplexer by channel", async () => {
  const script = [
    asked("*IDN?", "KEITHLEY INSTRUMENTS INC.,MODEL 3706A,04098765,01.56a"),
    noError,
    asked(
      `print(${slots(6)})`,
      ["3730,6x16 Matrix,01.40h,1", "3720,Dual 1x30 Multiplexer,01.40h,2", "9999,Something,1,1"]
        .concat(Array.from({ length: 3 }, () => "Empty Slot"))
        .join("\t"),
    ),
  ];
  await dialogue(script, open, async (matrix) => {
    const { channels } = matrix.ranges;
    assert.equal(channels.length, 96 + 60);
    assert.deepEqual([channels[0], channels[95], channels[96], channels.at(-1)], ["1101", "1616", "2001", "2060"]);
  });
});
