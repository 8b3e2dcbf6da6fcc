import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inflateSync } from "node:zlib";
import { type PulseBench, pulseBench } from "../support/pulse-bench.js";

const none = '+0,"No error"';
let bench: PulseBench;
before(async () => {
  bench = await pulseBench();
});
after(() => bench.close());

/** Chunks of a PNG by type, each with its data. */
function chunksOf(png: Buffer): Map<string, Buffer> {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length;) {
    const size = png.readUInt32BE(at);
    chunks.set(png.toString("latin1", at + 4, at + 8), png.subarray(at + 8, at + 8 + size));
    at += size + 12;
  }
  return chunks;
}

test(":AUT finds a sine of 1 kHz on both channels and sets the screen, the trigger and the time base for it", async () => {
  const { awg, scope } = bench;
  assert.equal(await awg.ask("*RST;:OUTP:LOAD INF;:APPL:SIN 1E3,2,0.5;*OPC?"), "1");
  scope.send("*RST;:CHAN1:RANG 8E-3;:TIM:RANG 1E-6;:TRIG:SWE NORM");
  scope.send(":AUToscale");
  const wrong = await scope.dialogue([
    [":CHAN1:DISP?;:CHAN2:DISP?;:CHAN3:DISP?", "1;1;0"],
    [":TRIG:SOUR?;SLOP?;:TRIG:SWE?", "CHAN1;POS;AUTO"],
    [":TIM:RANG?", "+2.00000000E-03"],
    [":OPER:COND?", "8"],
    ["SYST:ERR?", none],
  ]);
  assert.deepEqual(wrong, []);
  const [vpp = NaN, hertz = NaN, range = NaN] = (await scope.ask(":MEAS:VPP? CHAN1;FREQ? CHAN1;:CHAN1:RANG?"))
    .split(";")
    .map(Number);
  // 2 Vpp behind 50 ohm on 1000 ohm; one step of the converter is range/256
  assert.ok(Math.abs(vpp - 2 / 1.05) < (4 * range) / 256, `${vpp} V of ${range} V`);
  assert.ok(Math.abs(hertz - 1e3) < 10, `${hertz} Hz`);
  assert.ok(vpp > range / 4 && vpp < (6.5 * range) / 8, `${vpp} V on a screen of ${range} V`);
});

test(":AUT leaves every setting as it was where no channel sees a signal, and looks only at those that are named", async () => {
  const { awg, scope } = bench;
  assert.equal(await awg.ask("*RST;*OPC?"), "1");
  scope.send("*RST;:CHAN1:RANG 4;:TIM:RANG 1E-5;:AUT");
  assert.equal(await scope.ask(":CHAN1:RANG?;:TIM:RANG?;:SYST:ERR?"), `+4.00000E+00;+1.00000000E-05;${none}`);
  assert.equal(await awg.ask("OUTP:LOAD INF;:APPL:SQU 1E5,1,0;*OPC?"), "1");
  scope.send(":AUT CHAN2");
  assert.equal(await scope.ask(":CHAN1:DISP?;:CHAN2:DISP?;:TRIG:SOUR?"), "0;1;CHAN2");
});

test(":DISP:DATA? PNG gives a picture of 800 by 480 with the grid and the trace of each channel that is on", async () => {
  const { awg, scope } = bench;
  assert.equal(await awg.ask("*RST;:OUTP:LOAD INF;:APPL:SIN 1E3,2,0;*OPC?"), "1");
  scope.send("*RST;:CHAN1:RANG 4;:TIM:RANG 2E-3");
  const png = await scope.block(":DISP:DATA? PNG, COL");
  assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  const chunks = chunksOf(png);
  const header = chunks.get("IHDR");
  assert.deepEqual([header?.readUInt32BE(0), header?.readUInt32BE(4)], [800, 480]);
  const rows = inflateSync(chunks.get("IDAT") ?? Buffer.alloc(0));
  assert.equal(rows.length, 480 * 801);
  const yellow = (picture: Buffer) => picture.reduce((count, pixel) => count + (pixel === 3 ? 1 : 0), 0);
  assert.ok(yellow(rows) > 720, `${yellow(rows)} points of channel 1: at least one in each column`);
  const gray = chunksOf(await scope.block(":DISPlay:DATA? PNG,GRAYscale")).get("PLTE") ?? Buffer.alloc(0);
  assert.ok(gray.length > 0 && gray.every((level, k) => level === gray[k - (k % 3)]), "every colour is a gray");
  scope.send(":BLAN CHAN1");
  const blank = inflateSync(chunksOf(await scope.block(":DISP:DATA?")).get("IDAT") ?? Buffer.alloc(0));
  assert.equal(yellow(blank), 0);
});

test(":DISP:DATA? gives the same picture as PNG, as BMP of 24 bits and of 8; the ink saver turns its black white", async () => {
  const { scope } = bench;
  scope.send("*RST;:HARD:INKS 0;:STOP"); // stopped and without a record: the grid alone, the same each time
  const png = chunksOf(await scope.block(":DISP:DATA? PNG,COL"));
  const rows = inflateSync(png.get("IDAT") ?? Buffer.alloc(0));
  const palette = png.get("PLTE") ?? Buffer.alloc(0);
  const colourOf = (pixel: number) => [...palette.subarray(3 * pixel, 3 * pixel + 3)];
  const points = [
    [0, 0],
    [40, 40],
    [400, 100],
    [799, 479],
  ] as const;
  const expected = points.map(([x, y]) => colourOf(rows[y * 801 + 1 + x] ?? NaN));
  for (const [format, bits] of [
    ["BMP", 24],
    ["BMP8bit", 8],
  ] as const) {
    const bmp = await scope.block(`:DISP:DATA? ${format},COL`);
    assert.equal(bmp.toString("latin1", 0, 2), "BM");
    assert.deepEqual([bmp.readUInt32LE(2), bmp.readInt32LE(18), bmp.readInt32LE(22)], [bmp.length, 800, 480]);
    assert.equal(bmp.readUInt16LE(28), bits);
    const first = bmp.readUInt32LE(10);
    const seen = points.map(([x, y]) => {
      const at = first + ((479 - y) * 800 + x) * (bits / 8);
      const from = bits === 8 ? 54 + 4 * (bmp[at] ?? NaN) : at;
      return [...bmp.subarray(from, from + 3)].reverse(); // blue comes first
    });
    assert.deepEqual(seen, expected, format);
  }
  scope.send(":HARDcopy:INKSaver ON");
  assert.deepEqual([...(chunksOf(await scope.block(":DISP:DATA?")).get("PLTE") ?? [])].slice(0, 3), [255, 255, 255]);
  assert.equal(await scope.ask(":HARD:INKS?;:HARD:INKS 0;:SYST:ERR?"), `1;${none}`);
});

test("a set-up that :SYST:SET? or *LRN? gave comes back, and other bytes are refused with nothing changed", async () => {
  const { scope } = bench;
  scope.send("*RST;:CHAN2:DISP 1;:CHAN2:RANG 0.4;:TRIG:EDGE:LEV 0.1,CHAN2;:TIM:RANG 5E-5;:TRIG:MODE GLIT");
  const saved = await scope.block(":SYST:SETup?");
  scope.send("*RST");
  const digits = String(saved.length).padStart(8, "0");
  scope.send(Buffer.concat([Buffer.from(`:SYST:SET #8${digits}`), saved, Buffer.from("\n")]));
  assert.equal(
    await scope.ask(":CHAN2:RANG?;:TIM:RANG?;:TRIG:MODE?;:SYST:ERR?"),
    `+4.00000E-01;+5.00000000E-05;GLIT;${none}`,
  );
  const learned = await scope.ask("*LRN?");
  scope.send("*RST");
  scope.send(learned);
  assert.equal(await scope.ask(":CHAN2:DISP?;:TIM:RANG?;:SYST:ERR?"), `1;+5.00000000E-05;${none}`);
  scope.send(":SYST:SET #15hello");
  assert.equal(await scope.ask(":SYST:ERR?"), '-161,"Invalid block data"');
  assert.equal(await scope.ask(":TIM:RANG?"), "+5.00000000E-05");
});

test("thresholds, overshoot and preshoot are measured; what other drivers set on the screen is taken", async () => {
  const { awg, scope } = bench;
  assert.equal(await awg.ask("*RST;:OUTP:LOAD INF;:APPL:RAMP 1E3,2,0;:FUNC:RAMP:SYMM 50;*OPC?"), "1");
  scope.send("*RST;*CLS;:CHAN1:RANG 4;:TIM:RANG 2E-3;:TIM:POS 1E-4");
  const wide_s = Number(await scope.ask(":MEAS:RIS? CHAN1"));
  assert.equal(await scope.ask(":MEAS:DEF? THR"), "THR,PERC,+9.00000E+01,+5.00000E+01,+1.00000E+01");
  scope.send(":MEASure:DEFine THResholds,PERCent,80,50,20");
  assert.equal(await scope.ask(":measure:define? thresholds"), "THR,PERC,+8.00000E+01,+5.00000E+01,+2.00000E+01");
  const narrow_s = Number(await scope.ask(":MEAS:RIS? CHAN1"));
  // a straight edge of 500 us: 80 % and 60 % of it, to the noise of an 8-bit converter
  assert.ok(Math.abs(wide_s - 4e-4) < 2e-5, `${wide_s} s`);
  assert.ok(Math.abs(narrow_s - 3e-4) < 2e-5, `${narrow_s} s`);
  for (const question of [":MEAS:OVER? CHAN1", ":MEASure:PREShoot? CHAN1"]) {
    const percent = Number(await scope.ask(question));
    assert.ok(percent >= 0 && percent < 10, `${question} ${percent}`);
  }
  const wrong = await scope.dialogue([
    [":MEAS:DEF THR,PERC,10,50,90"],
    [":SYST:ERR?", '-222,"Data out of range"'],
    [":MEAS:DEF THR,STAN;DEF? THR", "THR,PERC,+9.00000E+01,+5.00000E+01,+1.00000E+01"],
    [":CHAN1:PROB:ID?", "NONE"],
    [":WGEN:OUTP 0;OUTP?", "0"],
    [":WGEN:OUTP 1"],
    [":SYST:ERR?", '-241,"Hardware missing"'],
    [":TIM:MODE WIND;MODE?", "WIND"],
    [":TIM:MODE XY;MODE?", "XY"],
    [":TIM:MODE ROLL;:TIM:MODE MAIN;MODE?", "MAIN"],
    [`:SYST:DSP "hello";DSP?`, '"hello"'],
    [":DISP:VECT ON;VECT?;LAB 1;LAB?", "1;1"],
    [":CDIS;:BLAN CHAN1;:STAT? CHAN1", "0"],
    [":VIEW CHAN1;:CHAN1:DISP?", "1"],
    [":VIEW"],
    [":SYST:ERR?", '-109,"Missing parameter"'],
    [":SYST:ERR?", none],
  ]);
  assert.deepEqual(wrong, []);
});
