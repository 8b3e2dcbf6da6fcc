// Modulation and sweep of the generators, as QCoDeS, its contributed drivers and the programming guides write them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Session } from "../../src/visa/index.js";
import { virtualBench } from "../support/virtual-bench.js";
import type { ServedBench } from "../support/virtual-bench.js";

const dut = { id: "R", model: "resistor", parameters: { R: 1e9 } };
let bench: ServedBench;
before(async () => {
  const wiring = [{ instrument: "dg", terminal: "1", node: "dut.top" }] as const;
  const both = [
    { label: "dg", driver: "rigol-dg", model: "DG4162" },
    { label: "sdg", driver: "siglent-sdg", model: "SDG2042X" },
  ];
  bench = await virtualBench(both, wiring, dut);
});
after(() => bench.close());

/** Lines without a reply are written; the others are a question and its reply. */
async function dialogue(on: Session, lines: readonly (readonly [line: string, reply?: string])[]) {
  for (const [line, reply] of lines) {
    if (reply === undefined) await on.write(line);
    else assert.equal((await on.query(line)).trim(), reply, line);
  }
}

/** AM of 100 % on 2 Vpp at the open output; what its crest is of the peak. */
const families = [
  ["keysight-33500", "OUTP:LOAD INF;:VOLT 2;:AM:INT:FREQ 1E3;:AM:STAT ON;:OUTP ON", 1],
  ["tektronix-afg", "OUTP1:IMP INF;:FREQ 1E3;:VOLT 2;:AM:DEPT 100;:AM:INT:FREQ 1E3;:AM:STAT ON;:OUTP1 ON", 2 / 2.2],
  ["rigol-dg", "OUTP1:LOAD INF;:VOLT 2;:AM:INT:FREQ 1E3;:MOD ON;:OUTP1 ON", 1],
  ["siglent-sdg", "C1:BSWV AMP,2;C1:MDWV STATE,ON;C1:MDWV AM,FRQ,1000;C1:OUTP ON", 1],
] as const;

for (const [driver, lines, share] of families) {
  test(`${driver}: AM of 100 % on a carrier in step swings between nothing and ${share.toFixed(3)} of the peak`, async () => {
    const one = await virtualBench(
      [{ label: "gen", driver }],
      [{ instrument: "gen", terminal: "1", node: "dut.top" }],
      dut,
    );
    try {
      const gen = await one.session("gen");
      let [low_V, high_V] = [0, 0];
      one.lab.watch(({ top0_V, top1_V }) => {
        low_V = Math.min(low_V, top0_V, top1_V);
        high_V = Math.max(high_V, top0_V, top1_V);
      });
      await gen.write(lines);
      const deadline_ms = Date.now() + 5000;
      while (one.lab.now_s < 4e-3 && Date.now() < deadline_ms) await gen.query("*OPC?");
      assert.ok(one.lab.now_s >= 4e-3, "the output went on");
      // sin (1 + sin) / 2 lies between -1/8 and 1 where carrier and modulation are in step.
      assert.ok(Math.abs(high_V - share) < 3e-3, `up to ${high_V} V`);
      assert.ok(Math.abs(low_V + share / 8) < 3e-3, `down to ${low_V} V`);
    } finally {
      await one.close();
    }
  });
}

test("DG4000: modulation, sweep and burst take turns, the counter sees nothing, and channels follow each other", async () => {
  await dialogue(await bench.session("dg"), [
    ["*RST"],
    ["SOUR1:MOD:TYP FSK"],
    ["SOUR1:MOD ON"],
    ["SOUR1:MOD?", "ON"],
    ["SOUR1:MOD:FSK?;:SOUR1:MOD:FSK:INT:RATE?", "1.000000E+02;1.000000E+02"],
    ["SOUR1:SWE:STAT ON"],
    ["SOUR1:MOD?;:SOUR1:SWE:STAT?", "OFF;ON"],
    ["SOUR1:SWE:SPAC STE"],
    ["OUTP1 ON"],
    ["SYST:ERR?", '-241,"Hardware missing; a sweep in steps (STE) is not simulated, the output stays off"'],
    ["SOUR1:SWE:SPAC LOG;:SOUR1:FREQ:STOP 5e3;:SOUR1:FREQ:SPAN?", "4.900000E+03"],
    ["SOUR1:BURS ON"],
    ["SOUR1:SWE:STAT?", "OFF"],
    ["SOUR1:MOD:AM 121"],
    ["SYST:ERR?", '-222,"Data out of range"'],
    ["COUN:ATT 10X"],
    ["COUN:ATT?;:COUN:GATE?;:COUN:LEVE?", "10X;USER1;0.000000E+00"],
    ["COUN:MEAS?", Array<string>(5).fill("0.000000000E+00").join(",")],
    ["COUP:FREQ:DEV 100"],
    ["COUP:FREQ ON"],
    ["SOUR1:FREQ 2000"],
    ["SOUR2:FREQ?;:COUP?", "2.100000E+03;FREQ:ON,PHASE:OFF,AMPL:OFF"],
    ["SOUR2:HARM:TYP odd;:SOUR2:HARM:TYP?", "ODD"],
    ["*RST"],
    ["SOUR1:SWE:SPAC?;:COUP:FREQ?;:COUN:ATT?;:SYST:ERR?", 'LIN;OFF;1X;0,"No error"'],
  ]);
});

test("SDG2000X: keys count only in the state that has them, a refused output says why, and *RST forgets", async () => {
  const carrier = "CARR,WVTP,SINE,FRQ,1000HZ,AMP,4V,AMPVRMS,1.414Vrms,OFST,0V,PHSE,0";
  await dialogue(await bench.session("sdg"), [
    ["*RST"],
    ["C1:MDWV AM,DEPTH,50"],
    ["C1:MDWV STATE,ON"],
    ["C1:MDWV?", `C1:MDWV STATE,ON,AM,MDSP,SINE,SRC,INT,FRQ,100HZ,DEPTH,100,${carrier}`],
    ["C1:MDWV FM,DEVI,2000"],
    ["C1:MDWV?", `C1:MDWV STATE,ON,FM,MDSP,SINE,SRC,INT,FRQ,100HZ,DEVI,100HZ,${carrier}`],
    ["C1:MDWV PSK,PLRT,NEG"],
    ["C1:MDWV?", `C1:MDWV STATE,ON,PSK,SRC,INT,KFRQ,100HZ,PLRT,NEG,${carrier}`],
    ["C1:MDWV PSK,SRC,EXT"],
    ["C1:OUTP ON"],
    ["C1:OUTP?", "C1:OUTP OFF,LOAD,HZ,PLRT,NOR"],
    ["SYST:ERR?", '-241,"Hardware missing; PSK from the external input is not simulated, the output stays off"'],
    ["SYST:ERR?", '0,"No error"'],
    ["C1:SWWV STATE,ON"],
    ["C1:SWWV START,2000"],
    ["C1:SWWV STOP,3000,TIME,0.5"],
    ["C1:MDWV?", "C1:MDWV STATE,OFF"],
    [
      "C1:SWWV?",
      "C1:SWWV STATE,ON,TIME,0.5S,STARTTIME,0S,ENDTIME,0S,BACKTIME,0S,STOP,3000HZ,START,500HZ,CENTER,1750HZ,SPAN,2500HZ," +
        `TRSR,INT,TRMD,OFF,SWMD,LINE,DIR,UP,SYM,0,MARK_STATE,OFF,MARK_FREQ,1000HZ,${carrier}`,
    ],
    ["C1:BTWV STATE,OFF"],
    ["C1:SWWV?", "C1:SWWV STATE,OFF"],
    ["C1:BSWV WVTP,PULSE,DLY,0.0001"],
    ["C1:MDWV STATE,ON"],
    ["C1:BSWV WVTP,DC"],
    ["C1:MDWV?", "C1:MDWV STATE,OFF"],
    ["COUP FCOUP,ON,FDEV,5"],
    ["C1:BSWV WVTP,SINE,FRQ,2000"],
    ["COUP?", "COUP TRACE,OFF,FCOUP,ON,PCOUP,OFF,ACOUP,OFF,FDEV,5HZ"],
    ["C2:BSWV WVTP,RAMP"],
    ["PACP C1,C2"],
    ["*RST"],
    ["COUP?", "COUP TRACE,OFF,FCOUP,OFF,PCOUP,OFF,ACOUP,OFF"],
    ["C1:BSWV MAX_OUTPUT_AMP,5,AMP,6"],
    [
      "C1:BSWV?",
      "C1:BSWV WVTP,SINE,FRQ,1000HZ,PERI,0.001S,AMP,4V,AMPVRMS,1.414Vrms,MAX_OUTPUT_AMP,5V,OFST,0V,HLEV,2V,LLEV,-2V,PHSE,0",
    ],
  ]);
});
