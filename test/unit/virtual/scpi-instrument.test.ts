import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mnemonic } from "../../../src/virtual/scpi/mnemonic.js";
import {
  block,
  boolean,
  booleanSetting,
  channelList,
  Indefinite,
  integer,
  keyword,
  keywordSetting,
  nr3,
  numberSetting,
  numeric,
  optional,
  parseNumber,
  rest,
  ScpiError,
  ScpiInstrument,
  string,
  takes,
} from "../../../src/virtual/scpi/index.js";
import { esrBit } from "../../../src/virtual/scpi/errors.js";

/** An instrument with a command of each kind. */
function toy(continuesAfterError = false) {
  const scpi = new ScpiInstrument({
    identity: "MAKER,TOY,1,0.1",
    queueDepth: 4,
    formatError: (entry) => (entry ? `${entry.code},"${entry.text}"` : '0,"No error"'),
    formatNumber: (value) => nr3(value, 6),
    continuesAfterError,
  });
  const levels = [0, 0];
  const state = { on: false, shape: "SIN", limit: 0, text: "", bytes: 0, numbers: [] as readonly number[] };
  numberSetting(
    scpi,
    "[:SOURce<1-2>]:VOLTage[:LEVel][:IMMediate][:AMPLitude]",
    "V",
    { min: -20, max: 20, default: 0 },
    {
      get: ({ suffixes }) => levels[(suffixes[0] ?? 1) - 1] as number,
      set: (value, { suffixes }) => void (levels[(suffixes[0] ?? 1) - 1] = value),
    },
  );
  numberSetting(
    scpi,
    "[:SOURce<1-2>]:VOLTage:RANGe",
    "V",
    { min: 0, max: 200 },
    { get: () => 0, set: () => undefined },
  );
  numberSetting(
    scpi,
    "[:SOURce<1-2>]:VOLTage:ILIMit",
    "A",
    { min: 0, max: 1 },
    {
      get: () => state.limit,
      set: (value) => void (state.limit = value),
    },
  );
  booleanSetting(scpi, ":OUTPut<1-2>[:STATe]", { get: () => state.on, set: (on) => void (state.on = on) });
  keywordSetting(scpi, ":FUNCtion", ["SINusoid", "SQUare"], {
    get: () => state.shape,
    set: (shape) => void (state.shape = shape),
  });
  scpi.tree.command(
    ":DISPlay:TEXT",
    takes([string()], ([text]) => void (state.text = text)),
  );
  scpi.tree.command(
    ":DATA",
    takes([keyword("VOLatile"), block()], ([, bytes]) => void (state.bytes = bytes.length)),
  );
  scpi.tree.command(
    ":LIST",
    takes([numeric(), rest(numeric())], ([first, more]) => void (state.numbers = [first, ...more])),
  );
  scpi.tree.command(
    ":ROUTe:CLOSe",
    takes([channelList()], ([channels]) => void (state.numbers = channels)),
  );
  scpi.tree.command(
    ":SWEep",
    takes([integer({ min: 2 }), optional(boolean(), true)], ([n, both]) => void (state.numbers = [n, both ? 1 : 0])),
  );
  scpi.tree.query(
    ":DATA",
    takes([], () => new Indefinite("#0abc")),
  );
  const sent: string[] = [];
  const never = new AbortController().signal;
  const send = async (message: string) => {
    sent.push(message);
    const reply = await scpi.execute(Buffer.from(message, "latin1"), never);
    return reply === undefined ? undefined : Buffer.from(reply).toString("latin1");
  };
  const error = async () => Number((await send("SYST:ERR?"))?.split(",")[0]);
  return { scpi, state, levels, send, error };
}

test("a header is known in its short and long form, mixed by node and in any case, and in no form between", async () => {
  const { send, levels, error } = toy();
  const forms = ["SOUR:VOLT", "source:voltage", ":SOURce:VOLT:LEVel", "VOLT:LEV:IMM:AMPL", "SOUR1:VOLTage", ":volt"];
  for (const [index, form] of forms.entries()) {
    await send(`${form} ${index + 1}`);
    assert.equal(levels[0], index + 1, form);
  }
  for (const form of ["SOURC:VOLT", "SOU:VOLT", "VOLTAG", "SOUR:VOLT:LE", ":SYST :ERR?"]) {
    await send(`${form} 19`);
    assert.equal(await error(), -113, form);
  }
  assert.equal(levels[0], forms.length);
});

test("a word of more than twelve letters is -112 where there is none like it, and heard where the instrument has it", async () => {
  const { scpi, send, error } = toy();
  await send("RANG:ABCDEFGHIJKLM 1");
  assert.equal(await error(), -113, "RANG has nothing below it");
  await send("ABCDEFGHIJKLM 1");
  assert.equal(await error(), -112);
  scpi.tree.query(
    ":ACQuire:INTerpolation",
    takes([], () => "ON"),
  );
  assert.equal(await send("ACQuire:INTerpolation?"), "ON\n");
});

test("a node number selects its instance; one that is not there gives -114", async () => {
  const { send, levels, error } = toy();
  await send("SOUR2:VOLT 3;:SOUR:VOLT 1");
  assert.deepEqual(levels, [1, 3]);
  await send("SOUR3:VOLT 1");
  assert.equal(await error(), -114);
  await send("FUNC2 SIN");
  assert.equal(await error(), -113);
});

test("behind a semicolon the path of the header before holds, a colon goes to the root, * commands leave it alone", async () => {
  const { send, state, error } = toy();
  assert.equal(
    await send("SOUR:VOLT:RANG 20;ILIM 0.5;*ESE 1;ILIM?;:OUTP ON;:SOUR:VOLT:ILIM?"),
    "5.000000E-01;5.000000E-01\n",
  );
  assert.equal(state.on, true);
  await send("SOUR:VOLT 1;ILIM 0.25"); // the path is SOUR, where there is no ILIM
  assert.equal(await error(), -113);
  assert.equal(await send("SOUR:VOLT:ILIM?"), "5.000000E-01\n");
});

test("units before a faulty one stay done, the rest of its message is discarded", async () => {
  const { send, levels, state } = toy();
  assert.equal(await send("VOLT 2;VOLT?;NONSENSE;:OUTP ON"), "2.000000E+00\n");
  assert.equal(levels[0], 2);
  assert.equal(state.on, false);

  const other = toy(true);
  await other.send("NONSENSE;:OUTP ON");
  assert.equal(other.state.on, true, "a dialect may go on");
});

test("each mistake has the number that SCPI-99 gives it", async () => {
  const { send, error } = toy();
  const mistakes: readonly (readonly [string, number])[] = [
    ["NONSENSE", -113],
    ["SYST:ERR 1", -113],
    ["DISP:TEXT?", -113],
    ["RANG100", -113],
    ["VOLT", -109],
    ["VOLT 1,2", -108],
    ["*RST 1", -108],
    [`VOLT "1"`, -158],
    ["VOLT 1.2.3", -121],
    ["VOLT 1 A", -131],
    ["SWE 3 V", -138],
    ["VOLT 21", -222],
    ["VOLT 1E400", -123],
    ["VOLT FOO", -224],
    ["FUNC TRIA", -224],
    ["FUNC 1", -128],
    [`FUNC "SIN"`, -104],
    ["DISP:TEXT SIN", -104],
    ["DATA VOL,#15abc", -161],
    ["DATA VOL,1", -104],
    ["OUTP MAYBE", -224],
    ["ROUT:CLOS (@1,)", -171],
    ["*TRG", -211],
    ["*ESE 256", -222],
  ];
  for (const [message, code] of mistakes) {
    await send(message);
    assert.equal(await error(), code, message);
    assert.equal(await error(), 0, `${message}: one error only`);
  }
});

test("numbers may carry units and multipliers; M is milli, but mega before HZ and OHM, and MA alone is milliampere", () => {
  const volts = ["1", "1V", "1000 mV", "1E3MV", "0.001 KV", "1e-6MAV", "+1.0E0 v", "1000000uV"];
  for (const text of volts) assert.equal(parseNumber(text, ["V"])?.value, 1, text);
  assert.equal(parseNumber("10MA", ["A"])?.value, 0.01);
  assert.equal(parseNumber("2MHZ", ["HZ"])?.value, 2e6);
  assert.equal(parseNumber("2 MAHZ", ["HZ"])?.value, 2e6);
  assert.equal(parseNumber("2MOHM", ["OHM"])?.value, 2e6);
  assert.equal(parseNumber("5MS", ["S"])?.value, 5e-3);
  assert.equal(parseNumber("#H1f", [])?.value, 31);
  assert.equal(parseNumber("#q17", [])?.value, 15);
  assert.equal(parseNumber("#B101", [])?.value, 5);
  assert.equal(parseNumber("INF", [])?.value, 9.9e37);
  assert.equal(parseNumber("nan", [])?.value, 9.91e37);
});

test("a number that is written as NR3 and read again is the same to its digits", () => {
  const double = fc.double({ noNaN: true, min: -1e30, max: 1e30 });
  // + 0: a text has no sign for zero, and needs none
  fc.assert(fc.property(double, (value) => assert.equal(parseNumber(nr3(value, 16), [])?.value, value + 0)));
  assert.equal(nr3(0.001000123, 6), "1.000123E-03");
  assert.equal(nr3(1, 6, true), "+1.000000E+00");
  assert.equal(nr3(Infinity, 6), "9.900000E+37");
  assert.equal(nr3(Number.NaN, 6), "9.910000E+37");
  assert.equal(nr3(1e-300, 2), "1.00E-300");
});

test("short forms come from the upper-case letters of the notation", () => {
  assert.deepEqual(mnemonic("VOLTage"), { short: "VOLT", long: "VOLTAGE" });
  assert.deepEqual(mnemonic("SOURSTATus"), { short: "SOURSTAT", long: "SOURSTATUS" });
  assert.deepEqual(mnemonic("PROT20"), { short: "PROT20", long: "PROT20" });
});

test("strings, blocks, lists, booleans and left-out parameters arrive as what they are", async () => {
  const { send, state, error } = toy();
  await send(`DISP:TEXT 'say "hi"; ok'`);
  assert.equal(state.text, 'say "hi"; ok');
  await send("DATA VOLATILE,#15\n;,\"'");
  assert.equal(state.bytes, 5);
  await send("list 1, 2.5 ,3e0");
  assert.deepEqual(state.numbers, [1, 2.5, 3]);
  await send("ROUT:CLOS (@1,3:5)");
  assert.deepEqual(state.numbers, [1, 3, 4, 5]);
  await send("SWE 2.4");
  assert.deepEqual(state.numbers, [2, 1]);
  await send("SWE 3,");
  assert.deepEqual(state.numbers, [3, 1]);
  await send("SWE 3,0.2");
  assert.deepEqual(state.numbers, [3, 0]);
  assert.equal(await error(), 0);
  assert.equal(await send("VOLT? MAX;VOLT? MIN;VOLT? DEF"), "2.000000E+01;-2.000000E+01;0.000000E+00\n");
  assert.equal(await send("FUNC?"), "SIN\n");
});

test("a query behind a reply of unknown length is refused with -440, before it still answered", async () => {
  const { send, error } = toy();
  assert.equal(await send("*ESE?;*IDN?;*ESE?"), "0;MAKER,TOY,1,0.1\n");
  assert.equal(await error(), -440);
  assert.equal(await send("DATA?;OUTP 1"), "#0abc\n");
});

test("each class of error sets its bit of the event status, which reading clears", async () => {
  const bits: readonly (readonly [number, number])[] = [
    [-113, 32],
    [-222, 16],
    [-350, 8],
    [4915, 8],
    [-410, 4],
    [-500, 128],
    [-600, 64],
    [-700, 2],
    [-800, 1],
  ];
  for (const [code, bit] of bits) assert.equal(esrBit(code), bit, String(code));

  const { send } = toy();
  assert.equal(await send("*ESR?"), "128\n", "power on");
  await send("NONSENSE");
  await send("VOLT 99");
  assert.equal(await send("*ESR?;*ESR?"), "48;0\n");
});

test("the status byte sums up queue, events and enabled bits, and *STB? clears nothing", async () => {
  const { send } = toy();
  await send("*CLS;*ESE 32;*SRE 100");
  assert.equal(await send("*SRE?"), "36\n", "bit 6 can not be enabled");
  assert.equal(await send("*STB?"), "0\n");
  await send("NONSENSE");
  assert.equal(await send("*STB?"), "100\n", "error queue 4, event summary 32, master 64");
  assert.equal(await send("*ESE?;*STB?"), "32;116\n", "a reply that waits is bit 4");
  await send("*CLS");
  assert.equal(await send("*STB?;*ESE?"), "0;32\n", "*CLS keeps the enables");
});

test("a register group latches what its transition filters let through until it is read", async () => {
  const { scpi, send } = toy();
  const { operation } = scpi.status;
  await send("STAT:OPER:ENAB 16;NTR 8");
  operation.condition = 16 + 8;
  operation.condition = 0;
  assert.equal(await send("STAT:OPER:COND?;EVEN?;EVEN?"), "0;24;0\n");
  operation.condition = 16;
  assert.equal(await send("*STB?"), "128\n");
  await send("STAT:PRES");
  assert.equal(await send("STAT:OPER:ENAB?;PTR?;NTR?"), "0;32767;0\n");
});

test("a full error queue ends in -350 and loses what comes later; notes make room for errors", async () => {
  const { scpi, send, error } = toy();
  scpi.raise(2731, undefined, "note", "information");
  for (let k = 0; k < 6; k++) await send("NONSENSE");
  assert.equal(await send("SYST:ERR:COUN?"), "4\n");
  assert.deepEqual(
    [await error(), await error(), await error(), await error(), await error()],
    [-113, -113, -113, -350, 0],
  );
});

test("*OPC? and *WAI wait for what runs overlapped; *OPC sets its bit when it ends; *CLS calls that off", async () => {
  const { scpi, send } = toy();
  await send("*CLS");
  const end = scpi.operations.begin();
  await send("*OPC");
  const waiting = send("*OPC?;*ESR?");
  let answered = false;
  void waiting.then(() => (answered = true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(answered, false);
  end();
  assert.equal(await waiting, "1;1\n");

  const endAgain = scpi.operations.begin();
  await send("*OPC;*CLS");
  endAgain();
  assert.equal(await send("*OPC?;*ESR?"), "1;0\n");
});

test("device clear gives up a wait and its message, and the parser goes on", async () => {
  const { scpi, send } = toy();
  scpi.operations.begin();
  const clear = new AbortController();
  const waiting = scpi.execute(Buffer.from("*WAI;:OUTP ON"), clear.signal);
  clear.abort();
  assert.equal(await waiting, undefined);
  assert.equal(await send("OUTP?"), "0\n");
});

test("a fault inside a handler is queued as -310 and the instrument goes on", async () => {
  const { scpi, send, error } = toy();
  scpi.tree.command(
    ":BROKen",
    takes([], () => {
      throw new TypeError("not a ScpiError");
    }),
  );
  await send("BROK");
  assert.equal(await error(), -310);
  assert.equal(await send("OUTP?"), "0\n");
  assert.ok(new ScpiError(-222) instanceof Error);
});
