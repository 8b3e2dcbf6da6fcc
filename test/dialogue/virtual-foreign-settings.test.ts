// Settings that PyMeasure, QCoDeS with its contributed drivers, and pyLabLib set and ask back, word for word.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Session } from "../../src/visa/index.js";
import { virtualBench } from "../support/virtual-bench.js";
import type { ServedBench } from "../support/virtual-bench.js";

let bench: ServedBench;

before(async () => {
  bench = await virtualBench(
    [
      { label: "gen", driver: "keysight-33500" },
      { label: "smu", driver: "keithley-2400" },
      { label: "afg", driver: "tektronix-afg" },
      { label: "dg", driver: "rigol-dg", model: "DG1062Z" },
      { label: "sdg", driver: "siglent-sdg", model: "SDG2042X" },
      { label: "sds", driver: "siglent-sds", model: "SDS1104X HD" },
      { label: "ds", driver: "rigol-scope" },
      { label: "mso", driver: "tektronix-mso" },
      { label: "iv", driver: "keysight-infiniivision" },
      { label: "rto", driver: "rohde-schwarz-rtx", model: "RTO" },
      { label: "switch", driver: "keithley-switch", model: "3706A" },
      { label: "stage", driver: "lakeshore-336" },
    ],
    [
      { instrument: "gen", terminal: "1", node: "dut.top" },
      { instrument: "sds", terminal: "1", node: "dut.top" },
    ],
    { id: "R", model: "resistor", parameters: { R: 1e6 } },
  );
});
after(() => bench.close());

/** Each line is written and its question asked at once; a reply that is a number counts as one. */
async function kept(on: Session, lines: readonly (readonly [line: string, question: string, reply: string])[]) {
  for (const [line, question, reply] of lines) {
    if (line !== "") await on.write(line);
    const got = (await on.query(question)).trim();
    if (got !== reply) assert.equal(Number(got), Number(reply), `${line} ${question} gave ${got}`);
  }
}

const errorOf = async (on: Session) => Number((await on.query("SYST:ERR?")).split(",")[0]);

test("2400: the line frequency is told as it was set, automatic or not", async () => {
  const smu = await bench.session("smu");
  await kept(smu, [
    [":SYSTEM:LFREQUENCY 60", ":SYSTEM:LFREQUENCY?", "60"],
    [":SYSTEM:LFREQUENCY:AUTO 1", ":SYSTEM:LFREQUENCY:AUTO?", "1"],
    ["", ":SYST:LFR?", "50"],
    [":SYST:LFR 50", ":SYST:LFR:AUTO?", "0"],
  ]);
  await smu.write(":SYST:LFR 55");
  assert.equal(await errorOf(smu), -224);
});

test("Tektronix AFG: 0 dBm is 0.2236 V rms into 50 ohm, and no amplitude into an open output", async () => {
  const afg = await bench.session("afg");
  await kept(afg, [
    ["*RST", "source1:voltage:unit?", "VPP"],
    ["source1:voltage:unit DBM", "source1:voltage:unit?", "DBM"],
  ]);
  await afg.write("source1:voltage:amplitude 0.000000e+00DBM");
  assert.ok(Math.abs(Number(await afg.query("source1:voltage:amplitude?"))) < 1e-9);
  await afg.write("source1:voltage:unit VRMS");
  assert.ok(Math.abs(Number(await afg.query("source1:voltage:amplitude?")) - Math.sqrt(0.05)) < 1e-6);
  assert.equal(await errorOf(afg), 0);
  await kept(afg, [
    ["source1:voltage:unit DBM", "SOUR1:VOLT:UNIT?", "DBM"],
    ["OUTPut1:IMPedance INF", "SOUR1:VOLT:UNIT?", "VPP"],
  ]);
  await afg.write("source1:voltage:amplitude 0DBM");
  assert.equal(await errorOf(afg), -221);
});

test("Tektronix AFG: levels of noise and the user's shapes for modulation are kept", async () => {
  await kept(await bench.session("afg"), [
    ["SOURce3:POWer:LEVel:IMMediate:AMPLitude 50PCT", "SOURce3:POWer:LEVel:IMMediate:AMPLitude?", "50"],
    ["", "SOURce4:POWer:LEVel:IMMediate:AMPLitude?", "0"],
    ["SOURce1:AM:INTernal:FUNCtion USER", "SOURce1:AM:INTernal:FUNCtion?", "USER1"],
  ]);
});

test("Rigol DG: the sync output is a switch, the phases align, and the clock has a source", async () => {
  const dg = await bench.session("dg");
  await kept(dg, [
    ["OUTPUT1:SYNC 0", ":OUTPUT1:SYNC?", "OFF"],
    ["OUTPUT1:SYNC 1", ":OUTPUT1:SYNC?", "ON"],
    [":OUTP2:SYNC OFF", ":OUTP1:SYNC?", "ON"],
    [":SYST:ROSC:SOUR EXT", ":SYST:ROSC:SOUR?", "EXT"],
    [":SOURCE1:PHASE:INIT", "*OPC?", "1"],
    [":SOUR2:PHAS:SYNC", "*OPC?", "1"],
  ]);
  assert.equal(await errorOf(dg), 0);
});

test("Siglent SDG: INVT is the polarity of the output by another name, and the sync output is remembered", async () => {
  await kept(await bench.session("sdg"), [
    ["C1:INVT ON", "C1:INVT?", "C1:INVT ON"],
    ["", "C1:OUTP?", "C1:OUTP OFF,LOAD,HZ,PLRT,INVT"],
    ["C1:OUTP PLRT,NOR", "C1:INVT?", "C1:INVT OFF"],
    ["", "C2:SYNC?", "C2:SYNC OFF"],
    ["C2:SYNC ON,TYPE,MOD_CH1", "C2:SYNC?", "C2:SYNC ON,TYPE,MOD_CH1"],
    ["C2:SYNC TYPE,NONE", "C2:SYNC?", "C2:SYNC ON,TYPE,MOD_CH1"],
  ]);
});

test("RTO: the trigger's source is named as the tree names channels, before it was ever set too", async () => {
  const rto = await bench.session("rto");
  await kept(rto, [
    ["", "TRIGger1:SOURce?", "CHAN1"],
    ["TRIG1:SOUR CHAN2", "TRIG1:SOUR?", "CHAN2"],
    ["CHANnel1:BANDwidth B200", "CHANnel1:BANDwidth?", "B200"],
    ["", "CHANnel2:BANDwidth?", "FULL"],
  ]);
  assert.equal(await errorOf(rto), 0);
});

test("Tektronix MSO: the capitals of a word are the least that is heard, and any longer beginning is too", async () => {
  const mso = await bench.session("mso");
  await mso.write("HEADER OFF;:CH1:COUPL AC");
  await kept(mso, [
    ["", ":CH1:COUPLI?", "AC"],
    [":CH1:COUP DC", ":CH1:COUPLING?", "DC"],
  ]);
  await mso.write("*CLS;:CH1:COU AC;:CH1:COUPLINGS AC");
  assert.equal((await mso.query("CH1:COUP?")).trim(), "DC");
  assert.equal(
    Number(await mso.query("*ESR?")) & 32,
    32,
    "less than the capitals, or more than the word, is a command error",
  );
});

test("InfiniiVision: the zoomed window has a position, and a range of ten divisions", async () => {
  await kept(await bench.session("iv"), [
    [":timebase:window:position 1.000000e-03", ":timebase:window:position?", "1e-3"],
    [":timebase:window:range 2e-3", ":timebase:window:scale?", "2e-4"],
    [":timebase:window:scale 1e-5", ":timebase:window:range?", "1e-4"],
  ]);
});

test("3706A: interfaces, sizes of a matrix, delays, backplanes and setups are asked by script", async () => {
  const frame = await bench.session("switch");
  await kept(frame, [
    ["", "print(slot[1].rows.matrix)", "6"],
    ["", "print(slot[1].columns.matrix)", "16"],
    ["", "print(slot[2].rows.matrix)", "nil"],
    ["comm.gpib.enable = false", "print(comm.gpib.enable)", "false"],
    ["gpib.address = 7", "print(gpib.address)", "7"],
    ["channel.setdelay('1101,1102', 0.01)", "print(channel.getdelay('1101,1102'))", "1.00000e-02,1.00000e-02"],
    ["channel.setbackplane('1101', '1911')", "print(channel.getbackplane('1101'))", "1911"],
    ["channel.close('1101') setup.save() channel.open('allslots')", "print(channel.getclose('allslots'))", "nil"],
    ["setup.recall(1)", "print(channel.getclose('allslots'))", "1101"],
    ["setup.recall(0)", "print(channel.getclose('allslots'))", "nil"],
  ]);
  assert.equal((await frame.query("print(memory.available())")).split(",").length, 4);
});

test("336: an input may prefer sensor units, and an output remembers to come back with the power", async () => {
  await kept(await bench.session("stage"), [
    ["INTYPE A, 1, 0, 0, 0, 3", "INTYPE? A", "1,0,0,0,3"],
    ["OUTMODE 1, 1, 2, 1", "OUTMODE? 1", "1,2,1"],
  ]);
});

test("Siglent SDS: what it is told of zoom, hold-off and interpolation comes back", async () => {
  const sds = await bench.session("sds");
  await kept(sds, [
    [":ACQuire:INTerpolation OFF", ":ACQuire:INTerpolation?", "OFF"],
    [":TIMebase:REFerence:POSition 20", ":TIMebase:REFerence:POSition?", "20"],
    [":TIMebase:WINDow:DELay 1.000000e-03", ":TIMebase:WINDow:DELay?", "1e-3"],
    [":TRIGger:EDGE:HLDEVent 100000000", ":TRIGger:EDGE:HLDEVent?", "100000000"],
    [":TRIGger:EDGE:HLDTime 3.000000e+01", ":TRIGger:EDGE:HLDTime?", "30"],
  ]);
  await sds.write(":ACQuire:CSWeep");
  assert.equal(await errorOf(sds), 0);
});

test("Siglent SDS: simple measurements are of the channel that was named, and a grounded input sees nothing", async () => {
  const gen = await bench.session("gen");
  const sds = await bench.session("sds");
  await gen.write("OUTP1:LOAD INF;:APPL:SIN 1e3,2,0.5");
  assert.equal((await gen.query("*OPC?")).trim(), "1");
  await sds.write(":TIMebase:SCALe 1e-3;:CHANnel1:SCALe 0.5;:TRIGger:MODE AUTO;:MEASure ON;:MEASure:SIMPle:SOURce C1");
  const value = async (item: string) => Number(await sds.query(`:MEASure:SIMPle:VALue? ${item}`));
  assert.ok(Math.abs((await value("PKPK")) - 2) < 0.1);
  assert.ok(Math.abs((await value("MEAN")) - 0.5) < 0.05);
  assert.ok(Math.abs((await value("STDEV")) - Math.SQRT1_2) < 0.03);
  assert.ok(Math.abs((await value("FREQ")) - 1e3) < 10);
  await sds.write(":CHANnel1:COUPling GND");
  assert.equal((await sds.query(":CHANnel1:COUPling?")).trim(), "GND");
  assert.ok((await value("PKPK")) < 0.1);
  assert.equal(await errorOf(sds), 0);
  await kept(await bench.session("ds"), [[":CHAN1:COUP GND", ":CHAN1:COUP?", "GND"]]);
});
