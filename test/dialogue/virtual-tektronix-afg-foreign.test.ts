// What PyMeasure's AFG3152C sends to a generator, word for word.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../../src/visa/index.js";
import { virtualBench } from "../support/virtual-bench.js";

const dut = { id: "R", model: "resistor", parameters: { R: 1e6 } };
const NO_ERROR = /^\+?0,/;

async function on(action: (awg: Session, peak_V: () => number) => Promise<void>): Promise<void> {
  const wiring = [{ instrument: "awg", terminal: "1", node: "dut.top" }] as const;
  const bench = await virtualBench([{ label: "awg", driver: "tektronix-afg" }], wiring, dut);
  let peak_V = 0;
  bench.lab.watch(({ top0_V, top1_V }) => {
    peak_V = Math.max(peak_V, Math.abs(top0_V), Math.abs(top1_V));
  });
  try {
    await action(await bench.session("awg"), () => peak_V);
  } finally {
    await bench.close();
  }
}

test("all shapes of the front panel can be selected and are told again", () =>
  on(async (awg) => {
    for (const shape of ["SIN", "SQU", "PULS", "RAMP", "PRN", "DC", "SINC", "GAUS", "LOR", "ERIS", "EDEC", "HAV"]) {
      await awg.write(`source1:function:shape ${shape}`);
      assert.equal((await awg.query("source1:function:shape?")).trim(), shape);
      assert.match(await awg.query("SYST:ERR?"), NO_ERROR, shape);
    }
    await awg.write("source1:function:shape GAUSSIAN");
    assert.equal((await awg.query("source1:function:shape?")).trim(), "GAUS");
    await awg.write("source1:function:shape GAUSS");
    assert.match(await awg.query("SYST:ERR?"), /^-224,/);
  }));

test("a whole waveform is set with units glued to numbers, and nothing of it is refused", () =>
  on(async (awg) => {
    for (const line of [
      "system:beep",
      "source1:function:shape SQU",
      "source1:frequency:fixed 1.000000e+04",
      "source1:voltage:unit VPP",
      "source1:voltage:amplitude 5.000000e-01VPP",
      "source1:voltage:offset 1.000000e-01V",
      "output1:state on",
    ]) {
      await awg.write(line);
      assert.match(await awg.query("SYST:ERR?"), NO_ERROR, line);
    }
    assert.equal(Number(await awg.query("source1:voltage:amplitude?")), 0.5);
    assert.equal((await awg.query("output1:state?")).trim(), "1");
  }));

test("a Gaussian reaches half its amplitude above the offset", () =>
  on(async (awg, peak_V) => {
    await awg.write("OUTP1:IMP INF");
    await awg.write("SOUR1:FUNC:SHAP GAUS");
    await awg.write("SOUR1:FREQ 1 kHz");
    await awg.write("SOUR1:VOLT 2");
    await awg.write("SOUR1:BURS:STAT ON");
    await awg.write("SOUR1:BURS:NCYC 1");
    await awg.write("OUTP1 ON");
    await awg.write("*TRG");
    assert.equal((await awg.query("*OPC?")).trim(), "1");
    assert.match(await awg.query("SYST:ERR?"), NO_ERROR);
    assert.ok(Math.abs(peak_V() - 1) < 0.02, `${peak_V()} V`);
  }));

test("modulation and sweep are set, asked and turned on one at a time, and PWM needs pulses", () =>
  on(async (awg) => {
    for (const [line, question, answer] of [
      ["SOURce1:AM:DEPTh 80.5PCT", "SOURce1:AM:DEPTh?", 80.5],
      ["SOURce1:FM:INTernal:FREQuency 2e3Hz", "SOURce1:FM:INTernal:FREQuency?", 2000],
      ["SOURce1:SWEep:TIME 0.5s", "SOURce1:SWEep:TIME?", 0.5],
      ["SOURce1:FREQuency:CW 3e3Hz", "SOURce1:FREQuency:FIXed?", 3000],
      ["SOURce1:AM:STATe ON", "SOURce1:AM:STATe?", 1],
      ["SOURce1:FSKey:STATe 1", "SOURce1:AM:STATe?", 0],
      ["SOURce1:FREQuency:CONCurrent 1", "SOURce2:FREQuency?", 3000],
    ] as const) {
      await awg.write(line);
      assert.equal(Number(await awg.query(question)), answer, line);
    }
    await awg.write("SOURce1:FREQuency:MODE SWEep");
    assert.equal((await awg.query("SOURce1:FREQuency:MODE?")).trim(), "SWE");
    assert.equal((await awg.query("SOURce1:FSKey:STATe?")).trim(), "0");
    assert.match(await awg.query("SYST:ERR?"), NO_ERROR);
    await awg.write("SOURce1:PWM:STATe ON");
    assert.match(await awg.query("SYST:ERR?"), /^-221,/);
    await awg.write("SOURce1:AM:DEPTh 121PCT");
    assert.match(await awg.query("SYST:ERR?"), /^-222,/);
  }));

test("an output that could not be put out as set stays off or goes off, with -241 and the reason", () =>
  on(async (awg, peak_V) => {
    await awg.write("SOUR1:AM:SOUR EXT;:SOUR1:AM:STAT ON;:OUTP1 ON");
    assert.match(
      await awg.query("SYST:ERR?"),
      /^-241,.*AM from the external input is not simulated, the output stays off/,
    );
    assert.equal((await awg.query("OUTP1?")).trim(), "0");
    assert.equal(peak_V(), 0, "nothing was put out");
    await awg.write("SOUR1:AM:SOUR INT;:OUTP1 ON");
    assert.match(await awg.query("SYST:ERR?;:OUTP1?"), /^0,"No error";1/);
    await awg.write("SOUR1:AM:INT:FUNC PRN");
    assert.match(await awg.query("SYST:ERR?"), /^-241,.*AM by PRN is not simulated, the output was turned off/);
    assert.equal((await awg.query("OUTP1?")).trim(), "0");
  }));
