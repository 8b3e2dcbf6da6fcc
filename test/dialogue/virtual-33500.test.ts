import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type PulseBench, pulseBench } from "../support/pulse-bench.js";

const none = '+0,"No error"';
let bench: PulseBench;
before(async () => {
  bench = await pulseBench();
});
after(() => bench.close());

/** Binary upload of 16-bit codes. */
function upload(header: string, codes: readonly number[], little = false): Buffer {
  const data = Buffer.alloc(2 * codes.length);
  codes.forEach((code, k) => (little ? data.writeInt16LE(code, 2 * k) : data.writeInt16BE(code, 2 * k)));
  const size = String(data.length);
  return Buffer.concat([Buffer.from(`${header}#${size.length}${size}`), data, Buffer.from("\n")]);
}

test("after *RST it is a 1 kHz sine of 100 mVpp into 50 ohm, off, as the real one says it", async () => {
  assert.match(await bench.awg.ask("*IDN?"), /^Agilent Technologies,33512B,MY\d{8},2\.09-1\.19-2\.00-52-00$/);
  const wrong = await bench.awg.dialogue([
    ["*RST;*CLS"],
    ["SOUR1:APPL?", '"SIN +1.000000000000000E+03,+1.000000000000000E-01,+0.000000000000000E+00"'],
    ["OUTP?;:OUTP2?", "0;0"],
    ["OUTP1:LOAD?", "+5.000000000000000E+01"],
    ["FUNC?", "SIN"],
    ["source2:function?", "SIN"],
    ["TRIG2:SOUR?;:SOUR2:BURS:STAT?", "IMM;0"],
    ["FORM:BORD?", "NORM"],
    ["DATA:VOL:CAT?", '"INT:\\BUILTIN\\EXP_RISE.ARB"'],
    ["SYST:ERR?", none],
  ]);
  assert.deepEqual(wrong, []);
});

test("the load setting rescales what is shown, raises no error, and is refused under limits", async () => {
  const wrong = await bench.awg.dialogue([
    ["*RST;*CLS"],
    ["VOLT 2;VOLT:OFFS 0.5;:OUTP:LOAD INF"],
    ["VOLT?;VOLT:OFFS?;HIGH?", "+4.000000000000000E+00;+1.000000000000000E+00;+3.000000000000000E+00"],
    ["OUTP:LOAD?", "+9.900000000000000E+37"],
    ["SYST:ERR?", none],
    ["VOLT:LIM:HIGH 4;LOW -2;STAT ON;:OUTP:LOAD 50"],
    ["SYST:ERR?", '-221,"Settings conflict; not able to change output load with limits enabled"'],
    ["OUTP:LOAD?;:VOLT?", "+9.900000000000000E+37;+4.000000000000000E+00"],
  ]);
  assert.deepEqual(wrong, []);
});

test("what does not fit is clipped or gives way, and the queue says which", async () => {
  const wrong = await bench.awg.dialogue([
    ["*RST;*CLS"],
    ["VOLT 11"],
    ["SYST:ERR?", '-222,"Data out of range; value clipped to upper limit"'],
    ["VOLT?", "+1.000000000000000E+01"],
    ["VOLT:OFFS 1"],
    ["SYST:ERR?", '-221,"Settings conflict; amplitude changed due to offset"'],
    ["VOLT?;VOLT:OFFS?", "+8.000000000000000E+00;+1.000000000000000E+00"],
    ["VOLT 0.1;VOLT:HIGH -1"],
    ["SYST:ERR?", '-221,"Settings conflict; low level changed due to high level"'],
    ["VOLT:HIGH?;LOW?", "-1.000000000000000E+00;-1.001000000000000E+00"],
    ["FREQ 20e6;:FUNC RAMP"],
    ["SYST:ERR?", '-221,"Settings conflict; frequency reduced for selected function"'],
    ["FREQ?;FREQ? MAX", "+2.000000000000000E+05;+2.000000000000000E+05"],
    ["FUNC:ARB:SRAT 250e6"],
    ["SYST:ERR?", '-222,"Data out of range; value clipped to upper limit"'],
    ["FUNC:ARB:SRAT?", "+1.600000000000000E+08"],
    ["FUNC PULS;:FUNC:PULS:PER 1e-6;WIDT 2e-6"],
    ["SYST:ERR?", '-221,"Settings conflict; pulse width decreased due to period"'],
    ["SYST:ERR?", '-221,"Settings conflict; pulse width decreased due to period"'],
    ["SYST:ERR?", '-221,"Settings conflict; pulse width decreased due to period"'],
    ["FUNC:PULS:WIDT?", "+9.840000000000000E-07"],
    ["SYST:ERR?", none],
    ["FUNC USER"],
    ["SYST:ERR?", '-224,"Illegal parameter value"'],
  ]);
  assert.deepEqual(wrong, []);
});

test("a level beyond a voltage limit never comes out, and a limit can not cut into what does", async () => {
  const wrong = await bench.awg.dialogue([
    ["*RST;*CLS"],
    ["OUTP:LOAD INF;:VOLT 1;VOLT:OFFS 0.5;:VOLT:LIM:HIGH 1.2;LOW -0.2;STAT ON"],
    ["VOLT 2"],
    ["SYST:ERR?", '-222,"Data out of range; value clipped to upper limit"'],
    ["VOLT?;VOLT:OFFS?", "+1.400000000000000E+00;+5.000000000000000E-01"],
    ["VOLT 1;VOLT:OFFS 5"],
    ["SYST:ERR?", '-222,"Data out of range; value clipped to upper limit"'],
    ["VOLT:HIGH?", "+1.200000000000000E+00"],
    ["VOLT:LIM:HIGH 0.5"],
    ["SYST:ERR?", '-221,"Settings conflict; high limit changed due to present output"'],
    ["VOLT:LIM:HIGH?", "+1.200000000000000E+00"],
  ]);
  assert.deepEqual(wrong, []);
});

test("arbitrary waveforms are taken as text and as blocks of either order, once under each name", async () => {
  const { awg } = bench;
  const codes = [0, 32767, -32767, 1, 2, 3, 10, 2560];
  awg.send("*RST;*CLS;:DATA:VOL:CLE");
  awg.send(`SOUR1:DATA:ARB:DAC inttext, ${codes.join(", ")}`);
  awg.send(`SOUR1:DATA:ARB fltext, ${codes.map((code) => (code / 32767).toFixed(7)).join(",")}`);
  awg.send(upload("DATA:ARB:DAC big,", codes));
  awg.send(upload("FORM:BORD SWAP;:DATA:ARB:DAC little,", codes, true));
  const wrong = await awg.dialogue([
    ["SYST:ERR?", none],
    ["DATA:VOL:CAT?", '"INT:\\BUILTIN\\EXP_RISE.ARB","INTTEXT","FLTEXT","BIG","LITTLE"'],
    ["DATA:VOL:FREE?", "999968"],
    ["DATA:ATTR:POIN? big", "8"],
    [`DATA:ARB:DAC big, ${codes.join(",")}`],
    ["SYST:ERR?", '+786,"Specified arb waveform already exists"'],
    ["DATA:ARB:DAC seven, 1,2,3,4,5,6,7"],
    ["SYST:ERR?", '-222,"Data out of range; waveform must have at least 8 points"'],
    ["DATA:ARB:DAC toohigh, 1,2,3,4,5,6,7,32768"],
    ["SYST:ERR?", '-222,"Data out of range"'],
    ["FUNC:ARB nowhere"],
    ["SYST:ERR?", '+785,"Specified arb waveform does not exist"'],
    ["FUNC:ARB big;:FUNC ARB;:FUNC:ARB:SRAT 8e6"],
    ["FUNC?;:FUNC:ARB?;:FREQ?", 'ARB;"BIG";+1.000000000000000E+06'],
    ["DATA:VOL:CLE;:DATA:VOL:CAT?;:FUNC:ARB?", '"INT:\\BUILTIN\\EXP_RISE.ARB";"INT:\\BUILTIN\\EXP_RISE.ARB"'],
    ["SYST:ERR?", none],
  ]);
  assert.deepEqual(wrong, []);
});

test("*TRG starts one burst, *OPC? answers when it is over, and a trigger meanwhile is ignored", async () => {
  const { awg, lab } = bench;
  awg.send("*RST;*CLS;:FUNC SQU;:FREQ 1000;:TRIG:SOUR BUS;:BURS:NCYC 50;STAT ON;:OUTP ON");
  assert.equal(await awg.ask("*OPC?"), "1");
  const before_s = lab.now_s;

  awg.send("*TRG;*TRG");
  assert.equal(await awg.ask("*OPC?"), "1");

  assert.ok(Math.abs(lab.now_s - before_s - 0.05) < 1e-6, `${lab.now_s - before_s} s`);
  const wrong = await awg.dialogue([
    ["SYST:ERR?", '-211,"Trigger ignored"'],
    ["BURS:STAT OFF;*TRG"],
    ["SYST:ERR?", '-211,"Trigger ignored"'],
  ]);
  assert.deepEqual(wrong, []);
});

test("a burst without end blocks *OPC? only until its controller goes away, and ABORt ends it", async () => {
  const { awg } = bench;
  awg.send("*RST;*CLS;:TRIG:SOUR BUS;:BURS:NCYC INF;STAT ON;:OUTP ON;*TRG");
  assert.equal(await awg.ask("BURS:NCYC?"), "+9.900000000000000E+37");
  const patient = await bench.another("awg");
  patient.send("*OPC?");
  const unanswered = await patient.line(100).then(
    () => "answered",
    () => "not answered",
  );
  assert.equal(unanswered, "not answered");

  patient.close();

  assert.equal(await awg.ask("ABOR;*OPC?;:SYST:ERR?"), `1;${none}`);
});

test("the sequence of PyMeasure's agilent33500 for an arbitrary waveform goes through without an error", async () => {
  const ramp = Array.from({ length: 1000 }, (_, k) => -10_000 + 20 * k).join(", ");
  const wrong = await bench.awg.dialogue([
    ["*RST;*CLS"],
    ["FUNC ARB"],
    ["FUNC?", "ARB"],
    ["FUNC:ARB:SRAT 1000000.000000"],
    ["DATA:VOL:CLE"],
    [`DATA:ARB:DAC test, ${ramp}`],
    ["FUNC:ARB test"],
    ["FUNC:ARB:FILT OFF"],
    ["FUNC:ARB:ADV SRAT"],
    ["VOLT 0.100000"],
    ["VOLT:UNIT VPP"],
    ["OUTP:LOAD INF"],
    ["BURS:STAT 0"],
    ["BURS:MODE TRIG"],
    ["BURS:INT:PER 1.000000e-02"],
    ["BURS:NCYC 5"],
    ["BURS:STAT 1"],
    ["TRIG:SOUR BUS"],
    ["OUTP:TRIG 1"],
    ["DISP:TEXT 'memrig'"],
    ["DISP:TEXT:CLE"],
    ["SYST:BEEP"],
    ["OUTP 1"],
    ["OUTP?", "1"],
    ["*TRG;*WAI"],
    ["*OPC?", "1"],
    ["PHAS:SYNC"],
    ["SOUR2:PHAS 45.000000;:SOUR2:PHAS?", "+4.500000000000000E+01"],
    ["SYST:ERR?", none],
  ]);
  assert.deepEqual(wrong, []);
});

test("every parameter of QCoDeS's 33XXX driver can be set and read back", async () => {
  const asNumber = async (question: string) => Number(await bench.awg.ask(question));
  const { awg } = bench;
  awg.send("*RST;*CLS");
  for (const channel of [1, 2]) {
    const wrong = await awg.dialogue([
      [`SOURce${channel}:FUNCtion PULS`],
      [`SOURce${channel}:FUNCtion?`, "PULS"],
      [`SOURce${channel}:FREQuency:MODE?`, "CW"],
      [`SOURce${channel}:VOLTage:UNIT VRMS`],
      [`SOURce${channel}:VOLTage:UNIT?`, "VRMS"],
      [`TRIGger${channel}:SOURce TIM`],
      [`TRIGger${channel}:SOURce?`, "TIM"],
      [`TRIGger${channel}:SLOPe NEG`],
      [`TRIGger${channel}:SLOPe?`, "NEG"],
      [`OUTPut${channel}:POLarity INV`],
      [`OUTPut${channel}:POLarity?`, "INV"],
      [`SOURce${channel}:BURSt:STATe ON`],
      [`SOURce${channel}:BURSt:STATe?`, "1"],
      [`SOURce${channel}:BURSt:MODE?`, "TRIG"],
      [`SOURce${channel}:BURSt:GATE:POLarity?`, "NORM"],
      [`OUTPut${channel} ON`],
      [`OUTPut${channel}?`, "1"],
    ]);
    assert.deepEqual(wrong, []);
    for (const [node, value] of [
      ["SOURce#:FREQuency", 2500],
      ["SOURce#:PHASe", 90],
      ["SOURce#:VOLTage", 0.25],
      ["SOURce#:VOLTage:OFFSet", 0.125],
      ["SOURce#:FUNCtion:RAMP:SYMMetry", 30],
      ["TRIGger#:COUNt", 7],
      ["TRIGger#:DELay", 0.5],
      ["TRIGger#:TIMer", 0.25],
      ["SOURce#:BURSt:NCYCles", 12],
      ["SOURce#:BURSt:PHASe", -45],
      ["SOURce#:BURSt:INTernal:PERiod", 0.125],
    ] as const) {
      const header = node.replace("#", String(channel));
      awg.send(`${header} ${value}`);
      assert.ok(Math.abs((await asNumber(`${header}?`)) - value) < 1e-9 * Math.abs(value), header);
    }
  }
  const wrong = await awg.dialogue([
    ["OUTPut:SYNC ON"],
    ["OUTPut:SYNC?", "1"],
    ["OUTPut:SYNC:SOURce CH2"],
    ["OUTPut:SYNC:SOURce?", "CH2"],
    ["PHAS:SYNC"],
    ["SYSTem:ERRor?", none],
  ]);
  assert.deepEqual(wrong, []);
});

test("an unknown model is refused with the ones there are, and a 33509B has one channel", async () => {
  await assert.rejects(pulseBench({ awgModel: "33250A" }), /33250A.*33512B/s);
  const single = await pulseBench({ awgModel: "33509B" });
  const wrong = await single.awg.dialogue([
    ["SOUR2:VOLT 1"],
    ["SYST:ERR?", '-114,"Header suffix out of range"'],
    ["OUTP1?", "0"],
  ]);
  await single.close();
  assert.deepEqual(wrong, []);
});
