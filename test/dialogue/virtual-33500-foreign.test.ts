import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type PulseBench, pulseBench } from "../support/pulse-bench.js";

const none = '+0,"No error"';
let bench: PulseBench;
before(async () => {
  bench = await pulseBench();
});
after(() => bench.close());

test("VOLT:OFFS 4.995 at 1 Vpp sets the offset, and the amplitude gives way with -221", async () => {
  const wrong = await bench.awg.dialogue([
    ["*RST;*CLS;:VOLT 1"],
    ["VOLT:OFFS 4.995"],
    ["SYST:ERR?", '-221,"Settings conflict; amplitude changed due to offset"'],
    ["VOLT:OFFS?", "+4.995000000000000E+00"],
    ["*CLS;:VOLT 1;:VOLT:OFFS -4.75"],
    ["VOLT:OFFS?", "-4.750000000000000E+00"],
    ["*CLS;:APPL:SIN 1000,1,4.9"],
    ["SYST:ERR?", '-221,"Settings conflict; offset changed due to amplitude"'],
    ["VOLT?;VOLT:OFFS?", "+1.000000000000000E+00;+4.500000000000000E+00"],
    ["OUTP OFF"],
  ]);
  assert.deepEqual(wrong, []);
  bench.awg.send("*RST;*CLS;:VOLT 1;:VOLT:OFFS 4.995");
  const left_V = Number(await bench.awg.ask("VOLT?"));
  assert.ok(Math.abs(left_V - 0.01) < 1e-9, `${left_V} Vpp`);
});

test("a waveform that triggers advance goes on by one sample for each trigger, and starts anew after a change", async () => {
  const { awg, scope } = bench;
  awg.send("*RST;*CLS;:DATA:VOL:CLE;:OUTP:LOAD INF;:DATA:ARB stairs, -1,-0.5,0,0.5,1,0.5,0,-0.5");
  awg.send("FUNC:ARB stairs;:FUNC ARB;:FUNC:ARB:ADV TRIG;:VOLT 2;:TRIG:SOUR BUS;:OUTP ON");
  assert.equal(await awg.ask("FUNC:ARB:ADV?;:SYST:ERR?"), `TRIG;${none}`);
  scope.send("*RST;:CHAN1:RANG 4");
  const level_V = async () => Number(await scope.ask(":MEAS:VAV? DISP,CHAN1"));
  const seen: number[] = [await level_V()];
  for (let k = 0; k < 8; k += 1) {
    assert.equal(await awg.ask("*TRG;*OPC?"), "1");
    seen.push(await level_V());
  }
  const lowest_V = seen[0] ?? NaN;
  const expected = [1, 0.5, 0, -0.5, -1, -0.5, 0, 0.5, 1].map((share) => share * lowest_V);
  // half a step of the scope's converter, 4 V in 256 steps
  for (const [k, share_V] of expected.entries()) {
    assert.ok(Math.abs((seen[k] ?? NaN) - share_V) < 8e-3, `sample ${k}: ${seen[k]} V, expected ${share_V} V`);
  }
  assert.ok(lowest_V < -0.8, `${lowest_V} V`);
  awg.send("TRIG1;:FUNC:ARB:ADV SRATE;:OUTP OFF");
  assert.equal(await awg.ask("FUNC:ARB:ADVance?;:SYST:ERR?"), `SRAT;${none}`);
});

test("FREQ:MODE keeps each of its words, PHAS takes its unit, and a pulse has a period of 33 ns", async () => {
  const wrong = await bench.awg.dialogue([
    ["*RST;*CLS"],
    ["FREQ:MODE LIST"],
    ["FREQ:MODE?", "LIST"],
    ["SOURce2:FREQuency:MODE SWEEP"],
    ["SOUR2:FREQ:MODE?;:FREQ:MODE?", "SWE;LIST"],
    ["FREQ:MODE CW;MODE?", "CW"],
    ["PHAS 90 DEG"],
    ["PHAS?", "+9.000000000000000E+01"],
    ["UNIT:ANGL RAD;:PHAS 180 DEG"],
    ["PHAS?", "+3.141592653589790E+00"],
    ["UNIT:ANGL DEG;:FREQ 1000;:PHAS 0.25E-3 S"],
    ["PHAS?", "+9.000000000000000E+01"],
    ["FUNC:PULS:PER 33e-9"],
    ["SYST:ERR?", none],
    ["FUNC:PULS:PER?;PER? MIN", "+3.300000000000000E-08;+3.300000000000000E-08"],
    ["FUNC:PULS:PER 32e-9"],
    ["SYST:ERR?", '-222,"Data out of range; value clipped to lower limit"'],
    ["FREQ:MODE NONSENSE"],
    ["SYST:ERR?", '-224,"Illegal parameter value"'],
  ]);
  assert.deepEqual(wrong, []);
});

test("modulation and sweep are kept, one at a time and none beside a burst; what goes off is told with -221", async () => {
  const { awg } = bench;
  awg.send("*RST;*CLS");
  const nodes = ["AM", "FM", "PM", "FSKEY", "BPSK", "SUM", "SWEEP"];
  for (const [k, node] of nodes.entries()) {
    awg.send(`SOUR2:${node}:STAT ON`);
    if (k > 0) assert.match(await awg.ask("SYST:ERR?"), /^-221,"Settings conflict; \w+ turned off by selection/, node);
    for (const other of nodes) {
      assert.equal(await awg.ask(`SOUR2:${other}:STATE?`), other === node ? "1" : "0", `${other} beside ${node}`);
    }
  }
  const wrong = await awg.dialogue([
    ["SOUR2:BURS:STAT ON"],
    ["SYST:ERR?", '-221,"Settings conflict; SWEEP turned off by selection of other mode or modulation"'],
    ["SOUR2:SWE:STAT?;:SOUR2:BURS:STAT?", "0;1"],
    ["AM:DEPT 130"],
    ["SYST:ERR?", '-222,"Data out of range; value clipped to upper limit"'],
    ["AM:DEPT?;:AM:INT:FUNC TRI;FUNC?", "+1.200000000000000E+02;TRI"],
    ["PWM:STAT ON"],
    ["SYST:ERR?", '-221,"Settings conflict; not able to turn on PWM with this function"'],
    ["FREQ:STAR 2E3;STOP 4E3;CENT?;SPAN?", "+3.000000000000000E+03;+2.000000000000000E+03"],
    ["*RST;:AM:DEPT?;:FREQ:SPAN?", "+1.000000000000000E+02;+9.000000000000000E+02"],
    ["FREQ:COUP ON;:SOUR2:FREQ 5E3;:SOUR1:FREQ?", "+5.000000000000000E+03"],
    ["FREQ:COUP?;:VOLT:COUP?;:SYST:ERR?", `1;0;${none}`],
  ]);
  assert.deepEqual(wrong, []);
});

test("the rest that other programs send is taken: reference, waveform statistics, INIT, markers, catalogue, beeper", async () => {
  const { awg } = bench;
  awg.send("*RST;*CLS;:DATA:VOL:CLE;:DATA:ARB:DAC steps, 16384,16384,16384,16384,16384,-8192,-8192,-8192");
  const [mean = NaN, span = NaN, crest = NaN] = (await awg.ask("DATA:ATTR:AVER? steps;PTPeak? steps;CFAC? steps"))
    .split(";")
    .map(Number);
  const rms = Math.sqrt((5 * 16384 ** 2 + 3 * 8192 ** 2) / 8);
  assert.ok(Math.abs(mean - (5 * 16384 - 3 * 8192) / 8 / 32767) < 1e-12, String(mean));
  assert.ok(Math.abs(span - 24576 / 32767) < 1e-12, String(span));
  assert.ok(Math.abs(crest - 16384 / rms) < 1e-12, String(crest));
  const wrong = await awg.dialogue([
    ["DATA:ATTR:CFAC? nobody"],
    ["SYST:ERR?", '+785,"Specified arb waveform does not exist"'],
    ["ROSC:SOUR INT;SOUR?", "INT"],
    ["ROSC:SOUR EXT"],
    ["SYST:ERR?", '-221,"Settings conflict; no signal at the reference input"'],
    ["ROSC:SOUR:AUTO OFF;AUTO?", "0"],
    ["INIT;INIT:IMM;:INIT1:CONT OFF;CONT?", "0"],
    ["MARK:CYCL 4;POIN 20;:MARKer:CYCLe?;POINt?", "+4.000000000000000E+00;+2.000000000000000E+01"],
    ["MMEM:CAT:DATA:ARB?", "+0,+67108864"],
    ["SYST:BEEP:STAT OFF;STAT?;:SYST:BEEP", "0"],
    ["SYST:ERR?", none],
  ]);
  assert.deepEqual(wrong, []);
});
