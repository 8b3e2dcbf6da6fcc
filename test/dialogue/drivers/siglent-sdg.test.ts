import assert from "node:assert/strict";
import { test } from "node:test";
import { SiglentSdg } from "../../../drivers/awg/siglent-sdg.js";
import { fieldsOf, numberOf } from "../../../drivers/awg/siglent-sdg-text.js";
import type { PulseCycle } from "../../../src/capabilities/index.js";
import type { MemrigError } from "../../../src/errors.js";
import { Framer } from "../../../src/virtual/scpi/framer.js";
import { dialogue } from "../../support/dialogue.js";
import { asked, told } from "../../support/scripted-instrument.js";
import type { Turn } from "../../support/scripted-instrument.js";

const sdg2042x = asked("*IDN?", "Siglent Technologies,SDG2042X,SDG2XCAC1R3456,2.01.01.35R3B2");
const sdg1032x = asked("*IDN?", "Siglent Technologies,SDG1032X,SDG1XCAX1R1234,1.01.01.33R8");
const open = (session: Parameters<typeof SiglentSdg.open>[0]) => SiglentSdg.open(session, "awg");

const cycle: PulseCycle = {
  segments: [
    { level_V: 1, duration_s: 1e-6 },
    { level_V: 0, duration_s: 9e-6 },
  ],
  limit: { low_V: -0.1, high_V: 1.2 },
};
const isOff = asked("C1:OUTP?", "C1:OUTP OFF,LOAD,HZ,PLRT,NOR");
const off: Turn[] = [isOff, ...told("C1:OUTP OFF"), isOff];
const upload = (bytes: number, take: (bytes: Buffer) => void): Turn[] => [
  ...off,
  ...told("C1:BTWV STATE,OFF"),
  {
    expect: `C1:WVDT WVNM,memrig1A,TYPE,5,LENGTH,${bytes}B,FREQ,1000,AMPL,0.1,OFST,0,PHASE,0,WAVEDATA,`,
    block: take,
  },
  asked("*OPC?", "1"),
];
const settings = (mode: readonly string[]): Turn[] =>
  told(
    "C1:OUTP LOAD,HZ",
    "C1:OUTP PLRT,NOR",
    "C1:BSWV WVTP,SINE",
    "C1:BSWV FRQ,1E+3",
    ...mode,
    "C1:BSWV WVTP,ARB",
    "C1:ARWV NAME,memrig1A",
    "C1:BSWV FRQ,1E+5",
    "C1:BSWV PHSE,0",
    "C1:BSWV OFST,0E+0",
    "C1:BSWV AMP,1E+0",
    "C1:BSWV OFST,5E-1",
    "C1:BTWV STATE,ON",
    "C1:BTWV GATE_NCYC,NCYC",
    "C1:BTWV TRSR,MAN",
    "C1:BTWV TIME,100",
    "C1:BTWV STPS,0",
    "C1:BTWV DLAY,0",
  );
const wave = "C1:BSWV WVTP,ARB,FRQ,100000HZ,PERI,1e-05S,AMP,1V,AMPVRMS,0.5Vrms,OFST,0.5V,HLEV,1V,LLEV,0V,PHSE,0";
const burst =
  "C1:BTWV STATE,ON,PRD,0.01S,STPS,0,TRSR,MAN,TRMD,OFF,TIME,100,DLAY,2.4e-07S,GATE_NCYC,NCYC,CARR,WVTP,ARB,FRQ,100000HZ";
const readBack = (mode: readonly Turn[]): Turn[] => [
  isOff,
  isOff,
  asked("C1:BSWV?", wave),
  asked("C1:ARWV?", "C1:ARWV INDEX,60,NAME,memrig1A"),
  asked("C1:BSWV?", wave),
  ...mode,
  asked("C1:BSWV?", wave),
  asked("C1:BSWV?", wave),
  ...Array.from({ length: 5 }, () => asked("C1:BTWV?", burst)),
];
const dds = ["C1:SRATE MODE,DDS"];
const loaded = (take: (bytes: Buffer) => void): Turn[] => [
  ...upload(2000, take),
  ...settings(dds),
  ...readBack([asked("C1:SRATE?", "C1:SRATE MODE,DDS")]),
];

test("an SDG2000X gets bare little-endian samples in one message, their length told, and all it ignores would be seen", async () => {
  let data: Buffer = Buffer.alloc(0);
  await dialogue([sdg2042x, ...loaded((bytes) => (data = bytes))], open, async (awg, instrument) => {
    const told = await awg.load(1, cycle, 100);
    assert.deepEqual(told, { segments: cycle.segments, samples: 1000, rate_Sa_per_s: 100e6 });
    assert.ok(!instrument.heard.includes("C1:OUTP ON"));
  });
  const codes = Array.from({ length: data.length / 2 }, (_, i) => data.readInt16LE(2 * i));
  assert.equal(codes[0], -32767, "the first sample is at 0 V, where it waits");
  assert.deepEqual(new Set(codes.slice(1, 101)), new Set([32767]));
  assert.deepEqual(new Set(codes.slice(101)), new Set([-32767]));
});

test("an SDG1000X gets the 16 384 samples it has, held, and is not told of a mode that it has not", async () => {
  let data: Buffer = Buffer.alloc(0);
  const script = [...upload(32_768, (bytes) => (data = bytes)), ...settings([]), ...readBack([])];
  await dialogue([sdg1032x, ...script], open, async (awg) => void (await awg.load(1, cycle, 100)));
  const codes = Array.from({ length: data.length / 2 }, (_, i) => data.readInt16LE(2 * i));
  assert.equal(codes.length, 16_384);
  assert.deepEqual(new Set(codes), new Set([-32767, 32767]), "edges are not drawn out");
});

test("a setting that was ignored is found by reading back, and the output stays off", async () => {
  const ignored = wave.replace("AMP,1V", "AMP,4V").replace("HLEV,1V,LLEV,0V", "HLEV,2.5V,LLEV,-1.5V");
  const script = [...upload(2000, () => undefined), ...settings(dds), isOff, isOff, asked("C1:BSWV?", ignored)];
  const rest = [asked("C1:ARWV?", "C1:ARWV INDEX,60,NAME,memrig1A"), asked("C1:BSWV?", ignored)];
  const end = [asked("C1:SRATE?", "C1:SRATE MODE,DDS"), asked("C1:BSWV?", ignored)];
  await dialogue([sdg2042x, ...script, ...rest, ...end], open, async (awg) => {
    await assert.rejects(awg.load(1, cycle, 100), (error: MemrigError) => {
      assert.match(
        error.message,
        /a high level of 1 V was set, and C1:BSWV\? reads back 2\.5\. The output of channel 1 is off/,
      );
      return error.kind === "instrument-refused";
    });
    await assert.rejects(awg.outputOn(1), /nothing was loaded into channel 1/);
  });
});

test("a trigger is sent where the burst waits for one, and refused where somebody has changed that", async () => {
  const fired = [asked("C1:BTWV?", burst), ...told("C1:BTWV MTRIG"), asked("C1:BTWV?", burst)];
  const changed = asked("C1:BTWV?", "C1:BTWV STATE,OFF");
  await dialogue([sdg2042x, ...loaded(() => undefined), ...fired, changed], open, async (awg) => {
    await awg.load(1, cycle, 100);
    await awg.trigger(1);
    await assert.rejects(awg.trigger(1), /waits for no trigger from here .*Nothing was triggered/);
  });
});

test("making safe turns both channels off and believes only the word OFF, with or without a header", async () => {
  const first = [...told("C1:OUTP OFF", "C2:OUTP OFF"), asked("C1:OUTP?", "OFF,LOAD,50,PLRT,NOR")];
  const second = [asked("C2:OUTP?", "C2:OUTP ON,LOAD,HZ,PLRT,NOR"), ...told("C1:OUTP OFF", "C2:OUTP OFF"), isOff];
  const third = [asked("C2:OUTP?", "C2:OUTPUT OFF,LOAD,HZ,PLRT,NOR,POWERON_STATE,0")];
  await dialogue([sdg2042x, ...first, ...second, ...third], open, async (awg) => awg.makeSafe());
});

test("replies are read with headers of any length or none, with units, without what belongs to a carrier", () => {
  assert.equal(numberOf("C2:BASIC_WAVE WVTP,SINE,FRQ,1000HZ,AMP,4V,AMPVRMS,1.41421Vrms", "AMPVRMS"), 1.41421);
  assert.equal(numberOf("STATE,ON,DLAY,2.4e-07S", "DLAY"), 2.4e-7);
  assert.equal(fieldsOf(burst).get("FRQ"), undefined);
  assert.equal(fieldsOf("C1:OUTP ON,LOAD,HZ").get(""), "ON");
  assert.throws(() => numberOf("C1:BSWV WVTP,DC,OFST,0V", "FRQ"), /came where FRQ with a number was asked for/);
  assert.throws(() => numberOf("C1:BSWV FRQ,1KHZ", "FRQ"), /came where FRQ/);
});

test("bare data with line feeds, commas, quotes and blocks in them are one message, in whatever pieces they come", () => {
  const told = (head: Uint8Array) => (Buffer.from(head).toString("latin1").endsWith("WAVEDATA,") ? 8 : 0);
  const text = "C1:WVDT LENGTH,8B,WAVEDATA,\n,\"#\n;('\nC1:OUTP?\n";
  for (let size = 1; size < text.length; size++) {
    const framer = new Framer(1000, false, false, told);
    const out: string[] = [];
    for (let at = 0; at < text.length; at += size) {
      for (const framed of framer.push(Buffer.from(text.slice(at, at + size), "latin1"))) {
        out.push("message" in framed ? Buffer.from(framed.message).toString("latin1") : "overrun");
      }
    }
    assert.deepEqual(out, [text.slice(0, text.indexOf("\nC1:OUTP")), "C1:OUTP?"], `pieces of ${size}`);
  }
});
